//! The end of a run: teardown, commit, counts.

use super::{Executor, site};
use heliostat::savepoint::{SavepointHeader, StepKind};
use heliostat::{Completion, RunError, RunResult, StopCause, Stopped};
use heliostat_runner_core::{Attempt, Target};

impl Executor<'_> {
    pub(super) fn tear_down(&mut self) -> Result<(), RunError> {
        let attempts = self.retries.attempts;
        let this = Attempt { bundle: self.bundles, attempt: attempts, attempts };
        self.works.tear_down(this)
    }

    /// Removes what was prepared for sinks, after a failure.
    pub(super) fn discard(self) {
        let mut in_flight = Vec::new();
        let exchanges = self.works.lanes.into_iter().flat_map(|lane| lane.exchanges);
        for (stage, exchange) in self.plan.stages.iter().zip(exchanges) {
            for (_, target) in &stage.targets {
                if let Target::Write(step) = *target {
                    in_flight.extend(exchange.queue.into_iter().map(|batch| (step, batch)));
                    break;
                }
            }
        }
        self.sinks.discard(self.job.functions, in_flight);
    }

    /// Lets what was written appear; under another name if the run was stopped.
    pub(super) fn finish(mut self, stopped: Option<StopCause>) -> Result<RunResult, RunError> {
        self.ledger.attribute_expansions(self.job.graph);
        let completion = match stopped {
            None => Completion::Complete,
            Some(cause) => {
                let bundles = self.read_bundles;
                self.ledger.result.stopped = Some(Stopped { cause, bundles, saved: false });
                self.ledger.note_open(site(&self.plan, &self.job), &self.works)?;
                Completion::Interrupted
            }
        };
        let sinks = std::mem::take(&mut self.sinks);
        self.ledger.result.written = sinks.commit(self.job.functions, completion)?;
        Ok(self.told_result())
    }

    /// Stops with a savepoint: sinks are prepared, then it is stored, then sinks that appear epoch
    /// by epoch do so.
    pub(super) fn stop(mut self, cause: StopCause) -> Result<RunResult, RunError> {
        let header = SavepointHeader {
            program: self.job.options.program.to_owned(),
            bundles: self.before.bundles + self.read_bundles,
            elements: self.before.elements + self.ledger.elements,
            processing_time: self.clock.now(),
            scripted_time: self.scripted,
            ..SavepointHeader::written_by("direct", env!("CARGO_PKG_VERSION"))
        };
        self.ledger.attribute_expansions(self.job.graph);
        let site = site(&self.plan, &self.job);
        self.ledger.note_open(site, &self.works)?;
        let mut savepoint = self.works.save(site, &self.ledger, header)?;
        let store = self.job.options.savepoints.take();
        let sinks = std::mem::take(&mut self.sinks);
        let prepared = sinks.prepared(self.job.functions)?;
        for sink in &prepared {
            let (step, state) = sink.state(self.job.functions);
            let path = self.job.graph.step(step).path.clone();
            let state = self.ledger.state_of(self.job.graph, step, StepKind::Write(state));
            savepoint.steps.insert(path, state);
        }
        let stored = store.map_or(Ok(()), |store| store.store(&savepoint));
        if let Err(error) = stored {
            prepared.into_iter().for_each(|sink| sink.discard(self.job.functions));
            return Err(RunError::failed(format!("the savepoint cannot be stored: {error}")));
        }
        for sink in prepared {
            self.ledger.result.written.extend(sink.end_epoch(self.job.functions)?);
        }
        let stopped = Stopped { cause, bundles: self.read_bundles, saved: true };
        self.ledger.result.stopped = Some(stopped);
        Ok(self.told_result())
    }

    /// What the run leaves behind, told to the observer.
    pub(super) fn told_result(self) -> RunResult {
        let Self { job, ledger, .. } = self;
        ledger.told(job.graph, job.observer)
    }
}
