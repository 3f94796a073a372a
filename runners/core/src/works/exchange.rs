//! What stands in front of a stage behind an exchange.

use crate::{Gate, Target};
use heliostat::Timestamp;
use heliostat::batch::Batch;
use std::collections::VecDeque;

/// What was handed over to a stage on one lane, and how far it is.
#[derive(Debug)]
pub struct Exchange {
    /// What was handed over and is not taken yet.
    pub queue: VecDeque<Batch>,
    /// Lets elements in when what their step reads beside them is ready.
    pub gate: Gate,
    /// Emptied batches, for their room.
    spare: Vec<Batch>,
    /// Batches that targets have emptied, for what the stage makes of what goes in.
    pub room: Vec<(Target, Batch)>,
    /// The watermark that everything behind the stage was told.
    pub told: Timestamp,
}

impl Default for Exchange {
    fn default() -> Self {
        Self {
            queue: VecDeque::new(),
            gate: Gate::default(),
            spare: Vec::new(),
            room: Vec::new(),
            told: Timestamp::MIN,
        }
    }
}

impl Exchange {
    /// Takes a batch over and gives an empty one for it.
    pub fn hand_over(&mut self, batch: Batch) -> Batch {
        let empty = self.spare.pop().unwrap_or_else(|| batch.empty_like());
        self.queue.push_back(batch);
        empty
    }

    /// Takes back a batch that was emptied.
    pub fn give_back(&mut self, batch: Batch) {
        if self.spare.is_empty() && batch.is_empty() && !batch.values.is_lent() {
            self.spare.push(batch);
        }
    }
}
