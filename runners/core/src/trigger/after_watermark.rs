//! Fires when the watermark passes the end of the window, with repeated firings before and after.

use super::{Machine, Sight, Wakes};
use serde::{Deserialize, Serialize};

/// Where in `parts` the firings before and behind the end stand.
const EARLY: usize = 0;
const LATE: usize = 1;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct AfterWatermark {
    /// `Never` where there are no early or late firings.
    parts: Box<[Machine; 2]>,
    fires_late: bool,
    phase: Phase,
}

/// A marker of its own, not a child's finished bit (model.md S33).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Phase {
    /// It has not fired on time.
    Early,
    /// It has; late firings follow.
    Late,
    /// It has, and there are no late firings.
    Finished,
}

impl AfterWatermark {
    pub(super) fn new(early: Option<Machine>, late: Option<Machine>) -> Self {
        let fires_late = late.is_some();
        let parts = [early.unwrap_or(Machine::Never), late.unwrap_or(Machine::Never)];
        Self { parts: Box::new(parts), fires_late, phase: Phase::Early }
    }

    /// Behind the on-time firing.
    fn behind(&self) -> Phase {
        if self.fires_late { Phase::Late } else { Phase::Finished }
    }

    /// The child that fires now, besides the end of the window.
    pub(super) fn current(&self) -> Option<&Machine> {
        match self.phase {
            Phase::Early => Some(&self.parts[EARLY]),
            Phase::Late => Some(&self.parts[LATE]),
            Phase::Finished => None,
        }
    }

    /// Where windows merge both children see the element: a merge may bring the early phase back.
    pub(super) fn on_element(&mut self, sight: Sight, wakes: &mut Wakes) {
        wakes.at_end_of_window(sight);
        if sight.merging {
            self.parts.iter_mut().for_each(|part| part.on_element(sight, wakes));
            return;
        }
        match self.phase {
            Phase::Early => self.parts[EARLY].on_element(sight, wakes),
            Phase::Late => self.parts[LATE].on_element(sight, wakes),
            Phase::Finished => {}
        }
    }

    pub(super) fn on_merge(&mut self, merged: &[&Self], sight: Sight, wakes: &mut Wakes) {
        wakes.at_end_of_window(sight);
        let parts: Vec<&[Machine]> = merged.iter().map(|it| it.parts()).collect();
        let rewinds = merged.is_empty()
            || !sight.past_end
            || merged.iter().any(|it| it.phase == Phase::Early);
        if rewinds {
            self.phase = Phase::Early;
            self.parts[EARLY].merge_part(EARLY, &parts, sight, wakes);
            self.parts[LATE].clear();
        } else {
            self.phase = self.behind();
            if self.fires_late {
                self.parts[LATE].merge_part(LATE, &parts, sight, wakes);
            }
        }
    }

    pub(super) fn should_fire(&self, sight: Sight) -> bool {
        let due = self.phase == Phase::Early && sight.past_end;
        due || self.current().is_some_and(|current| current.should_fire(sight))
    }

    pub(super) fn on_fire(&mut self, sight: Sight, wakes: &mut Wakes) {
        match self.phase {
            Phase::Early if sight.past_end => {
                // The on-time firing takes the early one along: what early gathered is in the pane.
                if self.parts[EARLY].should_fire(sight) {
                    self.parts[EARLY].on_fire(sight, wakes);
                }
                self.parts.iter_mut().for_each(Machine::clear);
                self.phase = self.behind();
            }
            Phase::Early => self.parts[EARLY].fire_again(sight, wakes),
            Phase::Late => self.parts[LATE].fire_again(sight, wakes),
            Phase::Finished => {}
        }
    }

    pub(super) fn finished(&self) -> bool {
        self.phase == Phase::Finished
    }

    pub(super) fn reset_phase(&mut self) {
        self.phase = Phase::Early;
    }

    pub(super) fn parts(&self) -> &[Machine] {
        self.parts.as_slice()
    }

    pub(super) fn parts_mut(&mut self) -> &mut [Machine] {
        self.parts.as_mut_slice()
    }
}
