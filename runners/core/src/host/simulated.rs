//! One thread that does what many would, in an order that a seed says.

use super::{Host, Task};
use heliostat::Seed;
use std::sync::{Mutex, PoisonError};

/// Does one task after the other; the same seed gives the same order.
#[derive(Debug)]
pub struct SimulatedHost {
    chance: Mutex<Seed>,
}

impl SimulatedHost {
    /// With this seed.
    pub fn of(seed: u64) -> Self {
        Self { chance: Mutex::new(Seed::new(seed)) }
    }
}

impl Host for SimulatedHost {
    fn run(&self, mut tasks: Vec<Task<'_>>) {
        while !tasks.is_empty() {
            let mut chance = self.chance.lock().unwrap_or_else(PoisonError::into_inner);
            let at = usize::try_from(chance.below(tasks.len() as u64)).unwrap_or_default();
            drop(chance);
            tasks.swap_remove(at)();
        }
    }
}
