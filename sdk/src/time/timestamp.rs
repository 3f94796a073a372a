//! A point in event time or processing time.

use super::{Duration, TimeParseError, TimeRangeError};
use chrono::{DateTime, Datelike, Timelike, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::ops::{Add, Sub};
use std::str::FromStr;
use std::time::SystemTime;

/// Milliseconds since 1970 in UTC, between [`Timestamp::MIN`] and [`Timestamp::MAX`].
///
/// Arithmetic stops at these two instead of overflowing. It prints as RFC 3339; Beam's three
/// special instants print by name, and years that RFC 3339 cannot write print as `<n>ms`. Readable
/// formats store that text, all others the number.
///
/// ```
/// use heliostat::{Timestamp, minutes, secs};
///
/// let noon = "2001-01-01T12:00:00Z".parse::<Timestamp>().unwrap();
/// assert_eq!((noon + minutes(90)).to_string(), "2001-01-01T13:30:00Z");
/// assert_eq!(noon + minutes(1) - noon, secs(60));
/// assert_eq!(Timestamp::MAX + secs(1), Timestamp::MAX);
/// assert_eq!(Timestamp::MIN.to_string(), "MIN");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    /// Invariant: within `MIN..=MAX`.
    millis: i64,
}

/// The instants that print and parse by name.
const NAMES: [(&str, Timestamp); 3] = [
    ("MIN", Timestamp::MIN),
    ("MAX", Timestamp::MAX),
    ("END_OF_GLOBAL_WINDOW", Timestamp::END_OF_GLOBAL_WINDOW),
];

impl Timestamp {
    /// The initial watermark, earlier than any event.
    ///
    /// ```
    /// assert_eq!(heliostat::Timestamp::MIN.millis(), i64::MIN / 1000);
    /// ```
    pub const MIN: Self = Self { millis: -9_223_372_036_854_775 };

    /// The watermark that says no more data will ever come.
    ///
    /// ```
    /// assert_eq!(heliostat::Timestamp::MAX.millis(), i64::MAX / 1000);
    /// ```
    pub const MAX: Self = Self { millis: 9_223_372_036_854_775 };

    /// The last instant inside the global window: one day before [`Timestamp::MAX`], so that its
    /// timers can fire before the watermark reaches infinity.
    ///
    /// ```
    /// use heliostat::{Timestamp, days};
    ///
    /// assert_eq!(Timestamp::MAX - Timestamp::END_OF_GLOBAL_WINDOW, days(1));
    /// ```
    pub const END_OF_GLOBAL_WINDOW: Self = Self { millis: 9_223_371_950_454_775 };

    /// One past the last millisecond of the global window: where the last window ends.
    ///
    /// ```
    /// use heliostat::{Timestamp, millis};
    ///
    /// assert_eq!(Timestamp::AFTER_GLOBAL_WINDOW - millis(1), Timestamp::END_OF_GLOBAL_WINDOW);
    /// ```
    pub const AFTER_GLOBAL_WINDOW: Self = Self { millis: 9_223_371_950_454_776 };

    /// The instant `millis` milliseconds after 1970, moved into `MIN..=MAX` if it lies outside.
    ///
    /// ```
    /// use heliostat::Timestamp;
    ///
    /// assert_eq!(Timestamp::from_millis(-1).to_string(), "1969-12-31T23:59:59.999Z");
    /// assert_eq!(Timestamp::from_millis(i64::MAX), Timestamp::MAX);
    /// ```
    pub const fn from_millis(millis: i64) -> Self {
        if millis < Self::MIN.millis {
            Self::MIN
        } else if Self::MAX.millis < millis {
            Self::MAX
        } else {
            Self { millis }
        }
    }

    /// The instant `secs` seconds after 1970, moved into `MIN..=MAX` if it lies outside.
    ///
    /// ```
    /// use heliostat::Timestamp;
    ///
    /// assert_eq!(Timestamp::secs(90).to_string(), "1970-01-01T00:01:30Z");
    /// ```
    pub const fn secs(secs: i64) -> Self {
        Self::from_millis(secs.saturating_mul(1000))
    }

    /// Milliseconds since 1970, negative before it.
    ///
    /// ```
    /// assert_eq!(heliostat::Timestamp::secs(2).millis(), 2000);
    /// ```
    pub const fn millis(self) -> i64 {
        self.millis
    }

    /// How far this instant lies behind the last whole multiple of `step` since 1970: never
    /// negative, also before 1970, which is what cutting time into windows needs.
    ///
    /// # Panics
    /// If `step` is zero.
    ///
    /// ```
    /// use heliostat::{Timestamp, secs};
    ///
    /// assert_eq!(Timestamp::secs(75).rem_euclid(secs(60)), secs(15));
    /// assert_eq!(Timestamp::secs(-1).rem_euclid(secs(60)), secs(59));
    /// ```
    #[track_caller]
    pub const fn rem_euclid(self, step: Duration) -> Duration {
        Duration::from_millis(self.millis).rem_euclid(step)
    }

    /// How long ago the last instant `offset + n * step` was; exact at the ends of time as well.
    #[inline]
    pub(crate) fn since(self, offset: Duration, step: Duration) -> Duration {
        Duration::from_millis(self.millis.saturating_sub(offset.millis())).rem_euclid(step)
    }
}

impl Add<Duration> for Timestamp {
    type Output = Self;

    fn add(self, length: Duration) -> Self {
        Self::from_millis(self.millis.saturating_add(length.millis()))
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Self;

    fn sub(self, length: Duration) -> Self {
        Self::from_millis(self.millis.saturating_sub(length.millis()))
    }
}

impl Sub for Timestamp {
    type Output = Duration;

    fn sub(self, earlier: Self) -> Duration {
        Duration::from_millis(self.millis.saturating_sub(earlier.millis))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((name, _)) = NAMES.iter().find(|(_, named)| named == self) {
            return f.pad(name);
        }
        let calendar = DateTime::from_timestamp_millis(self.millis);
        // RFC 3339 has exactly four digits for the year, whatever chrono could print.
        let Some(date) = calendar.filter(|date| (0..=9999).contains(&date.year())) else {
            return write!(f, "{}ms", self.millis);
        };
        let (year, month, day) = (date.year(), date.month(), date.day());
        let (hour, minute, second) = (date.hour(), date.minute(), date.second());
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")?;
        match date.timestamp_subsec_millis() {
            0 => f.write_str("Z"),
            millis => write!(f, ".{millis:03}Z"),
        }
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Timestamp {
    type Err = TimeParseError;

    fn from_str(text: &str) -> Result<Self, TimeParseError> {
        if let Some((_, named)) = NAMES.iter().find(|(name, _)| *name == text) {
            return Ok(*named);
        }
        let refuse = |reason: String| TimeParseError {
            text: text.to_owned(),
            noun: "timestamp",
            reason,
            help: "write RFC 3339, e.g. `2001-01-01T12:00:00Z`, or MIN, MAX, \
                   END_OF_GLOBAL_WINDOW, or milliseconds since 1970, e.g. `1500ms`",
        };
        if let Some(number) = text.strip_suffix("ms") {
            let millis = number.parse().map_err(|error| refuse(format!("{error}")))?;
            return exactly(millis).ok_or_else(|| refuse("it is out of range".to_owned()));
        }
        let date =
            DateTime::parse_from_rfc3339(text).map_err(|error| refuse(format!("{error}")))?;
        Ok(Self::from_millis(date.timestamp_millis()))
    }
}

/// The instant of this number, or nothing where `from_millis` would move it.
fn exactly(millis: i64) -> Option<Timestamp> {
    Some(Timestamp::from_millis(millis)).filter(|timestamp| timestamp.millis == millis)
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            serializer.serialize_i64(self.millis)
        }
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            return deserializer.deserialize_str(Text);
        }
        let millis = i64::deserialize(deserializer)?;
        exactly(millis).ok_or_else(|| {
            let outside = format!("{millis} ms is outside the range of timestamps");
            de::Error::custom(outside)
        })
    }
}

/// Reads a timestamp from borrowed text, so that no format has to allocate one.
struct Text;

impl de::Visitor<'_> for Text {
    type Value = Timestamp;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a timestamp as text, e.g. 2001-01-01T12:00:00Z")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Timestamp, E> {
        text.parse().map_err(E::custom)
    }
}

impl TryFrom<DateTime<Utc>> for Timestamp {
    type Error = TimeRangeError;

    fn try_from(date: DateTime<Utc>) -> Result<Self, TimeRangeError> {
        exactly(date.timestamp_millis()).ok_or_else(|| TimeRangeError::new(date, "Timestamp"))
    }
}

impl TryFrom<Timestamp> for DateTime<Utc> {
    type Error = TimeRangeError;

    fn try_from(timestamp: Timestamp) -> Result<Self, TimeRangeError> {
        Self::from_timestamp_millis(timestamp.millis)
            .ok_or_else(|| TimeRangeError::new(timestamp, "chrono::DateTime"))
    }
}

impl TryFrom<SystemTime> for Timestamp {
    type Error = TimeRangeError;

    fn try_from(time: SystemTime) -> Result<Self, TimeRangeError> {
        let nanos = match time.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(since) => i128::try_from(since.as_nanos()),
            Err(before) => i128::try_from(before.duration().as_nanos()).map(|nanos| -nanos),
        };
        // Euclidean, so that an instant before 1970 moves to the past as well.
        let millis = nanos.ok().and_then(|nanos| i64::try_from(nanos.div_euclid(1_000_000)).ok());
        millis.and_then(exactly).ok_or_else(|| TimeRangeError::new("a SystemTime", "Timestamp"))
    }
}

impl TryFrom<Timestamp> for SystemTime {
    type Error = TimeRangeError;

    fn try_from(timestamp: Timestamp) -> Result<Self, TimeRangeError> {
        let distance = std::time::Duration::from_millis(timestamp.millis.unsigned_abs());
        let time = if timestamp.millis < 0 {
            Self::UNIX_EPOCH.checked_sub(distance)
        } else {
            Self::UNIX_EPOCH.checked_add(distance)
        };
        time.ok_or_else(|| TimeRangeError::new(timestamp, "SystemTime"))
    }
}
