//! What a write has prepared, until it appears.

use super::OpenedWrite;
use crate::{Ledger, caught};
use heliostat::erased_io::ErasedWriter;
use heliostat::graph::{Functions, Graph};
use heliostat::savepoint::{StepKind, WriteState};
use heliostat::{Completion, Error, RunError, Savepoint, SinkStyle, TransformId, Written};

/// The parts of one write: prepared, and then committed.
#[derive(Debug)]
pub struct Commits {
    write: TransformId,
    path: String,
    style: SinkStyle,
    /// The epoch in hand.
    pub epoch: u64,
    /// Prepared and not committed, in the order in which they appear.
    prepared: Vec<Vec<u8>>,
    /// So many of them, in front, are of earlier runs: a savepoint names them.
    earlier: usize,
    /// What has appeared so far.
    written: Option<Written>,
}

impl Commits {
    /// Those of a write that was opened, and its first part.
    pub fn of(opened: OpenedWrite) -> (Self, Box<dyn ErasedWriter>) {
        let OpenedWrite { write, path, style, epoch, earlier, part, .. } = opened;
        let (earlier, prepared) = (earlier.len(), earlier);
        (Self { write, path, style, epoch, prepared, earlier, written: None }, part)
    }

    /// The path of the write.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Takes parts that were prepared, behind those it has.
    pub fn take(&mut self, parts: impl IntoIterator<Item = Vec<u8>>) {
        self.prepared.extend(parts);
    }

    /// Notes that a savepoint names all it has prepared: a run that fails leaves that.
    pub fn note_saved(&mut self) {
        self.earlier = self.prepared.len();
    }

    /// Whether there is nothing of it yet, and never was.
    pub fn is_bare(&self) -> bool {
        self.prepared.is_empty() && self.written.is_none()
    }

    /// What has appeared so far.
    pub fn written(&self) -> Option<&Written> {
        self.written.as_ref()
    }

    /// Puts what it has prepared into a savepoint.
    pub fn save(&self, savepoint: &mut Savepoint, ledger: &Ledger, graph: &Graph) {
        let state = WriteState { epoch: self.epoch, committables: self.prepared.clone() };
        let state = ledger.state_of(graph, self.write, StepKind::Write(state));
        savepoint.steps.insert(graph.step(self.write).path.clone(), state);
    }

    /// An error of the write, in the words of one of the runner's.
    pub fn failed(&self, what: &str, error: &Error) -> RunError {
        RunError::failed(format!("`{}` {what}: {error}", self.path)).in_step(&self.path)
    }

    /// Lets what is prepared appear, if it does so in this style. What failed is tried again: a commit
    /// can be repeated.
    ///
    /// # Errors
    /// What the last try said.
    pub fn commit(
        &mut self,
        (functions, style): (&Functions, SinkStyle),
        completion: Completion,
        attempts: u32,
    ) -> Result<(), RunError> {
        if self.style != style || self.prepared.is_empty() {
            return Ok(());
        }
        let mut attempt = 1;
        let appeared = loop {
            let parts = self.prepared.clone();
            match caught(|| functions.write(&self.path).commit(parts, completion)) {
                Ok(appeared) => break appeared,
                Err(error) if attempt == attempts => {
                    return Err(self.failed("cannot be committed", &error));
                }
                Err(_) => attempt += 1,
            }
        };
        (self.prepared, self.earlier) = (Vec::new(), 0);
        match &mut self.written {
            Some(written) => {
                written.place = appeared.place;
                written.elements += appeared.elements;
            }
            none => *none = Some(appeared),
        }
        Ok(())
    }

    /// Removes what this run has prepared, after a failure; best effort.
    pub fn discard(mut self, functions: &Functions) {
        let removed = caught(|| {
            functions.write(&self.path).discard(self.prepared.split_off(self.earlier));
            Ok(())
        });
        drop(removed);
    }
}
