//! Triggers as machines: what they remember between elements (model.md 3.2, 3.3).

mod after_all;
mod after_any;
mod after_count;
mod after_each;
mod after_processing_time;
mod after_watermark;
mod or_finally;
mod repeatedly;

use after_all::AfterAll;
use after_any::AfterAny;
use after_count::AfterCount;
use after_each::AfterEach;
use after_processing_time::AfterProcessingTime;
use after_watermark::AfterWatermark;
use heliostat::{Deadline, Timestamp, Trigger};
use or_finally::OrFinally;
use repeatedly::Repeatedly;
use serde::{Deserialize, Serialize};

/// What a trigger can see besides its own state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sight {
    /// The input watermark is past the window's last millisecond.
    pub(crate) past_end: bool,
    /// The processing time.
    pub(crate) now: Timestamp,
    /// Windows grow together: a part that is through may be revived by a merge.
    pub(crate) merging: bool,
}

/// What a trigger asks of the engine: to be looked at when the watermark passes the end of its
/// window. When processing time makes it ready, [`Machine::next_deadline`] says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wakes {
    pub(crate) at_end: bool,
}

impl Wakes {
    fn at_end_of_window(&mut self, sight: Sight) {
        self.at_end |= !sight.past_end;
    }
}

/// The state of a trigger for one key and window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Machine {
    /// Ready whenever the watermark is past the end; never finishes.
    Default,
    /// See its file; so for the others.
    AfterWatermark(AfterWatermark),
    AfterCount(AfterCount),
    AfterProcessingTime(AfterProcessingTime),
    /// Never ready.
    Never,
    /// Always ready; never finishes.
    Always,
    Repeatedly(Repeatedly),
    AfterAny(AfterAny),
    AfterAll(AfterAll),
    AfterEach(AfterEach),
    OrFinally(OrFinally),
}

/// A machine in its first state.
pub(crate) fn machine_for(trigger: &Trigger) -> Machine {
    let all = |parts: &[Trigger]| parts.iter().map(machine_for).collect::<Vec<_>>();
    match trigger {
        Trigger::Default => Machine::Default,
        Trigger::AfterWatermark { early, late } => Machine::AfterWatermark(AfterWatermark::new(
            early.as_deref().map(machine_for),
            late.as_deref().map(machine_for),
        )),
        Trigger::AfterCount(count) => Machine::AfterCount(AfterCount::new(*count)),
        Trigger::AfterProcessingTime(deadline) => {
            Machine::AfterProcessingTime(AfterProcessingTime::new(deadline.clone()))
        }
        // Groupings are quiet between events, so all upstream has caught up when time moves on.
        Trigger::AfterSynchronizedProcessingTime => {
            Machine::AfterProcessingTime(AfterProcessingTime::new(Deadline::default()))
        }
        Trigger::Never => Machine::Never,
        Trigger::Always => Machine::Always,
        Trigger::Repeatedly(inner) => Machine::Repeatedly(Repeatedly::new(machine_for(inner))),
        Trigger::AfterAny(parts) => Machine::AfterAny(AfterAny::new(all(parts))),
        Trigger::AfterAll(parts) => Machine::AfterAll(AfterAll::new(all(parts))),
        Trigger::AfterEach(parts) => Machine::AfterEach(AfterEach::new(all(parts))),
        Trigger::OrFinally(main, until) => {
            Machine::OrFinally(OrFinally::new(machine_for(main), machine_for(until)))
        }
    }
}

impl Machine {
    /// Told of each element, after it is buffered.
    pub(crate) fn on_element(&mut self, sight: Sight, wakes: &mut Wakes) {
        match self {
            Self::Default => wakes.at_end_of_window(sight),
            Self::Never | Self::Always => {}
            Self::AfterWatermark(machine) => machine.on_element(sight, wakes),
            Self::AfterCount(machine) => machine.on_element(),
            Self::AfterProcessingTime(machine) => machine.on_element(sight),
            Self::Repeatedly(machine) => machine.on_element(sight, wakes),
            Self::AfterAny(machine) => machine.on_element(sight, wakes),
            Self::AfterAll(machine) => machine.on_element(sight, wakes),
            Self::AfterEach(machine) => machine.on_element(sight, wakes),
            Self::OrFinally(machine) => machine.on_element(sight, wakes),
        }
    }

    /// Told of its window when a firing made it the one to wait for (model.md S34).
    fn on_window(&self, sight: Sight, wakes: &mut Wakes) {
        match self {
            Self::Default | Self::AfterWatermark(_) => wakes.at_end_of_window(sight),
            Self::AfterCount(_) | Self::AfterProcessingTime(_) | Self::Never | Self::Always => {}
            Self::AfterEach(machine) => {
                if let Some(current) = machine.current() {
                    current.on_window(sight, wakes);
                }
            }
            Self::Repeatedly(_) | Self::AfterAny(_) | Self::AfterAll(_) | Self::OrFinally(_) => {
                self.parts().iter().for_each(|part| part.on_window(sight, wakes));
            }
        }
    }

    /// Takes over from the machines of the open windows that become this one's; its own is among
    /// them if its window was open.
    pub(crate) fn on_merge(&mut self, merged: &[&Self], sight: Sight, wakes: &mut Wakes) {
        match self {
            Self::Default => wakes.at_end_of_window(sight),
            Self::Never | Self::Always => {}
            Self::AfterWatermark(machine) => {
                let early = of_kind(merged, |it| {
                    if let Self::AfterWatermark(it) = it { Some(it) } else { None }
                });
                machine.on_merge(&early, sight, wakes);
            }
            Self::AfterCount(machine) => {
                machine.on_merge(&of_kind(merged, |it| {
                    if let Self::AfterCount(it) = it { Some(it) } else { None }
                }));
            }
            Self::AfterProcessingTime(machine) => {
                machine.on_merge(&of_kind(merged, |it| {
                    if let Self::AfterProcessingTime(it) = it { Some(it) } else { None }
                }));
            }
            Self::Repeatedly(machine) => machine.on_merge(&parts_of(merged), sight, wakes),
            Self::AfterAny(machine) => machine.on_merge(&parts_of(merged), sight, wakes),
            Self::AfterAll(machine) => machine.on_merge(&parts_of(merged), sight, wakes),
            Self::AfterEach(machine) => machine.on_merge(&parts_of(merged), sight, wakes),
            Self::OrFinally(machine) => machine.on_merge(&parts_of(merged), sight, wakes),
        }
    }

    /// Whether a pane is due. Changes nothing.
    pub(crate) fn should_fire(&self, sight: Sight) -> bool {
        match self {
            Self::Default => sight.past_end,
            Self::Never => false,
            Self::Always => true,
            Self::AfterWatermark(machine) => machine.should_fire(sight),
            Self::AfterCount(machine) => machine.should_fire(),
            Self::AfterProcessingTime(machine) => machine.should_fire(sight),
            Self::Repeatedly(machine) => machine.should_fire(sight),
            Self::AfterAny(machine) => machine.should_fire(sight),
            Self::AfterAll(machine) => machine.should_fire(sight),
            Self::AfterEach(machine) => machine.should_fire(sight),
            Self::OrFinally(machine) => machine.should_fire(sight),
        }
    }

    /// Told that a pane was made. Only called when one was due.
    pub(crate) fn on_fire(&mut self, sight: Sight, wakes: &mut Wakes) {
        debug_assert!(self.should_fire(sight), "only a trigger that is ready fires");
        match self {
            Self::Default | Self::Never | Self::Always => {}
            Self::AfterWatermark(machine) => machine.on_fire(sight, wakes),
            Self::AfterCount(machine) => machine.on_fire(),
            Self::AfterProcessingTime(machine) => machine.on_fire(),
            Self::Repeatedly(machine) => machine.on_fire(sight, wakes),
            Self::AfterAny(machine) => machine.on_fire(sight, wakes),
            Self::AfterAll(machine) => machine.on_fire(sight, wakes),
            Self::AfterEach(machine) => machine.on_fire(sight, wakes),
            Self::OrFinally(machine) => machine.on_fire(sight, wakes),
        }
    }

    /// Whether it will never fire again.
    pub(crate) fn finished(&self) -> bool {
        match self {
            Self::Default | Self::Never | Self::Always | Self::Repeatedly(_) => false,
            Self::AfterWatermark(machine) => machine.finished(),
            Self::AfterCount(machine) => machine.finished(),
            Self::AfterProcessingTime(machine) => machine.finished(),
            Self::AfterAny(machine) => machine.finished(),
            Self::AfterAll(machine) => machine.finished(),
            Self::AfterEach(machine) => machine.finished(),
            Self::OrFinally(machine) => machine.finished(),
        }
    }

    /// Forgets what its leaves gathered; what is finished stays finished.
    pub(crate) fn clear(&mut self) {
        match self {
            Self::AfterCount(machine) => machine.clear(),
            Self::AfterProcessingTime(machine) => machine.clear(),
            Self::Default
            | Self::Never
            | Self::Always
            | Self::AfterWatermark(_)
            | Self::Repeatedly(_)
            | Self::AfterAny(_)
            | Self::AfterAll(_)
            | Self::AfterEach(_)
            | Self::OrFinally(_) => self.parts_mut().iter_mut().for_each(Self::clear),
        }
    }

    /// Starts again from its first state, the whole subtree (model.md S12).
    pub(crate) fn reset(&mut self) {
        match self {
            Self::Default | Self::Never | Self::Always | Self::Repeatedly(_) => {}
            Self::AfterWatermark(machine) => machine.reset_phase(),
            Self::AfterCount(machine) => machine.reset(),
            Self::AfterProcessingTime(machine) => machine.reset(),
            Self::AfterAny(machine) => machine.reset_bit(),
            Self::AfterAll(machine) => machine.reset_bit(),
            Self::AfterEach(machine) => machine.reset_bit(),
            Self::OrFinally(machine) => machine.reset_bit(),
        }
        self.parts_mut().iter_mut().for_each(Self::reset);
    }

    /// The first of its deadlines that processing time has not passed.
    pub(crate) fn next_deadline(&self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::AfterProcessingTime(machine) => machine.due().filter(|due| now <= *due),
            Self::Default
            | Self::Never
            | Self::Always
            | Self::AfterCount(_)
            | Self::AfterWatermark(_)
            | Self::Repeatedly(_)
            | Self::AfterAny(_)
            | Self::AfterAll(_)
            | Self::AfterEach(_)
            | Self::OrFinally(_) => {
                self.parts().iter().filter_map(|part| part.next_deadline(now)).min()
            }
        }
    }

    /// Whether it can ever wait for processing time.
    pub(crate) fn has_deadlines(&self) -> bool {
        let waits = matches!(self, Self::AfterProcessingTime(_));
        waits || self.parts().iter().any(Self::has_deadlines)
    }

    /// The triggers it is made of.
    fn parts(&self) -> &[Self] {
        match self {
            Self::Default
            | Self::Never
            | Self::Always
            | Self::AfterCount(_)
            | Self::AfterProcessingTime(_) => &[],
            Self::AfterWatermark(machine) => machine.parts(),
            Self::Repeatedly(machine) => machine.parts(),
            Self::AfterAny(machine) => machine.parts(),
            Self::AfterAll(machine) => machine.parts(),
            Self::AfterEach(machine) => machine.parts(),
            Self::OrFinally(machine) => machine.parts(),
        }
    }

    fn parts_mut(&mut self) -> &mut [Self] {
        match self {
            Self::Default
            | Self::Never
            | Self::Always
            | Self::AfterCount(_)
            | Self::AfterProcessingTime(_) => &mut [],
            Self::AfterWatermark(machine) => machine.parts_mut(),
            Self::Repeatedly(machine) => machine.parts_mut(),
            Self::AfterAny(machine) => machine.parts_mut(),
            Self::AfterAll(machine) => machine.parts_mut(),
            Self::AfterEach(machine) => machine.parts_mut(),
            Self::OrFinally(machine) => machine.parts_mut(),
        }
    }

    fn ready_or_finished(&self, sight: Sight) -> bool {
        self.finished() || self.should_fire(sight)
    }

    /// Fires it as one of a composite that repeats it: if that finished it, it starts again.
    fn fire_again(&mut self, sight: Sight, wakes: &mut Wakes) {
        self.on_fire(sight, wakes);
        if self.finished() {
            self.reset();
        }
    }

    /// Merges part number `at` of the machines it is a part of.
    fn merge_part(&mut self, at: usize, merged: &[&[Self]], sight: Sight, wakes: &mut Wakes) {
        let parts: Vec<&Self> = merged.iter().map(|parts| &parts[at]).collect();
        self.on_merge(&parts, sight, wakes);
    }

    /// Brings a fresh machine to where it is after the on-time pane and `gathered` more elements,
    /// or leaves it if no pane has been shown: how the aligned path writes what it keeps as
    /// numbers.
    pub(crate) fn replay(&mut self, shown: u32, gathered: u32) {
        let sight = Sight { past_end: true, now: Timestamp::MIN, merging: false };
        if 0 < shown {
            self.on_fire(sight, &mut Wakes::default());
            (0..gathered).for_each(|_| self.on_element(sight, &mut Wakes::default()));
        }
    }

    /// How many elements the count that fires next has gathered; the reverse of `replay`.
    pub(crate) fn gathered(&self) -> u32 {
        match self {
            Self::AfterCount(machine) => machine.gathered(),
            Self::AfterWatermark(machine) => machine.current().map_or(0, Self::gathered),
            Self::Repeatedly(machine) => machine.parts()[0].gathered(),
            // The aligned path has none of these.
            Self::Default
            | Self::Never
            | Self::Always
            | Self::AfterProcessingTime(_)
            | Self::AfterAny(_)
            | Self::AfterAll(_)
            | Self::AfterEach(_)
            | Self::OrFinally(_) => 0,
        }
    }
}

/// The machines of one kind among the merged; all have the shape of one trigger.
fn of_kind<'a, M>(
    merged: &[&'a Machine],
    kind: impl Fn(&'a Machine) -> Option<&'a M>,
) -> Vec<&'a M> {
    let found: Vec<&M> = merged.iter().filter_map(|machine| kind(machine)).collect();
    debug_assert_eq!(found.len(), merged.len(), "merged machines are of one trigger");
    found
}

fn parts_of<'a>(merged: &[&'a Machine]) -> Vec<&'a [Machine]> {
    merged.iter().map(|machine| machine.parts()).collect()
}

#[cfg(test)]
mod tests;
