//! Measures how soon the runner per-record answers, at a rate that does not wait for it.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "what it prints is for a person")]

use clap::{Parser, ValueEnum};
use heliostat::{millis, secs};
use heliostat_benches::latency::{Part, Plan};
use std::process::ExitCode;

/// Measures the latency of the runner per-record: of windows that close, of steps without state, and
/// of sources that have nothing. Fails if one is larger than required.
#[derive(Parser)]
struct Options {
    /// What to measure; everything by default.
    parts: Vec<Measured>,
    /// Events per second of W2; the chain has half as many.
    #[arg(long, default_value_t = 200_000, value_parser = clap::value_parser!(u64).range(20..=10_000_000))]
    rate: u64,
    /// How many seconds each is measured, all turns together.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=600))]
    seconds: u32,
    /// In how many turns; each way has its turn before any has the next.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=100))]
    turns: u32,
    /// How many workers the runner has, and timely.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..))]
    workers: u16,
    /// About how many milliseconds it is from one window's end to the next one's.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(2..))]
    window_millis: u32,
    /// What is measured in turn with it.
    #[arg(long, value_delimiter = ',')]
    beside: Vec<Peer>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Measured {
    /// W2: from the event that closes a window to its sums.
    Sums,
    /// From an event to what map, filter and map make of it.
    Chain,
    /// What a source without events costs.
    Idle,
    /// How long after the timeout windows do not wait for a quiet source.
    Beside,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Peer {
    /// W2 as a dataflow of timely.
    Timely,
    /// A hop from one thread to another for the chain.
    Channel,
}

impl Measured {
    fn part(self) -> Part {
        match self {
            Self::Sums => Part::Sums,
            Self::Chain => Part::Chain,
            Self::Idle => Part::Idle,
            Self::Beside => Part::Beside,
        }
    }
}

impl Options {
    fn plan(&self) -> Plan {
        Plan {
            rate: self.rate,
            span: secs(self.seconds.into()),
            turns: self.turns,
            workers: self.workers.into(),
            window: millis(self.window_millis.into()),
            timely: self.beside.contains(&Peer::Timely),
            channel: self.beside.contains(&Peer::Channel),
        }
    }
}

fn measure(options: &Options) -> Result<(), String> {
    let (plan, mut missed) = (options.plan(), Vec::new());
    let all = Measured::value_variants();
    let parts = if options.parts.is_empty() { all } else { &options.parts };
    for part in parts {
        let report = plan.measure(part.part())?;
        report.lines.iter().for_each(|line| println!("{line}"));
        missed.extend(report.missed);
    }
    if missed.is_empty() { Ok(()) } else { Err(format!("missed: {}", missed.join("; "))) }
}

fn main() -> ExitCode {
    match measure(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("latency: {error}");
            ExitCode::FAILURE
        }
    }
}
