//! The writes of a run that appear as a whole at its end.

use super::{Commits, open_writes};
use crate::works::Saved;
use crate::{Site, caught};
use heliostat::batch::Batch;
use heliostat::erased_io::ErasedWriter;
use heliostat::graph::Functions;
use heliostat::{Completion, RunError, SinkStyle, TransformId, Written};
use std::collections::BTreeMap;

/// All writes of a run that has one part of each. Dropped without a commit, nothing of them appears.
///
/// A runner that retries commits, stops in between or writes epoch by epoch takes [`open_writes`] and
/// [`Commits`] itself.
pub struct WholeWrites {
    /// By the step that their elements go to.
    open: BTreeMap<TransformId, (Commits, Box<dyn ErasedWriter>)>,
}

impl WholeWrites {
    /// Opens all of them.
    ///
    /// # Errors
    /// If one cannot be opened.
    pub fn open(site: Site<'_>) -> Result<Self, RunError> {
        let opened = open_writes(site.plan, site.graph, site.functions, &Saved::new())?;
        let open = opened.into_iter().map(|write| (write.target, Commits::of(write)));
        Ok(Self { open: open.collect() })
    }

    /// Gives elements to the write that takes them at this step.
    ///
    /// # Errors
    /// What the sink says.
    pub fn write(&mut self, step: TransformId, batch: &mut Batch) -> Result<(), RunError> {
        let (commits, part) = self.open.get_mut(&step).expect("every write was opened");
        caught(|| part.write(batch)).map_err(|error| commits.failed("failed", &error))
    }

    /// Prepares all of them, then lets them appear: if one cannot be prepared, none does.
    ///
    /// # Errors
    /// What the first sink that fails says.
    pub fn commit(self, functions: &Functions) -> Result<BTreeMap<String, Written>, RunError> {
        let (mut outcome, mut prepared) = (Ok(()), Vec::new());
        for (mut commits, part) in self.open.into_values() {
            outcome = outcome.and_then(|()| {
                let part = caught(|| part.prepare());
                part.map(|it| commits.take([it])).map_err(|error| commits.failed("failed", &error))
            });
            prepared.push(commits);
        }
        let mut written = BTreeMap::new();
        for mut commits in prepared {
            for style in [SinkStyle::AtEnd, SinkStyle::PerEpoch] {
                outcome = outcome
                    .and_then(|()| commits.commit((functions, style), Completion::Complete, 1));
            }
            match (&outcome, commits.written().cloned()) {
                (Ok(()), Some(appeared)) => {
                    written.insert(commits.path().to_owned(), appeared);
                }
                (_, _) => commits.discard(functions),
            }
        }
        outcome.map(|()| written)
    }
}
