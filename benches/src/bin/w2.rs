//! Measures W2: the loop written by hand, direct trusting and direct suspicious, in turn.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "what it prints is for a person")]

use clap::Parser;
use heliostat::Runner;
use heliostat_benches::check::Check;
use heliostat_benches::turns::{Way, in_turn};
use heliostat_benches::w2::{self, Event};
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

fn direct(runner: &DirectRunner, events: &Arc<Vec<Event>>) -> Result<Check, String> {
    let (pipeline, checked) = w2::pipeline(events, 1);
    runner.run(&pipeline).map_err(|error| error.to_string())?;
    Ok(checked.check())
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
    let many = Arc::new(w2::events(options.events));
    let few = Arc::new(w2::events(options.suspicious_events));
    let (of_many, of_few) = (independent(&many), independent(&few));
    let (trusting, suspicious) = (DirectRunner::default().trusting(), DirectRunner::default());
    let mut ways = [
        Way::new("by hand", many.len(), of_many, || Ok(w2::by_hand(black_box(&many)))),
        Way::new("direct trusting", many.len(), of_many, || direct(&trusting, &many)),
        Way::new("direct suspicious", few.len(), of_few, || direct(&suspicious, &few)),
    ];
    in_turn(&mut ways, options.runs)?;
    let by_hand = ways[0].cpu().median;
    println!("ns per event: median of {} runs in turn (fastest to slowest)", options.runs);
    for (way, target) in ways.iter().zip([None, Some(3e6), Some(1e5)]) {
        let (wall, cpu) = (way.wall(), way.cpu());
        let rate = 1e9 / wall.median;
        let target = target.map_or(String::new(), |target| {
            format!("; target {target:.0}: {}", if target <= rate { "met" } else { "missed" })
        });
        println!("{}, {} events, {} rows", way.name, way.events, way.expected.rows);
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
