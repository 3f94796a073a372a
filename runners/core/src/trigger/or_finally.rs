//! Fires like its first trigger until its second one fires.

use super::{Machine, Sight, Wakes};
use serde::{Deserialize, Serialize};

/// Where in `parts` the trigger stands that fires until the other does.
const MAIN: usize = 0;
const UNTIL: usize = 1;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct OrFinally {
    parts: Box<[Machine; 2]>,
    finished: bool,
}

impl OrFinally {
    pub(super) fn new(main: Machine, until: Machine) -> Self {
        Self { parts: Box::new([main, until]), finished: false }
    }

    pub(super) fn on_element(&mut self, sight: Sight, wakes: &mut Wakes) {
        for part in self.parts.as_mut() {
            part.on_element(sight, wakes);
        }
    }

    pub(super) fn on_merge(&mut self, merged: &[&[Machine]], sight: Sight, wakes: &mut Wakes) {
        for (at, part) in self.parts.iter_mut().enumerate() {
            part.merge_part(at, merged, sight, wakes);
        }
        self.finished = self.parts.iter().any(Machine::finished);
    }

    pub(super) fn should_fire(&self, sight: Sight) -> bool {
        self.parts.iter().any(|part| part.should_fire(sight))
    }

    /// While the first fires, the second keeps what it gathered.
    pub(super) fn on_fire(&mut self, sight: Sight, wakes: &mut Wakes) {
        if self.parts[UNTIL].should_fire(sight) {
            self.parts[UNTIL].on_fire(sight, wakes);
            self.parts[MAIN].clear();
        } else {
            self.parts[MAIN].on_fire(sight, wakes);
        }
        self.finished = self.parts.iter().any(Machine::finished);
    }

    pub(super) fn finished(&self) -> bool {
        self.finished
    }

    pub(super) fn reset_bit(&mut self) {
        self.finished = false;
    }

    pub(super) fn parts(&self) -> &[Machine] {
        self.parts.as_slice()
    }

    pub(super) fn parts_mut(&mut self) -> &mut [Machine] {
        self.parts.as_mut_slice()
    }
}
