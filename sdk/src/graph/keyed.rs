//! The code of a step with state and timers, erased: rows of cells, callbacks that work on them.

use super::kernel::{KeyGroups, KeyId};
use crate::batch::{Batch, Column};
use crate::{Interval, Result, Str, Timestamp};
use std::any::Any;
use std::sync::Arc;

/// A key and window with state, on one worker. A row that was closed is used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowId(pub u32);

/// What a callback can see of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The input watermark of the step.
    pub watermark: Timestamp,
    /// The processing time.
    pub now: Timestamp,
}

/// A timer that is due.
#[derive(Clone, Debug, PartialEq)]
pub struct DueTimer {
    /// Whose it is.
    pub row: RowId,
    /// Its place among the timers of the step.
    pub timer: u32,
    /// Which of its family; empty where there is no family.
    pub tag: Str,
    /// The time it was set to.
    pub at: Timestamp,
    /// The timestamp of what the callback gives, unless it says otherwise.
    pub output: Timestamp,
}

/// What a callback wants of a timer.
#[derive(Clone, Debug, PartialEq)]
pub struct TimerRequest {
    /// Whose it is.
    pub row: RowId,
    /// Its place among the timers of the step.
    pub timer: u32,
    /// Which of its family; empty where there is no family.
    pub tag: Str,
    /// `None` to clear it.
    pub set: Option<TimerSetting>,
}

/// What a timer is set to; valid when it comes from the code of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimerSetting {
    /// It is due once the time of its domain has passed this.
    pub at: Timestamp,
    /// The timestamp of what its callback gives.
    pub output: Timestamp,
    /// Whether the watermark is held at `output` until it fires.
    pub holds: bool,
}

/// One cell of a row, written out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedCell {
    /// Its place among the cells of the step.
    pub cell: u32,
    /// When it was last written, in processing time, where it has a time to live.
    pub written: Option<Timestamp>,
    /// What is in it, by its coder.
    pub bytes: Vec<u8>,
}

/// The author's code of one step with state or timers, shared by all workers.
pub trait KeyedFn: Send + Sync {
    /// What one worker needs for itself, made once. `seed` keys its hashes.
    ///
    /// # Errors
    /// What the author's `setup` says.
    fn setup(&self, seed: u64) -> Result<Box<dyn KeyedWork>>;

    /// Finds where elements go when they are exchanged by key. `seed` keys its hashes.
    fn key_groups(&self, seed: u64) -> Box<dyn KeyGroups>;
}

/// The author's code of one step with state or timers on one worker, and the state.
///
/// All that a bundle changes in state can be undone until it is committed. Timers are the runner's:
/// callbacks leave requests, which the runner takes after each call.
pub trait KeyedWork: Send {
    /// Before the first call of a bundle.
    ///
    /// # Errors
    /// What the author's code says; so for the others.
    fn start_bundle(&mut self) -> Result<()>;
    /// Behind the last call of a bundle.
    fn finish_bundle(&mut self, out: &mut [Batch]) -> Result<()>;
    /// At the end of the worker; best effort after a failure.
    fn teardown(&mut self) -> Result<()>;

    /// Makes what the worker needs for itself anew, after a call that failed; state stays.
    ///
    /// # Errors
    /// What the author's `setup` says.
    fn renew(&mut self) -> Result<()>;

    /// What the step reads beside its main input, in the order it was declared, for the window of
    /// the calls to come.
    fn see(&mut self, sides: &[ViewValue]);

    /// Appends the row of each element's key and window; unknown ones get new rows. Every element
    /// lies in one window.
    fn rows(&mut self, input: &Batch, rows: &mut Vec<RowId>);
    /// The rows that were opened since the last time, for the runner to take.
    fn opened(&mut self) -> &mut Vec<RowId>;
    /// Takes all elements of `input`, each with its row, and counts in `done` those it is through
    /// with. What is put out is described at once.
    #[expect(
        clippy::too_many_arguments,
        reason = "a batch in and batches out as `StepWork` has it, with what state belongs to"
    )]
    fn process(
        &mut self,
        input: &mut Batch,
        rows: &[RowId],
        moment: Moment,
        out: &mut [Batch],
        done: &mut usize,
    ) -> Result<()>;
    /// Calls the timer's callback. What it puts out is described at the next
    /// [`describe`](Self::describe).
    fn on_timer(&mut self, due: &DueTimer, moment: Moment, out: &mut [Batch]) -> Result<()>;
    /// Calls what the author wants called when a window with state expires.
    fn on_window_expiration(&mut self, row: RowId, moment: Moment, out: &mut [Batch])
    -> Result<()>;
    /// Describes what `on_timer` and `on_window_expiration` have put out since the last time.
    fn describe(&mut self, out: &mut [Batch]);
    /// What the calls since the last time want of timers, in order.
    fn timer_requests(&mut self) -> &mut Vec<TimerRequest>;

    /// The key of a row: rows have the same number while the key has rows.
    fn key(&self, row: RowId) -> KeyId;
    /// The window of a row.
    fn window(&self, row: RowId) -> &Interval;
    /// Whether no cell of a row has anything in it.
    fn is_empty(&self, row: RowId, now: Timestamp) -> bool;
    /// Whether the bundle in hand took something out of a cell, so that a row may be empty now that
    /// was not.
    fn has_emptied(&self) -> bool;
    /// Empties all cells of a row; undone with the bundle.
    fn wipe(&mut self, row: RowId);
    /// Keeps what the bundle changed.
    fn commit(&mut self);
    /// Undoes what the bundle changed. Rows it opened stay, empty.
    fn roll_back(&mut self);
    /// What the next call does can be undone by itself, until the next mark.
    fn mark(&mut self);
    /// Undoes what a call that failed changed in state since the mark of this bundle, and forgets what
    /// it wanted of timers; what it put out is the runner's to drop.
    fn undo_to_mark(&mut self);
    /// Forgets an empty row, and its key with the last of its rows. Only between bundles.
    fn close(&mut self, row: RowId);
    /// The row of the same key in another window, opened where new.
    fn row_in(&mut self, row: RowId, window: &Interval) -> RowId;
    /// Moves what is in the cells of `from` into those of `into`, merging where both have
    /// something; undone with the bundle.
    ///
    /// # Errors
    /// If both have a value, and the cell was declared without a merge; preflight refuses that.
    fn merge(&mut self, into: RowId, from: RowId, now: Timestamp) -> Result<()>;

    /// All rows that are open, by key in the order the keys first came, then by window.
    fn open_rows(&self) -> Vec<RowId>;
    /// Appends the canonical bytes of the key of a row.
    fn save_key(&self, row: RowId, out: &mut Vec<u8>);
    /// The cells of a row that have something in them.
    fn save_cells(&self, row: RowId, now: Timestamp) -> Vec<SavedCell>;
    /// Opens a row with what was saved.
    ///
    /// # Errors
    /// If the bytes are not what the coders wrote.
    fn load_row(&mut self, key: &[u8], window: Interval, cells: &[SavedCell]) -> Result<RowId>;
    /// An estimate of the bytes of all state.
    fn bytes(&self) -> usize;
}

/// One value of a view, for one window; only the step that reads it knows its type.
pub type ViewValue = Arc<dyn Any + Send + Sync>;

/// The code of a view: from panes to values.
pub trait ViewFn: Send + Sync {
    /// The value that one pane of the view's collection stands for.
    fn value(&self, panes: &dyn Column, index: usize) -> ViewValue;
    /// The value of a window without panes.
    fn empty(&self) -> ViewValue;
}
