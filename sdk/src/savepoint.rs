//! What a run that stopped leaves behind, so that a later one goes on from there.
//!
//! A [`Savepoint`] is a value: plain data, addressed by step path, key and window, and written by
//! the coders of the pipeline. It holds nothing that only one runner understands, so whoever can
//! run the pipeline can go on. `docs/savepoint-format.md` describes its bytes.
//!
//! It is taken at a *consistent cut*: every element that a read had given is either in it, through
//! the state of the steps it has reached, or out of the pipeline, in a part that a sink has
//! prepared; never both, never neither.

mod coded_type;
#[cfg(test)]
pub(crate) mod example;
mod file;
mod key_group;
mod matched;
mod queue;
mod row;
mod state;
mod store;

pub use coded_type::CodedType;
pub(crate) use coded_type::parts;
pub use file::FORMAT_VERSION;
pub use key_group::{KEY_GROUPS, key_group};
pub use queue::{QueuedBatch, QueuedElement};
pub use row::{Row, RowCell, RowTimer};
pub use state::{
    GroupingState, KeyedState, ReadPiece, ReadState, ScriptState, StepKind, StepState, ViewPane,
    ViewState, WriteState,
};
pub use store::{KeptSavepoint, SavepointStore};

use crate::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// All that a pipeline needs to go on where a run stopped.
///
/// ```
/// use heliostat::Savepoint;
/// use heliostat::savepoint::{SavepointHeader, StepKind, StepState};
///
/// let mut savepoint = Savepoint::new(SavepointHeader::written_by("direct", "0.1.0"));
/// let start = StepState::of(StepKind::Impulse { given: true });
/// savepoint.steps.insert("Create/Impulse".into(), start);
///
/// let bytes = savepoint.to_bytes();
/// assert_eq!(Savepoint::from_bytes(&bytes)?, savepoint);
/// assert!(Savepoint::from_bytes(&bytes[..bytes.len() - 1]).is_err());
/// # Ok::<(), heliostat::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Savepoint {
    /// Who wrote it, and how far the run was.
    pub header: SavepointHeader,
    /// What each step left, by step path. A step that left nothing is not in it.
    pub steps: BTreeMap<String, StepState>,
}

/// Who wrote a savepoint, and how far the run was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavepointHeader {
    /// The name of the program, as `launch` was given it; empty in a test.
    pub program: String,
    /// The name of the runner.
    pub runner: String,
    /// The version of the runner.
    pub runner_version: String,
    /// Bundles of the reads that succeeded, in all runs up to here.
    pub bundles: u64,
    /// Elements that the reads gave, in all runs up to here.
    pub elements: u64,
    /// The number of key groups; [`KEY_GROUPS`].
    pub key_groups: u32,
    /// The processing time at the cut.
    pub processing_time: Timestamp,
    /// Whether a script moves processing time, so that it goes on from here and not from the clock.
    pub scripted_time: bool,
}

impl SavepointHeader {
    /// A header of this runner and version, of a run that has done nothing yet.
    pub fn written_by(runner: &str, version: &str) -> Self {
        Self {
            program: String::new(),
            runner: runner.to_owned(),
            runner_version: version.to_owned(),
            bundles: 0,
            elements: 0,
            key_groups: KEY_GROUPS,
            processing_time: Timestamp::from_millis(0),
            scripted_time: false,
        }
    }
}

impl Savepoint {
    /// One without steps.
    pub fn new(header: SavepointHeader) -> Self {
        Self { header, steps: BTreeMap::new() }
    }

    /// What the step of this path left, if anything.
    pub fn step(&self, path: &str) -> Option<&StepState> {
        self.steps.get(path)
    }
}
