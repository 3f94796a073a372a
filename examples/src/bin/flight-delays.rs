//! Delays per airport and hour, from flights that are reported out of order.

#![expect(clippy::print_stdout, reason = "the last words of the run are for a person")]

use heliostat::Summary;
use heliostat::prelude::*;
use heliostat_direct as _;
use heliostat_files::{csv, json_lines};
use heliostat_micro_batch as _;
use heliostat_per_record as _;
use serde::{Deserialize, Serialize};
use std::cell::OnceCell;
use std::path::PathBuf;

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

fn delays(seen: Windowed<(Str, (u64, f64, i64))>) -> Delays {
    let Windowed { value: (origin, (flights, mean, max)), window, pane, .. } = seen;
    Delays {
        window_start: window.start(),
        window_end: window.end(),
        origin,
        flights,
        mean_delay_minutes: mean,
        max_delay_minutes: max,
        pane,
    }
}

/// The mean delay of each airport over the whole file, for the last words.
type Means = Collected<(Str, (f64, u64))>;

fn flight_delays(pipeline: &Pipeline, options: &Options) -> Means {
    let file = csv::<Flight>(&options.input).event_time(|flight| flight.departed_at);
    let flights = match options.bounded {
        true => pipeline.read(file),
        false => pipeline.read(file.replay(bounded_disorder(options.disorder))),
    };
    let flights = flights.map(|flight| (flight.origin, flight.delay_minutes));
    let window = Window::fixed(options.window)
        .trigger(after_watermark().late(after_count(1)))
        .allowed_lateness(options.lateness);
    let window = if options.discarding { window.discarding() } else { window.accumulating() };
    flights
        .window(window)
        .combine_per_key((Count, Mean, Max))
        .windowed()
        .map(delays)
        .write(json_lines(&options.output));

    let at_the_end = Window::global().trigger(Trigger::Never).discarding();
    flights.window(at_the_end).combine_per_key((Mean, Count)).named("Means").collect()
}

fn main() -> Exit {
    // Of the pipelines that are built with the same options the first one runs.
    let means = OnceCell::new();
    let build = |pipeline: &Pipeline, options: &Options| {
        let built = flight_delays(pipeline, options);
        means.get_or_init(|| built);
        Ok(())
    };
    heliostat::launch("flight-delays", build).then(|summary| report(summary, means.get()))
}

/// The airports where one waits longest, and how much was late.
fn report(summary: &Summary, means: Option<&Means>) {
    let result = &summary.result;
    let late: u64 = result.metrics.values().map(|step| step.late_panes).sum();
    println!("{late} late panes, {} flights too late", result.dropped().total());

    let mut means = means.map(|means| result.collected(means)).unwrap_or_default();
    means.retain(|(_, (_, flights))| 100 <= *flights);
    means.sort_by(|(_, (a, _)), (_, (b, _))| b.total_cmp(a));
    println!("longest mean delays, of airports with at least 100 flights:");
    for (origin, (mean, flights)) in means.iter().take(5) {
        println!("  {origin}: {mean:.1} minutes over {flights} flights");
    }
}
