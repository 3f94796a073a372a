//! Windows of one size, laid end to end.

use super::Interval;
use crate::{Duration, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Cuts time into `[n * size + offset, (n + 1) * size + offset)` for every whole `n`.
///
/// ```
/// use heliostat::{FixedWindows, Timestamp, secs};
///
/// let minutes = FixedWindows::of(secs(60));
/// assert_eq!(minutes.window_at(Timestamp::secs(75)).start(), Timestamp::secs(60));
/// assert_eq!(minutes.window_at(Timestamp::secs(-1)).start(), Timestamp::secs(-60));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FixedWindows {
    /// Invariant: positive.
    size: Duration,
    /// Invariant: not negative, less than `size`.
    offset: Duration,
}

impl FixedWindows {
    /// Windows of length `size` that meet at 1970.
    ///
    /// # Panics
    /// If `size` is not positive.
    #[track_caller]
    pub fn of(size: Duration) -> Self {
        assert!(Duration::ZERO < size, "a window must have a positive length, not {size}");
        Self { size, offset: Duration::ZERO }
    }

    /// The same, but meeting `offset` after 1970.
    ///
    /// # Panics
    /// If `offset` is negative or not less than the size (model.md 2.2).
    #[track_caller]
    #[must_use]
    pub fn offset(self, offset: Duration) -> Self {
        assert!(
            Duration::ZERO <= offset && offset < self.size,
            "a window offset must be at least 0s and less than the size {}, not {offset}",
            self.size,
        );
        Self { offset, ..self }
    }

    /// The length of a window.
    pub fn size(&self) -> Duration {
        self.size
    }

    /// The one window that holds `timestamp`.
    #[inline]
    pub fn window_at(&self, timestamp: Timestamp) -> Interval {
        let timestamp = timestamp.min(Timestamp::END_OF_GLOBAL_WINDOW);
        // Euclidean, so that points before 1970 also fall inside their window.
        Interval::around(timestamp, timestamp.since(self.offset, self.size), self.size)
    }
}

impl fmt::Display for FixedWindows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "fixed {}", self.size)?;
        if self.offset != Duration::ZERO {
            write!(f, " offset {}", self.offset)?;
        }
        Ok(())
    }
}
