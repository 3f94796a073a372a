//! Elements together with what the model knows about them.

use crate::{Interval, PaneInfo, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A value with its timestamp, one of its windows, and the pane that made it.
///
/// ```
/// use heliostat::prelude::*;
/// use heliostat_direct::DirectRunner;
///
/// let pipeline = Pipeline::new();
/// let seen = pipeline
///     .create_timestamped([('a', Timestamp::secs(75))])
///     .window(Window::fixed(minutes(1)))
///     .windowed()
///     .collect();
/// let result = DirectRunner::default().run(&pipeline)?;
/// let element = &result.collected(&seen)[0];
/// assert_eq!(element.timestamp, Timestamp::secs(75));
/// assert_eq!(element.window.start(), Timestamp::secs(60));
/// assert_eq!(element.pane, PaneInfo::NO_FIRING);
/// # Ok::<(), heliostat::RunError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Windowed<T> {
    /// The element itself.
    pub value: T,
    /// Its event time.
    pub timestamp: Timestamp,
    /// The window it lies in; an element in several windows comes once for each.
    pub window: Interval,
    /// Which firing of a grouping made it.
    pub pane: PaneInfo,
}

/// Why a grouping did not take an element.
///
/// ```
/// assert_eq!(heliostat::DropCause::Late.to_string(), "late");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum DropCause {
    /// Its window had expired (model.md 5.3).
    Late,
    /// Its window's trigger had finished.
    Closed,
}

impl fmt::Display for DropCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Late => "late",
            Self::Closed => "closed",
        })
    }
}

/// An element that a grouping did not take, with the window it was not taken into.
///
/// As an output it lies in the global window at the element's own timestamp and is never dropped
/// again.
///
/// ```
/// use heliostat::{DropCause, Dropped, Interval, Timestamp};
///
/// let dropped = Dropped {
///     value: "a",
///     timestamp: Timestamp::secs(3),
///     window: Interval::new(Timestamp::secs(0), Timestamp::secs(10)),
///     cause: DropCause::Late,
/// };
/// assert_eq!(dropped.cause, DropCause::Late);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dropped<T> {
    /// The element.
    pub value: T,
    /// Its event time.
    pub timestamp: Timestamp,
    /// The window it was dropped from.
    pub window: Interval,
    /// Why.
    pub cause: DropCause,
}

/// An element on which the author's code failed.
///
/// ```
/// use heliostat::prelude::*;
/// use heliostat_direct::DirectRunner;
///
/// let pipeline = Pipeline::new();
/// let (numbers, bad) =
///     pipeline.create(["1", "x"].map(str::to_owned)).try_map(|text| text.parse::<i64>());
/// let (numbers, bad) = (numbers.collect(), bad.collect());
/// let result = DirectRunner::default().run(&pipeline)?;
/// assert_eq!(result.collected(&numbers), [1]);
/// assert_eq!(result.collected(&bad)[0].element, "x");
/// assert_eq!(result.collected(&bad)[0].error, "invalid digit found in string");
/// # Ok::<(), heliostat::RunError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadLetter<T> {
    /// The element.
    pub element: T,
    /// What the code said.
    pub error: String,
}
