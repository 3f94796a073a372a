//! Triggers as machines: what they remember between elements (model.md 3.2, 3.3).

mod after_count;
mod after_watermark;
mod repeatedly;

use after_count::AfterCount;
use after_watermark::AfterWatermark;
use heliostat::Trigger;
use repeatedly::Repeatedly;
use serde::{Deserialize, Serialize};

/// What a trigger can see besides its own state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sight {
    /// The input watermark is past the window's last millisecond.
    pub(crate) past_end: bool,
}

/// The state of a trigger for one key and window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Machine {
    /// Ready whenever the watermark is past the end; never finishes.
    Default,
    /// See its file.
    AfterWatermark(AfterWatermark),
    /// See its file.
    AfterCount(AfterCount),
    /// See its file.
    Repeatedly(Repeatedly),
    /// Never ready.
    Never,
}

/// A machine in its first state.
pub(crate) fn machine_for(trigger: &Trigger) -> Machine {
    match trigger {
        Trigger::Default => Machine::Default,
        Trigger::AfterWatermark { early, late } => Machine::AfterWatermark(AfterWatermark::new(
            early.as_deref().map(machine_for),
            late.as_deref().map(machine_for),
        )),
        Trigger::AfterCount(count) => Machine::AfterCount(AfterCount::new(*count)),
        Trigger::Repeatedly(inner) => Machine::Repeatedly(Repeatedly::new(machine_for(inner))),
        Trigger::Never => Machine::Never,
    }
}

impl Machine {
    /// Told of each element, after it is buffered.
    pub(crate) fn on_element(&mut self) {
        match self {
            Self::Default | Self::Never => {}
            Self::AfterWatermark(machine) => machine.on_element(),
            Self::AfterCount(machine) => machine.on_element(),
            Self::Repeatedly(machine) => machine.on_element(),
        }
    }

    /// Whether a pane is due. Changes nothing.
    pub(crate) fn should_fire(&self, sight: Sight) -> bool {
        match self {
            Self::Default => sight.past_end,
            Self::AfterWatermark(machine) => machine.should_fire(sight),
            Self::AfterCount(machine) => machine.should_fire(),
            Self::Repeatedly(machine) => machine.should_fire(sight),
            Self::Never => false,
        }
    }

    /// Told that a pane was made. Only called when one was due.
    pub(crate) fn on_fire(&mut self, sight: Sight) {
        debug_assert!(self.should_fire(sight), "only a trigger that is ready fires");
        match self {
            Self::Default | Self::Never => {}
            Self::AfterWatermark(machine) => machine.on_fire(sight),
            Self::AfterCount(machine) => machine.on_fire(),
            Self::Repeatedly(machine) => machine.on_fire(sight),
        }
    }

    /// Whether it will never fire again.
    pub(crate) fn finished(&self) -> bool {
        match self {
            Self::Default | Self::Repeatedly(_) | Self::Never => false,
            Self::AfterWatermark(machine) => machine.finished(),
            Self::AfterCount(machine) => machine.finished(),
        }
    }

    /// Forgets what its leaves gathered; what is finished stays finished.
    pub(crate) fn clear(&mut self) {
        match self {
            Self::Default | Self::Never => {}
            Self::AfterWatermark(machine) => machine.clear(),
            Self::AfterCount(machine) => machine.clear(),
            Self::Repeatedly(machine) => machine.clear(),
        }
    }

    /// Starts again from its first state, the whole subtree (model.md S12).
    pub(crate) fn reset(&mut self) {
        match self {
            Self::Default | Self::Never => {}
            Self::AfterWatermark(machine) => machine.reset(),
            Self::AfterCount(machine) => machine.reset(),
            Self::Repeatedly(machine) => machine.reset(),
        }
    }

    /// Brings a fresh machine to where it is after the on-time pane and `gathered` more elements,
    /// or leaves it if no pane has been shown: how the aligned path writes what it keeps as
    /// numbers.
    pub(crate) fn replay(&mut self, shown: u32, gathered: u32) {
        if 0 < shown {
            self.on_fire(Sight { past_end: true });
            (0..gathered).for_each(|_| self.on_element());
        }
    }

    /// How many elements the count that fires next has gathered; the reverse of `replay`.
    pub(crate) fn gathered(&self) -> u32 {
        match self {
            Self::Default | Self::Never => 0,
            Self::AfterWatermark(machine) => machine.gathered(),
            Self::AfterCount(machine) => machine.gathered(),
            Self::Repeatedly(machine) => machine.gathered(),
        }
    }

    /// Fires it as one of a composite that repeats it: if that finished it, it starts again.
    fn fire_again(&mut self, sight: Sight) {
        self.on_fire(sight);
        if self.finished() {
            self.reset();
        }
    }
}

#[cfg(test)]
mod tests;
