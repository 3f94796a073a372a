//! What comes in: channels, and the slots they lead to.

use super::Worker;
use crate::layout::head;
use crate::mail::{Barrier, BarrierKind, Item};
use heliostat::Timestamp;
use heliostat::batch::Batch;
use heliostat_runner_core::Target;
use std::collections::VecDeque;

/// What one root on one worker sends to a slot.
#[derive(Debug)]
pub(super) struct Channel {
    waiting: VecDeque<Item>,
    /// How many of them are barriers or the end.
    marks: usize,
    watermark: Timestamp,
    /// Nobody waits for its watermark.
    is_idle: bool,
    state: State,
}

/// Whether items are taken from a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Open,
    /// Not until the slot has the same from all of its channels.
    AtBarrier(Barrier),
    Ended,
}

impl Default for Channel {
    fn default() -> Self {
        let (waiting, watermark) = (VecDeque::new(), Timestamp::MIN);
        Self { waiting, marks: 0, watermark, is_idle: false, state: State::Open }
    }
}

impl Channel {
    pub(super) fn push(&mut self, item: Item) {
        self.marks += usize::from(matches!(item, Item::Barrier(_) | Item::End));
        self.waiting.push_back(item);
    }
}

/// What a slot remembers.
#[derive(Debug, Default)]
pub(super) struct SlotState {
    /// The last barrier that is behind it.
    passed: Option<Barrier>,
    has_ended: bool,
    /// All its channels are idle, or at their end.
    pub(super) is_idle: bool,
    /// How often the views in front of it had changed when it was stepped last.
    pub(super) generation: u64,
}

impl SlotState {
    /// Whether nothing comes any more: it ended, or the run is stopped.
    pub(super) fn is_closed(&self) -> bool {
        let is_stop = |barrier: Barrier| barrier.kind == BarrierKind::Stop;
        self.has_ended || self.passed.is_some_and(is_stop)
    }

    /// Whether a barrier is behind it, or none comes any more.
    pub(super) fn is_behind(&self, barrier: u64) -> bool {
        self.has_ended || self.has_passed(barrier)
    }

    /// Whether a barrier is behind it.
    pub(super) fn has_passed(&self, barrier: u64) -> bool {
        barrier <= self.passed()
    }

    /// How many barriers are behind it.
    fn passed(&self) -> u64 {
        self.passed.map_or(0, |barrier| barrier.number)
    }
}

/// What a slot took from its channels.
#[derive(Default)]
pub(super) struct Taken {
    pub(super) batches: Vec<Batch>,
    /// A watermark moved, or went.
    pub(super) has_moved: bool,
}

/// How far a slot is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reached {
    /// There may be more of the same.
    Open,
    /// All before this barrier was taken.
    Barrier(Barrier),
    /// Everything was.
    End,
}

impl Worker<'_> {
    /// Takes what waits in front of a slot: from each channel up to the next control item, and under
    /// a script all there is.
    pub(super) fn take(&mut self, slot: usize) -> Taken {
        let (scripted, limit) = (self.shared.scripted, self.shared.settings.mailbox_bytes);
        let elements_max = self.shared.settings.bundle_elements;
        let (mut taken, mut elements) = (Taken::default(), 0);
        for at in self.shared.layout.channels_of(slot) {
            let channel = &mut self.channels[at];
            while channel.state == State::Open && (scripted || elements < elements_max) {
                let Some(item) = channel.waiting.pop_front() else { break };
                match item {
                    Item::Batch(batch, bytes) => {
                        channel.is_idle = false;
                        elements += batch.len();
                        taken.batches.push(batch);
                        let sender = self.shared.layout.sender(slot, at, self.number);
                        let own = &self.shared.mailboxes[self.number];
                        if own.remove(at, bytes, limit) && sender != self.number {
                            self.shared.mailboxes[sender].bell.ring();
                        }
                        continue;
                    }
                    Item::Watermark(to) => (channel.watermark, channel.is_idle) = (to, false),
                    Item::Idle => channel.is_idle = true,
                    Item::Barrier(barrier) => {
                        channel.marks -= 1;
                        channel.state = State::AtBarrier(barrier);
                        continue;
                    }
                    Item::End => {
                        channel.marks -= 1;
                        channel.state = State::Ended;
                        channel.watermark = Timestamp::MAX;
                    }
                }
                taken.has_moved = true;
                if !scripted {
                    break;
                }
            }
        }
        taken
    }

    /// Under a script a slot is stepped when everything in front of it is quiet.
    pub(super) fn is_quiet(&self, slot: usize) -> bool {
        let channels = self.shared.layout.channels_of(slot);
        let marked = |channel: &Channel| channel.marks != 0 || channel.state != State::Open;
        let mut views = self.view_slots(slot);
        self.channels[channels].iter().all(marked)
            && views.all(|view| {
                self.slots[view].has_ended || self.slots[slot].passed() < self.slots[view].passed()
            })
    }

    /// Whether more waits in front of a slot than it has taken.
    pub(super) fn has_waiting(&self, slot: usize) -> bool {
        let channels = self.shared.layout.channels_of(slot);
        let waits = |channel: &Channel| channel.state == State::Open && !channel.waiting.is_empty();
        self.channels[channels].iter().any(waits)
    }

    /// The smallest watermark of what is in front of a slot and not idle; nothing if all is idle.
    pub(super) fn input_watermark(&self, slot: usize) -> Option<Timestamp> {
        let channels = &self.channels[self.shared.layout.channels_of(slot)];
        let open = || channels.iter().filter(|channel| channel.state != State::Ended);
        let heard = open().filter(|channel| !channel.is_idle).map(|channel| channel.watermark);
        match heard.min() {
            None if open().next().is_some() => None,
            smallest => Some(smallest.unwrap_or(Timestamp::MAX)),
        }
    }

    /// How far a slot is, with all in front of it.
    pub(super) fn reached(&self, slot: usize) -> Reached {
        let mut reached = Reached::End;
        for channel in &self.channels[self.shared.layout.channels_of(slot)] {
            match channel.state {
                State::Open => return Reached::Open,
                State::AtBarrier(barrier) => reached = Reached::Barrier(barrier),
                State::Ended => {}
            }
        }
        for view in self.view_slots(slot).filter(|view| !self.slots[*view].has_ended) {
            let of_view = self.slots[view].passed;
            let is_behind = |number| of_view.is_some_and(|it| number <= it.number);
            reached = match (reached, of_view) {
                (Reached::Barrier(barrier), _) if is_behind(barrier.number) => reached,
                (Reached::End, Some(of_view)) if self.slots[slot].passed() < of_view.number => {
                    Reached::Barrier(of_view)
                }
                (Reached::Open | Reached::Barrier(_) | Reached::End, _) => return Reached::Open,
            };
        }
        reached
    }

    /// Notes that a slot is behind what it reached.
    pub(super) fn pass(&mut self, slot: usize, reached: Reached) {
        match reached {
            Reached::Open => {}
            Reached::Barrier(barrier) => {
                for channel in &mut self.channels[self.shared.layout.channels_of(slot)] {
                    if let State::AtBarrier(_) = channel.state {
                        channel.state = State::Open;
                    }
                }
                self.slots[slot].passed = Some(barrier);
            }
            Reached::End => self.slots[slot].has_ended = true,
        }
    }

    /// Tells how many barriers everything here is behind.
    pub(super) fn tell_quiet(&mut self) {
        if !self.shared.scripted {
            return;
        }
        let open = self.slots.iter().filter(|slot| !slot.has_ended);
        let passed = open.map(SlotState::passed).min().unwrap_or(u64::MAX);
        if self.shared.control.set_quiet(self.number, passed) {
            self.shared.mailboxes[0].bell.ring();
        }
    }

    /// The slots of the views that the stage behind a slot reads.
    fn view_slots(&self, slot: usize) -> impl Iterator<Item = usize> + '_ {
        let layout = &self.shared.layout;
        let views = match layout.slots[slot].target {
            Target::Exchange(id) => head(self.shared.site.plan, id).views.as_slice(),
            Target::Grouping(_) | Target::View(_) | Target::Write(_) => &[],
        };
        views.iter().map(|view| {
            layout.slot_of(Target::View(*view)).expect("a view that is read has a slot")
        })
    }
}
