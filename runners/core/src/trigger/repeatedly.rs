//! Fires its trigger over and over; never finishes.

use super::{Machine, Sight, Wakes};
use serde::{Deserialize, Serialize};
use std::slice;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Repeatedly {
    inner: Box<Machine>,
}

impl Repeatedly {
    pub(super) fn new(inner: Machine) -> Self {
        Self { inner: Box::new(inner) }
    }

    pub(super) fn on_element(&mut self, sight: Sight, wakes: &mut Wakes) {
        self.inner.on_element(sight, wakes);
    }

    pub(super) fn on_merge(&mut self, merged: &[&[Machine]], sight: Sight, wakes: &mut Wakes) {
        self.inner.merge_part(0, merged, sight, wakes);
    }

    pub(super) fn should_fire(&self, sight: Sight) -> bool {
        self.inner.should_fire(sight)
    }

    pub(super) fn on_fire(&mut self, sight: Sight, wakes: &mut Wakes) {
        self.inner.fire_again(sight, wakes);
    }

    pub(super) fn parts(&self) -> &[Machine] {
        slice::from_ref(&self.inner)
    }

    pub(super) fn parts_mut(&mut self) -> &mut [Machine] {
        slice::from_mut(&mut self.inner)
    }
}
