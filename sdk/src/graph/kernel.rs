//! Typed data structures behind one `dyn`, called once per batch.
//!
//! Where a hot structure must know the key, the value or the accumulator, it is a kernel: it holds
//! data and takes no decision. `runners/core` numbers the panes and cells, and says which column
//! entry goes where; nothing in this crate calls a kernel.

mod cells;
mod groups;
mod panes;
mod table;
mod fold;
mod gathered;
mod lift;
mod state;

pub use cells::{CellId, KeyId, KeyedCells};
pub(crate) use fold::{Fold, Folded, TypedKernels};
pub(crate) use gathered::Gathered;
pub use groups::KeyGroups;
pub(crate) use groups::TypedKeyGroups;
pub use lift::LiftKernels;
pub(crate) use lift::TypedLift;
pub use panes::{Entries, PaneColumn, PaneId, PaneTable, PaneTables, SKIP};
pub(crate) use state::{
    ByKey, ByTime, CellColumn, Combined, Doubled, ManyColumn, MergeFn, Merged, OneColumn, Opened,
    Place, RowTable, Rows, Snapshot, Unordered,
};

use super::functions::EdgeType;
use crate::batch::Column;
use crate::savepoint::CodedType;
use crate::{DropCause, Interval, Result, Timestamp};

/// Whether a fired accumulator keeps what it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Afterwards {
    /// It goes on with it.
    Keep,
    /// It starts again from nothing.
    Clear,
}

/// One value that a grouping did not take.
#[derive(Clone, Debug, PartialEq)]
pub struct DropRecord {
    /// Its place in the column.
    pub index: usize,
    /// Its event time.
    pub timestamp: Timestamp,
    /// The window it was dropped from.
    pub window: Interval,
    /// Why.
    pub cause: DropCause,
}

/// Makes the kernels of one grouping; kept in [`Functions`](super::Functions).
pub trait Kernels: Send + Sync {
    /// Tables for panes that all keys share, for the aligned path. `seed` keys its hashes.
    fn pane_tables(&self, seed: u64) -> Box<dyn PaneTables>;
    /// Cells addressed by key and window, for the general path. `seed` keys its hashes.
    fn keyed_cells(&self, seed: u64) -> Box<dyn KeyedCells>;
    /// Appends the values of `drops` as `Dropped<(K, V)>`.
    fn push_dropped(&self, values: &dyn Column, drops: &[DropRecord], out: &mut dyn Column);
    /// The canonical bytes of the key of each value.
    ///
    /// # Errors
    /// If two keys of the column are equal and their bytes differ, or the reverse.
    fn check_keys(&self, values: &dyn Column) -> Result<()>;
    /// The element type of what it takes.
    fn values(&self) -> &dyn EdgeType;
    /// Finds where elements go when they are exchanged by key. `seed` keys its hashes.
    fn key_groups(&self, seed: u64) -> Box<dyn KeyGroups>;
    /// The type of the keys, as a savepoint names it.
    fn key_type(&self) -> CodedType;
    /// The type of what is kept of a key and window, as a savepoint names it.
    fn accumulator_type(&self) -> CodedType;
}
