//! A view, written out.

use heliostat::{Interval, Timestamp};
use serde::{Deserialize, Serialize};

/// What a view holds, written out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedView {
    /// That of the view's collection.
    pub watermark: Timestamp,
    /// The readers' watermark up to which windows were forgotten.
    pub forgotten: Timestamp,
    /// The newest pane of each window, by window.
    pub panes: Vec<SavedPane>,
}

/// The newest pane of one window of a view.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedPane {
    /// The window of the view.
    pub window: Interval,
    /// Its place among all panes of the window.
    pub index: u64,
    /// The one element it is, as the view's collection encodes it.
    pub element: Vec<u8>,
}
