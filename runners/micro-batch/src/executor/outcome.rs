//! The end of a run: commit, counts, a savepoint.

use super::{Executor, site};
use heliostat::savepoint::SavepointHeader;
use heliostat::{Completion, RunError, RunResult, StopCause, Stopped};
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
        let (functions, attempts) = (self.job.functions, self.settings.attempts);
        let (work, first) = ((self.host.as_ref(), functions), self.first_part());
        let committed = noted
            .and_then(|()| self.sinks.prepare(work, attempts, first))
            .and_then(|()| self.sinks.commit_all(work, completion, attempts));
        match committed {
            Ok(written) => self.ledger.result.written = written,
            Err(error) => {
                self.sinks.discard(functions);
                return Err(error);
            }
        }
        Ok(self.told())
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
            ..SavepointHeader::written_by("micro-batch", env!("CARGO_PKG_VERSION"))
        };
        let (functions, attempts) = (self.job.functions, self.settings.attempts);
        self.ledger.attribute_expansions(self.job.graph);
        let first = self.first_part();
        let at_work = site(&self.plan, &self.job);
        let saved = self.works.save(at_work, &self.ledger, header);
        let prepared = saved.and_then(|saved| {
            self.ledger.note_open(at_work, &self.works)?;
            self.sinks.prepare((self.host.as_ref(), functions), attempts, first)?;
            Ok(saved)
        });
        let mut savepoint = match prepared {
            Ok(savepoint) => savepoint,
            Err(error) => {
                self.sinks.discard(functions);
                return Err(error);
            }
        };
        self.sinks.save(&mut savepoint, &self.ledger, self.job.graph);
        let store = self.job.options.savepoints.take();
        if let Err(error) = store.map_or(Ok(()), |store| caught(|| store.store(&savepoint))) {
            self.sinks.discard(functions);
            return Err(RunError::failed(format!("the savepoint cannot be stored: {error}")));
        }
        self.sinks.commit_epoch(functions, attempts)?;
        self.ledger.result.written = self.sinks.written();
        let stopped = Stopped { cause, bundles: self.read_bundles, saved: true };
        self.ledger.result.stopped = Some(stopped);
        Ok(self.told())
    }

    /// What the run leaves behind, told to the observer.
    fn told(mut self) -> RunResult {
        self.ledger.attribute_expansions(self.job.graph);
        let Self { job, ledger, .. } = self;
        ledger.told(job.graph, job.observer)
    }
}
