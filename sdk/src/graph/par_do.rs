//! What a `ParDo` has besides its code: state, timers, side inputs and what it asks of a runner.

use super::CollectionId;
use crate::Duration;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A `ParDo` as the graph knows it.
///
/// ```
/// use heliostat::graph::ParDoSpec;
///
/// let plain = ParDoSpec::default();
/// assert!(!plain.is_keyed() && plain.sides.is_empty());
/// ```
#[expect(
    clippy::struct_excessive_bools,
    reason = "each says one thing of the step, and any of them can hold with any other"
)]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ParDoSpec {
    /// Whether it can give elements other timestamps than they came with.
    pub moves_timestamps: bool,
    /// Its state cells, in the order they were declared.
    pub cells: Vec<CellSpec>,
    /// Its timers, in the order they were declared.
    pub timers: Vec<TimerSpec>,
    /// What it reads beside its main input, in the order it was declared.
    pub sides: Vec<SideSpec>,
    /// Whether it is called when a window with state expires.
    pub on_window_expiration: bool,
    /// Whether elements of a key and window must come in the order of their timestamps.
    pub time_sorted_input: bool,
    /// Whether a retry must see the very same elements.
    pub stable_input: bool,
    /// Whether it is the last step of a write: it lets prepared parts appear, and what that is for a
    /// run that ends early or fails is the runner's to say.
    pub commits: bool,
}

impl ParDoSpec {
    /// Whether it works key by key: it has state or timers, or wants its input sorted.
    pub fn is_keyed(&self) -> bool {
        !self.cells.is_empty()
            || !self.timers.is_empty()
            || self.on_window_expiration
            || self.time_sorted_input
    }
}

/// A state cell: one per key and window.
///
/// ```
/// use heliostat::graph::{CellKind, CellSpec};
///
/// let cell = CellSpec {
///     id: "seen".into(),
///     kind: CellKind::Value,
///     element: "bool".into(),
///     coder: "beam:coder:bool:v1".into(),
///     time_to_live: None,
///     merges: false,
/// };
/// assert_eq!(cell.kind.to_string(), "value");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellSpec {
    /// Unique within its step.
    pub id: String,
    /// What it keeps.
    pub kind: CellKind,
    /// The type of what is in it, as an author writes it; `K -> V` for a map.
    pub element: String,
    /// The name of the coder of what is in it.
    pub coder: String,
    /// How long after its last write it reads as empty, in processing time.
    pub time_to_live: Option<Duration>,
    /// Whether two of them can become one: all but values and maps can, those with a merge.
    pub merges: bool,
}

/// What a state cell keeps (model.md 6.2).
///
/// ```
/// assert_eq!(heliostat::graph::CellKind::OrderedList.to_string(), "ordered list");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum CellKind {
    /// One value, or none.
    Value,
    /// Any number of values, in no order.
    Bag,
    /// An accumulator.
    Combining,
    /// One value per key of its own.
    Map,
    /// Different values.
    Set,
    /// Any number of values per key of its own.
    Multimap,
    /// Values sorted by time.
    OrderedList,
}

impl fmt::Display for CellKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Value => "value",
            Self::Bag => "bag",
            Self::Combining => "combining",
            Self::Map => "map",
            Self::Set => "set",
            Self::Multimap => "multimap",
            Self::OrderedList => "ordered list",
        })
    }
}

/// A timer, or a family of timers told apart by tag.
///
/// ```
/// use heliostat::graph::{TimeDomain, TimerSpec};
///
/// let timer =
///     TimerSpec { id: "flush".into(), domain: TimeDomain::EventTime, family: false };
/// assert_eq!(timer.domain.to_string(), "event time");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimerSpec {
    /// Unique within its step.
    pub id: String,
    /// What time it waits for.
    pub domain: TimeDomain,
    /// Whether there can be several, each with a tag.
    pub family: bool,
}

/// What time a timer waits for.
///
/// ```
/// assert_eq!(heliostat::graph::TimeDomain::ProcessingTime.to_string(), "processing time");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum TimeDomain {
    /// The watermark.
    EventTime,
    /// The clock.
    ProcessingTime,
}

impl fmt::Display for TimeDomain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::EventTime => "event time",
            Self::ProcessingTime => "processing time",
        })
    }
}

/// A side input of a step: a collection of panes, each of which is one whole value of the view.
///
/// ```
/// use heliostat::graph::ViewKind;
///
/// assert_eq!(ViewKind::Multimap.to_string(), "multimap");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SideSpec {
    /// The collection that the view is of.
    pub collection: CollectionId,
    /// What the view is read as.
    pub kind: ViewKind,
}

/// What a side input is read as (model.md 7.1).
///
/// ```
/// assert_eq!(heliostat::graph::ViewKind::Singleton.to_string(), "singleton");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ViewKind {
    /// The one element of the window.
    Singleton,
    /// All elements of the window.
    Iterable,
    /// The same, found by number.
    List,
    /// One value per key.
    Map,
    /// All values of a key.
    Multimap,
}

impl fmt::Display for ViewKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Singleton => "singleton",
            Self::Iterable => "iterable",
            Self::List => "list",
            Self::Map => "map",
            Self::Multimap => "multimap",
        })
    }
}
