//! Fires once, when processing time is past the deadline that the pane's first element set.

use super::Sight;
use heliostat::{Deadline, Timestamp};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct AfterProcessingTime {
    deadline: Deadline,
    /// `None` until an element comes.
    due: Option<Timestamp>,
    finished: bool,
}

impl AfterProcessingTime {
    pub(super) fn new(deadline: Deadline) -> Self {
        Self { deadline, due: None, finished: false }
    }

    pub(super) fn on_element(&mut self, sight: Sight) {
        if self.due.is_none() {
            self.due = Some(self.deadline.of(sight.now));
        }
    }

    /// Its own bit counts, not those of the others: a window that was not open has none.
    pub(super) fn on_merge(&mut self, merged: &[&Self]) {
        self.due = match self.finished {
            true => None,
            false => merged.iter().filter_map(|it| it.due).min(),
        };
    }

    /// Strictly: at the deadline itself it is not due (model.md S17).
    pub(super) fn should_fire(&self, sight: Sight) -> bool {
        self.due.is_some_and(|due| due < sight.now)
    }

    pub(super) fn on_fire(&mut self) {
        self.due = None;
        self.finished = true;
    }

    pub(super) fn finished(&self) -> bool {
        self.finished
    }

    pub(super) fn due(&self) -> Option<Timestamp> {
        self.due
    }

    pub(super) fn clear(&mut self) {
        self.due = None;
    }

    pub(super) fn reset(&mut self) {
        self.due = None;
        self.finished = false;
    }
}
