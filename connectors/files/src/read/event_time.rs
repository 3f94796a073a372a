//! Where the event time of a row comes from, which decides whether a file can be replayed.

use heliostat::{BoundedDisorder, Duration, Timestamp};
use std::sync::Arc;

pub(crate) use timing::Timing;

/// How a file tells the time: [`Untimed`], [`Timed`] or [`Replayed`]. A closed set.
///
/// ```
/// use heliostat_files::{EventTime, FileRead, TextRows, read_lines};
///
/// fn is_timed<E: EventTime<String>>(_: &FileRead<TextRows, E>) -> bool {
///     size_of::<E>() != 0
/// }
/// assert!(!is_timed(&read_lines("a.txt")));
/// ```
pub trait EventTime<T>: Timing<T> + Clone + Send + Sync + 'static {}

/// All rows are at the beginning of time, as no one says otherwise with
/// [`FileRead::event_time`](crate::FileRead::event_time).
///
/// ```
/// use heliostat_files::{FileRead, TextRows, Untimed, read_lines};
///
/// let lines: FileRead<TextRows, Untimed> = read_lines("a.txt");
/// assert_eq!(lines.path().to_str(), Some("a.txt"));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Untimed;

/// Each row says when it happened. See [`FileRead::event_time`](crate::FileRead::event_time).
///
/// ```
/// use heliostat::Timestamp;
/// use heliostat_files::{FileRead, TextRows, Timed, read_lines};
///
/// let lines: FileRead<TextRows, Timed<String>> =
///     read_lines("a.txt").event_time(|line| Timestamp::secs(line.len() as i64));
/// assert_eq!(lines.path().to_str(), Some("a.txt"));
/// ```
pub struct Timed<T> {
    pub(super) of: Arc<dyn Fn(&T) -> Timestamp + Send + Sync>,
}

impl<T> Clone for Timed<T> {
    fn clone(&self) -> Self {
        Self { of: Arc::clone(&self.of) }
    }
}

/// Each row says when it happened, and the watermark follows. See
/// [`FileRead::replay`](crate::FileRead::replay).
///
/// ```
/// use heliostat::{Timestamp, bounded_disorder, secs};
/// use heliostat_files::{FileRead, Replayed, TextRows, read_lines};
///
/// let lines: FileRead<TextRows, Replayed<String>> = read_lines("a.txt")
///     .event_time(|line| Timestamp::secs(line.len() as i64))
///     .replay(bounded_disorder(secs(5)));
/// assert_eq!(lines.path().to_str(), Some("a.txt"));
/// ```
pub struct Replayed<T> {
    pub(super) timed: Timed<T>,
    pub(super) policy: BoundedDisorder,
    /// Invariant: positive.
    pub(super) step: Duration,
}

impl<T> Clone for Replayed<T> {
    fn clone(&self) -> Self {
        Self { timed: self.timed.clone(), policy: self.policy, step: self.step }
    }
}

mod timing {
    use super::{BoundedDisorder, Duration, Timestamp};

    pub trait Timing<T> {
        fn at(&self, row: &T) -> Timestamp;

        /// How the watermark follows, and how far it moves in a bundle.
        fn replay(&self) -> Option<(BoundedDisorder, Duration)>;
    }
}

impl<T> EventTime<T> for Untimed {}

impl<T> Timing<T> for Untimed {
    #[inline]
    fn at(&self, _row: &T) -> Timestamp {
        Timestamp::MIN
    }

    fn replay(&self) -> Option<(BoundedDisorder, Duration)> {
        None
    }
}

impl<T: 'static> EventTime<T> for Timed<T> {}

impl<T> Timing<T> for Timed<T> {
    #[inline]
    fn at(&self, row: &T) -> Timestamp {
        (self.of)(row)
    }

    fn replay(&self) -> Option<(BoundedDisorder, Duration)> {
        None
    }
}

impl<T: 'static> EventTime<T> for Replayed<T> {}

impl<T> Timing<T> for Replayed<T> {
    #[inline]
    fn at(&self, row: &T) -> Timestamp {
        self.timed.at(row)
    }

    fn replay(&self) -> Option<(BoundedDisorder, Duration)> {
        Some((self.policy, self.step))
    }
}
