//! The writes of a run: opened before anything is read, committed behind everything.

use crate::sources::guarded;
use heliostat::batch::Batch;
use heliostat::erased_io::ErasedWriter;
use heliostat::graph::{Functions, Graph};
use heliostat::{Completion, RunError, TransformId, Written};
use heliostat_runner_core::Plan;
use std::collections::BTreeMap;

/// All writes of a run. Dropped without a commit, nothing of them appears.
pub(crate) struct Sinks {
    open: BTreeMap<TransformId, Sink>,
}

struct Sink {
    path: String,
    writer: Box<dyn ErasedWriter>,
}

impl Sinks {
    pub(crate) fn open(
        plan: &Plan,
        graph: &Graph,
        functions: &Functions,
    ) -> Result<Self, RunError> {
        let mut open = BTreeMap::new();
        for &step in &plan.writes {
            let path = graph.step(step).path.clone();
            let writer = guarded(|| functions.write(&path).open(0, 0)).map_err(|error| {
                RunError::failed(format!("`{path}` cannot be written: {error}")).in_step(&path)
            })?;
            open.insert(step, Sink { path, writer });
        }
        Ok(Self { open })
    }

    pub(crate) fn write(&mut self, step: TransformId, batch: &mut Batch) -> Result<(), RunError> {
        let sink = self.open.get_mut(&step).expect("every write was opened");
        let outcome = guarded(|| sink.writer.write(batch));
        outcome.map_err(|error| {
            RunError::failed(format!("`{}` failed: {error}", sink.path)).in_step(&sink.path)
        })
    }

    /// Prepares all parts, then lets them appear; if one cannot be prepared, none does.
    pub(crate) fn commit(
        self,
        functions: &Functions,
        completion: Completion,
    ) -> Result<BTreeMap<String, Written>, RunError> {
        let mut prepared: Vec<(String, Vec<u8>)> = Vec::new();
        for sink in self.open.into_values() {
            let Sink { path, writer } = sink;
            match guarded(|| writer.prepare()) {
                Ok(part) => prepared.push((path, part)),
                Err(error) => {
                    for (path, part) in prepared {
                        discard(functions, &path, part);
                    }
                    let message = format!("`{path}` failed: {error}");
                    return Err(RunError::failed(message).in_step(path));
                }
            }
        }
        let mut written = BTreeMap::new();
        let mut failed = None;
        for (path, part) in prepared {
            if failed.is_some() {
                discard(functions, &path, part);
                continue;
            }
            match guarded(|| functions.write(&path).commit(vec![part], completion)) {
                Ok(appeared) => {
                    written.insert(path, appeared);
                }
                Err(error) => {
                    let message = format!("`{path}` cannot be committed: {error}");
                    failed = Some(RunError::failed(message).in_step(path));
                }
            }
        }
        failed.map_or(Ok(written), Err)
    }
}

/// Removes a prepared part; best effort, since the run has already failed for another reason.
fn discard(functions: &Functions, path: &str, part: Vec<u8>) {
    let discarded = guarded(|| {
        functions.write(path).discard(vec![part]);
        Ok(())
    });
    drop(discarded);
}
