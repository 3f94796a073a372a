//! Fires its trigger over and over; never finishes.

use super::{Machine, Sight};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Repeatedly {
    inner: Box<Machine>,
}

impl Repeatedly {
    pub(super) fn new(inner: Machine) -> Self {
        Self { inner: Box::new(inner) }
    }

    pub(super) fn on_element(&mut self) {
        self.inner.on_element();
    }

    pub(super) fn should_fire(&self, sight: Sight) -> bool {
        self.inner.should_fire(sight)
    }

    pub(super) fn on_fire(&mut self, sight: Sight) {
        self.inner.fire_again(sight);
    }

    pub(super) fn clear(&mut self) {
        self.inner.clear();
    }

    pub(super) fn reset(&mut self) {
        self.inner.reset();
    }

    pub(super) fn gathered(&self) -> u32 {
        self.inner.gathered()
    }
}
