//! Stages behind an exchange: what was handed over to them, and what time makes due there.

use super::{Executor, site};
use heliostat::graph::Moment;
use heliostat::{RunError, Timestamp};
use heliostat_runner_core::{Admitted, Head, StageId, Target, ViewStore, guarded};
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
        let before = self.works.lanes[0].stages[at].moment().watermark;
        self.works.lanes[0].stages[at].set_moment(Moment { watermark: before, now });
        let parts = self.take_admitted(at)?;
        if !parts.is_empty() {
            self.admitted_bundle(at, parts)?;
        }
        let gate = &mut self.works.lanes[0].exchanges[at].gate;
        self.ledger.of(step).dropped.late += gate.take_late();
        // What waits counts as queued: the step's own watermark stays in front of it.
        let watermark = gate.oldest().map_or(to, |oldest| to.min(oldest)).max(before);
        self.works.lanes[0].stages[at].set_moment(Moment { watermark, now });
        if self.works.lanes[0].stages[at].has_due() {
            self.bundles += 1;
            self.tried_bundle(at, &mut VecDeque::new())?;
        }
        let told = self.works.lanes[0].stages[at].output_watermark();
        let exchange = &mut self.works.lanes[0].exchanges[at];
        exchange.told = exchange.told.max(told);
        let told = exchange.told;
        if let Some(suspicion) = &mut self.suspicion {
            let (stage, graph) = (&mut self.works.lanes[0].stages[at], self.job.graph);
            guarded(&graph.step(step).path, || suspicion.reload_stage(stage, graph, told))??;
        }
        if let Some(head) = &self.plan.stages[at].head {
            self.works.forget_views(site(&self.plan, &self.job), &head.views);
        }
        Ok(())
    }

    /// What was handed over to a stage and can go in.
    fn take_admitted(&mut self, at: usize) -> Result<Vec<Admitted>, RunError> {
        let mut batches = Vec::from(std::mem::take(&mut self.works.lanes[0].exchanges[at].queue));
        let stage = &self.plan.stages[at];
        let producer = self.job.graph.producer(stage.input);
        if let Some(suspicion) = &mut self.suspicion {
            let shuffled = batches.into_iter().map(|batch| suspicion.shuffled(batch));
            batches = guarded(&producer.path, || shuffled.collect())?;
        }
        let Some(Head { views, step, .. }) = stage.head.as_ref().filter(|it| !it.views.is_empty())
        else {
            let plain = |batch| Admitted { sides: Vec::new(), batch };
            return Ok(batches.into_iter().map(plain).collect());
        };
        let views: Vec<&ViewStore> =
            views.iter().map(|id| &self.works.views[id.0 as usize]).collect();
        let gate = &mut self.works.lanes[0].exchanges[at].gate;
        let path = &self.job.graph.step(*step).path;
        guarded(path, || gate.admit(batches, &views))?
            .map_err(|error| RunError::failed(format!("`{path}`: {error}")).in_step(path))
    }
}
