//! How soon the runner per-record answers, at a rate that does not wait for it.
//!
//! Events are due at fixed times, whatever became of those before them, and latency counts from when
//! an event was *due*: a runner that is held up for a while is late with all that was due meanwhile.
//! A source can say to the millisecond when it will have more; so everything here, ours or not, sleeps
//! until the next millisecond and then has all that is due by then.

mod histogram;
mod schedule;
mod start;
mod arrivals;
mod paced;
mod figures;
pub mod sums;
pub mod chain;
pub mod quiet;

pub use arrivals::{Arrival, Arrivals, Noted, NotedRows, NotedWriter};
pub use figures::{Report, Run};
pub use histogram::Histogram;
pub use paced::{Paced, PacedReader};
pub use schedule::Schedule;
pub use start::Start;

use figures::Figure;
use heliostat::{Duration, millis, secs};
use quiet::Before;
use sums::Load;

/// The hundredths of a core that a source without events may take.
const IDLE_PERCENT_MAX: f64 = 1.0;

/// The chain has one event where W2 has so many.
const CHAIN_SHARE: u64 = 2;

/// The same beside a quiet source.
const BESIDE_SHARE: u64 = 10;

/// Sources are quiet for so long at the most.
const QUIET_SPAN_MAX: Duration = secs(5);

/// After so long nobody waits for a quiet source.
const TIMEOUT: Duration = millis(500);

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// From the event that closes a window to its sums.
    Sums,
    /// From an event to what steps without state make of it.
    Chain,
    /// What a source without events costs.
    Idle,
    /// How long after the timeout windows do not wait for a quiet source.
    Beside,
}

/// How it is measured.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Events per second of W2; the chain has half as many.
    pub rate: u64,
    /// How long each is measured.
    pub span: Duration,
    /// In how many turns; each way has its turn before any has the next.
    pub turns: u32,
    /// The workers of the runner, and of timely.
    pub workers: usize,
    /// About how often a window closes.
    pub window: Duration,
    /// W2 is computed by timely, too.
    pub timely: bool,
    /// The chain stands beside a hop through a channel.
    pub channel: bool,
}

impl Plan {
    fn schedule(&self, rate: u64, span: Duration) -> Schedule {
        Schedule::of(rate.max(1), span, self.window)
    }

    fn turn(&self) -> Duration {
        millis(self.span.millis() / i64::from(self.turns))
    }

    /// Measures one part.
    ///
    /// # Errors
    /// If a run fails, or gives other rows than it should.
    pub fn measure(&self, part: Part) -> Result<Report, String> {
        match part {
            Part::Sums => self.sums(),
            Part::Chain => self.chain(),
            Part::Idle => self.idle(),
            Part::Beside => self.beside(),
        }
    }

    fn sums(&self) -> Result<Report, String> {
        let load = Load::of(self.schedule(self.rate, self.turn()));
        let schedule = load.schedule;
        let mut report = Report::of(format!(
            "W2, from the event that closes a window to its sums: {} events/s, {} workers, {} windows, \
             one every {:.1} ms",
            self.rate,
            self.workers,
            schedule.closed() * u64::from(self.turns),
            schedule.window_nanos() as f64 / 1e6
        ));
        let (mut ours, mut timely) = (Figure::of("per-record"), Figure::of("timely"));
        for _ in 0..self.turns {
            ours.add(load.per_record(self.workers)?, load.expected)?;
            if self.timely {
                timely.add(load.timely(self.workers), load.expected)?;
            }
        }
        report.show(&ours);
        if self.timely {
            report.show(&timely);
        }
        report.at_most("p50 of W2", ours.millis(0.5), 1.0, "ms");
        report.at_most("p99 of W2", ours.millis(0.99), 3.0, "ms");
        Ok(report)
    }

    fn chain(&self) -> Result<Report, String> {
        let schedule = self.schedule(self.rate / CHAIN_SHARE, self.turn());
        let mut report = Report::of(format!(
            "map, filter, map, from when an event is due to the sink: {} events/s, {} workers",
            schedule.rate, self.workers
        ));
        let (mut ours, mut hop) = (Figure::of("per-record"), Figure::of("channel"));
        let (expected, all) = (chain::expected(&schedule), chain::all(&schedule));
        for _ in 0..self.turns {
            ours.add(chain::per_record(schedule, self.workers)?, expected)?;
            if self.channel {
                hop.add(chain::hop(schedule)?, all)?;
            }
        }
        report.show(&ours);
        if self.channel {
            report.show(&hop);
            for (name, share, most) in [("p50", 0.5, 2.0), ("p99", 0.99, 3.0)] {
                let ratio = ours.millis(share) / hop.millis(share);
                report.at_most(&format!("{name} of the chain"), ratio, most, "times the hop");
            }
        }
        Ok(report)
    }

    fn idle(&self) -> Result<Report, String> {
        let run = quiet::alone(self.span.min(QUIET_SPAN_MAX), self.workers)?;
        let mut report = Report::of(format!(
            "a source that has nothing for {:.1} s, {} workers",
            run.took.wall as f64 / 1e9,
            self.workers
        ));
        report.at_most("the time on a core", 100.0 * run.cores(), IDLE_PERCENT_MAX, "%");
        Ok(report)
    }

    fn beside(&self) -> Result<Report, String> {
        let span = self.span.min(QUIET_SPAN_MAX);
        let load = Load::of(self.schedule(self.rate / BESIDE_SHARE, span));
        let mut report = Report::of(format!(
            "W2 beside a quiet source, from the timeout of {TIMEOUT} or the event that closes a \
             window: {} events/s, {} workers",
            load.schedule.rate, self.workers
        ));
        let sources =
            [(Before::Nothing, "never an event"), (Before::OneEvent, "one event, then quiet")];
        for (before, name) in sources {
            let mut figure = Figure::of(name);
            let run = quiet::beside(&load, (before, TIMEOUT), self.workers)?;
            figure.add(run, quiet::expected(&load, before))?;
            report.show(&figure);
            report.at_most(&format!("the longest beside {name}"), figure.millis(1.0), 100.0, "ms");
        }
        Ok(report)
    }
}

#[cfg(test)]
mod tests;
