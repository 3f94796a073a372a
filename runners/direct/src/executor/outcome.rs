//! The end of a run: teardown, commit, counts.

use super::Executor;
use heliostat::graph::{Composite, Step, Transform};
use heliostat::{
    Completion, OpenWindows, RunError, RunEvent, RunResult, StepMetrics, StopCause, Stopped,
    TransformId,
};
use heliostat_runner_core::{Attempt, Target};

impl Executor<'_> {
    pub(super) fn tear_down(&mut self) -> Result<(), RunError> {
        let this =
            Attempt { bundle: self.bundles, attempt: self.attempts, attempts: self.attempts };
        let mut outcome = Ok(());
        for stage in &mut self.works.stages {
            outcome = outcome.and(stage.teardown());
        }
        outcome.map_err(|error| error.into_run_error(this))
    }

    /// Counts an expanded composite as the one step it stands for, so that the form a run took by
    /// chance does not show.
    pub(super) fn attribute_expansions(&mut self) {
        for composite in self.job.graph.steps().iter().rev() {
            let Transform::Composite(
                Composite::Combine { .. } | Composite::Reshuffle | Composite::Write(_),
            ) = composite.transform
            else {
                continue;
            };
            let parts = self.job.graph.parts(composite.id);
            let of_parts = parts.filter_map(|part| Some((part, self.metrics.remove(&part.id)?)));
            let of_parts: Vec<(&Step, StepMetrics)> = of_parts.collect();
            let (Some((_, first)), Some((_, last))) = (of_parts.first(), of_parts.last()) else {
                continue;
            };
            let mut whole = StepMetrics {
                elements_in: first.elements_in,
                elements_out: last.elements_out,
                ..StepMetrics::default()
            };
            let is_combine =
                matches!(composite.transform, Transform::Composite(Composite::Combine { .. }));
            let grouping =
                of_parts.iter().find(|(part, _)| part.transform == Transform::GroupByKey);
            if let (true, Some((_, grouping))) = (is_combine, grouping) {
                whole = StepMetrics { elements_out: whole.elements_out, ..*grouping };
            }
            self.metrics.insert(composite.id, whole);
        }
    }

    /// Removes what was prepared for sinks, after a failure.
    pub(super) fn discard(self) {
        let mut in_flight = Vec::new();
        for (stage, exchange) in self.plan.stages.iter().zip(self.works.exchanges) {
            for (_, target) in &stage.targets {
                if let Target::Write(step) = *target {
                    in_flight.extend(exchange.queue.into_iter().map(|batch| (step, batch)));
                    break;
                }
            }
        }
        self.works.sinks.discard(self.job.functions, in_flight);
    }

    /// Lets what was written appear; under another name if the run was stopped.
    pub(super) fn finish(mut self, stopped: Option<StopCause>) -> Result<RunResult, RunError> {
        self.attribute_expansions();
        let completion = match stopped {
            None => Completion::Complete,
            Some(cause) => {
                let bundles = self.read_bundles;
                self.result.stopped = Some(Stopped { cause, bundles, saved: false });
                Completion::Interrupted
            }
        };
        let sinks = std::mem::take(&mut self.works.sinks);
        self.result.written = sinks.commit(self.job.functions, completion)?;
        Ok(self.told_result())
    }

    /// What the author's groupings have open; those inside an expanded write or reshuffle are none
    /// of theirs.
    fn open_windows(&self) -> OpenWindows {
        let groupings = self.works.groupings.iter().zip(&self.plan.groupings);
        let of_authors = groupings.filter(|(_, plan)| !self.is_part_of_an_exchange(plan.step));
        let open = of_authors.map(|(grouping, _)| grouping.open_windows());
        open.fold(OpenWindows::default(), |all, one| OpenWindows {
            windows: all.windows + one.windows,
            panes_pending: all.panes_pending + one.panes_pending,
        })
    }

    fn is_part_of_an_exchange(&self, step: TransformId) -> bool {
        let parent = self.job.graph.step(step).parent;
        parent.is_some_and(|parent| {
            matches!(
                self.job.graph.step(parent).transform,
                Transform::Composite(Composite::Reshuffle | Composite::Write(_))
            ) || self.is_part_of_an_exchange(parent)
        })
    }

    /// What the run leaves behind, told to the observer.
    pub(super) fn told_result(mut self) -> RunResult {
        if self.result.stopped.is_some() {
            self.result.interrupted = Some(self.open_windows());
        }
        for (step, written) in &self.result.written {
            let event = RunEvent::Written { step: step.clone(), written: written.clone() };
            self.job.observer.event(event);
        }
        for step in self.job.graph.steps() {
            if let Some(metrics) = self.metrics.get(&step.id) {
                let event = RunEvent::Step { step: step.path.clone(), metrics: *metrics };
                self.job.observer.event(event);
                self.result.metrics.insert(step.path.clone(), *metrics);
            }
        }
        self.result
    }
}
