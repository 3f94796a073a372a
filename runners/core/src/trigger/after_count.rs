//! Fires once, when the pane has gathered enough elements.

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct AfterCount {
    needed: u32,
    seen: u32,
    finished: bool,
}

impl AfterCount {
    pub(super) fn new(needed: u32) -> Self {
        Self { needed, seen: 0, finished: false }
    }

    pub(super) fn on_element(&mut self) {
        self.seen = self.seen.saturating_add(1);
    }

    pub(super) fn on_merge(&mut self, merged: &[&Self]) {
        self.finished = merged.iter().any(|it| it.finished);
        self.seen = if self.finished {
            0
        } else {
            merged.iter().fold(0, |sum, it| sum.saturating_add(it.seen))
        };
    }

    pub(super) fn should_fire(&self) -> bool {
        self.needed <= self.seen
    }

    pub(super) fn on_fire(&mut self) {
        self.seen = 0;
        self.finished = true;
    }

    pub(super) fn finished(&self) -> bool {
        self.finished
    }

    pub(super) fn clear(&mut self) {
        self.seen = 0;
    }

    pub(super) fn reset(&mut self) {
        self.seen = 0;
        self.finished = false;
    }

    pub(super) fn gathered(&self) -> u32 {
        self.seen
    }
}
