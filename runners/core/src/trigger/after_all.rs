//! Fires once, when all of its triggers are ready or have fired.

use super::{Machine, Sight, Wakes};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct AfterAll {
    parts: Vec<Machine>,
    finished: bool,
}

impl AfterAll {
    pub(super) fn new(parts: Vec<Machine>) -> Self {
        Self { parts, finished: false }
    }

    pub(super) fn on_element(&mut self, sight: Sight, wakes: &mut Wakes) {
        for part in self.parts.iter_mut().filter(|part| !part.finished()) {
            part.on_element(sight, wakes);
        }
    }

    pub(super) fn on_merge(&mut self, merged: &[&[Machine]], sight: Sight, wakes: &mut Wakes) {
        for (at, part) in self.parts.iter_mut().enumerate() {
            part.merge_part(at, merged, sight, wakes);
        }
        self.finished = self.parts.iter().all(Machine::finished);
    }

    pub(super) fn should_fire(&self, sight: Sight) -> bool {
        self.parts.iter().all(|part| part.ready_or_finished(sight))
    }

    pub(super) fn on_fire(&mut self, sight: Sight, wakes: &mut Wakes) {
        for part in &mut self.parts {
            if part.should_fire(sight) {
                part.on_fire(sight, wakes);
            }
        }
        self.finished = true;
    }

    pub(super) fn finished(&self) -> bool {
        self.finished
    }

    pub(super) fn reset_bit(&mut self) {
        self.finished = false;
    }

    pub(super) fn parts(&self) -> &[Machine] {
        &self.parts
    }

    pub(super) fn parts_mut(&mut self) -> &mut [Machine] {
        &mut self.parts
    }
}
