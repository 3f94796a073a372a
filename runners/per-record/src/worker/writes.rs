//! The writes of a worker: a part of its own for each, written as elements arrive.

use super::Worker;
use heliostat::batch::Batch;
use heliostat::erased_io::ErasedWriter;
use heliostat::{RunError, TransformId};
use heliostat_runner_core::{Target, caught};
use std::collections::BTreeMap;

/// The parts that a worker writes.
#[derive(Default)]
pub(crate) struct Writers {
    open: BTreeMap<TransformId, Writer>,
    /// In the order in which they were prepared.
    pub(crate) prepared: Vec<Prepared>,
}

/// A part that was prepared.
#[derive(Clone)]
pub(crate) struct Prepared {
    /// The step that elements go to.
    pub(crate) target: TransformId,
    pub(crate) epoch: u64,
    pub(crate) part: Vec<u8>,
}

struct Writer {
    path: String,
    epoch: u64,
    part: Option<Box<dyn ErasedWriter>>,
}

impl Writers {
    /// Adds the write of a step, with its first part if that is open already.
    pub(crate) fn add(
        &mut self,
        target: TransformId,
        (path, epoch): (&str, u64),
        part: Option<Box<dyn ErasedWriter>>,
    ) {
        self.open.insert(target, Writer { path: path.to_owned(), epoch, part });
    }
}

impl Worker<'_> {
    pub(super) fn write(&mut self, step: TransformId, batches: Vec<Batch>) -> Result<(), RunError> {
        let shard = u32::try_from(self.number).expect("there are fewer than 2^32 workers");
        let functions = self.shared.site.functions;
        for mut batch in batches {
            let writer = self.parts.writers.open.get_mut(&step).expect("every write was opened");
            let Writer { path, epoch, part } = writer;
            let written = caught(|| {
                let part = match part {
                    Some(part) => part,
                    None => part.insert(functions.write(path).open(*epoch, shard)?),
                };
                part.write(&mut batch)
            });
            written.map_err(|error| {
                RunError::failed(format!("`{path}` failed: {error}")).in_step(path.as_str())
            })?;
            batch.clear();
            self.keep_room(Target::Write(step), batch);
        }
        Ok(())
    }

    /// Prepares the part in hand: it is whole.
    pub(super) fn prepare(&mut self, target: TransformId) -> Result<(), RunError> {
        let Writers { open, prepared } = &mut self.parts.writers;
        let Writer { path, epoch, part } = open.get_mut(&target).expect("every write was opened");
        let this = std::mem::replace(epoch, *epoch + 1);
        let Some(part) = part.take() else { return Ok(()) };
        let part = caught(|| part.prepare()).map_err(|error| {
            RunError::failed(format!("`{path}` failed: {error}")).in_step(path.as_str())
        })?;
        prepared.push(Prepared { target, epoch: this, part });
        Ok(())
    }
}
