//! The rounds: read, everything that follows, commit.

mod bundle;
mod outcome;
mod progress;
mod read;
mod settle;

use crate::settings::{MicroBatchSettings, Rounds};
use crate::sinks::Sinks;
use bundle::{Desk, Handed, Made};
use heliostat::savepoint::SavepointHeader;
use heliostat::{Duration, Job, RunError, RunResult, StopCause, Stopwatch, Timestamp, catch_panic};
use heliostat_runner_core::{
    Grouping, Host, LIFT_ENTRIES_MAX, Lane, Ledger, Lifter, Pause, Plan, Readiness, Retries,
    RunClock, Saved, Site, Source, Target, ViewStore, Works, WorksSettings, asked_to_stop,
    for_each, open_writes,
};
use progress::{Phases, Progress};
use std::sync::Arc;

/// What waits for sinks in a round is written out when it is more than about so many bytes.
const SINK_BYTES_MAX: usize = 64 << 20;

/// In so many slices a round is read where state is on disk.
const SLICES_ON_DISK: usize = 8;

/// How a run ended, if it did not fail.
enum Ended {
    Complete,
    Stopped(StopCause),
}

/// One run.
pub(crate) struct Executor<'a> {
    settings: MicroBatchSettings,
    host: Arc<dyn Host>,
    job: Job<'a>,
    plan: Plan,
    works: Works,
    /// What each lane has besides, in their order.
    desks: Vec<Desk>,
    sinks: Sinks,
    /// A script says what the rounds are: each of its events is one.
    scripted: bool,
    clock: RunClock,
    ledger: Ledger,
    /// What watchers were told.
    progress: Progress,
    rounds: u64,
    /// How often the round in hand has written out what it had for sinks so far.
    written_out: u32,
    /// How many slices it has read before the one in hand, and how many elements and bad rows in all.
    slices: usize,
    read_elements: u64,
    /// How many bundles the sources have given.
    read_bundles: u64,
    /// How far the runs before this one were.
    before: SavepointHeader,
}

/// What all lanes see while they work.
pub(crate) struct Shop<'a> {
    site: Site<'a>,
    settings: &'a MicroBatchSettings,
    views: &'a [ViewStore],
    sinks: &'a Sinks,
    frame: Frame,
    pause: Pause<'a>,
}

/// What is the same for all of a round.
#[derive(Clone, Copy)]
struct Frame {
    lanes: usize,
    scripted: bool,
    round: u64,
    now: Timestamp,
    /// The number of the first part that is written now.
    first_part: u32,
}

fn site<'a>(plan: &'a Plan, job: &'a Job<'_>) -> Site<'a> {
    Site { plan, graph: job.graph, functions: job.functions }
}

impl<'a> Executor<'a> {
    pub(crate) fn new(
        settings: &MicroBatchSettings,
        host: Arc<dyn Host>,
        job: Job<'a>,
    ) -> Result<Self, RunError> {
        let saves = job.options.from.is_some() || job.options.savepoints.is_some();
        let plan = settings.plan(job.graph, saves);
        let saved = job.options.from.map_or(Ok(Saved::new()), |from| {
            from.matched_to(job.graph, job.functions).map_err(RunError::refused)
        })?;
        // Sinks first: a place that cannot be written to is known before anything is read.
        let sinks = Sinks::of(open_writes(&plan, job.graph, job.functions, &saved)?);
        let lanes = settings.shards.unwrap_or(settings.workers).max(1);
        let works_settings = WorksSettings {
            lanes,
            seed: settings.seed,
            path: &|grouping| grouping.path,
            lift_entries_max: &|_| LIFT_ENTRIES_MAX,
        };
        let mut works = Works::of(site(&plan, &job), &works_settings, &saved)?;
        works.load(site(&plan, &job), &saved, settings.seed)?;
        if let [lane] = &mut works.lanes[..] {
            lane.lifters.iter_mut().flatten().for_each(Lifter::keep_all);
        }
        let mut ledger = Ledger::default();
        ledger.load(job.graph, &saved);
        let progress = Progress::of(site(&plan, &job), &works, &ledger);
        let desks = (0..lanes).map(|_| Desk::of(site(&plan, &job), lanes, settings.seed)).collect();
        let scripted = works.sources.iter().any(Source::is_script);
        let clock = if scripted { RunClock::standing() } else { RunClock::System };
        let before = job.options.from.map(|from| from.header.clone());
        let before = before.unwrap_or_else(|| SavepointHeader::written_by("", ""));
        clock.advance(before.processing_time - clock.now());
        let Retries { attempts, backoff, .. } = settings.retries();
        // Where time is none that passes, nobody waits.
        let backoff = if scripted || settings.simulated { Duration::ZERO } else { backoff };
        let settings = MicroBatchSettings { attempts, backoff, ..settings.clone() };
        let (rounds, written_out, slices, read_elements, read_bundles) = (0, 0, 0, 0, 0);
        Ok(Self {
            settings,
            host,
            job,
            plan,
            works,
            desks,
            sinks,
            scripted,
            clock,
            ledger,
            progress,
            rounds,
            written_out,
            slices,
            read_elements,
            read_bundles,
            before,
        })
    }

    pub(crate) fn run(mut self) -> Result<RunResult, RunError> {
        // A host that fails must not keep the sinks from being cleared.
        let outcome = caught_whole(|| self.play());
        let torn = self.works.tear_down(self.attempt(1));
        match outcome.and_then(|ended| torn.map(|()| ended)) {
            Ok(Ended::Complete) => self.finish(None),
            Ok(Ended::Stopped(cause)) if self.job.options.savepoints.is_some() => self.stop(cause),
            Ok(Ended::Stopped(cause)) => self.finish(Some(cause)),
            Err(error) => {
                self.sinks.discard(self.job.functions);
                Err(error)
            }
        }
    }

    /// Round after round, until there is nothing left or someone wants it to stop.
    fn play(&mut self) -> Result<Ended, RunError> {
        // Groupings that nothing can reach are at their end from the beginning.
        self.settle()?;
        loop {
            if let Some(cause) = asked_to_stop(&self.job, self.read_bundles)? {
                return Ok(Ended::Stopped(cause));
            }
            let began = self.clock.now();
            let readiness = self.works.sources.iter().map(|source| source.readiness(began));
            let readiness: Vec<Readiness> = readiness.collect();
            if readiness.iter().all(|it| *it == Readiness::Done) {
                return Ok(Ended::Complete);
            }
            if readiness.contains(&Readiness::Ready) {
                self.round(began)?;
                if self.settings.rounds == Rounds::Once && !self.scripted {
                    return Ok(self.ended_now());
                }
            } else if !matches!(self.settings.rounds, Rounds::Every(_)) {
                return Ok(self.ended_now());
            }
            self.wait(began, &readiness)?;
        }
    }

    fn ended_now(&self) -> Ended {
        if self.is_done() { Ended::Complete } else { Ended::Stopped(StopCause::CaughtUp) }
    }

    /// Whether all sources have given all they have.
    fn is_done(&self) -> bool {
        let now = self.clock.now();
        self.works.sources.iter().all(|source| source.readiness(now) == Readiness::Done)
    }

    /// One round.
    fn round(&mut self, now: Timestamp) -> Result<(), RunError> {
        self.rounds += 1;
        let mut watch = Stopwatch::start();
        (self.slices, self.read_elements) = (0, 0);
        let (mut read_micros, mut settle_micros) = (0, 0);
        loop {
            self.read(now)?;
            read_micros += watch.lap_micros();
            if !self.reads_on(now)? {
                break;
            }
            // Time stands still: nothing fires that is not due by the elements themselves.
            self.settle()?;
            self.write_out()?;
            settle_micros += watch.lap_micros();
            self.slices += 1;
        }
        self.works.sources.iter_mut().try_for_each(Source::settle)?;
        self.settle()?;
        settle_micros += watch.lap_micros();
        self.commit()?;
        let commit_micros = watch.lap_micros();
        self.tell_round(Phases { read_micros, settle_micros, commit_micros });
        self.tell_progress();
        Ok(())
    }

    /// Whether the round in hand has not all it takes yet.
    fn reads_on(&self, now: Timestamp) -> Result<bool, RunError> {
        let has_more = |source: &Source| source.readiness(now) == Readiness::Ready;
        let takes_more = match self.settings.rounds {
            // All there is, be it larger than memory.
            Rounds::Once => asked_to_stop(&self.job, self.read_bundles)?.is_none(),
            Rounds::AvailableNow | Rounds::Every(_) => {
                self.slices + 1 < self.slices_of_round()
                    && self.read_elements < self.settings.round_elements as u64
            }
        };
        Ok(takes_more && !self.scripted && self.works.sources.iter().any(has_more))
    }

    /// Where state is on disk there is little memory: what a round has under way is made small.
    fn slices_of_round(&self) -> usize {
        let groupings = self.works.lanes.iter().flat_map(|lane| &lane.groupings);
        if groupings.into_iter().any(Grouping::is_on_disk) { SLICES_ON_DISK } else { 1 }
    }

    /// Lets what there is for sinks be prepared before the round is over, so that it need not be in
    /// memory.
    fn write_out(&mut self) -> Result<(), RunError> {
        let first = self.first_part();
        let work = (self.host.as_ref(), self.job.functions);
        self.sinks.write_out(work, self.settings.attempts, first)?;
        self.written_out += 1;
        self.take_room();
        Ok(())
    }

    /// Lets lanes use the batches again that went to sinks. Those of the time before go, so that there
    /// are never more than were needed.
    fn take_room(&mut self) {
        let room = self.sinks.take_room();
        if !room.is_empty() {
            self.desks.iter_mut().for_each(|desk| desk.room.clear());
        }
        for (step, lane, batch) in room {
            self.desks[lane].room.push((Target::Write(step), batch));
        }
    }

    /// The number of the first part that is written from now on.
    fn first_part(&self) -> u32 {
        let numbers = (1 + self.works.sources.len()) * self.works.lanes.len();
        let numbers = u32::try_from(numbers).expect("there are fewer than 2^32 parts");
        self.written_out * numbers
    }

    /// Lets what the round has for sinks be prepared, and appear where it does so epoch by epoch.
    fn commit(&mut self) -> Result<(), RunError> {
        let (functions, attempts) = (self.job.functions, self.settings.attempts);
        let first = self.first_part();
        self.sinks.prepare((self.host.as_ref(), functions), attempts, first)?;
        self.written_out = 0;
        self.take_room();
        self.sinks.commit_epoch(functions, attempts)
    }

    /// Waits for the next round where rounds come at intervals, and lets time fire what it makes due
    /// meanwhile.
    fn wait(&mut self, began: Timestamp, readiness: &[Readiness]) -> Result<(), RunError> {
        let Rounds::Every(every) = self.settings.rounds else { return Ok(()) };
        if self.scripted || self.is_done() {
            return Ok(());
        }
        let next = began + every;
        let idle = readiness.iter().filter_map(Readiness::idle_until);
        let is_idle = !readiness.contains(&Readiness::Ready);
        let until = if is_idle { idle.min().map_or(next, |it| it.max(next)) } else { next };
        let due = self.works.next_due().map(|due| due.max(next));
        let until = due.map_or(until, |it| it.min(until));
        self.clock.wait_out(self.job.interrupt, until);
        if is_idle {
            self.settle()?;
            self.commit()?;
        }
        Ok(())
    }

    fn frame(&self, now: Timestamp) -> Frame {
        let lanes = self.works.lanes.len();
        let first_part = self.first_part();
        Frame { lanes, scripted: self.scripted, round: self.rounds, now, first_part }
    }

    /// Lets every lane do its share, and hands over what they made; says whether one has more.
    fn on_lanes(
        &mut self,
        now: Timestamp,
        work: impl Fn(&Shop<'_>, usize, &mut Lane, &mut Desk) -> Result<Made, RunError> + Sync,
    ) -> Result<bool, RunError> {
        let shop = Shop {
            frame: self.frame(now),
            site: site(&self.plan, &self.job),
            settings: &self.settings,
            views: &self.works.views,
            sinks: &self.sinks,
            pause: Pause { clock: &self.clock, interrupt: self.job.interrupt },
        };
        let mut pairs: Vec<_> = self.works.lanes.iter_mut().zip(&mut self.desks).collect();
        let made = for_each(self.host.as_ref(), &mut pairs, |at, (lane, desk)| {
            caught_whole(|| work(&shop, at, lane, desk))
        });
        self.hand_over(made)
    }

    /// Takes what lanes made, in their order; says whether one has more.
    fn hand_over(&mut self, made: Vec<Result<Made, RunError>>) -> Result<bool, RunError> {
        let mut some_more = false;
        for made in made {
            let Made { handed, counts, more } = made?;
            some_more |= more;
            self.ledger.add_bundle(counts);
            for Handed { target, lane, mut batch } in handed {
                match target {
                    Target::Grouping(id) => self.desks[lane].inbox[id.0 as usize].push(batch),
                    Target::Exchange(id) => {
                        self.works.lanes[lane].exchanges[id.0 as usize].queue.push_back(batch);
                    }
                    Target::View(id) => {
                        let site = site(&self.plan, &self.job);
                        self.works.take_in_view(site, id, &mut batch)?;
                    }
                    Target::Write(step) => {
                        let input = self.job.graph.step(step).inputs[0];
                        let bytes = self.job.functions.edge(input);
                        let bytes = bytes.estimated_bytes(batch.values.as_ref());
                        self.sinks.take(step, lane, (batch, bytes));
                    }
                }
            }
        }
        if SINK_BYTES_MAX < self.sinks.waiting_bytes() {
            self.write_out()?;
        }
        Ok(some_more)
    }
}

/// Nothing of a lane's work may unwind into the host.
pub(crate) fn caught_whole<R>(work: impl FnOnce() -> Result<R, RunError>) -> Result<R, RunError> {
    catch_panic(work).unwrap_or_else(|panicked| {
        Err(RunError::failed(format!(
            "a worker panicked: {panicked}\n  this is a bug of heliostat"
        )))
    })
}
