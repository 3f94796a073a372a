//! Windows of one size that begin at regular times, overlapping or with gaps between them.

use super::Interval;
use crate::{Duration, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Windows `[n * period + offset, n * period + offset + size)` for every whole `n`.
///
/// A timestamp lies in about `size / period` of them: in exactly so many if the period divides the
/// size, in one more or less if not, and in none or one if the period is the larger.
///
/// ```
/// use heliostat::{SlidingWindows, Timestamp, secs};
///
/// let windows = SlidingWindows::of(secs(10), secs(5));
/// let mut starts = Vec::new();
/// windows.visit(Timestamp::secs(4), |window| starts.push(window.start()));
/// assert_eq!(starts, [Timestamp::secs(0), Timestamp::secs(-5)]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlidingWindows {
    /// Invariant: positive.
    size: Duration,
    /// Invariant: positive.
    period: Duration,
    /// Invariant: not negative, less than `period`.
    offset: Duration,
}

impl SlidingWindows {
    /// Windows of length `size`, one every `period`, the first of them at 1970.
    ///
    /// # Panics
    /// If `size` or `period` is not positive.
    #[track_caller]
    pub fn of(size: Duration, period: Duration) -> Self {
        assert!(Duration::ZERO < size, "a window must have a positive length, not {size}");
        assert!(Duration::ZERO < period, "windows must begin every positive time, not {period}");
        Self { size, period, offset: Duration::ZERO }
    }

    /// The same, but beginning `offset` later.
    ///
    /// # Panics
    /// If `offset` is negative or not less than the period (model.md 2.2).
    #[track_caller]
    #[must_use]
    pub fn offset(self, offset: Duration) -> Self {
        assert!(
            Duration::ZERO <= offset && offset < self.period,
            "a window offset must be at least 0s and less than the period {}, not {offset}",
            self.period,
        );
        Self { offset, ..self }
    }

    /// The length of a window.
    pub fn size(&self) -> Duration {
        self.size
    }

    /// The time from the beginning of one window to that of the next.
    pub fn period(&self) -> Duration {
        self.period
    }

    /// How long after 1970 one of the windows begins; less than the period.
    pub fn shift(&self) -> Duration {
        self.offset
    }

    /// Whether there are times that lie in no window.
    pub fn has_gaps(&self) -> bool {
        self.size < self.period
    }

    /// The slice of `timestamp`: the stretch around it in which no window begins or ends, so that
    /// all its times lie in the same windows. `None` where they lie in none.
    ///
    /// ```
    /// use heliostat::{Interval, SlidingWindows, Timestamp, secs};
    ///
    /// let slice = |from, to| Interval::new(Timestamp::secs(from), Timestamp::secs(to));
    /// let windows = SlidingWindows::of(secs(10), secs(4));
    /// assert_eq!(windows.slice_at(Timestamp::secs(9)), Some(slice(8, 10)));
    /// assert_eq!(windows.slice_at(Timestamp::secs(10)), Some(slice(10, 12)));
    /// ```
    #[inline]
    pub fn slice_at(&self, timestamp: Timestamp) -> Option<Interval> {
        let timestamp = timestamp.min(Timestamp::END_OF_GLOBAL_WINDOW);
        let begun = timestamp.since(self.offset, self.period);
        if self.size <= begun {
            return None;
        }
        let ended = (begun - self.size).rem_euclid(self.period);
        let (back, ahead) = (begun.min(ended), self.period - begun.max(ended));
        Some(Interval::around(timestamp, back, back + ahead))
    }

    /// The lengths of its slices: one, or two that take turns.
    ///
    /// ```
    /// use heliostat::{SlidingWindows, secs};
    ///
    /// assert_eq!(SlidingWindows::of(secs(60), secs(5)).slice_lengths(), (secs(5), None));
    /// assert_eq!(SlidingWindows::of(secs(10), secs(4)).slice_lengths(), (secs(2), Some(secs(2))));
    /// assert_eq!(SlidingWindows::of(secs(10), secs(7)).slice_lengths(), (secs(3), Some(secs(4))));
    /// ```
    pub fn slice_lengths(&self) -> (Duration, Option<Duration>) {
        if self.has_gaps() {
            return (self.size, None);
        }
        match self.size.rem_euclid(self.period) {
            Duration::ZERO => (self.period, None),
            rest => (rest, Some(self.period - rest)),
        }
    }

    /// Calls `visit` with each window of `timestamp`, the one that began last first.
    #[inline]
    pub fn visit(&self, timestamp: Timestamp, mut visit: impl FnMut(Interval)) {
        let timestamp = timestamp.min(Timestamp::END_OF_GLOBAL_WINDOW);
        let mut back = timestamp.since(self.offset, self.period);
        while back < self.size {
            visit(Interval::around(timestamp, back, self.size));
            back = back + self.period;
        }
    }

    /// The earliest window that holds `timestamp`, or the next one if none does.
    ///
    /// ```
    /// use heliostat::{SlidingWindows, Timestamp, secs};
    ///
    /// let windows = SlidingWindows::of(secs(10), secs(5));
    /// assert_eq!(windows.earliest_at(Timestamp::secs(12)).start(), Timestamp::secs(5));
    /// ```
    pub fn earliest_at(&self, timestamp: Timestamp) -> Interval {
        let timestamp = timestamp.min(Timestamp::END_OF_GLOBAL_WINDOW);
        let begun = timestamp.since(self.offset, self.period).millis();
        let (size, period) = (self.size.millis(), self.period.millis());
        // How many windows began before the last one and still hold it; in a gap one less than none.
        let before = (size - 1 - begun).div_euclid(period);
        let start = timestamp.millis() - begun - before * period;
        // Behind a gap at the end of time nothing begins any more.
        let start = start.min(Timestamp::END_OF_GLOBAL_WINDOW.millis());
        Interval::cut(start, start.saturating_add(size))
    }
}

impl fmt::Display for SlidingWindows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sliding {} every {}", self.size, self.period)?;
        if self.offset != Duration::ZERO {
            write!(f, " offset {}", self.offset)?;
        }
        Ok(())
    }
}
