//! Windows of the author's making (model.md 2.4).

use super::Interval;
use crate::Timestamp;
use serde::{Deserialize, Serialize};
use std::any::type_name;
use std::fmt;

/// Gives each element its windows.
///
/// The implementor is a value: its serialized fields are its parameters, and two of the same type
/// with the same parameters are the same window function. It must give equal windows for equal
/// input, whatever it was given before.
///
/// ```
/// use heliostat::prelude::*;
/// use heliostat::{AssignWindows, Interval};
/// use heliostat_direct::DirectRunner;
/// use serde::{Deserialize, Serialize};
///
/// /// Large orders are counted by the minute, small ones by the hour.
/// #[derive(Serialize)]
/// struct BySize;
///
/// impl AssignWindows<(String, u64)> for BySize {
///     fn assign(
///         &self,
///         (_, amount): &(String, u64),
///         timestamp: Timestamp,
///         _current: &Interval,
///         windows: &mut Vec<Interval>,
///     ) {
///         let size = if *amount < 1_000 { hours(1) } else { minutes(1) };
///         let start = timestamp - timestamp.rem_euclid(size);
///         windows.push(Interval::new(start, start + size));
///     }
/// }
///
/// let pipeline = Pipeline::new();
/// let counts = pipeline
///     .create([("a".to_owned(), 5_u64), ("a".to_owned(), 5_000)])
///     .timestamps(|_| Timestamp::secs(90))
///     .window(Window::custom(BySize))
///     .count_per_key()
///     .windowed()
///     .collect();
/// let result = DirectRunner::default().run(&pipeline)?;
/// let mut ends: Vec<_> =
///     result.collected(&counts).iter().map(|count| count.timestamp).collect();
/// ends.sort();
/// assert_eq!(ends, [Timestamp::from_millis(119_999), Timestamp::from_millis(3_599_999)]);
/// # Ok::<(), heliostat::RunError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` gives no windows to elements of type `{T}`",
    label = "this window function does not assign `{T}`",
    note = "implement `AssignWindows<{T}>`, or `impl<T> AssignWindows<T>` if only the time counts"
)]
pub trait AssignWindows<T>: Send + Sync + 'static {
    /// Pushes the windows of one element; with none, the element is gone.
    ///
    /// `timestamp` is at most `END_OF_GLOBAL_WINDOW`. `current` is the window the element lies in
    /// so far; an element in several is asked about once for each.
    fn assign(
        &self,
        element: &T,
        timestamp: Timestamp,
        current: &Interval,
        windows: &mut Vec<Interval>,
    );
}

/// Says which windows of one key grow together.
///
/// It is asked whenever a bundle brings a window that is not open yet, with all open and new
/// windows of one key, sorted by start and end. It must be associative and idempotent: merging some
/// first, or asking again, gives the same windows in the end.
///
/// ```
/// use heliostat::{Interval, MergeWindows, Merges, Timestamp};
///
/// /// Everything of a key is one window.
/// struct Hull;
///
/// impl MergeWindows for Hull {
///     fn merge(&self, windows: &[Interval], merges: &mut Merges) {
///         let starts = windows.iter().map(Interval::start).min();
///         let ends = windows.iter().map(Interval::end).max();
///         if let (Some(start), Some(end), 2..) = (starts, ends, windows.len()) {
///             merges.merge(windows.iter().cloned(), Interval::new(start, end));
///         }
///     }
/// }
///
/// let window = |from, to| Interval::new(Timestamp::secs(from), Timestamp::secs(to));
/// let mut merges = Merges::default();
/// Hull.merge(&[window(0, 1), window(5, 6)], &mut merges);
/// assert_eq!(merges.iter().next().map(|merge| merge.into.clone()), Some(window(0, 6)));
/// ```
pub trait MergeWindows: Send + Sync + 'static {
    /// Asks for merges among `windows`.
    ///
    /// Each window may be in one merge at most, and what it becomes must be one of the merged
    /// windows, or one that is not open. A run that is asked for anything else ends with an error.
    fn merge(&self, windows: &[Interval], merges: &mut Merges);
}

/// The merges that a window function asks for.
///
/// ```
/// use heliostat::{Interval, Merges, Timestamp};
///
/// let window = |from, to| Interval::new(Timestamp::secs(from), Timestamp::secs(to));
/// let mut merges = Merges::default();
/// merges.merge([window(0, 10), window(5, 15)], window(0, 15));
/// assert_eq!(merges.iter().count(), 1);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Merges {
    all: Vec<Merge>,
}

/// Windows that become one.
///
/// ```
/// use heliostat::{Interval, Merge, Timestamp};
///
/// let window = |from, to| Interval::new(Timestamp::secs(from), Timestamp::secs(to));
/// let merge = Merge { from: vec![window(0, 10), window(5, 15)], into: window(0, 15) };
/// assert!(!merge.from.contains(&merge.into));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merge {
    /// The windows that end.
    pub from: Vec<Interval>,
    /// What they become; may be one of them.
    pub into: Interval,
}

impl Merges {
    /// Asks that `windows` become `into`.
    pub fn merge(&mut self, windows: impl IntoIterator<Item = Interval>, into: Interval) {
        self.all.push(Merge { from: windows.into_iter().collect(), into });
    }

    /// What was asked for, in that order.
    pub fn iter(&self) -> impl Iterator<Item = &Merge> {
        self.all.iter()
    }
}

/// Names a window function of the author's: its type and its parameters. The code lies in
/// [`Functions`](crate::graph::Functions).
///
/// ```
/// use heliostat::{CustomWindows, WindowFn};
///
/// let custom = CustomWindows::of(&("Mondays", 3), false);
/// assert!(!WindowFn::Custom(custom).merges());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CustomWindows {
    function: String,
    /// As JSON.
    parameters: String,
    merges: bool,
}

impl CustomWindows {
    /// The name of this window function.
    ///
    /// # Panics
    /// If its parameters cannot be written as JSON.
    #[track_caller]
    pub fn of<F: Serialize>(function: &F, merges: bool) -> Self {
        let name = type_name::<F>();
        let parameters = serde_json::to_string(function).unwrap_or_else(|error| {
            panic!("the parameters of window function `{name}` cannot be written as JSON: {error}")
        });
        Self { function: name.to_owned(), parameters, merges }
    }

    /// Whether its windows can grow together.
    pub fn merges(&self) -> bool {
        self.merges
    }
}

impl fmt::Display for CustomWindows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = self.function.split('<').next().unwrap_or_default();
        write!(f, "custom {}", plain.rsplit("::").next().unwrap_or(plain))?;
        if self.parameters != "null" {
            write!(f, " {}", self.parameters)?;
        }
        Ok(())
    }
}
