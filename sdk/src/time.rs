//! Event time and lengths of time, both counted in whole milliseconds.
//!
//! Beam's extremes lie outside what calendars can express, so calendar types (`chrono`,
//! [`std::time`]) convert at the edge with `TryFrom`, and inside there are only integers. What is
//! finer than a millisecond is floored, towards the past, also before 1970.

mod timestamp;
mod duration;
#[cfg(test)]
mod tests;

pub use duration::{Duration, days, hours, millis, minutes, secs};
pub use timestamp::Timestamp;

use std::fmt;

/// A time that exists in one type and cannot be expressed in the other.
///
/// ```
/// use heliostat::{TimeRangeError, Timestamp};
/// use std::time::SystemTime;
///
/// let farthest: Result<chrono::DateTime<chrono::Utc>, TimeRangeError> = Timestamp::MAX.try_into();
/// assert_eq!(
///     farthest.unwrap_err().to_string(),
///     "cannot express MAX as a chrono::DateTime: it is out of range",
/// );
/// assert!(SystemTime::try_from(Timestamp::secs(0)).is_ok());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeRangeError {
    value: String,
    target: &'static str,
}

impl TimeRangeError {
    fn new(value: impl fmt::Display, target: &'static str) -> Self {
        Self { value: value.to_string(), target }
    }
}

impl fmt::Display for TimeRangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot express {} as a {}: it is out of range", self.value, self.target)
    }
}

impl std::error::Error for TimeRangeError {}

/// A text that is neither a [`Timestamp`] nor a [`Duration`], with the reason and a remedy.
///
/// ```
/// use heliostat::Duration;
///
/// assert_eq!(
///     "90".parse::<Duration>().unwrap_err().to_string(),
///     "`90` is not a duration: 90 has no unit\n  \
///      help: write numbers with d, h, m, s or ms, the largest first, e.g. `30m` or `1h30m`",
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeParseError {
    text: String,
    noun: &'static str,
    reason: String,
    help: &'static str,
}

impl fmt::Display for TimeParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { text, noun, reason, help } = self;
        write!(f, "`{text}` is not a {noun}: {reason}\n  help: {help}")
    }
}

impl std::error::Error for TimeParseError {}
