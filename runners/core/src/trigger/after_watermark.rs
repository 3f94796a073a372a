//! Fires when the watermark passes the end of the window, with repeated firings before and after.

use super::{Machine, Sight};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct AfterWatermark {
    early: Option<Box<Machine>>,
    late: Option<Box<Machine>>,
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
        Self { early: early.map(Box::new), late: late.map(Box::new), phase: Phase::Early }
    }

    /// The child that sees elements and fires now.
    fn current(&mut self) -> Option<&mut Machine> {
        match self.phase {
            Phase::Early => self.early.as_deref_mut(),
            Phase::Late => self.late.as_deref_mut(),
            Phase::Finished => None,
        }
    }

    pub(super) fn on_element(&mut self) {
        if let Some(child) = self.current() {
            child.on_element();
        }
    }

    pub(super) fn should_fire(&self, sight: Sight) -> bool {
        let ready = |child: &Option<Box<Machine>>| {
            child.as_ref().is_some_and(|child| child.should_fire(sight))
        };
        match self.phase {
            Phase::Early => sight.past_end || ready(&self.early),
            Phase::Late => ready(&self.late),
            Phase::Finished => false,
        }
    }

    pub(super) fn on_fire(&mut self, sight: Sight) {
        if self.phase == Phase::Early && sight.past_end {
            // The on-time firing takes the early one along: what early gathered is in the pane.
            self.clear();
            self.phase = if self.late.is_some() { Phase::Late } else { Phase::Finished };
        } else if let Some(child) = self.current() {
            child.fire_again(sight);
        }
    }

    pub(super) fn finished(&self) -> bool {
        self.phase == Phase::Finished
    }

    pub(super) fn clear(&mut self) {
        for child in [&mut self.early, &mut self.late].into_iter().flatten() {
            child.clear();
        }
    }

    pub(super) fn reset(&mut self) {
        for child in [&mut self.early, &mut self.late].into_iter().flatten() {
            child.reset();
        }
        self.phase = Phase::Early;
    }

    pub(super) fn gathered(&self) -> u32 {
        match self.phase {
            Phase::Early => self.early.as_ref().map_or(0, |child| child.gathered()),
            Phase::Late => self.late.as_ref().map_or(0, |child| child.gathered()),
            Phase::Finished => 0,
        }
    }
}
