//! Measures what a round of micro-batch costs by itself: one element a round, and nothing behind it.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "what it prints is for a person")]

use clap::Parser;
use heliostat::generate_sequence;
use heliostat::prelude::*;
use heliostat_benches::measure::timed;
use heliostat_micro_batch::{MicroBatchRunner, MicroBatchSettings};
use std::process::ExitCode;

/// What a round may cost, in microseconds.
const MICROS_MAX: f64 = 200.0;

/// Measures rounds that have nothing to do.
#[derive(Parser)]
struct Options {
    /// How many rounds a run has.
    #[arg(long, default_value_t = 20_000, value_parser = clap::value_parser!(u64).range(1..))]
    rounds: u64,
    /// How many runs; the median counts.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
}

/// Microseconds of the wall per round: the median run.
fn micros(options: &Options, workers: usize) -> Result<f64, String> {
    let settings =
        MicroBatchSettings { workers, round_elements: 1, ..MicroBatchSettings::default() };
    let runner = MicroBatchRunner::new(settings);
    let mut runs = Vec::new();
    for _ in 0..options.runs {
        let pipeline = Pipeline::new();
        pipeline.read(generate_sequence(0..options.rounds).unbounded()).map(|n| n);
        let (outcome, took) = timed(|| runner.run(&pipeline));
        outcome.map_err(|error| error.to_string())?;
        runs.push(took.wall as f64 / 1_000.0 / options.rounds as f64);
    }
    runs.sort_by(f64::total_cmp);
    Ok(runs[runs.len() / 2])
}

fn measure(options: &Options) -> Result<(), String> {
    let mut slow = false;
    for workers in [1, 2] {
        let micros = micros(options, workers)?;
        println!("{workers} workers: {micros:7.1} us per round; at most {MICROS_MAX}");
        slow |= MICROS_MAX < micros;
    }
    if slow { Err("a round costs too much".into()) } else { Ok(()) }
}

fn main() -> ExitCode {
    match measure(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("rounds: {error}");
            ExitCode::FAILURE
        }
    }
}
