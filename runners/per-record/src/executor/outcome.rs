//! The end of a run: commit, counts, a savepoint.

use super::{Executor, site};
use heliostat::graph::Functions;
use heliostat::savepoint::SavepointHeader;
use heliostat::{Completion, RunError, RunResult, SinkStyle, StopCause, Stopped};
use heliostat_runner_core::caught;

impl Executor<'_> {
    /// Lets what was written appear; under another name if the run was stopped.
    pub(super) fn finish(mut self, stopped: Option<StopCause>) -> Result<RunResult, RunError> {
        let mut noted = Ok(());
        let completion = match stopped {
            None => Completion::Complete,
            Some(cause) => {
                let bundles = self.read_bundles;
                self.ledger.result.stopped = Some(Stopped { cause, bundles, saved: false });
                noted = self.ledger.note_open(site(&self.plan, &self.job), &self.works);
                Completion::Interrupted
            }
        };
        let committed = noted.and_then(|()| self.prepare_bare()).and_then(|()| {
            // What appears at the end does so when all else has.
            self.commit(SinkStyle::PerEpoch, completion)?;
            self.commit(SinkStyle::AtEnd, completion)
        });
        if let Err(error) = committed {
            self.discard();
            return Err(error);
        }
        self.note_written();
        Ok(self.told())
    }

    /// Stops with a savepoint: sinks are prepared, then it is stored, then sinks that appear epoch
    /// by epoch do so.
    pub(super) fn stop(mut self, cause: StopCause) -> Result<RunResult, RunError> {
        let header = self.header();
        self.ledger.attribute_expansions(self.job.graph);
        let at_work = site(&self.plan, &self.job);
        let saved = self.works.save(at_work, &self.ledger, header);
        let noted = saved.and_then(|saved| {
            self.ledger.note_open(at_work, &self.works)?;
            Ok(saved)
        });
        let mut savepoint = match noted {
            Ok(savepoint) => savepoint,
            Err(error) => {
                self.discard();
                return Err(error);
            }
        };
        for commits in self.commits.values() {
            commits.save(&mut savepoint, &self.ledger, self.job.graph);
        }
        let store = self.job.options.savepoints.take();
        if let Err(error) = store.map_or(Ok(()), |store| caught(|| store.store(&savepoint))) {
            self.discard();
            return Err(RunError::failed(format!("the savepoint cannot be stored: {error}")));
        }
        self.commit(SinkStyle::PerEpoch, Completion::Complete)?;
        self.note_written();
        let stopped = Stopped { cause, bundles: self.read_bundles, saved: true };
        self.ledger.result.stopped = Some(stopped);
        Ok(self.told())
    }

    /// What a savepoint taken now says of the run.
    pub(super) fn header(&self) -> SavepointHeader {
        SavepointHeader {
            program: self.job.options.program.to_owned(),
            bundles: self.before.bundles + self.read_bundles,
            elements: self.before.elements + self.ledger.elements,
            processing_time: self.clock.now(),
            scripted_time: self.scripted,
            ..SavepointHeader::written_by("per-record", env!("CARGO_PKG_VERSION"))
        }
    }

    /// One that got nothing has a part without elements.
    fn prepare_bare(&mut self) -> Result<(), RunError> {
        for commits in self.commits.values_mut().filter(|commits| commits.is_bare()) {
            let code = self.job.functions.write(commits.path());
            let part = caught(|| code.open(commits.epoch, 0)?.prepare());
            let part = part.map_err(|error| commits.failed("failed", &error))?;
            commits.take([part]);
        }
        Ok(())
    }

    fn commit(&mut self, style: SinkStyle, completion: Completion) -> Result<(), RunError> {
        let functions: &Functions = self.job.functions;
        let attempts = self.settings.attempts;
        let mut all = self.commits.values_mut();
        all.try_for_each(|commits| commits.commit((functions, style), completion, attempts))
    }

    fn note_written(&mut self) {
        let all = self.commits.values();
        let written = all.filter_map(|it| Some((it.path().to_owned(), it.written()?.clone())));
        self.ledger.result.written = written.collect();
    }

    /// Removes what was prepared, after a failure.
    pub(super) fn discard(self) {
        let functions = self.job.functions;
        self.commits.into_values().for_each(|commits| commits.discard(functions));
    }

    /// What the run leaves behind, told to the observer.
    fn told(mut self) -> RunResult {
        self.ledger.attribute_expansions(self.job.graph);
        let Self { job, ledger, .. } = self;
        ledger.told(job.graph, job.observer)
    }
}
