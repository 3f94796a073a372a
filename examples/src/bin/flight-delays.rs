//! Delays per airport and hour, from flights that are reported out of order.

#![expect(clippy::print_stdout, reason = "the last words of the run are for a person")]

use heliostat::prelude::*;
use heliostat::{Summary, Windowed};
use heliostat_direct as _;
use heliostat_files::{csv, json_lines};
use serde::{Deserialize, Serialize};
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Airports with fewer flights are not ranked.
const FLIGHTS_MIN: u64 = 100;

/// How many airports are shown.
const SHOWN: usize = 5;

/// Delays per airport and hour, from flights that are reported out of order
#[derive(clap::Args)]
struct Options {
    /// The flights, as CSV
    #[arg(long)]
    input: PathBuf,
    /// The delays, as lines of JSON
    #[arg(long)]
    output: PathBuf,
    /// The length of a window
    #[arg(long, default_value = "1h")]
    window: Duration,
    /// How far out of order flights are expected to be reported
    #[arg(long, default_value = "30m")]
    disorder: Duration,
    /// How long a window is corrected by flights that are reported even later
    #[arg(long, default_value = "12h")]
    lateness: Duration,
    /// A correction holds only what is new, instead of everything so far
    #[arg(long)]
    discarding: bool,
    /// Take the flights all at once, in no order, instead of replaying them
    #[arg(long, conflicts_with = "disorder")]
    bounded: bool,
}

#[derive(Clone, Serialize, Deserialize)]
struct Flight {
    departed_at: Timestamp,
    delay_minutes: i64,
    origin: Str,
}

/// The delays of one airport in one window, as far as they are known.
#[derive(Clone, Serialize, Deserialize)]
struct Delays {
    window_start: Timestamp,
    window_end: Timestamp,
    origin: Str,
    flights: u64,
    mean_delay_minutes: f64,
    max_delay_minutes: i64,
    pane: PaneInfo,
}

impl Delays {
    fn of(seen: Windowed<(Str, (u64, f64, i64))>) -> Self {
        let Windowed { value: (origin, (flights, mean, max)), window, pane, .. } = seen;
        Self {
            window_start: window.start(),
            window_end: window.end(),
            origin,
            flights,
            mean_delay_minutes: mean,
            max_delay_minutes: max,
            pane,
        }
    }
}

fn flight_delays(pipeline: &Pipeline, options: &Options) -> PCollection<Delays> {
    let file = csv::<Flight>(&options.input).event_time(|flight| flight.departed_at);
    let flights = match options.bounded {
        true => pipeline.read(file),
        false => pipeline.read(file.replay(bounded_disorder(options.disorder))),
    };
    let window = Window::fixed(options.window)
        .trigger(after_watermark().late(after_count(1)))
        .allowed_lateness(options.lateness);
    let window = if options.discarding { window.discarding() } else { window.accumulating() };
    let delays = flights
        .map(|flight| (flight.origin, flight.delay_minutes))
        .window(window)
        .combine_per_key((Count, Mean, Max))
        .windowed()
        .map(Delays::of);
    delays.write(json_lines(&options.output));
    delays
}

fn main() -> Exit {
    // Of the pipelines that are built with the same options the first one runs.
    let shown = OnceCell::new();
    let build = |pipeline: &Pipeline, options: &Options| {
        let delays = flight_delays(pipeline, options).collect();
        shown.get_or_init(|| (delays, options.discarding));
        Ok(())
    };
    heliostat::launch("flight-delays", build).then(|summary| report(summary, shown.get()))
}

/// The airports where one waits longest, and how much was late.
fn report(summary: &Summary, shown: Option<&(Collected<Delays>, bool)>) {
    let Some((delays, discarding)) = shown else { return };
    let mut panes = summary.result.collected(delays);
    panes.sort_by_key(|delays| delays.pane.index);
    let late = panes.iter().filter(|delays| delays.pane.timing == PaneTiming::Late).count();
    println!("{late} late panes, {} flights too late", summary.result.dropped().total());

    let mut windows: BTreeMap<_, (u64, f64)> = BTreeMap::new();
    for delays in panes {
        let minutes = delays.mean_delay_minutes * delays.flights as f64;
        let known = windows.entry((delays.window_start, delays.origin)).or_default();
        let before = if *discarding { *known } else { (0, 0.0) };
        *known = (before.0 + delays.flights, before.1 + minutes);
    }
    let mut airports: BTreeMap<Str, (u64, f64)> = BTreeMap::new();
    for ((_, origin), (flights, minutes)) in windows {
        let airport = airports.entry(origin).or_default();
        *airport = (airport.0 + flights, airport.1 + minutes);
    }
    let mut means: Vec<_> = airports
        .into_iter()
        .filter(|(_, (flights, _))| *flights >= FLIGHTS_MIN)
        .map(|(origin, (flights, minutes))| (minutes / flights as f64, origin, flights))
        .collect();
    means.sort_by(|a, b| b.0.total_cmp(&a.0));
    println!("longest mean delays, of airports with at least {FLIGHTS_MIN} flights:");
    for (mean, origin, flights) in means.iter().take(SHOWN) {
        println!("  {origin}: {mean:.1} minutes over {flights} flights");
    }
}
