//! A worker: an instance of every operator, for the keys that are at home on it.

mod input;
mod nodes;
mod output;
mod reads;
mod saving;
mod script;
mod watermarks;
mod writes;

pub(crate) use saving::WorkerPart;
pub(crate) use writes::{Prepared, Writers};

use crate::control::Control;
use crate::layout::Layout;
use crate::mail::{BarrierKind, Item, Letter, Mailbox};
use crate::settings::PerRecordSettings;
use heliostat::batch::Batch;
use heliostat::{
    Interrupt, InterruptLevel, RunError, StepMetrics, StopCause, Timestamp, TransformId,
    catch_panic, millis,
};
use heliostat_runner_core::{
    Bell, Bundling, Homes, Lane, Pause, Progress, Root, RunClock, Site, Source, Steps, Target,
    ViewStore,
};
use input::{Channel, SlotState};
use output::RootState;
use reads::ReadState;
use saving::Saving;
use std::collections::BTreeMap;

/// What all workers of a run see.
pub(crate) struct Shared<'a> {
    pub(crate) settings: PerRecordSettings,
    pub(crate) site: Site<'a>,
    pub(crate) layout: Layout,
    /// One per worker.
    pub(crate) mailboxes: Vec<Mailbox>,
    pub(crate) control: Control,
    /// Wakes the coordinator.
    pub(crate) bell: Bell,
    pub(crate) clock: RunClock,
    /// A script says what the bundles are.
    pub(crate) scripted: bool,
    pub(crate) stop_at: Option<u64>,
    pub(crate) interrupt: &'a Interrupt,
    /// Savepoints may be asked for while the run goes on.
    pub(crate) saves: bool,
}

impl Shared<'_> {
    /// How a worker waits between two tries.
    fn pause(&self) -> Pause<'_> {
        Pause { clock: &self.clock, interrupt: self.interrupt }
    }

    /// How what waits becomes the next bundle.
    fn bundling(&self) -> Bundling<'_> {
        let (retries, number) = (self.settings.retries(), self.control.next_bundle());
        Bundling { scripted: self.scripted, retries, pause: self.pause(), number }
    }

    /// Ends the run with an error.
    pub(crate) fn fail(&self, error: RunError) {
        self.control.fail(error);
        self.wake_all();
    }

    /// Lets the run stop, if it is time to or someone wants it to.
    pub(crate) fn look_whether_to_stop(&self) -> Result<(), RunError> {
        let bundles = self.control.read_bundles();
        let cause = match self.interrupt.level() {
            InterruptLevel::None => {
                self.stop_at.filter(|at| *at <= bundles).map(|_| StopCause::Bundles)
            }
            InterruptLevel::Stop => Some(StopCause::Interrupt),
            InterruptLevel::Abort => {
                return Err(RunError::failed("the run was aborted; nothing was written"));
            }
        };
        if let Some(cause) = cause.filter(|_| !self.control.is_stopping()) {
            self.control.stop(cause);
            self.wake_all();
        }
        Ok(())
    }

    pub(crate) fn wake_all(&self) {
        self.mailboxes.iter().for_each(|mailbox| mailbox.bell.ring());
        self.bell.ring();
    }
}

/// What a worker takes to work.
pub(crate) struct Parts {
    pub(crate) lane: Lane,
    pub(crate) views: Vec<ViewStore>,
    /// Its share of each source, in the order of the graph.
    pub(crate) sources: Vec<Option<Source>>,
    pub(crate) writers: Writers,
}

/// What steps did.
pub(crate) type Counts = BTreeMap<TransformId, StepMetrics>;

/// One worker.
pub(crate) struct Worker<'a> {
    number: usize,
    shared: &'a Shared<'a>,
    parts: Parts,
    homes: Homes,
    /// By their numbers.
    channels: Vec<Channel>,
    /// In the order of the layout.
    slots: Vec<SlotState>,
    /// In the order of the layout.
    roots: Vec<RootState>,
    /// For each source.
    reads: Vec<ReadState>,
    /// For each grouping that is lifted: whose elements its lifter holds.
    lifted: Vec<Option<usize>>,
    /// What is on its way to each worker, until the step in hand is over.
    outbox: Vec<Vec<Letter>>,
    /// Room for mail.
    inbox: Vec<Letter>,
    /// Batches that targets have emptied, for what goes to them next.
    room: Vec<(Target, Batch)>,
    /// What each root's stages did.
    counts: Vec<Counts>,
    /// How many savepoints it has begun, and what it has of the one in hand.
    saves: u64,
    saving: Option<Saving>,
    /// How many barriers its sources have sent.
    barriers: u64,
    /// Its sources give nothing more.
    is_stopped: bool,
    now: Timestamp,
}

impl<'a> Worker<'a> {
    pub(crate) fn of(shared: &'a Shared<'a>, number: usize, parts: Parts) -> Self {
        let Layout { slots, roots, channels, workers } = &shared.layout;
        let reads = parts.sources.iter().map(|it| ReadState::of(shared.site, it.as_ref()));
        let site = shared.site;
        let mut worker = Self {
            number,
            shared,
            homes: Homes::of(site, *workers, shared.settings.seed),
            channels: (0..*channels).map(|_| Channel::default()).collect(),
            slots: slots.iter().map(|_| SlotState::default()).collect(),
            roots: roots.iter().map(|(_, outlets)| RootState::of(outlets.len())).collect(),
            reads: reads.collect(),
            lifted: site.plan.groupings.iter().map(|_| None).collect(),
            outbox: (0..*workers).map(|_| Vec::new()).collect(),
            inbox: Vec::new(),
            room: Vec::new(),
            counts: roots.iter().map(|_| Counts::new()).collect(),
            saves: 0,
            saving: None,
            barriers: 0,
            is_stopped: false,
            now: Timestamp::MIN,
            parts,
        };
        worker.open_sources();
        worker
    }

    /// Sources of which it has nothing are at their end here; the others begin where they were.
    fn open_sources(&mut self) {
        for (at, (root, _)) in self.shared.layout.roots.iter().enumerate() {
            let Root::Source(step) = root else { continue };
            let has =
                |source: &Option<Source>| source.as_ref().is_some_and(|it| it.step() == *step);
            if !self.parts.sources.iter().any(has) {
                self.end(at);
            }
        }
        for at in 0..self.parts.sources.len() {
            self.tell_source(at);
        }
        if self.shared.scripted && self.parts.sources.iter().any(Option::is_some) {
            // What has nothing in front of it is at its end before the first event.
            self.send_barriers(BarrierKind::Quiet);
        }
        self.post();
    }

    /// What it leaves, when the run is over.
    pub(crate) fn into_parts(self) -> (Parts, Counts) {
        let mut counts = Counts::new();
        for root in 0..self.roots.len() {
            self.add_counts(root, &mut counts);
        }
        (self.parts, counts)
    }

    fn step_once(&mut self) -> Result<Progress, RunError> {
        self.take_mail();
        self.look_at_clock();
        let mut is_busy = false;
        for slot in 0..self.slots.len() {
            is_busy |= self.step_slot(slot)?;
        }
        self.tell_quiet();
        self.step_save()?;
        if self.is_done() {
            self.save_at_end()?;
            self.post();
            return Ok(Progress::Done);
        }
        is_busy |= self.step_sources()?;
        self.post();
        Ok(if is_busy { Progress::Busy } else { Progress::Waiting(self.wakes_at()) })
    }

    fn look_at_clock(&mut self) {
        let now = self.shared.clock.now();
        if now != self.now {
            self.now = now;
            self.parts.lane.set_now(now);
        }
    }

    fn take_mail(&mut self) {
        let mut inbox = std::mem::take(&mut self.inbox);
        self.shared.mailboxes[self.number].take(&mut inbox);
        for Letter { channel, item } in inbox.drain(..) {
            self.channels[channel].push(item);
        }
        self.inbox = inbox;
    }

    /// Sends what the step in hand has for other workers.
    fn post(&mut self) {
        for (letters, mailbox) in self.outbox.iter_mut().zip(&self.shared.mailboxes) {
            if !letters.is_empty() {
                mailbox.put(letters);
            }
        }
    }

    /// Puts an item on a channel to a worker.
    fn put(&mut self, (receiver, channel): (usize, usize), item: Item) {
        if receiver == self.number {
            self.channels[channel].push(item);
        } else {
            self.outbox[receiver].push(Letter { channel, item });
        }
    }

    /// Whether everything has come through it that ever will.
    fn is_done(&self) -> bool {
        let sources_are = self.is_stopped || {
            let roots = self.roots.iter().zip(&self.shared.layout.roots);
            let mut sources = roots.filter(|(_, (root, _))| matches!(root, Root::Source(_)));
            sources.all(|(state, _)| state.is_ended)
        };
        sources_are && self.slots.iter().all(SlotState::is_closed) && self.saving.is_none()
    }

    /// When there is something to do although nobody rings.
    fn wakes_at(&self) -> Timestamp {
        if self.shared.scripted {
            return Timestamp::MAX;
        }
        // A deadline is due once it has passed; one that has, and was not met, is that of an operator that
        // is held up.
        let deadline = self.parts.lane.next_deadline();
        let deadline = deadline.map(|deadline| deadline.max(self.now) + millis(1));
        let of_sources = self.sources_wake_at();
        deadline.into_iter().chain(of_sources).min().unwrap_or(Timestamp::MAX)
    }
}

impl Steps for Worker<'_> {
    fn step(&mut self) -> Progress {
        if self.shared.control.has_failed() {
            return Progress::Done;
        }
        let outcome = catch_panic(|| self.step_once()).unwrap_or_else(|panicked| {
            Err(RunError::failed(format!(
                "a worker panicked: {panicked}\n  this is a bug of heliostat"
            )))
        });
        match outcome {
            Ok(progress) => {
                if progress == Progress::Done {
                    self.shared.control.note_done();
                    self.shared.bell.ring();
                }
                progress
            }
            Err(error) => {
                self.shared.fail(error);
                Progress::Done
            }
        }
    }
}
