//! How often a bundle is tried, how long is waited in between, and how the last try goes.

use super::{Attempt, StageError};
use crate::RunClock;
use heliostat::{Duration, Interrupt, Setting, SettingKind, millis};

/// How long is waited before the first retry, unless something else is set.
const BACKOFF: Duration = millis(100);

/// The same before any retry.
const BACKOFF_MAX: Duration = millis(10_000);

/// How often a bundle is tried, and how long is waited in between.
///
/// ```
/// use heliostat::{millis, secs};
/// use heliostat_runner_core::Retries;
///
/// let retries = Retries { attempts: 5, backoff: millis(300), backoff_max: secs(1) };
/// let waits = [1, 2, 3, 60].map(|failed| retries.wait_behind(failed));
/// assert_eq!(waits, [millis(300), millis(600), secs(1), secs(1)]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retries {
    /// How often a bundle is tried; once at least.
    pub attempts: u32,
    /// How long is waited behind the first try that failed; behind each other twice as long as before.
    pub backoff: Duration,
    /// How long is waited at the most.
    pub backoff_max: Duration,
}

impl Retries {
    /// So many, with the waits that runners have unless something else is set.
    pub const fn of(attempts: u32) -> Self {
        Self { attempts, backoff: BACKOFF, backoff_max: BACKOFF_MAX }
    }

    /// The same without waiting: for runs whose time is none that passes.
    #[must_use]
    pub fn at_once(self) -> Self {
        Self { backoff: Duration::ZERO, ..self }
    }

    /// The settings of a runner that say how long is waited, these by default.
    pub fn wait_settings(self) -> [Setting; 2] {
        let value = |default: Duration| SettingKind::Value { default: default.to_string() };
        [
            Setting {
                name: "backoff",
                help: "how long is waited before what failed is tried again; then twice as long",
                kind: value(self.backoff),
            },
            Setting {
                name: "backoff-max",
                help: "how long is waited at the most before what failed is tried again",
                kind: value(self.backoff_max),
            },
        ]
    }

    /// What one of these settings is set to.
    pub fn wait_of(value: &str) -> Option<Duration> {
        value.parse().ok().filter(|wait| Duration::ZERO <= *wait)
    }

    /// How long is waited behind so many tries that failed.
    pub fn wait_behind(self, failed: u32) -> Duration {
        let (first, longest) = (self.backoff.millis(), self.backoff_max.millis());
        let doubled = 1_i64.checked_shl(failed.saturating_sub(1)).filter(|it| 0 < *it);
        let wait = first.saturating_mul(doubled.unwrap_or(i64::MAX));
        millis(wait.min(longest).max(0))
    }
}

/// How a run waits.
#[derive(Clone, Copy, Debug)]
pub struct Pause<'a> {
    /// The run's time.
    pub clock: &'a RunClock,
    /// Whether someone wants it to stop: then it does not wait.
    pub interrupt: &'a Interrupt,
}

impl Pause<'_> {
    /// Waits so long.
    pub fn last(self, wait: Duration) {
        if Duration::ZERO < wait {
            self.clock.wait_out(self.interrupt, self.clock.now() + wait);
        }
    }
}

/// The tries of one bundle.
///
/// When all of them have failed, the last one on an element of a step whose author chose dead letters,
/// there is one more, at once: in it such steps take their elements one by one.
#[derive(Clone, Copy, Debug)]
pub struct Tries<'a> {
    retries: Retries,
    pause: Pause<'a>,
    attempt: u32,
    attempts: u32,
    one_by_one: bool,
}

impl<'a> Tries<'a> {
    /// The first of so many.
    pub fn of(retries: Retries, pause: Pause<'a>) -> Self {
        Self { retries, pause, attempt: 1, attempts: retries.attempts.max(1), one_by_one: false }
    }

    /// What messages call the try in hand.
    pub fn attempt(self, bundle: u64) -> Attempt {
        Attempt { bundle, attempt: self.attempt, attempts: self.attempts }
    }

    /// Whether the try in hand is not the last one, whatever it fails with.
    pub fn are_left(self) -> bool {
        self.attempt < self.attempts
    }

    /// Whether steps with dead letters take their elements one by one in the try in hand.
    pub fn one_by_one(self) -> bool {
        self.one_by_one
    }

    /// Goes on to the next try behind one that failed, when the time has come; `error` is what a step
    /// said, if it was a step. Says whether there is one.
    pub fn go_on(&mut self, error: Option<&StageError>) -> bool {
        if self.are_left() {
            self.pause.last(self.retries.wait_behind(self.attempt));
        } else {
            if self.one_by_one || !error.is_some_and(StageError::can_be_buried) {
                return false;
            }
            self.one_by_one = true;
            self.attempts += 1;
        }
        self.attempt += 1;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::{Pause, Retries, StageError, Tries};
    use crate::RunClock;
    use crate::stage::error::WayOut;
    use heliostat::{Error, Interrupt, Timestamp, millis};

    #[test]
    fn elements_come_one_by_one_only_behind_the_last_try_and_once() {
        let dead = StageError::of(Error::new("seven")).with(WayOut::Chosen);
        let other = StageError::of(Error::new("no disk"));
        let (clock, interrupt) = (RunClock::standing(), Interrupt::new());
        for (attempts, errors, went_on, last) in [
            (1, vec![Some(&other)], vec![false], (1, 1, false)),
            (1, vec![None], vec![false], (1, 1, false)),
            (1, vec![Some(&dead), Some(&dead)], vec![true, false], (2, 2, true)),
            (0, vec![Some(&dead), None], vec![true, false], (2, 2, true)),
            (2, vec![Some(&dead), Some(&other)], vec![true, false], (2, 2, false)),
            (2, vec![None, Some(&dead), Some(&other)], vec![true, true, false], (3, 3, true)),
        ] {
            let pause = Pause { clock: &clock, interrupt: &interrupt };
            let mut tries = Tries::of(Retries::of(attempts), pause);
            let went: Vec<bool> = errors.iter().map(|error| tries.go_on(*error)).collect();
            let ended = tries.attempt(9);
            assert_eq!(went, went_on, "{attempts} {errors:?}");
            assert_eq!((ended.attempt, ended.attempts, tries.one_by_one()), last, "{errors:?}");
        }
    }

    #[test]
    fn a_run_waits_on_its_own_clock_and_not_where_it_is_to_stop() {
        let dead = StageError::of(Error::new("seven")).with(WayOut::Chosen);
        let retries = Retries { attempts: 5, backoff: millis(100), backoff_max: millis(250) };
        let stopping = Interrupt::new();
        stopping.request();
        for (retries, interrupt, waited) in [
            // The try behind the last one comes at once.
            (retries, Interrupt::new(), 100 + 200 + 250 + 250),
            (retries.at_once(), Interrupt::new(), 0),
            (Retries { attempts: 1, ..retries }, Interrupt::new(), 0),
            (retries, stopping, 0),
        ] {
            let clock = RunClock::standing();
            let mut tries = Tries::of(retries, Pause { clock: &clock, interrupt: &interrupt });
            while tries.go_on(Some(&dead)) {}
            assert_eq!(clock.now(), Timestamp::from_millis(waited), "{retries:?}");
        }
    }
}
