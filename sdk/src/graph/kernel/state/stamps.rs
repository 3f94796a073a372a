//! When cells were last written, where they have a time to live.

use crate::graph::RowId;
use crate::{Duration, Timestamp};

/// The time to live of a column; without one, all of this costs nothing.
pub(super) struct Stamps {
    time_to_live: Option<Duration>,
    /// Per row, in processing time; empty without a time to live.
    written: Vec<Timestamp>,
    journal: Vec<(RowId, Timestamp)>,
    /// How long the journal was at the mark.
    marked: usize,
}

impl Stamps {
    pub(super) fn new(time_to_live: Option<Duration>) -> Self {
        Self { time_to_live, written: Vec::new(), journal: Vec::new(), marked: 0 }
    }

    pub(super) fn grow(&mut self, rows: usize) {
        if self.time_to_live.is_some() {
            self.written.resize(rows, Timestamp::MIN);
        }
    }

    pub(super) fn count(&self) -> bool {
        self.time_to_live.is_some()
    }

    /// Whether what was last written to a row is past its time to live.
    #[inline]
    pub(super) fn expired(&self, row: RowId, now: Timestamp) -> bool {
        self.time_to_live.is_some_and(|length| self.written[row.0 as usize] + length < now)
    }

    #[inline]
    pub(super) fn set(&mut self, row: RowId, to: Timestamp) {
        if self.time_to_live.is_some() {
            let before = std::mem::replace(&mut self.written[row.0 as usize], to);
            self.journal.push((row, before));
        }
    }

    /// When a row was last written; `None` without a time to live.
    pub(super) fn of(&self, row: RowId) -> Option<Timestamp> {
        self.time_to_live.map(|_| self.written[row.0 as usize])
    }

    /// Takes over when a row was written. What was saved without a time to live, by an earlier
    /// version of the pipeline, lives on.
    pub(super) fn load(&mut self, row: RowId, written: Option<Timestamp>) {
        if self.time_to_live.is_some() {
            self.written[row.0 as usize] = written.unwrap_or(Timestamp::MAX);
        }
    }

    /// The later of two rows' stamps becomes that of the first.
    pub(super) fn merge(&mut self, into: RowId, from: RowId) {
        if let (Some(a), Some(b)) = (self.of(into), self.of(from)) {
            self.set(into, a.max(b));
        }
    }

    pub(super) fn commit(&mut self) {
        self.journal.clear();
    }

    pub(super) fn roll_back(&mut self) {
        self.undo(0);
    }

    pub(super) fn mark(&mut self) {
        self.marked = self.journal.len();
    }

    pub(super) fn undo_to_mark(&mut self) {
        self.undo(self.marked);
    }

    /// Undoes what is behind this place in the journal.
    fn undo(&mut self, from: usize) {
        for (row, before) in self.journal.drain(from..).rev() {
            self.written[row.0 as usize] = before;
        }
    }
}
