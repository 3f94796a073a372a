//! The state of one key and window.

use crate::graph::TimeDomain;
use crate::{Interval, Timestamp};
use serde::{Deserialize, Serialize};

/// The state of one key and window, of a grouping or of a step with state cells.
///
/// A step's rows stay in the order they were given, which carries meaning: keys in the order they
/// first came, and the windows of a key behind each other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// The group of the key, by [`key_group`](super::key_group()).
    pub key_group: u32,
    /// The canonical bytes of the key.
    #[serde(with = "super::file::as_bytes")]
    pub key: Vec<u8>,
    /// The window; `None` where the row is about the key in all its windows.
    pub window: Option<Interval>,
    /// What is in its cells; empty cells are left out.
    pub cells: Vec<RowCell>,
    /// The timers that are set.
    pub timers: Vec<RowTimer>,
    /// What the engine keeps besides: of a grouping the key's own watermark, holds, the last pane
    /// and the progress of the trigger. Written and read by `heliostat-runner-core`.
    #[serde(with = "super::file::as_bytes")]
    pub body: Vec<u8>,
}

impl Row {
    /// The cell in which a grouping keeps the accumulator, or the values, of a window.
    pub const ACCUMULATOR: &str = "accumulator";
    /// The cell in which a grouping keeps what several sliding windows have in common; the row's
    /// window is then the slice.
    pub const SLICE: &str = "slice";

    /// A row of this key, in the group that is its own, with nothing in it.
    pub fn of(key: Vec<u8>, window: Option<Interval>) -> Self {
        Self {
            key_group: super::key_group(&key),
            key,
            window,
            cells: Vec::new(),
            timers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// What is in a cell, if anything.
    pub fn cell(&self, id: &str) -> Option<&RowCell> {
        self.cells.iter().find(|cell| cell.id == id)
    }

    /// About how many bytes it takes.
    pub fn bytes(&self) -> usize {
        /// A group, a window, a timer's times and the lengths of all, in round numbers.
        const FIXED: usize = 24;
        let cells = self.cells.iter().map(|cell| cell.id.len() + cell.bytes.len());
        let timers = self.timers.iter().map(|timer| timer.id.len() + timer.tag.len() + FIXED);
        self.key.len() + self.body.len() + cells.chain(timers).sum::<usize>() + FIXED
    }
}

/// What is in one cell of a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowCell {
    /// The id of the cell within its step.
    pub id: String,
    /// When it was last written, in processing time, where it has a time to live.
    pub written: Option<Timestamp>,
    /// What is in it, by its coder.
    #[serde(with = "super::file::as_bytes")]
    pub bytes: Vec<u8>,
}

/// A timer of a row that is set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowTimer {
    /// The id of the timer within its step.
    pub id: String,
    /// Which of its family; empty where there is no family.
    pub tag: String,
    /// What time it waits for.
    pub domain: TimeDomain,
    /// It is due once the time of its domain has passed this.
    pub at: Timestamp,
    /// The timestamp of what its callback gives.
    pub output: Timestamp,
    /// Whether the watermark is held at `output` until it fires.
    pub holds: bool,
}
