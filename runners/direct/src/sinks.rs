//! The writes of a run: opened before anything is read, committed behind everything.

use heliostat::batch::{Batch, ColumnExt, Meta};
use heliostat::erased_io::{ErasedWrite, ErasedWriter};
use heliostat::graph::{Functions, Graph};
use heliostat::savepoint::WriteState;
use heliostat::{Completion, Error, RunError, SinkStyle, TransformId, Written};
use heliostat_runner_core::{OpenedWrite, Plan, Saved, caught, empty, open_writes};
use std::collections::BTreeMap;

/// All writes of a run. Dropped without a commit, nothing of them appears.
#[derive(Default)]
pub(crate) struct Sinks {
    open: BTreeMap<TransformId, Sink>,
}

struct Sink {
    /// The path of the write, whatever form it is in.
    path: String,
    write: TransformId,
    style: SinkStyle,
    /// Of this run; those of earlier ones are behind.
    epoch: u64,
    /// What earlier runs have prepared, which this one commits in front of its own.
    earlier: Vec<Vec<u8>>,
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
        saved: &Saved<'_>,
    ) -> Result<Self, RunError> {
        let opened = open_writes(plan, graph, functions, saved)?.into_iter().map(|opened| {
            let OpenedWrite { target, write, path, style, epoch, earlier, part } = opened;
            // An expanded write opens its parts later; that it can was tried.
            let open = if target == write {
                Open::Part(part)
            } else {
                let step = graph.step(target);
                Open::Prepared(empty(functions, step.inputs[0]), step.path.clone())
            };
            (target, Sink { path, write, style, epoch, earlier, open })
        });
        Ok(Self { open: opened.collect() })
    }

    pub(crate) fn write(&mut self, step: TransformId, batch: &mut Batch) -> Result<(), RunError> {
        let sink = self.open.get_mut(&step).expect("every write was opened");
        let outcome = match &mut sink.open {
            Open::Part(writer) => caught(|| writer.write(batch)),
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
        for Sink { path, open, .. } in open.into_values() {
            if let Open::Prepared(parts, commit) = open {
                Parts::OfSteps(parts, commit).discard(functions, &path);
            }
        }
    }

    /// Prepares all parts; if one cannot be prepared, none is left.
    pub(crate) fn prepared(self, functions: &Functions) -> Result<Vec<Prepared>, RunError> {
        let mut prepared: Vec<Prepared> = Vec::new();
        for Sink { path, write, style, epoch, earlier, open } in self.open.into_values() {
            let parts = match open {
                Open::Part(writer) => caught(|| Ok(Parts::One(writer.prepare()?))),
                Open::Prepared(parts, commit) => Ok(Parts::OfSteps(parts, commit)),
            };
            match parts {
                Ok(parts) => prepared.push(Prepared { path, write, style, epoch, earlier, parts }),
                Err(error) => {
                    prepared.into_iter().for_each(|prepared| prepared.discard(functions));
                    let message = format!("`{path}` failed: {error}");
                    return Err(RunError::failed(message).in_step(path));
                }
            }
        }
        Ok(prepared)
    }

    /// Prepares all parts, then lets them appear; if one cannot be prepared, none does.
    pub(crate) fn commit(
        self,
        functions: &Functions,
        completion: Completion,
    ) -> Result<BTreeMap<String, Written>, RunError> {
        let prepared = self.prepared(functions)?;
        let mut written = BTreeMap::new();
        let mut failed = None;
        for Prepared { path, parts, earlier, .. } in prepared {
            if failed.is_some() {
                parts.discard(functions, &path);
                continue;
            }
            match caught(|| parts.commit(functions, &path, earlier, completion)) {
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

/// A sink at the end of a run.
pub(crate) struct Prepared {
    path: String,
    write: TransformId,
    style: SinkStyle,
    epoch: u64,
    earlier: Vec<Vec<u8>>,
    parts: Parts,
}

/// What a sink has of this run.
enum Parts {
    One(Vec<u8>),
    OfSteps(Batch, String),
}

impl Parts {
    fn encoded(&self, write: &dyn ErasedWrite) -> Vec<Vec<u8>> {
        match self {
            Self::One(part) => vec![part.clone()],
            Self::OfSteps(parts, _) => write.parts(parts.values.as_ref()),
        }
    }

    fn commit(
        self,
        functions: &Functions,
        path: &str,
        mut earlier: Vec<Vec<u8>>,
        completion: Completion,
    ) -> heliostat::Result<Written> {
        let write = functions.write(path);
        match (self, completion) {
            (Self::OfSteps(mut parts, commit), Completion::Complete)
                if !parts.is_empty() && earlier.is_empty() =>
            {
                let mut work = functions.step(&commit).setup()?;
                let mut out = [Batch::of(Vec::<Written>::new(), Meta::default())];
                work.start_bundle()?;
                work.process(&mut parts, &mut out, &mut 0)?;
                work.finish_bundle(&mut out)?;
                work.teardown()?;
                let written = out[0].values.typed_mut::<Written>().pop();
                written.ok_or_else(|| Error::new("its commit gave nothing"))
            }
            (parts, completion) => {
                earlier.extend(parts.encoded(write));
                write.commit(earlier, completion)
            }
        }
    }

    /// Removes what was prepared; best effort, since the run has already failed for another reason.
    fn discard(self, functions: &Functions, path: &str) {
        let discarded = caught(|| {
            let write = functions.write(path);
            write.discard(self.encoded(write));
            Ok(())
        });
        drop(discarded);
    }
}

impl Prepared {
    /// What a savepoint says of it, by the id of the write.
    pub(crate) fn state(&self, functions: &Functions) -> (TransformId, WriteState) {
        let mut committables = self.earlier.clone();
        committables.extend(self.parts.encoded(functions.write(&self.path)));
        (self.write, WriteState { epoch: self.epoch + 1, committables })
    }

    /// Behind a savepoint: a sink that appears epoch by epoch does so now, another one keeps its
    /// parts.
    pub(crate) fn end_epoch(
        self,
        functions: &Functions,
    ) -> Result<Option<(String, Written)>, RunError> {
        let Self { path, style, parts, earlier, .. } = self;
        match style {
            SinkStyle::AtEnd => Ok(None),
            SinkStyle::PerEpoch => {
                let committed =
                    caught(|| parts.commit(functions, &path, earlier, Completion::Complete));
                let written = committed.map_err(|error| {
                    let message = format!("`{path}` cannot be committed: {error}");
                    RunError::failed(message).in_step(&path)
                })?;
                Ok(Some((path, written)))
            }
        }
    }

    pub(crate) fn discard(self, functions: &Functions) {
        self.parts.discard(functions, &self.path);
    }
}
