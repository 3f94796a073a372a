//! Bundles through stages: tried as often as allowed, committed as a whole.

use super::{Executor, site};
use heliostat::batch::Batch;
use heliostat::{CollectionId, RunError};
use heliostat_runner_core::{
    Admitted, Attempt, BundleOutput, Bundling, Inspect, NoInspect, Pause, StageError, StageWork,
    Target, guarded, tried,
};
use std::collections::VecDeque;

impl Executor<'_> {
    /// A bundle that is one batch for all stages of a collection; gives the batch back, emptied
    /// if it could be.
    pub(super) fn bundle_whole(
        &mut self,
        input: CollectionId,
        mut batch: Batch,
    ) -> Result<Batch, RunError> {
        let stages = self.stages_from.get(&input).cloned().unwrap_or_default();
        match stages.as_slice() {
            [only]
                if self.retries.attempts == 1
                    && !self.works.lanes[0].stages[*only].has_dead_letters() =>
            {
                self.bundles += 1;
                let stage = &mut self.works.lanes[0].stages[*only];
                let outcome = whole(stage, &mut batch);
                let this = Attempt { bundle: self.bundles, attempt: 1, attempts: 1 };
                let output = outcome.map_err(|error| error.into_run_error(this))?;
                self.commit(*only, output)?;
                batch.clear();
                Ok(batch)
            }
            _ => {
                let empty = batch.empty_like();
                self.bundle(input, vec![batch])?;
                Ok(empty)
            }
        }
    }

    /// Runs a bundle through every stage that begins at `input`.
    pub(super) fn bundle(
        &mut self,
        input: CollectionId,
        batches: Vec<Batch>,
    ) -> Result<(), RunError> {
        let stages = self.stages_from.get(&input).cloned().unwrap_or_default();
        let Some((last, others)) = stages.split_last() else { return Ok(()) };
        for stage in others {
            // Elements are cloned by the author's code.
            let path = &self.job.graph.producer(input).path;
            let copies = guarded(path, || batches.iter().map(Batch::copied).collect())?;
            self.stage_bundle(*stage, copies)?;
        }
        self.stage_bundle(*last, batches)
    }

    /// Runs batches through a stage as one bundle, or as several where one would make too much.
    pub(super) fn stage_bundle(&mut self, at: usize, batches: Vec<Batch>) -> Result<(), RunError> {
        self.admitted_bundle(at, batches.into_iter().map(Admitted::without_sides).collect())
    }

    /// The same for what went through the gate of the stage.
    pub(super) fn admitted_bundle(
        &mut self,
        at: usize,
        parts: Vec<Admitted>,
    ) -> Result<(), RunError> {
        let pause = Pause { clock: &self.clock, interrupt: self.job.interrupt };
        let mut rest = self.bundling(pause).batches(parts);
        while !rest.is_empty() {
            self.tried_bundle(at, &mut rest)?;
        }
        Ok(())
    }

    fn bundling<'b>(&self, pause: Pause<'b>) -> Bundling<'b> {
        let Self { scripted, retries, bundles, .. } = *self;
        Bundling { scripted, retries, pause, number: bundles }
    }

    /// One bundle from the front of `rest`, as often as it may be tried; without any, of what time
    /// has made due.
    pub(super) fn tried_bundle(
        &mut self,
        at: usize,
        rest: &mut VecDeque<Admitted>,
    ) -> Result<(), RunError> {
        self.bundles += 1;
        let pause = Pause { clock: &self.clock, interrupt: self.job.interrupt };
        let bundling = self.bundling(pause);
        let views = site(&self.plan, &self.job).views_of(at, &self.works.views);
        let lane = &mut self.works.lanes[0];
        let stage = (&mut lane.stages[at], &mut lane.exchanges[at]);
        let mut trusting = NoInspect;
        let inspect: &mut dyn Inspect = match &mut self.suspicion {
            Some(suspicion) => suspicion,
            None => &mut trusting,
        };
        let beside = (self.job.functions, views.as_slice());
        let output = bundling.run(beside, stage, rest, inspect)?;
        self.commit(at, output)
    }

    /// Hands over what a bundle made.
    pub(super) fn commit(&mut self, stage: usize, output: BundleOutput) -> Result<(), RunError> {
        self.ledger.add_bundle(output.counts);
        for (target, mut batch) in output.elements {
            let count = batch.len() as u64;
            let step = match target {
                Target::Grouping(id) => {
                    let at = id.0 as usize;
                    let step = self.plan.groupings[at].step;
                    if let Some(suspicion) = &mut self.suspicion {
                        let path = &self.job.graph.step(step).path;
                        guarded(path, || suspicion.check_keys(path, &batch))??;
                    }
                    self.group(at, &mut batch)?;
                    step
                }
                Target::Exchange(id) => {
                    let empty = self.works.lanes[0].exchanges[id.0 as usize].hand_over(batch);
                    self.works.lanes[0].stages[stage].give_back(target, empty);
                    continue;
                }
                Target::View(id) => {
                    let site = site(&self.plan, &self.job);
                    self.works.take_in_view(site, id, &mut batch)?;
                    self.works.lanes[0].stages[stage].give_back(target, batch);
                    continue;
                }
                Target::Write(step) => {
                    self.sinks.write(step, &mut batch)?;
                    step
                }
            };
            self.ledger.of(step).elements_in += count;
            batch.clear();
            self.works.lanes[0].stages[stage].give_back(target, batch);
        }
        Ok(())
    }

    /// Hands a bundle's elements over to a grouping, reduced in front of it where it is lifted.
    fn group(&mut self, at: usize, batch: &mut Batch) -> Result<(), RunError> {
        let path = &self.job.graph.step(self.plan.groupings[at].step).path;
        let lane = &mut self.works.lanes[0];
        let grouping = &mut lane.groupings[at];
        let Some(lifter) = &mut lane.lifters[at] else {
            return tried(path, || grouping.add(batch));
        };
        let watermark = grouping.input_watermark();
        let mut shipped = Vec::new();
        guarded(path, || {
            lifter.add(batch, watermark, &mut shipped);
            lifter.flush(&mut shipped);
        })?;
        for mut partials in shipped {
            if let Some(suspicion) = &mut self.suspicion {
                let exchanged = guarded(path, || suspicion.through_exchange(path, &mut partials))?;
                exchanged.map_err(|error| {
                    let message = format!("`{path}` cannot be lifted: {error}");
                    RunError::failed(message).in_step(path)
                })?;
            }
            tried(path, || grouping.add(&mut partials))?;
        }
        Ok(())
    }
}

/// A bundle of one batch that nobody looks at and that is tried once.
fn whole(stage: &mut StageWork, batch: &mut Batch) -> Result<BundleOutput, StageError> {
    stage.start_bundle()?;
    stage.process(batch, &mut NoInspect)?;
    stage.finish_bundle(&mut NoInspect)
}
