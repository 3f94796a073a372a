//! A length of time, which may be negative.

use super::{TimeParseError, TimeRangeError};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::ops::{Add, Mul, Neg, Sub};
use std::str::FromStr;

/// A whole number of milliseconds; arithmetic stops at the ends of `i64` instead of overflowing.
///
/// It prints and parses the way people write it, the largest unit first. Readable formats store
/// that text, all others the number.
///
/// ```
/// use heliostat::{Duration, hours, millis, minutes};
///
/// assert_eq!((hours(1) + minutes(30)).to_string(), "1h30m");
/// assert_eq!("1h30m".parse::<Duration>(), Ok(minutes(90)));
/// assert_eq!((-millis(250) * 2).to_string(), "-500ms");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Duration {
    millis: i64,
}

/// `n` milliseconds.
///
/// ```
/// assert_eq!(heliostat::millis(1500).to_string(), "1s500ms");
/// ```
pub const fn millis(n: i64) -> Duration {
    Duration { millis: n }
}

/// `n` seconds, at most [`Duration::MAX`].
///
/// ```
/// assert_eq!(heliostat::secs(2), heliostat::millis(2000));
/// ```
pub const fn secs(n: i64) -> Duration {
    Duration { millis: n.saturating_mul(1000) }
}

/// `n` minutes of 60 seconds, at most [`Duration::MAX`].
///
/// ```
/// assert_eq!(heliostat::minutes(2), heliostat::secs(120));
/// ```
pub const fn minutes(n: i64) -> Duration {
    Duration { millis: n.saturating_mul(60_000) }
}

/// `n` hours of 60 minutes, at most [`Duration::MAX`].
///
/// ```
/// assert_eq!(heliostat::hours(2), heliostat::minutes(120));
/// ```
pub const fn hours(n: i64) -> Duration {
    Duration { millis: n.saturating_mul(3_600_000) }
}

/// `n` days of 24 hours, whatever a calendar says about them, at most [`Duration::MAX`].
///
/// ```
/// assert_eq!(heliostat::days(2), heliostat::hours(48));
/// ```
pub const fn days(n: i64) -> Duration {
    Duration { millis: n.saturating_mul(86_400_000) }
}

/// The units of the text form with their milliseconds, the largest first.
const UNITS: [(&str, u64); 5] =
    [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];

impl Duration {
    /// No time at all.
    ///
    /// ```
    /// assert_eq!(heliostat::Duration::ZERO.to_string(), "0s");
    /// ```
    pub const ZERO: Self = Self { millis: 0 };

    /// The longest length, about 292 million years.
    ///
    /// ```
    /// use heliostat::{Duration, secs};
    ///
    /// assert_eq!(Duration::MAX + secs(1), Duration::MAX);
    /// ```
    pub const MAX: Self = Self { millis: i64::MAX };

    /// A length of `millis` milliseconds.
    ///
    /// ```
    /// use heliostat::{Duration, secs};
    ///
    /// assert_eq!(Duration::from_millis(3000), secs(3));
    /// ```
    pub const fn from_millis(millis: i64) -> Self {
        Self { millis }
    }

    /// The length in milliseconds.
    ///
    /// ```
    /// assert_eq!(heliostat::minutes(1).millis(), 60_000);
    /// ```
    pub const fn millis(self) -> i64 {
        self.millis
    }

    /// Whether it is shorter than nothing.
    ///
    /// ```
    /// use heliostat::{Duration, secs};
    ///
    /// assert!(secs(-1).is_negative());
    /// assert!(!Duration::ZERO.is_negative());
    /// ```
    pub const fn is_negative(self) -> bool {
        self.millis < 0
    }

    /// What is left of it after taking `step` as often as it goes: never negative.
    ///
    /// # Panics
    /// If `step` is zero.
    ///
    /// ```
    /// use heliostat::secs;
    ///
    /// assert_eq!(secs(7).rem_euclid(secs(5)), secs(2));
    /// assert_eq!(secs(-7).rem_euclid(secs(5)), secs(3));
    /// ```
    #[track_caller]
    pub const fn rem_euclid(self, step: Self) -> Self {
        assert!(step.millis != 0, "time cannot be cut into steps of zero length");
        // Wrapping, because `i64::MIN` by -1 overflows on its way to the right answer, 0.
        Self { millis: self.millis.wrapping_rem_euclid(step.millis) }
    }
}

impl Add for Duration {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { millis: self.millis.saturating_add(other.millis) }
    }
}

impl Sub for Duration {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self { millis: self.millis.saturating_sub(other.millis) }
    }
}

impl Mul<i64> for Duration {
    type Output = Self;

    fn mul(self, times: i64) -> Self {
        Self { millis: self.millis.saturating_mul(times) }
    }
}

impl Neg for Duration {
    type Output = Self;

    fn neg(self) -> Self {
        Self { millis: self.millis.saturating_neg() }
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::ZERO {
            return f.pad("0s");
        }
        if self.is_negative() {
            f.write_str("-")?;
        }
        let mut rest = self.millis.unsigned_abs();
        for (unit, millis) in UNITS {
            let count = rest / millis;
            rest -= count * millis;
            if count != 0 {
                write!(f, "{count}{unit}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Duration {
    type Err = TimeParseError;

    fn from_str(text: &str) -> Result<Self, TimeParseError> {
        parse(text).map_err(|reason| TimeParseError {
            text: text.to_owned(),
            noun: "duration",
            reason,
            help: "write numbers with d, h, m, s or ms, the largest first, e.g. `30m` or `1h30m`",
        })
    }
}

fn parse(text: &str) -> Result<Duration, String> {
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(unsigned) => (-1, unsigned),
        None => (1, text),
    };
    if unsigned.is_empty() {
        return Err("it holds no number".to_owned());
    }
    // Wide enough for every sum of five numbers, so that only the total needs a check.
    let mut total: i128 = 0;
    let mut smaller_units = UNITS.as_slice();
    let mut rest = unsigned;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (number, tail) = rest.split_at(digits);
        let letters = tail.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(letters);
        if number.is_empty() {
            return Err(format!("`{rest}` does not start with a number"));
        }
        if unit.is_empty() {
            return Err(format!("{number} has no unit"));
        }
        let Some(place) = UNITS.iter().position(|(name, _)| *name == unit) else {
            return Err(format!("`{unit}` is not a unit"));
        };
        let Some(skipped) = smaller_units.iter().position(|(name, _)| *name == unit) else {
            return Err(format!("`{unit}` comes after a unit that is not larger"));
        };
        smaller_units = &smaller_units[skipped + 1..];
        let count = number.parse::<u64>().map_err(|_| format!("{number} is too large"))?;
        total += i128::from(count) * i128::from(UNITS[place].1);
        rest = tail;
    }
    let millis = i64::try_from(total * sign).map_err(|_| "it is too large".to_owned())?;
    Ok(Duration { millis })
}

impl Serialize for Duration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            serializer.serialize_i64(self.millis)
        }
    }
}

impl<'de> Deserialize<'de> for Duration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_str(Text)
        } else {
            i64::deserialize(deserializer).map(Self::from_millis)
        }
    }
}

/// Reads a duration from borrowed text, so that no format has to allocate one.
struct Text;

impl de::Visitor<'_> for Text {
    type Value = Duration;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a duration as text, e.g. 1h30m")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Duration, E> {
        text.parse().map_err(E::custom)
    }
}

impl TryFrom<std::time::Duration> for Duration {
    type Error = TimeRangeError;

    fn try_from(length: std::time::Duration) -> Result<Self, TimeRangeError> {
        i64::try_from(length.as_millis())
            .map(Self::from_millis)
            .map_err(|_| TimeRangeError::new(format!("{length:?}"), "Duration"))
    }
}

impl TryFrom<Duration> for std::time::Duration {
    type Error = TimeRangeError;

    fn try_from(length: Duration) -> Result<Self, TimeRangeError> {
        u64::try_from(length.millis)
            .map(Self::from_millis)
            .map_err(|_| TimeRangeError::new(length, "std::time::Duration"))
    }
}
