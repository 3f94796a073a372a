//! The state of a grouping in the form both paths write and read, which is that of a savepoint: rows
//! of key and window, and of key and slice where windows share what they have.

use crate::trigger::Machine;
use heliostat::savepoint::{Row, RowCell};
use heliostat::{Error, Interval, PaneInfo, Result, Timestamp};
use serde::{Deserialize, Serialize};

/// The state of one key and window.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct SavedWindow {
    /// The canonical bytes of the key.
    pub(super) key: Vec<u8>,
    pub(super) window: Interval,
    /// The encoded accumulator; `None` where there is nothing in it.
    pub(super) accumulator: Option<Vec<u8>>,
    pub(super) body: WindowBody,
}

/// What a grouping remembers of a key and window besides the accumulator.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct WindowBody {
    /// The key's own output watermark (model.md 5.1).
    pub(super) key_watermark: Timestamp,
    /// Elements since the last pane.
    pub(super) fresh: bool,
    pub(super) element_hold: Option<Timestamp>,
    pub(super) gc_hold: Option<Timestamp>,
    pub(super) last_pane: Option<PaneInfo>,
    pub(super) trigger: Machine,
    /// The trigger asked to be looked at when the watermark passes the end.
    pub(super) wakes_at_end: bool,
}

/// What all windows before their end that cover a slice have of a key in common, besides what
/// stands in rows of their own. None of them has shown a pane.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct SavedSlice {
    /// The canonical bytes of the key.
    pub(super) key: Vec<u8>,
    pub(super) slice: Interval,
    /// The encoded accumulator.
    pub(super) accumulator: Vec<u8>,
}

/// One of the rows that a state is written as: first those of windows, then those of slices.
#[derive(Debug)]
pub(super) enum SavedRow {
    Window(SavedWindow),
    Slice(SavedSlice),
}

impl SavedRow {
    /// The canonical bytes of the key.
    pub(super) fn key(&self) -> &[u8] {
        match self {
            Self::Window(row) => &row.key,
            Self::Slice(row) => &row.key,
        }
    }

    /// The row of a savepoint.
    pub(super) fn into_row(self) -> Row {
        match self {
            Self::Window(saved) => {
                let mut row = Row::of(saved.key, Some(saved.window));
                row.cells.extend(saved.accumulator.map(|bytes| cell(Row::ACCUMULATOR, bytes)));
                row.body =
                    postcard::to_stdvec(&saved.body).expect("plain data can always be written");
                row
            }
            Self::Slice(saved) => {
                let mut row = Row::of(saved.key, Some(saved.slice));
                row.cells.push(cell(Row::SLICE, saved.accumulator));
                row
            }
        }
    }

    /// The reverse.
    ///
    /// # Errors
    /// If the row is not one of a grouping.
    pub(super) fn from_row(row: Row) -> Result<Self> {
        let Row { key, window, cells, body, .. } = row;
        let window = window.ok_or_else(|| damaged(&"a row has no window"))?;
        let mut accumulator = None;
        for cell in cells {
            if cell.id == Row::SLICE {
                let accumulator = cell.bytes;
                return Ok(Self::Slice(SavedSlice { key, slice: window, accumulator }));
            }
            if cell.id == Row::ACCUMULATOR {
                accumulator = Some(cell.bytes);
            }
        }
        let body = postcard::from_bytes(&body).map_err(|error| damaged(&error))?;
        Ok(Self::Window(SavedWindow { key, window, accumulator, body }))
    }
}

fn cell(id: &str, bytes: Vec<u8>) -> RowCell {
    RowCell { id: id.to_owned(), written: None, bytes }
}

pub(super) fn damaged(why: &dyn std::fmt::Display) -> Error {
    Error::new(format!("the saved state of a grouping is damaged: {why}"))
}
