//! Stages behind an exchange: what was handed over to them, and what time makes due there.

use super::{Executor, guarded};
use heliostat::batch::Batch;
use heliostat::graph::Moment;
use heliostat::{RunError, Timestamp};
use heliostat_runner_core::{Admitted, Gate, Head, Stage, StageId, Target, ViewId, ViewStore};
use std::collections::VecDeque;

/// What stands in front of a stage behind an exchange.
pub(crate) struct Exchange {
    /// What was handed over and is not taken yet.
    pub(crate) queue: VecDeque<Batch>,
    /// Lets elements in when what their step reads beside them is ready.
    pub(crate) gate: Gate,
    /// Emptied batches, for their room.
    spare: Vec<Batch>,
    /// The watermark that everything behind the stage was told.
    pub(crate) told: Timestamp,
}

impl Default for Exchange {
    fn default() -> Self {
        Self {
            queue: VecDeque::new(),
            gate: Gate::default(),
            spare: Vec::new(),
            told: Timestamp::MIN,
        }
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
        let step = head.step;
        let to = self.input_watermark(&head.upstream, Target::Exchange(id));
        for &ViewId(view) in &head.views {
            let plan = &self.plan.views[view as usize];
            let watermark = self.input_watermark(&plan.upstream, Target::View(plan.id));
            self.works.views[view as usize].advance(watermark);
        }
        let before = self.works.stages[at].moment().watermark;
        self.works.stages[at].set_moment(Moment { watermark: before, now });
        let parts = self.take_admitted(at)?;
        if !parts.is_empty() {
            self.admitted_bundle(at, parts)?;
        }
        let gate = &mut self.works.exchanges[at].gate;
        self.metrics.entry(step).or_default().dropped.late += gate.take_late();
        // What waits counts as queued: the step's own watermark stays in front of it.
        let watermark = gate.oldest().map_or(to, |oldest| to.min(oldest)).max(before);
        self.works.stages[at].set_moment(Moment { watermark, now });
        if self.works.stages[at].has_due() {
            self.bundles += 1;
            self.tried_bundle(at, &mut VecDeque::new())?;
        }
        let told = self.works.stages[at].output_watermark();
        let exchange = &mut self.works.exchanges[at];
        exchange.told = exchange.told.max(told);
        let told = exchange.told;
        if let Some(suspicion) = &mut self.suspicion {
            let (stage, graph) = (&mut self.works.stages[at], self.job.graph);
            guarded(&graph.step(step).path, || suspicion.reload_stage(stage, graph, told))??;
        }
        self.forget_views(at);
        Ok(())
    }

    /// What was handed over to a stage and can go in.
    fn take_admitted(&mut self, at: usize) -> Result<Vec<Admitted>, RunError> {
        let mut batches = Vec::from(std::mem::take(&mut self.works.exchanges[at].queue));
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
        let gate = &mut self.works.exchanges[at].gate;
        let path = &self.job.graph.step(*step).path;
        guarded(path, || gate.admit(batches, &views))?
            .map_err(|error| RunError::failed(format!("`{path}`: {error}")).in_step(path))
    }

    /// Forgets what no reader of the views of a stage can ask for any more.
    fn forget_views(&mut self, at: usize) {
        let Some(head) = &self.plan.stages[at].head else { return };
        for &view in &head.views {
            let reads =
                |stage: &&Stage| stage.head.as_ref().is_some_and(|head| head.views.contains(&view));
            let readers = self.plan.stages.iter().filter(reads);
            let moment = |stage: &Stage| self.works.stages[stage.id.0 as usize].moment();
            let slowest = readers.map(|stage| moment(stage).watermark).min();
            self.works.views[view.0 as usize].collect_garbage(slowest.unwrap_or(Timestamp::MIN));
        }
    }
}
