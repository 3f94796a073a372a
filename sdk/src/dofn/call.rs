//! What a callback of a step with state can get at: the cells and timers of one row.

use super::context::foreign_handle;
use crate::graph::kernel::{CellColumn, RowTable, Rows};
use crate::graph::{Moment, RowId, TimerRequest, TimerSetting, TimerSpec};
use crate::{Duration, Error, Interval, Key, Result, Str, Timestamp};
use std::any::Any;

/// State and timers of the row that a callback is about.
pub(crate) struct Call<'a> {
    pub(crate) row: RowId,
    pub(crate) moment: Moment,
    pub(super) stage: Stage,
    pub(super) rows: &'a dyn RowTable,
    pub(super) columns: &'a mut [Box<dyn CellColumn>],
    pub(super) requests: &'a mut Vec<TimerRequest>,
    pub(super) timers: &'a [TimerSpec],
    pub(super) allowed_lateness: Duration,
}

/// Whether the row has a future.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Open,
    /// An event timer fires that was set to this time.
    Firing(Timestamp),
    /// Its window expires, and all its timers are cleared behind the callback.
    Expiring,
}

impl Call<'_> {
    pub(crate) fn window(&self) -> &Interval {
        self.rows.window(self.row)
    }

    /// The key, if this is its type.
    pub(super) fn key<K: Key>(&self) -> Option<&K> {
        let rows: &dyn Any = self.rows;
        rows.downcast_ref::<Rows<K>>().map(|rows| rows.key(self.row))
    }

    /// The last instant at which something may still happen in the window.
    pub(crate) fn expiry(&self) -> Timestamp {
        self.window().expiry(self.allowed_lateness)
    }

    /// Whether the callback is that of an event timer set to the last instant of the window.
    pub(crate) fn is_last_firing(&self) -> bool {
        self.stage == Stage::Firing(self.expiry())
    }

    /// The column of a cell.
    ///
    /// # Errors
    /// If the step has no such cell.
    #[inline(always)]
    pub(crate) fn column<C: CellColumn>(&self, cell: u32) -> Result<&C> {
        let column = self.columns.get(cell as usize);
        let any = column.map(|column| -> &dyn Any { &**column });
        any.and_then(|any| any.downcast_ref()).ok_or_else(foreign_handle)
    }

    /// The same, to change.
    ///
    /// # Errors
    /// As [`column`](Self::column).
    #[inline(always)]
    pub(crate) fn column_mut<C: CellColumn>(&mut self, cell: u32) -> Result<&mut C> {
        let column = self.columns.get_mut(cell as usize);
        let any = column.map(|column| -> &mut dyn Any { &mut **column });
        any.and_then(|any| any.downcast_mut()).ok_or_else(foreign_handle)
    }

    /// What the step declared of a timer.
    ///
    /// # Errors
    /// If it declared none, or the window expires.
    pub(crate) fn timer(&self, timer: u32) -> Result<&TimerSpec> {
        let spec = self.timers.get(timer as usize).ok_or_else(foreign_handle)?;
        match self.stage {
            Stage::Open | Stage::Firing(_) => Ok(spec),
            Stage::Expiring => Err(Error::new(format!(
                "timer `{}` cannot be used while its window expires: all timers of the window are \
                 cleared behind this callback; emit here what is left to be said",
                spec.id
            ))),
        }
    }

    /// Wants something of a timer: `None` to clear it.
    pub(crate) fn request(&mut self, timer: u32, tag: Str, set: Option<TimerSetting>) {
        self.requests.push(TimerRequest { row: self.row, timer, tag, set });
    }
}
