//! Typed columns of state cells behind one `dyn`, and the rows that address them.
//!
//! A row is a key in a window. A step has one column per declared cell, and a column has one cell
//! per row. Each column keeps a journal of how to undo what the current bundle did to it.

mod index;
mod rows;
mod stamps;
mod one;
mod chunked;
mod many;
mod order;

pub(crate) use chunked::{Chunked, Place, Snapshot};
pub(crate) use many::{ManyColumn, Opened};
pub(crate) use one::{Combined, MergeFn, Merged, OneColumn};
pub(crate) use order::{Arrange, ByKey, ByTime, Doubled, Unordered};
pub(crate) use rows::{RowTable, Rows};

use crate::graph::{RowId, SavedCell};
use crate::{Result, Timestamp};
use std::any::Any;

/// How many rows of each column are looked at per bundle, to free what is past its time to live.
const SWEPT_ROWS: usize = 8;

/// The cells of all rows for one declared cell; only its handle knows what is in them.
pub(crate) trait CellColumn: Any + Send {
    /// Has a cell for each of this many rows.
    fn grow(&mut self, rows: usize);
    /// Whether nothing can be read from a cell.
    fn is_empty(&self, row: RowId, now: Timestamp) -> bool;
    /// Whether the bundle took something out of some cell.
    fn has_emptied(&self) -> bool;
    /// Empties a cell; undone with the bundle.
    fn wipe(&mut self, row: RowId);
    /// Empties a cell for good.
    fn forget(&mut self, row: RowId);
    /// Moves what can be read from one cell into another; undone with the bundle.
    ///
    /// # Errors
    /// If both have something, and the cell was declared without a merge that it needs.
    fn merge(&mut self, into: RowId, from: RowId, now: Timestamp) -> Result<()>;
    /// Keeps what the bundle changed, and frees some of what is past its time to live.
    fn commit(&mut self, now: Timestamp);
    /// Undoes what the bundle changed.
    fn roll_back(&mut self);
    /// What comes from here on can be undone by itself, until the next mark.
    fn mark(&mut self);
    /// Undoes what was changed since the mark of this bundle.
    fn undo_to_mark(&mut self);
    /// What is in a cell, as that of this number; `None` for nothing.
    fn save(&self, row: RowId, cell: u32, now: Timestamp) -> Option<SavedCell>;
    /// Fills a cell with what was saved.
    ///
    /// # Errors
    /// If the bytes are not what the coder wrote.
    fn load(&mut self, row: RowId, saved: &SavedCell) -> Result<()>;
    /// An estimate of the bytes it holds.
    fn bytes(&self) -> usize;
}
