//! The writes of a run: opened before anything is read, committed behind everything.

use crate::sources::guarded;
use crate::translate::empty;
use heliostat::batch::{Batch, ColumnExt, Meta};
use heliostat::erased_io::{ErasedWrite, ErasedWriter};
use heliostat::graph::{Functions, Graph, Transform};
use heliostat::{Completion, Error, RunError, TransformId, Written};
use heliostat_runner_core::Plan;
use std::collections::BTreeMap;

/// All writes of a run. Dropped without a commit, nothing of them appears.
pub(crate) struct Sinks {
    open: BTreeMap<TransformId, Sink>,
}

struct Sink {
    /// The path of the write, whatever form it is in.
    path: String,
    open: Open,
}

/// What a sink has of a run so far.
enum Open {
    /// One part, which grows.
    Part(Box<dyn ErasedWriter>),
    /// The parts that the steps of an expanded write have prepared, in no order, and the path of the
    /// step that commits them.
    Prepared(Batch, String),
}

impl Sinks {
    pub(crate) fn open(
        plan: &Plan,
        graph: &Graph,
        functions: &Functions,
    ) -> Result<Self, RunError> {
        let mut open = BTreeMap::new();
        for &id in &plan.writes {
            let step = graph.step(id);
            let write = match step.transform {
                Transform::ParDo(_) => graph.step(step.parent.expect("a write is around it")),
                _ => step,
            };
            let path = write.path.clone();
            // An expanded write opens its parts later; that it can is tried at once.
            let part = guarded(|| functions.write(&path).open(0, 0)).map_err(|error| {
                RunError::failed(format!("`{path}` cannot be written: {error}")).in_step(&path)
            })?;
            let sink = if id == write.id {
                Open::Part(part)
            } else {
                Open::Prepared(empty(functions, step.inputs[0]), step.path.clone())
            };
            open.insert(id, Sink { path, open: sink });
        }
        Ok(Self { open })
    }

    pub(crate) fn write(&mut self, step: TransformId, batch: &mut Batch) -> Result<(), RunError> {
        let sink = self.open.get_mut(&step).expect("every write was opened");
        let outcome = match &mut sink.open {
            Open::Part(writer) => guarded(|| writer.write(batch)),
            Open::Prepared(parts, _) => {
                parts.append(batch);
                Ok(())
            }
        };
        outcome.map_err(|error| {
            RunError::failed(format!("`{}` failed: {error}", sink.path)).in_step(&sink.path)
        })
    }

    /// Removes what the steps of expanded writes have prepared, after a failure; `in_flight` is on its
    /// way to a commit. An open part is gone by itself.
    pub(crate) fn discard(self, functions: &Functions, in_flight: Vec<(TransformId, Batch)>) {
        let mut open = self.open;
        for (step, mut batch) in in_flight {
            if let Some(Sink { open: Open::Prepared(parts, _), .. }) = open.get_mut(&step) {
                parts.append(&mut batch);
            }
        }
        for Sink { path, open } in open.into_values() {
            if let Open::Prepared(parts, commit) = open {
                Prepared::Steps(parts, commit).discard(functions, &path);
            }
        }
    }

    /// Prepares all parts, then lets them appear; if one cannot be prepared, none does.
    pub(crate) fn commit(
        self,
        functions: &Functions,
        completion: Completion,
    ) -> Result<BTreeMap<String, Written>, RunError> {
        let mut prepared: Vec<(String, Prepared)> = Vec::new();
        for Sink { path, open } in self.open.into_values() {
            let parts = match open {
                Open::Part(writer) => guarded(|| Ok(Prepared::Part(writer.prepare()?))),
                Open::Prepared(parts, commit) => Ok(Prepared::Steps(parts, commit)),
            };
            match parts {
                Ok(parts) => prepared.push((path, parts)),
                Err(error) => {
                    for (path, parts) in prepared {
                        parts.discard(functions, &path);
                    }
                    let message = format!("`{path}` failed: {error}");
                    return Err(RunError::failed(message).in_step(path));
                }
            }
        }
        let mut written = BTreeMap::new();
        let mut failed = None;
        for (path, parts) in prepared {
            if failed.is_some() {
                parts.discard(functions, &path);
                continue;
            }
            match guarded(|| parts.commit(functions, &path, completion)) {
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

/// What a sink has at the end of a run.
enum Prepared {
    Part(Vec<u8>),
    Steps(Batch, String),
}

impl Prepared {
    fn parts(&self, write: &dyn ErasedWrite) -> Vec<Vec<u8>> {
        match self {
            Self::Part(part) => vec![part.clone()],
            Self::Steps(parts, _) => write.parts(parts.values.as_ref()),
        }
    }

    fn commit(
        self,
        functions: &Functions,
        path: &str,
        completion: Completion,
    ) -> heliostat::Result<Written> {
        let write = functions.write(path);
        match (self, completion) {
            (Self::Steps(mut parts, commit), Completion::Complete) if !parts.is_empty() => {
                let mut work = functions.step(&commit).setup()?;
                let mut out = [Batch::of(Vec::<Written>::new(), Meta::default())];
                work.start_bundle()?;
                work.process(&mut parts, &mut out, &mut 0)?;
                work.finish_bundle(&mut out)?;
                work.teardown()?;
                let written = out[0].values.typed_mut::<Written>().pop();
                written.ok_or_else(|| Error::new("its commit gave nothing"))
            }
            (parts, completion) => write.commit(parts.parts(write), completion),
        }
    }

    /// Removes what was prepared; best effort, since the run has already failed for another reason.
    fn discard(self, functions: &Functions, path: &str) {
        let discarded = guarded(|| {
            let write = functions.write(path);
            write.discard(self.parts(write));
            Ok(())
        });
        drop(discarded);
    }
}
