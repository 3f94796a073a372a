//! What a pipeline emits: panes, and elements that were dropped.

use super::cursor::Cursor;
use super::error::CaseError;
use super::event::parse_key;
use super::number::{Number, Value, parse_number, parse_value};
use super::time::{GLOBAL_WINDOW_MAX, parse_time};

/// One element of the output with all its metadata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pane {
    /// Its key. `None` after a global combine.
    pub key: Option<String>,
    /// What it holds.
    pub value: Value,
    /// The window it lies in.
    pub window: PaneWindow,
    /// Which firing it came of.
    pub info: PaneInfo,
    /// Its timestamp.
    pub timestamp: i64,
}

/// The window of a pane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PaneWindow {
    /// `global`
    Global,
    /// `[start,end)`
    Interval {
        /// Its first timestamp.
        start: i64,
        /// The first timestamp after it.
        end: i64,
    },
}

impl PaneWindow {
    /// The last timestamp in the window.
    pub fn max_timestamp(self) -> i64 {
        match self {
            PaneWindow::Global => GLOBAL_WINDOW_MAX,
            PaneWindow::Interval { end, .. } => end - 1,
        }
    }
}

/// Which firing of its key and window a pane came of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaneInfo {
    /// Before, at or after the end of the window.
    pub timing: Timing,
    /// Counts the panes of a key and window from 0.
    pub index: i64,
    /// Counts those that are not early from 0; -1 if early.
    pub nonspeculative: i64,
    /// Whether none came before.
    pub first: bool,
    /// Whether none will come after.
    pub last: bool,
}

impl PaneInfo {
    /// What an element carries that no grouping made.
    pub const NO_FIRING: PaneInfo =
        PaneInfo { timing: Timing::Unknown, index: 0, nonspeculative: 0, first: true, last: true };
}

/// Where a firing lies relative to the end of its window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timing {
    /// Before the watermark passed it.
    Early,
    /// With the watermark.
    OnTime,
    /// After it.
    Late,
    /// No grouping made it.
    Unknown,
}

impl Timing {
    /// The non-speculative index that a pane has if its line does not write one.
    pub(super) fn usual_nonspeculative(self, index: i64) -> i64 {
        match self {
            Timing::Early => -1,
            Timing::OnTime | Timing::Late | Timing::Unknown => index,
        }
    }
}

/// An element in the grouping's second output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dropped {
    /// Its key. `None` before a global combine.
    pub key: Option<String>,
    /// Its value.
    pub value: Number,
    /// Its timestamp.
    pub timestamp: i64,
    /// The window it would have gone to.
    pub window: PaneWindow,
    /// Why it did not.
    pub because: DroppedBecause,
}

/// Why an element was dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DroppedBecause {
    /// Its window had expired.
    Late,
    /// Its window's trigger had finished.
    Closed,
}

pub(super) const TIMINGS: [(&str, Timing); 4] = [
    ("early", Timing::Early),
    ("on_time", Timing::OnTime),
    ("late", Timing::Late),
    ("unknown", Timing::Unknown),
];

const REASONS: [(&str, DroppedBecause); 2] =
    [("late", DroppedBecause::Late), ("closed", DroppedBecause::Closed)];

/// Reads `KEY=VALUE WINDOW [TIMING INDEX[/NONSPEC] [first] [last]] [@TS]`.
pub(super) fn parse_pane(cursor: &mut Cursor<'_>) -> Result<Pane, CaseError> {
    let key = parse_key(cursor)?;
    let value = parse_value(cursor)?;
    let window = parse_pane_window(cursor)?;
    let info = match cursor.peek() {
        None | Some('@') => PaneInfo::NO_FIRING,
        Some(_) => parse_timing(cursor)?,
    };
    let mut pane = Pane { key, value, window, info, timestamp: window.max_timestamp() };
    while !cursor.at_end() {
        if cursor.eat('@') {
            pane.timestamp = parse_time(cursor)?;
        } else {
            match cursor.choose("a flag of a pane", &[("first", true), ("last", false)])? {
                true => pane.info.first = true,
                false => pane.info.last = true,
            }
        }
    }
    Ok(pane)
}

fn parse_timing(cursor: &mut Cursor<'_>) -> Result<PaneInfo, CaseError> {
    let timing = cursor.choose("a timing", &TIMINGS)?;
    let index = parse_index(cursor)?;
    let nonspeculative =
        if cursor.eat('/') { parse_index(cursor)? } else { timing.usual_nonspeculative(index) };
    Ok(PaneInfo { timing, index, nonspeculative, first: false, last: false })
}

fn parse_index(cursor: &mut Cursor<'_>) -> Result<i64, CaseError> {
    let word = cursor.word("the index of a pane")?;
    word.parse().map_err(|_| {
        cursor.error(format!("`{word}` is not an index; write TIMING INDEX, such as on_time 0"))
    })
}

fn parse_pane_window(cursor: &mut Cursor<'_>) -> Result<PaneWindow, CaseError> {
    if !cursor.eat('[') {
        return cursor.choose("the window of a pane, besides [START,END),", &GLOBAL);
    }
    let start = parse_time(cursor)?;
    cursor.expect(',')?;
    let end = parse_time(cursor)?;
    cursor.expect(')')?;
    if end <= start {
        return Err(cursor.error(format!("the window [{start},{end}) is empty; end it later")));
    }
    Ok(PaneWindow::Interval { start, end })
}

const GLOBAL: [(&str, PaneWindow); 1] = [("global", PaneWindow::Global)];

/// Reads `KEY=VALUE @TS WINDOW late|closed`.
pub(super) fn parse_dropped(cursor: &mut Cursor<'_>) -> Result<Dropped, CaseError> {
    let key = parse_key(cursor)?;
    let value = parse_number(cursor)?;
    cursor.expect('@')?;
    let timestamp = parse_time(cursor)?;
    let window = parse_pane_window(cursor)?;
    let because = cursor.choose("the reason of a drop", &REASONS)?;
    Ok(Dropped { key, value, timestamp, window, because })
}
