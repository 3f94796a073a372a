//! The state of a grouping in the form both paths write and read: rows of key and window, and of
//! key and slice where windows share what they have.

use crate::trigger::Machine;
use heliostat::{Error, Interval, PaneInfo, Result, Timestamp};
use serde::{Deserialize, Serialize};

/// The state of one key and window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct SavedWindow {
    /// The canonical bytes of the key.
    pub(super) key: Vec<u8>,
    pub(super) window: Interval,
    /// The key's own output watermark (model.md 5.1).
    pub(super) key_watermark: Timestamp,
    /// The encoded accumulator; `None` where there is nothing in it.
    pub(super) accumulator: Option<Vec<u8>>,
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct SavedSlice {
    /// The canonical bytes of the key.
    pub(super) key: Vec<u8>,
    pub(super) slice: Interval,
    /// The encoded accumulator.
    pub(super) accumulator: Vec<u8>,
}

/// All of it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct SavedState {
    pub(super) watermark: Timestamp,
    pub(super) windows: Vec<SavedWindow>,
    pub(super) slices: Vec<SavedSlice>,
}

pub(super) fn encode(mut state: SavedState) -> Vec<u8> {
    state.windows.sort_by(|a, b| (&a.key, &a.window).cmp(&(&b.key, &b.window)));
    state.slices.sort_by(|a, b| (&a.key, &a.slice).cmp(&(&b.key, &b.slice)));
    postcard::to_stdvec(&state).expect("plain rows can always be written")
}

pub(super) fn decode(bytes: &[u8]) -> Result<SavedState> {
    postcard::from_bytes(bytes).map_err(|error| damaged(&error))
}

pub(super) fn damaged(why: &dyn std::fmt::Display) -> Error {
    Error::new(format!("the saved state of a grouping is damaged: {why}"))
}
