//! Stages behind an exchange: what was handed over to them, and what time makes due there.

use super::{Executor, site};
use heliostat::{RunError, Timestamp};
use heliostat_runner_core::{StageId, Target, guarded};
use std::collections::VecDeque;

impl Executor<'_> {
    /// First what was handed over, under the old watermark, then what the new one makes due.
    pub(super) fn settle_stage(&mut self, id: StageId, now: Timestamp) -> Result<(), RunError> {
        let at = id.0 as usize;
        let head = self.plan.stages[at].head.as_ref().expect("only such stages are nodes");
        let step = head.step;
        let to = self.works.input_watermark(
            site(&self.plan, &self.job),
            &head.upstream,
            Target::Exchange(id),
        );
        self.works.advance_views(site(&self.plan, &self.job), &head.views);
        let mut batches = Vec::from(std::mem::take(&mut self.works.lanes[0].exchanges[at].queue));
        if let Some(suspicion) = &mut self.suspicion {
            let producer = self.job.graph.producer(self.plan.stages[at].input);
            let shuffled = batches.into_iter().map(|batch| suspicion.shuffled(batch));
            batches = guarded(&producer.path, || shuffled.collect())?;
        }
        let lane = &mut self.works.lanes[0];
        let beside = (self.works.views.as_slice(), now);
        let parts = lane.admit(site(&self.plan, &self.job), id, batches, beside)?;
        if !parts.is_empty() {
            self.admitted_bundle(at, parts)?;
        }
        let lane = &mut self.works.lanes[0];
        self.ledger.of(step).dropped.late += lane.move_stage(id, to, now);
        if lane.stages[at].has_due() {
            self.tried_bundle(at, &mut VecDeque::new())?;
        }
        let lane = &mut self.works.lanes[0];
        let told = lane.tell(id);
        if let Some(suspicion) = &mut self.suspicion {
            let (stage, graph) = (&mut lane.stages[at], self.job.graph);
            guarded(&graph.step(step).path, || suspicion.reload_stage(stage, graph, told))??;
        }
        if let Some(head) = &self.plan.stages[at].head {
            self.works.forget_views(site(&self.plan, &self.job), &head.views);
        }
        Ok(())
    }
}
