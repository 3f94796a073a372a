//! Shows that a slow sink slows the run, not the memory: ten times the input may raise the peak
//! by a tenth at the most.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "what it prints is for a person")]

use clap::Parser;
use heliostat::graph::{SinkStyle, WriteSpec};
use heliostat::prelude::*;
use heliostat::{Completion, Written, generate_sequence};
use heliostat_benches::workloads;
use nix::sys::resource::{UsageWho, getrusage};
use std::process::{Command, ExitCode};
use std::time::Duration;

/// How much the peak may grow.
const GROWTH_MAX: f64 = 1.1;

/// Runs a pipeline into a slow sink over so many numbers, and over ten times as many, each in a
/// process of its own, and compares their peaks.
#[derive(Parser)]
struct Options {
    /// How many numbers the smaller run has.
    #[arg(long, default_value_t = 4_000_000)]
    elements: u64,
    /// Threads.
    #[arg(long, default_value_t = 1)]
    workers: usize,
    /// The runner.
    #[arg(long, default_value = "micro-batch")]
    runner: String,
    /// Runs over these numbers here, and prints the peak in KiB.
    #[arg(long, hide = true)]
    here: bool,
}

/// Counts, and takes its time over each batch.
struct Slow;

struct SlowPart(u64);

impl Write for Slow {
    type Element = u64;
    type Committable = u64;
    type Writer = SlowPart;

    fn spec(&self) -> WriteSpec {
        WriteSpec { style: SinkStyle::AtEnd, about: "a slow count".into() }
    }

    fn open(&self, _epoch: u64, _shard: u32) -> Result<SlowPart> {
        Ok(SlowPart(0))
    }

    fn commit(&self, parts: Vec<u64>, _: Completion) -> Result<Written> {
        Ok(Written { place: "memory".into(), elements: parts.into_iter().sum() })
    }
}

impl Writer for SlowPart {
    type Element = u64;
    type Committable = u64;

    #[expect(clippy::disallowed_methods, reason = "it is slow on purpose")]
    fn write(&mut self, numbers: &mut Vec<u64>) -> Result<()> {
        std::thread::sleep(Duration::from_micros(100));
        self.0 += numbers.drain(..).count() as u64;
        Ok(())
    }

    fn prepare(self) -> Result<u64> {
        Ok(self.0)
    }
}

/// Numbers that go into slow sinks, once as they are read and once through an exchange.
fn run(options: &Options) -> Result<u64, String> {
    let pipeline = Pipeline::new();
    let source = generate_sequence(0..options.elements);
    let numbers = pipeline.read(source.event_time(Timestamp::secs(0), millis(1)).unbounded());
    numbers.write(Slow).named("As they are read");
    numbers.reshuffle().write(Slow).named("Behind an exchange");
    let runner = workloads::runner(&options.runner, options.workers)?;
    let result = runner.run(&pipeline).map_err(|error| error.to_string())?;
    let written: Vec<u64> = result.written.values().map(|written| written.elements).collect();
    if written != [options.elements; 2] {
        return Err(format!("{written:?} elements were written, not {} twice", options.elements));
    }
    let usage = getrusage(UsageWho::RUSAGE_SELF).map_err(|error| error.to_string())?;
    u64::try_from(usage.max_rss()).map_err(|error| error.to_string())
}

/// The peak of a run in a process of its own, in MiB.
fn peak(options: &Options, elements: u64) -> Result<f64, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let (elements, workers) = (elements.to_string(), options.workers.to_string());
    let runner = options.runner.as_str();
    let arguments = ["--here", "--elements", &elements, "--workers", &workers, "--runner", runner];
    let ran = Command::new(program).args(arguments).output().map_err(|error| error.to_string())?;
    let told = String::from_utf8_lossy(&ran.stdout);
    let kib: f64 = told.trim().parse().map_err(|_| {
        format!("the run over {elements} failed: {}", String::from_utf8_lossy(&ran.stderr))
    })?;
    Ok(kib / 1024.0)
}

fn compare(options: &Options) -> Result<(), String> {
    let few = peak(options, options.elements)?;
    println!("{:>12} elements: peak {few:6.1} MiB", options.elements);
    let many = peak(options, 10 * options.elements)?;
    println!("{:>12} elements: peak {many:6.1} MiB", 10 * options.elements);
    let growth = many / few;
    println!("ten times the input: {growth:.2} times the peak; at most {GROWTH_MAX}");
    if GROWTH_MAX < growth { Err("the peak grows with the input".into()) } else { Ok(()) }
}

fn main() -> ExitCode {
    let options = Options::parse();
    let outcome =
        if options.here { run(&options).map(|kib| println!("{kib}")) } else { compare(&options) };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("slow-sink: {error}");
            ExitCode::FAILURE
        }
    }
}
