//! What came of runs, in lines for a person.

use super::Arrivals;
use crate::check::Check;
use crate::measure::{Took, timed};

/// What came of a run.
#[derive(Clone, Debug)]
pub struct Run {
    /// What arrived, and when.
    pub arrivals: Arrivals,
    /// How long it took.
    pub took: Took,
}

impl Run {
    /// Runs something, alone in this process.
    pub(super) fn timed(run: impl FnOnce() -> Result<Arrivals, String>) -> Result<Self, String> {
        let (arrivals, took) = timed(run);
        arrivals.map(|arrivals| Self { arrivals, took })
    }

    /// How many cores it had, on average.
    pub fn cores(&self) -> f64 {
        self.took.cpu as f64 / self.took.wall.max(1) as f64
    }
}

/// The runs of one way so far.
pub(super) struct Figure {
    name: String,
    arrivals: Arrivals,
    wall: u64,
    cpu: u64,
}

impl Figure {
    pub(super) fn of(name: &str) -> Self {
        Self { name: name.to_owned(), arrivals: Arrivals::default(), wall: 0, cpu: 0 }
    }

    /// Takes a run, if it gave what it should.
    pub(super) fn add(&mut self, run: Run, expected: Check) -> Result<(), String> {
        let (name, check) = (&self.name, run.arrivals.check);
        if check != expected {
            return Err(format!(
                "{name}: gave {} rows with checksum {}, and not {} rows with checksum {}: its \
                 latency means nothing",
                check.rows, check.sum, expected.rows, expected.sum
            ));
        }
        self.arrivals = std::mem::take(&mut self.arrivals).with(&run.arrivals);
        self.wall += run.took.wall;
        self.cpu += run.took.cpu;
        Ok(())
    }

    /// Within how many milliseconds a share was there; no number if nothing was to be.
    pub(super) fn millis(&self, share: f64) -> f64 {
        let since_due = &self.arrivals.since_due;
        if since_due.count() == 0 { f64::NAN } else { since_due.within(share) as f64 / 1e6 }
    }
}

/// What a part of the measurement found.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// For a person.
    pub lines: Vec<String>,
    /// Which requirements are missed.
    pub missed: Vec<String>,
}

impl Report {
    pub(super) fn of(title: String) -> Self {
        Self { lines: vec![title], missed: Vec::new() }
    }

    /// Shows what a way came to.
    pub(super) fn show(&mut self, figure: &Figure) {
        let Figure { name, arrivals, wall, cpu } = figure;
        let [p50, p99, p999, max] = [0.5, 0.99, 0.999, 1.0].map(|share| figure.millis(share));
        let cores = *cpu as f64 / (*wall).max(1) as f64;
        self.lines.push(format!(
            "  {name:22} p50 {p50:7.3} ms, p99 {p99:7.3} ms, p99.9 {p999:7.3} ms, max {max:7.3} ms; \
             {} rows, {cores:.2} cores",
            arrivals.since_due.count(),
        ));
        let given = &arrivals.since_given;
        if 0 < given.count() {
            let [p50, p99] = [0.5, 0.99].map(|share| given.within(share) as f64 / 1e6);
            self.lines
                .push(format!("  {:22} p50 {p50:7.3} ms, p99 {p99:7.3} ms behind the source", ""));
        }
    }

    /// Compares a figure with what is required.
    pub(super) fn at_most(&mut self, what: &str, figure: f64, most: f64, unit: &str) {
        let line = format!("{what}: {figure:.2} {unit}; at most {most} {unit}");
        // What is no number is not met, either.
        let is_met = figure <= most;
        self.lines.push(format!("  {line}: {}", if is_met { "met" } else { "missed" }));
        if !is_met {
            self.missed.push(line);
        }
    }
}
