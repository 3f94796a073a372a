//! How long code takes: wall time, and the time that threads had a core.

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use std::fmt;
use std::time::Instant;

/// What one run took, in nanoseconds.
#[derive(Clone, Copy, Debug)]
pub struct Took {
    /// From its beginning to its end.
    pub wall: u64,
    /// On a core, all threads together; what other programs do does not count.
    pub cpu: u64,
}

/// Runs `code`, alone in this process.
#[expect(clippy::disallowed_methods, reason = "a measurement is not to be replayed")]
pub fn timed<R>(code: impl FnOnce() -> R) -> (R, Took) {
    let (began, cpu) = (Instant::now(), cpu_nanos());
    let result = code();
    let (wall, cpu) = (began.elapsed(), cpu_nanos() - cpu);
    (result, Took { wall: u64::try_from(wall.as_nanos()).unwrap_or(u64::MAX), cpu })
}

/// How long this process has had a core since it began, in itself and in the system; 0 where the
/// system does not say.
fn cpu_nanos() -> u64 {
    let Ok(usage) = getrusage(UsageWho::RUSAGE_SELF) else { return 0 };
    let nanos = (usage.user_time() + usage.system_time()).num_nanoseconds();
    u64::try_from(nanos).unwrap_or_default()
}

/// Median, smallest and largest of several runs, per event.
#[derive(Clone, Copy, Debug)]
pub struct PerEvent {
    /// Half of the runs took less.
    pub median: f64,
    /// The fastest.
    pub min: f64,
    /// The slowest.
    pub max: f64,
}

impl PerEvent {
    /// Of runs over so many events; at least one run.
    pub fn of(nanos: impl Iterator<Item = u64>, events: usize) -> Self {
        let mut nanos: Vec<u64> = nanos.collect();
        nanos.sort_unstable();
        let at = |index: usize| nanos[index] as f64 / events as f64;
        Self { median: at(nanos.len() / 2), min: at(0), max: at(nanos.len() - 1) }
    }
}

impl fmt::Display for PerEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:8.1} ({:.1} to {:.1})", self.median, self.min, self.max)
    }
}
