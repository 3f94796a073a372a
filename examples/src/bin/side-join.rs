//! Readings joined with the names of their stations, and corrected as soon as someone knows better.

#![expect(clippy::print_stdout, reason = "what it prints is what it is for")]

use clap::Parser;
use heliostat::prelude::*;
use heliostat_direct as _;
use heliostat_micro_batch as _;
use heliostat_per_record as _;
use std::collections::BTreeMap;

/// Readings with the names of their stations, corrected as inspectors find out how far off they are
#[derive(Parser)]
struct Options {
    /// Only this station
    #[arg(long)]
    station: Option<String>,
    /// The runner that runs it
    #[arg(long, default_value = "direct")]
    runner: String,
}

/// What never changes: a side input in the global window, read whole.
const NAMES: [(&str, &str); 3] = [("h", "harbour"), ("a", "airport"), ("q", "quarry")];

#[derive(Clone, Copy)]
enum Event {
    /// A station reads this many tenths of a degree.
    Reading(&'static str, i64),
    /// From now on so many are to be added to what it reads.
    Correction(&'static str, i64),
}

/// What comes, minute by minute. The first reading waits for the first correction.
#[rustfmt::skip]
const EVENTS: [Event; 10] = [
    Event::Reading("h", 115), Event::Correction("h", 0), Event::Reading("a", 120),
    Event::Reading("h", 117), Event::Correction("h", -20), Event::Reading("h", 119),
    Event::Reading("x", 999), Event::Correction("q", 5), Event::Correction("h", -15),
    Event::Reading("h", 118),
];

/// The newest correction of each station. A map view of corrections would not do: its keys come
/// again and again.
struct NewestOfEach;

type Corrections = BTreeMap<Str, (Timestamp, i64)>;

impl CombineFn<(Str, (Timestamp, i64))> for NewestOfEach {
    type Accumulator = Corrections;
    type Output = Corrections;

    fn create(&self) -> Corrections {
        Corrections::new()
    }

    fn add(&self, newest: &mut Corrections, (station, correction): &(Str, (Timestamp, i64))) {
        let known = newest.entry(station.clone()).or_insert(*correction);
        *known = (*known).max(*correction);
    }

    fn merge(&self, newest: &mut Corrections, others: &Corrections) {
        others.iter().for_each(|(station, it)| self.add(newest, &(station.clone(), *it)));
    }

    fn extract(&self, newest: &Corrections) -> Corrections {
        newest.clone()
    }
}

fn script() -> TestStreams<(Str, (Timestamp, i64))> {
    let mut script = TestStreams::new(["readings", "corrections"]);
    for (minute, event) in (0..).zip(EVENTS) {
        let at = Timestamp::secs(minute * 60);
        let (stream, station, tenths) = match event {
            Event::Reading(station, tenths) => ("readings", station, tenths),
            Event::Correction(station, tenths) => ("corrections", station, tenths),
        };
        script = script.add(stream, [((Str::from(station), (at, tenths)), at)]);
    }
    script
}

fn main() -> Result<()> {
    let Options { station: only, runner } = Options::parse();
    let runner = heliostat::runner_named(&runner)?;
    let pipeline = Pipeline::new();
    let streams = pipeline.test_streams(script());
    let names = pipeline.create(NAMES.map(|(id, name)| (Str::from(id), Str::from(name)))).as_map();
    let as_they_come = Window::global().trigger(repeatedly(after_count(1))).accumulating();
    let corrections = streams[1].window(as_they_come).combine_globally_as_view(NewestOfEach);
    // What changes is read first: behind a step that waits, newer corrections would be read.
    let corrected = streams[0]
        .map_with(&corrections, |(station, (at, tenths)), corrections| {
            let by = corrections.get(&station).map_or(0, |(_, by)| *by);
            (station, (at, tenths, tenths + by))
        })
        .flat_map_with(&names, |(station, reading), names| {
            names.get(&station).map(|name| (name.clone(), reading))
        })
        .collect();

    let mut corrected = runner.run(&pipeline)?.collected(&corrected);
    corrected.sort_by_key(|(_, (at, ..))| *at);
    for (name, (at, read, corrected)) in corrected {
        if only.as_ref().is_none_or(|only| *name == **only) {
            let minute = at.millis() / 60_000;
            println!(
                "minute {minute}: {name} {:.1}, read as {:.1}",
                tenths(corrected),
                tenths(read)
            );
        }
    }
    Ok(())
}

fn tenths(degrees: i64) -> f64 {
    degrees as f64 / 10.0
}
