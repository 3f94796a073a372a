//! Measures all workloads: the loop written by hand, timely, and runners of heliostat, in turn.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "what it prints is for a person")]

use clap::Parser;
use clap::builder::PossibleValuesParser;
use heliostat::Runner;
use heliostat_benches::measure::PerEvent;
use heliostat_benches::turns::{Way, in_turn};
use heliostat_benches::workloads::{self, Workload};
use std::process::ExitCode;

const ALL: &str = "all";

/// Measures workloads, each beside a loop written by hand for it alone and beside timely. All events
/// are in memory before anything is measured.
#[derive(Parser)]
struct Options {
    /// What to measure.
    #[arg(default_value = ALL, value_parser = PossibleValuesParser::new(names()))]
    workloads: Vec<String>,
    /// How many events each has; without it, as many as when it is measured in full.
    #[arg(long)]
    events: Option<usize>,
    /// How often each way is run; the first run of each is not counted.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    /// How many workers timely has, and each runner that can be told; the loop has one thread, but
    /// for W2, where it has as many.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    workers: u16,
    /// A runner to measure; can be given several times.
    #[arg(long, default_value = "direct")]
    runner: Vec<String>,
}

fn names() -> Vec<&'static str> {
    workloads::ALL.iter().map(|workload| workload.name).chain([ALL]).collect()
}

impl Options {
    fn workloads(&self) -> impl Iterator<Item = &'static Workload> {
        let chosen = |name: &str| self.workloads.iter().any(|it| it == name || it == ALL);
        workloads::ALL.iter().filter(move |workload| chosen(workload.name))
    }

    fn runners(&self) -> Result<Vec<Box<dyn Runner>>, String> {
        let runner = |name: &String| workloads::runner(name, usize::from(self.workers));
        self.runner.iter().map(runner).collect()
    }
}

fn took(way: &Way<'_>) -> [(&'static str, PerEvent); 2] {
    [("cpu ", way.cpu()), ("wall", way.wall())]
}

/// Runs one workload, and prints what it took if all is right.
fn measure(
    workload: &Workload,
    options: &Options,
    runners: &[Box<dyn Runner>],
) -> Result<(), String> {
    let prepared = workload.prepare(options.events.unwrap_or(workload.events));
    let mut ways = prepared.ways(runners, usize::from(options.workers));
    in_turn(&mut ways, options.runs)?;
    let (Workload { name, about, .. }, check) = (workload, ways[0].expected);
    let (events, rows, sum) = (prepared.events, check.rows, check.sum);
    println!("{name}, {about}: {events} events, {rows} rows, checksum {sum}");
    let [by_hand, timely, ..] = ways.as_slice() else { return Ok(()) };
    let [of_by_hand, of_timely] = [by_hand, timely].map(took);
    for way in &ways {
        let all = took(way).into_iter().zip(of_by_hand).zip(of_timely);
        for ((((time, took), (_, by_hand)), (_, timely)), name) in all.zip([&way.name, ""]) {
            println!(
                "  {name:12} {time} {took:32} {:6.2} times by hand, {:5.2} times faster than timely",
                took.median / by_hand.median,
                timely.median / took.median,
            );
        }
    }
    Ok(())
}

fn main() -> ExitCode {
    let options = Options::parse();
    let runners = match options.runners() {
        Ok(runners) => runners,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::FAILURE;
        }
    };
    println!(
        "ns per event: median of {} runs in turn (fastest to slowest); workers: {}",
        options.runs, options.workers
    );
    let mut exit = ExitCode::SUCCESS;
    for workload in options.workloads() {
        if let Err(error) = measure(workload, &options, &runners) {
            eprintln!("error: {}: {error}", workload.name);
            exit = ExitCode::FAILURE;
        }
    }
    exit
}
