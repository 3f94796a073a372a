//! Stages behind an exchange: what was handed over to them, and what time makes due there.

use super::Executor;
use heliostat::batch::Batch;
use heliostat::graph::Moment;
use heliostat::{RunError, Timestamp};
use heliostat_runner_core::{StageId, Target};
use std::collections::VecDeque;

/// What stands in front of a stage behind an exchange.
pub(crate) struct Exchange {
    /// What was handed over and is not taken yet.
    pub(crate) queue: VecDeque<Batch>,
    /// Emptied batches, for their room.
    spare: Vec<Batch>,
    /// The watermark that everything behind the stage was told.
    pub(crate) told: Timestamp,
}

impl Default for Exchange {
    fn default() -> Self {
        Self { queue: VecDeque::new(), spare: Vec::new(), told: Timestamp::MIN }
    }
}

impl Exchange {
    /// Takes a batch over and gives an empty one for it.
    pub(crate) fn hand_over(&mut self, batch: Batch) -> Batch {
        let empty = self.spare.pop().unwrap_or_else(|| batch.empty_like());
        self.queue.push_back(batch);
        empty
    }

    /// Takes back a batch that was emptied.
    pub(crate) fn give_back(&mut self, batch: Batch) {
        if self.spare.is_empty() && batch.is_empty() {
            self.spare.push(batch);
        }
    }
}

impl Executor<'_> {
    /// First what was handed over, under the old watermark, then what the new one makes due.
    pub(super) fn settle_stage(&mut self, id: StageId, now: Timestamp) -> Result<(), RunError> {
        let at = id.0 as usize;
        let head = self.plan.stages[at].head.as_ref().expect("only such stages are nodes");
        let to = self.input_watermark(&head.upstream, Target::Exchange(id));
        let before = self.works.stages[at].moment().watermark;
        self.works.stages[at].set_moment(Moment { watermark: before, now });
        let batches = Vec::from(std::mem::take(&mut self.works.exchanges[at].queue));
        if !batches.is_empty() {
            let batches = self.shuffled(at, batches)?;
            self.stage_bundle(at, batches)?;
        }
        self.works.stages[at].set_moment(Moment { watermark: before.max(to), now });
        if self.works.stages[at].has_due() {
            self.bundles += 1;
            self.tried_bundle(at, &mut VecDeque::new())?;
        }
        let told = self.works.stages[at].output_watermark();
        let exchange = &mut self.works.exchanges[at];
        exchange.told = exchange.told.max(told);
        Ok(())
    }

    /// A suspicious run hands elements over in no order.
    fn shuffled(&mut self, at: usize, batches: Vec<Batch>) -> Result<Vec<Batch>, RunError> {
        let Some(suspicion) = &mut self.suspicion else { return Ok(batches) };
        let producer = self.job.graph.producer(self.plan.stages[at].input);
        let shuffled = batches.into_iter().map(|batch| suspicion.shuffled(batch));
        super::guarded(&producer.path, || shuffled.collect())
    }
}
