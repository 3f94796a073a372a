//! Measures W2: the loop written by hand, direct trusting and direct suspicious, in turn.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "what it prints is for a person")]

use clap::Parser;
use heliostat::Runner;
use heliostat_benches::measure::{PerEvent, Took, timed};
use heliostat_benches::w2::{self, Check, Event};
use heliostat_direct::DirectRunner;
use std::hint::black_box;
use std::process::ExitCode;
use std::sync::Arc;

/// Measures the windowed sum. All data is in memory before anything is measured.
#[derive(Parser)]
struct Options {
    /// How many events the loop and the trusting runner get.
    #[arg(long, default_value_t = w2::EVENTS)]
    events: usize,
    /// How many events the suspicious runner gets.
    #[arg(long, default_value_t = 300_000)]
    suspicious_events: usize,
    /// How often each is run; the first run of each is not counted.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
}

type Compute = fn(&Arc<Vec<Event>>) -> Result<Check, String>;

/// One way to compute W2, and what it took so far.
struct Way {
    name: &'static str,
    /// Events per second that it should reach, if any.
    target: Option<f64>,
    events: Arc<Vec<Event>>,
    expected: Check,
    compute: Compute,
    took: Vec<Took>,
}

impl Way {
    /// Runs it once, and says what is wrong with the outcome.
    fn run(&mut self, counted: bool) -> Result<(), String> {
        let (check, took) = timed(|| (self.compute)(black_box(&self.events)));
        let check = check.map_err(|error| format!("{}: {error}", self.name))?;
        if check != self.expected {
            let Self { name, expected, .. } = self;
            return Err(format!("{name}: gave {check:?} and not {expected:?}"));
        }
        if counted {
            self.took.push(took);
        }
        Ok(())
    }

    fn wall(&self) -> PerEvent {
        PerEvent::of(self.took.iter().map(|took| took.wall), self.events.len())
    }

    fn cpu(&self) -> PerEvent {
        PerEvent::of(self.took.iter().map(|took| took.cpu), self.events.len())
    }
}

fn direct(runner: DirectRunner, events: &Arc<Vec<Event>>) -> Result<Check, String> {
    let (pipeline, summed) = w2::pipeline(Arc::clone(events));
    runner.run(&pipeline).map_err(|error| error.to_string())?;
    Ok(summed.check())
}

fn ways(options: &Options) -> [Way; 3] {
    let many = Arc::new(w2::events(options.events));
    let few = Arc::new(w2::events(options.suspicious_events));
    let way = |name, target, events: &Arc<Vec<Event>>| Way {
        name,
        target,
        events: Arc::clone(events),
        expected: independent(events),
        compute: |events| Ok(w2::by_hand(events)),
        took: Vec::new(),
    };
    let hand = way("by hand", None, &many);
    let mut trusting = way("direct trusting", Some(3e6), &many);
    trusting.compute = |events| direct(DirectRunner::default().trusting(), events);
    let mut suspicious = way("direct suspicious", Some(1e5), &few);
    suspicious.compute = |events| direct(DirectRunner::default(), events);
    [hand, trusting, suspicious]
}

/// The same sums in the plainest way: one table from window and key, nothing of it shared with
/// what is measured.
fn independent(events: &[Event]) -> Check {
    let mut sums = std::collections::BTreeMap::new();
    for event in events {
        let minute = event.at.millis().div_euclid(60_000);
        *sums.entry((minute, event.key)).or_insert(0) += event.value;
    }
    let mut check = Check::default();
    for ((minute, key), sum) in sums {
        check.add(heliostat::Timestamp::secs(60 * minute), key, sum);
    }
    check
}

fn measure(options: &Options) -> Result<(), String> {
    let mut ways = ways(options);
    for run in 0..=options.runs {
        for way in &mut ways {
            way.run(run > 0)?;
        }
    }
    let by_hand = ways[0].cpu().median;
    println!("ns per event: median of {} runs in turn (fastest to slowest)", options.runs);
    for way in &ways {
        let (wall, cpu) = (way.wall(), way.cpu());
        let rate = 1e9 / wall.median;
        let target = way.target.map_or(String::new(), |target| {
            format!("; target {target:.0}: {}", if target <= rate { "met" } else { "missed" })
        });
        println!("{}, {} events, {} rows", way.name, way.events.len(), way.expected.rows);
        println!("  wall {wall}");
        println!("  cpu  {cpu}, {:.2} times by hand", cpu.median / by_hand);
        println!("  {rate:.0} events/s{target}");
    }
    Ok(())
}

fn main() -> ExitCode {
    match measure(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
