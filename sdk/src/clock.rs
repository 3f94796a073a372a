//! Processing time as a parameter; the only file that asks the system for the time.

use crate::{Duration, Timestamp};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Instant, SystemTime};

/// Where a runner gets its processing time from.
///
/// ```
/// use heliostat::{Clock, Timestamp, VirtualClock, secs};
///
/// let clock = VirtualClock::default();
/// clock.advance(secs(5));
/// assert_eq!(clock.now(), Timestamp::secs(5));
/// ```
pub trait Clock: Send + Sync {
    /// The processing time now.
    fn now(&self) -> Timestamp;
}

/// The clock of the machine.
///
/// ```
/// use heliostat::{Clock, SystemClock, Timestamp};
///
/// assert!(Timestamp::secs(1_000_000_000) < SystemClock.now());
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the system is asked")]
    fn now(&self) -> Timestamp {
        Timestamp::try_from(SystemTime::now()).unwrap_or(Timestamp::MAX)
    }
}

impl SystemClock {
    /// How long it is until a time, to more than the millisecond; nothing if it is over.
    ///
    /// ```
    /// use heliostat::{Clock, SystemClock, millis};
    ///
    /// let left = SystemClock.left_until(SystemClock.now() + millis(10_000));
    /// assert!(left <= std::time::Duration::from_secs(10));
    /// assert!(SystemClock.left_until(SystemClock.now()).is_zero());
    /// ```
    #[expect(clippy::disallowed_methods, reason = "the one place where the system is asked")]
    pub fn left_until(self, time: Timestamp) -> std::time::Duration {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let since_1970 = u64::try_from(time.millis()).unwrap_or_default();
        std::time::Duration::from_millis(since_1970).saturating_sub(now)
    }
}

/// A clock that moves only when told to; starts at 0.
///
/// ```
/// use heliostat::{Clock, Timestamp, VirtualClock};
///
/// assert_eq!(VirtualClock::default().now(), Timestamp::from_millis(0));
/// ```
#[derive(Debug, Default)]
pub struct VirtualClock {
    millis: AtomicI64,
}

impl VirtualClock {
    /// Moves it forward.
    pub fn advance(&self, by: Duration) {
        self.millis.fetch_add(by.millis(), Ordering::SeqCst);
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.millis.load(Ordering::SeqCst))
    }
}

/// Measures how long pieces of work take. What it shows is for people to read: no result may depend
/// on it.
///
/// ```
/// use heliostat::Stopwatch;
///
/// let (mut whole, mut parts) = (Stopwatch::start(), Stopwatch::start());
/// let (first, second) = (parts.lap_micros(), parts.lap_micros());
/// assert!(first + second <= whole.lap_micros());
/// ```
#[derive(Debug)]
pub struct Stopwatch {
    /// When the lap in hand began.
    began: Instant,
}

impl Stopwatch {
    /// One whose first lap begins now.
    pub fn start() -> Self {
        Self { began: Self::now() }
    }

    /// How many microseconds the lap took; the next one begins.
    pub fn lap_micros(&mut self) -> u64 {
        let now = Self::now();
        let lap = now.duration_since(self.began);
        self.began = now;
        u64::try_from(lap.as_micros()).unwrap_or(u64::MAX)
    }

    #[expect(clippy::disallowed_methods, reason = "a measurement is not to be replayed")]
    fn now() -> Instant {
        Instant::now()
    }
}
