//! A window: a stretch of event time.

use crate::{Duration, Timestamp};
use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// A window: from its start, inclusive, to its end, exclusive.
///
/// The global window is an interval too, and so is what a custom window function makes; such a
/// function may add a payload of bytes that tells apart windows of the same extent.
///
/// ```
/// use heliostat::{Interval, Timestamp};
///
/// let window = Interval::new(Timestamp::secs(60), Timestamp::secs(120));
/// assert_eq!(window.max_timestamp(), Timestamp::from_millis(119_999));
/// assert_eq!(window.to_string(), "[1970-01-01T00:01:00Z,1970-01-01T00:02:00Z)");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
pub struct Interval {
    /// Invariant: before `end`.
    start: Timestamp,
    /// Invariant: at most `END_OF_GLOBAL_WINDOW` + 1 ms.
    end: Timestamp,
    #[serde(default)]
    payload: Payload,
}

/// `None` where the extent alone says which window it is, which is nearly always.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Payload(Option<Arc<[u8]>>);

impl Interval {
    /// The one window that holds all of time (model.md 1.2).
    pub const GLOBAL: Self =
        Self { start: Timestamp::MIN, end: Timestamp::AFTER_GLOBAL_WINDOW, payload: Payload(None) };

    /// The window `[start, end)`; its end is cut to the end of the global window.
    ///
    /// # Panics
    /// If `start` is not before `end`.
    #[track_caller]
    pub fn new(start: Timestamp, end: Timestamp) -> Self {
        let end = end.min(Timestamp::AFTER_GLOBAL_WINDOW);
        assert!(start < end, "a window must start before it ends: [{start},{end})");
        Self { start, end, payload: Payload(None) }
    }

    /// The window of length `size` that starts `back` before `at` and holds it; what lies outside
    /// of time is cut off at both ends.
    #[inline]
    pub(super) fn around(at: Timestamp, back: Duration, size: Duration) -> Self {
        let start = at.millis() - back.millis();
        Self::cut(start, start.saturating_add(size.millis()))
    }

    /// The window between two numbers of milliseconds since 1970, one of which at least lies in
    /// the global window or before it; what lies outside of time is cut off at both ends.
    #[inline]
    pub(super) fn cut(start: i64, end: i64) -> Self {
        Self {
            start: Timestamp::from_millis(start),
            end: Timestamp::from_millis(end).min(Timestamp::AFTER_GLOBAL_WINDOW),
            payload: Payload(None),
        }
    }

    /// The same extent, told apart by `payload`.
    #[must_use]
    pub fn with_payload(mut self, payload: &[u8]) -> Self {
        self.payload = Payload((!payload.is_empty()).then(|| payload.into()));
        self
    }

    /// The first millisecond in it.
    #[inline]
    pub fn start(&self) -> Timestamp {
        self.start
    }

    /// The first millisecond behind it.
    #[inline]
    pub fn end(&self) -> Timestamp {
        self.end
    }

    /// The last millisecond in it.
    #[inline]
    pub fn max_timestamp(&self) -> Timestamp {
        self.end - Duration::from_millis(1)
    }

    /// What a custom window function added; empty for all others.
    pub fn payload(&self) -> &[u8] {
        self.payload.0.as_deref().unwrap_or_default()
    }

    /// Until when something about it may still happen: its last millisecond plus the allowed
    /// lateness, at most the end of the global window (model.md 5.2).
    #[inline]
    pub fn expiry(&self, allowed_lateness: Duration) -> Timestamp {
        (self.max_timestamp() + allowed_lateness).min(Timestamp::END_OF_GLOBAL_WINDOW)
    }

    /// Whether nothing about it happens any more at `watermark`: elements for it are too late
    /// (model.md 5.2, S1).
    ///
    /// ```
    /// use heliostat::{Interval, Timestamp, millis, secs};
    ///
    /// let window = Interval::new(Timestamp::secs(0), Timestamp::secs(10));
    /// assert!(!window.is_expired(secs(20), Timestamp::secs(30) - millis(1)));
    /// assert!(window.is_expired(secs(20), Timestamp::secs(30)));
    /// ```
    #[inline]
    pub fn is_expired(&self, allowed_lateness: Duration, watermark: Timestamp) -> bool {
        self.expiry(allowed_lateness) < watermark
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::GLOBAL {
            return f.write_str("global");
        }
        write!(f, "[{},{})", self.start, self.end)
    }
}

impl Serialize for Interval {
    /// Readable formats leave out a payload that is not there; the others have a fixed form.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let short = serializer.is_human_readable() && self.payload.0.is_none();
        let mut fields = serializer.serialize_struct("Interval", if short { 2 } else { 3 })?;
        fields.serialize_field("start", &self.start)?;
        fields.serialize_field("end", &self.end)?;
        if !short {
            fields.serialize_field("payload", &self.payload)?;
        }
        fields.end()
    }
}

impl Serialize for Payload {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.as_deref().unwrap_or_default().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Payload {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = Vec::<u8>::deserialize(deserializer)?;
        Ok(Self((!bytes.is_empty()).then(|| bytes.into())))
    }
}
