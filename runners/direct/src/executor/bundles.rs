//! Bundles through stages: tried as often as allowed, committed as a whole.

use super::Executor;
use heliostat::batch::Batch;
use heliostat::{CollectionId, RunError};
use heliostat_runner_core::{
    Admitted, Attempt, BundleOutput, Inspect, NoInspect, StageError, StageWork, Target, guarded,
};
use std::collections::VecDeque;

/// A bundle that has made more than so many bytes for groupings and sinks ends at the next batch
/// (never under a script, whose bundles are exact).
const BUNDLE_OUTPUT_BYTES_MAX: usize = 64 << 20;

/// Panes come in batches of at most so many elements.
const BATCH_ELEMENTS_MAX: usize = 16_384;

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
            [only] if self.attempts == 1 => {
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
        let plain = |batch| Admitted { sides: Vec::new(), batch };
        self.admitted_bundle(at, batches.into_iter().map(plain).collect())
    }

    /// The same for what went through the gate of the stage.
    pub(super) fn admitted_bundle(
        &mut self,
        at: usize,
        parts: Vec<Admitted>,
    ) -> Result<(), RunError> {
        let mut rest: VecDeque<Admitted> = if self.scripted {
            parts.into()
        } else {
            parts.into_iter().flat_map(in_batches).collect()
        };
        while !rest.is_empty() {
            self.bundles += 1;
            self.tried_bundle(at, &mut rest)?;
        }
        Ok(())
    }

    /// One bundle from the front of `rest`, as often as it may be tried.
    pub(super) fn tried_bundle(
        &mut self,
        at: usize,
        rest: &mut VecDeque<Admitted>,
    ) -> Result<(), RunError> {
        let mut number = 1;
        loop {
            let mut kept = Vec::new();
            match self.attempt(at, rest, (number < self.attempts).then_some(&mut kept)) {
                Ok(output) => return self.commit(at, output),
                Err(error) => {
                    let this =
                        Attempt { bundle: self.bundles, attempt: number, attempts: self.attempts };
                    if number == self.attempts {
                        return Err(error.into_run_error(this));
                    }
                    kept.into_iter().rev().for_each(|batch| rest.push_front(batch));
                    self.works.lanes[0].stages[at]
                        .roll_back(self.job.functions)
                        .map_err(|error| error.into_run_error(this))?;
                    number += 1;
                }
            }
        }
    }

    /// One try of a bundle; what it takes from `rest` is copied to `kept`, if it may fail.
    pub(super) fn attempt(
        &mut self,
        at: usize,
        rest: &mut VecDeque<Admitted>,
        mut kept: Option<&mut Vec<Admitted>>,
    ) -> Result<BundleOutput, StageError> {
        let lane = &mut self.works.lanes[0];
        let (stage, exchange) = (&mut lane.stages[at], &mut lane.exchanges[at]);
        let mut trusting = NoInspect;
        let inspect: &mut dyn Inspect = match &mut self.suspicion {
            Some(suspicion) => suspicion,
            None => &mut trusting,
        };
        stage.start_bundle()?;
        while let Some(Admitted { sides, mut batch }) = rest.pop_front() {
            if let Some(kept) = &mut kept {
                kept.push(Admitted { sides: sides.clone(), batch: stage.copy_of(&batch)? });
            }
            if !sides.is_empty() {
                stage.see(&sides)?;
            }
            stage.process(&mut batch, inspect)?;
            exchange.give_back(batch);
            let full = || BUNDLE_OUTPUT_BYTES_MAX < stage.pending_bytes(self.job.functions);
            if !self.scripted && !rest.is_empty() && full() {
                break;
            }
        }
        let views = self.plan.stages[at].head.as_ref().map_or(&[][..], |head| &head.views);
        let views = views.iter().map(|id| &self.works.views[id.0 as usize]);
        stage
            .fire_due(&|window| views.clone().map(|view| view.value(window)).collect(), inspect)?;
        stage.finish_bundle(inspect)
    }

    /// Hands over what a bundle made.
    pub(super) fn commit(&mut self, stage: usize, output: BundleOutput) -> Result<(), RunError> {
        for (step, counts) in output.counts {
            let metrics = self.ledger.of(step);
            metrics.elements_in += counts.elements_in;
            metrics.elements_out += counts.elements_out;
            metrics.dropped.late += counts.dropped.late;
        }
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
                    let path =
                        &self.job.graph.producer(self.plan.views[id.0 as usize].collection).path;
                    let view = &mut self.works.views[id.0 as usize];
                    guarded(path, || view.take(&mut batch))?;
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
            return guarded(path, || grouping.add(batch));
        };
        let watermark = grouping.input_watermark();
        let shipped = guarded(path, || [lifter.add(batch, watermark), lifter.flush()])?;
        for mut partials in shipped.into_iter().flatten() {
            if let Some(suspicion) = &mut self.suspicion {
                let exchanged = guarded(path, || suspicion.through_exchange(path, &mut partials))?;
                exchanged.map_err(|error| {
                    let message = format!("`{path}` cannot be lifted: {error}");
                    RunError::failed(message).in_step(path)
                })?;
            }
            guarded(path, || grouping.add(&mut partials))?;
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

/// The elements in batches of at most `BATCH_ELEMENTS_MAX`.
fn in_batches(part: Admitted) -> Vec<Admitted> {
    let Admitted { sides, batch } = part;
    if batch.len() <= BATCH_ELEMENTS_MAX {
        return vec![Admitted { sides, batch }];
    }
    let len = u32::try_from(batch.len()).expect("a batch has fewer than 2^32 elements");
    let all: Vec<u32> = (0..len).collect();
    let part = |part| Admitted { sides: sides.clone(), batch: batch.select(part) };
    all.chunks(BATCH_ELEMENTS_MAX).map(part).collect()
}
