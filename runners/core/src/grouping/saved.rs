//! The state of a grouping in the form both paths write and read: rows of key and window.

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

pub(super) fn encode(watermark: Timestamp, mut windows: Vec<SavedWindow>) -> Vec<u8> {
    windows.sort_by(|a, b| (&a.key, &a.window).cmp(&(&b.key, &b.window)));
    postcard::to_stdvec(&(watermark, windows)).expect("plain rows can always be written")
}

pub(super) fn decode(bytes: &[u8]) -> Result<(Timestamp, Vec<SavedWindow>)> {
    postcard::from_bytes(bytes)
        .map_err(|error| Error::new(format!("the saved state of a grouping is damaged: {error}")))
}
