//! How a read knows its watermark.

use crate::{Duration, Timestamp};

/// The promise that no row is more than so much behind the latest row before it.
///
/// ```
/// use heliostat::{Timestamp, bounded_disorder, minutes};
///
/// let policy = bounded_disorder(minutes(30));
/// let mut watermark = policy.start();
/// watermark.see(Timestamp::secs(7_200));
/// watermark.see(Timestamp::secs(3_600));
/// assert_eq!(watermark.now(), Timestamp::secs(5_400));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BoundedDisorder {
    disorder: Duration,
}

/// Rows come at most `disorder` of event time out of order; what is later still is late data.
///
/// # Panics
/// If `disorder` is negative.
///
/// ```
/// use heliostat::{bounded_disorder, minutes};
///
/// assert_eq!(bounded_disorder(minutes(5)), bounded_disorder(minutes(5)));
/// ```
#[track_caller]
pub fn bounded_disorder(disorder: Duration) -> BoundedDisorder {
    assert!(Duration::ZERO <= disorder, "disorder cannot be negative: {disorder}");
    BoundedDisorder { disorder }
}

impl BoundedDisorder {
    /// The watermark before the first row.
    pub fn start(self) -> DisorderWatermark {
        DisorderWatermark { disorder: self.disorder, watermark: Timestamp::MIN }
    }
}

/// The largest event time so far less the disorder; never goes back.
///
/// ```
/// use heliostat::{Timestamp, bounded_disorder, secs};
///
/// assert_eq!(bounded_disorder(secs(1)).start().now(), Timestamp::MIN);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct DisorderWatermark {
    disorder: Duration,
    watermark: Timestamp,
}

impl DisorderWatermark {
    /// Takes the event time of the next row.
    #[inline]
    pub fn see(&mut self, timestamp: Timestamp) {
        self.watermark = self.watermark.max(timestamp - self.disorder);
    }

    /// No row to come is promised to be earlier.
    #[inline]
    pub fn now(&self) -> Timestamp {
        self.watermark
    }
}
