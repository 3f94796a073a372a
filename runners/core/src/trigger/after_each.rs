//! Fires its triggers one after the other, each until it is finished.

use super::{Machine, Sight, Wakes};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct AfterEach {
    parts: Vec<Machine>,
    finished: bool,
}

impl AfterEach {
    pub(super) fn new(parts: Vec<Machine>) -> Self {
        Self { parts, finished: false }
    }

    /// The trigger whose turn it is.
    pub(super) fn current(&self) -> Option<&Machine> {
        self.parts.iter().find(|part| !part.finished())
    }

    fn current_mut(&mut self) -> Option<&mut Machine> {
        self.parts.iter_mut().find(|part| !part.finished())
    }

    /// Where windows merge all see the element: a merge may revive one whose turn is over.
    pub(super) fn on_element(&mut self, sight: Sight, wakes: &mut Wakes) {
        if sight.merging {
            self.parts.iter_mut().for_each(|part| part.on_element(sight, wakes));
        } else if let Some(current) = self.current_mut() {
            current.on_element(sight, wakes);
        }
    }

    pub(super) fn on_merge(&mut self, merged: &[&[Machine]], sight: Sight, wakes: &mut Wakes) {
        let mut finished_so_far = true;
        for (at, part) in self.parts.iter_mut().enumerate() {
            if finished_so_far {
                part.merge_part(at, merged, sight, wakes);
                finished_so_far = part.finished();
            } else {
                part.clear();
            }
        }
        self.finished = self.current().is_none();
    }

    pub(super) fn should_fire(&self, sight: Sight) -> bool {
        self.current().is_some_and(|current| current.should_fire(sight))
    }

    pub(super) fn on_fire(&mut self, sight: Sight, wakes: &mut Wakes) {
        if let Some(current) = self.current_mut() {
            current.on_fire(sight, wakes);
        }
        if sight.merging {
            self.parts.iter_mut().for_each(Machine::clear);
        }
        match self.current() {
            None => self.finished = true,
            // It would hear of its window with the next element, which may never come.
            Some(next) => next.on_window(sight, wakes),
        }
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
