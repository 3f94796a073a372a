//! When a schedule began, and how long it is until something is due.

use heliostat::Timestamp;
use std::time::{Duration, Instant, SystemTime};

/// How long before its schedule a run begins: its threads are there when the first event is due.
const LEAD: Duration = Duration::from_millis(200);

/// The start of a schedule, by the clock that only goes forward.
#[derive(Clone, Copy, Debug)]
pub struct Start(Instant);

impl Start {
    /// One that is soon.
    #[expect(clippy::disallowed_methods, reason = "a measurement is not to be replayed")]
    pub fn soon() -> Self {
        Self(Instant::now() + LEAD)
    }

    /// How many nanoseconds after it is now; fewer than none before it.
    #[expect(clippy::disallowed_methods, reason = "a measurement is not to be replayed")]
    pub fn offset(&self) -> i64 {
        let now = Instant::now();
        let nanos = |from: Instant, to: Instant| {
            i64::try_from(to.saturating_duration_since(from).as_nanos()).unwrap_or(i64::MAX)
        };
        nanos(self.0, now) - nanos(now, self.0)
    }

    /// How many nanoseconds it is ago; `None` before it.
    pub fn ago(&self) -> Option<u64> {
        u64::try_from(self.offset()).ok()
    }

    /// The first whole millisecond of the system's clock that is not before what is due so many
    /// nanoseconds after the start: finer than that no source can say when it has more.
    #[expect(clippy::disallowed_methods, reason = "a measurement is not to be replayed")]
    pub fn wakes(&self, due: u64) -> Timestamp {
        let left = (self.0 + Duration::from_nanos(due)).saturating_duration_since(Instant::now());
        let almost_a_millisecond = Duration::from_nanos(999_999);
        let at = SystemTime::now() + left + almost_a_millisecond;
        Timestamp::try_from(at).unwrap_or(Timestamp::MAX)
    }

    /// How long it is until then.
    #[expect(clippy::disallowed_methods, reason = "a measurement is not to be replayed")]
    pub fn nap(&self, due: u64) -> Duration {
        let wakes = SystemTime::try_from(self.wakes(due)).unwrap_or(SystemTime::UNIX_EPOCH);
        wakes.duration_since(SystemTime::now()).unwrap_or_default()
    }
}
