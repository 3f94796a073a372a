//! Readings joined with the names of their stations, and corrected as soon as someone knows better.

#![expect(clippy::print_stdout, reason = "what it prints is what it is for")]

use clap::Args;
use heliostat::prelude::*;
use heliostat_direct as _;
use heliostat_micro_batch as _;
use heliostat_per_record as _;
use std::cell::OnceCell;
use std::collections::BTreeMap;

/// Readings with the names of their stations, corrected as inspectors find out how far off they are
#[derive(Args)]
struct Options {
    /// Only this station
    #[arg(long)]
    station: Option<String>,
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

/// A station by its name, when it read something, what it read, and what that is corrected.
type Corrected = (Str, (Timestamp, i64, i64));

fn corrected(pipeline: &Pipeline, only: Option<&str>) -> PCollection<Corrected> {
    let streams = pipeline.test_streams(script());
    let names = NAMES.into_iter().filter(|(_, name)| only.is_none_or(|only| only == *name));
    let names = names.map(|(id, name)| (Str::from(id), Str::from(name)));
    let names = pipeline.create(names.collect::<Vec<_>>()).as_map();
    let as_they_come = Window::global().trigger(repeatedly(after_count(1))).accumulating();
    let corrections = streams[1].window(as_they_come).combine_globally_as_view(NewestOfEach);
    // What changes is read first: behind a step that waits, newer corrections would be read.
    streams[0]
        .map_with(&corrections, |(station, (at, tenths)), corrections| {
            let by = corrections.get(&station).map_or(0, |(_, by)| *by);
            (station, (at, tenths, tenths + by))
        })
        .named("Correct")
        .flat_map_with(&names, |(station, reading), names| {
            names.get(&station).map(|name| (name.clone(), reading))
        })
        .named("Name")
}

fn main() -> Exit {
    // Of the pipelines that are built with the same options the first one runs.
    let shown = OnceCell::new();
    let build = |pipeline: &Pipeline, options: &Options| {
        let corrected = corrected(pipeline, options.station.as_deref()).collect();
        shown.get_or_init(|| corrected);
        Ok(())
    };
    heliostat::launch("side-join", build).then(|summary| {
        let corrected = shown.get().map(|shown| summary.result.collected(shown));
        let mut corrected = corrected.unwrap_or_default();
        corrected.sort_by_key(|(_, (at, ..))| *at);
        for (name, (at, read, corrected)) in corrected {
            let (minute, read, corrected) = (at.millis() / 60_000, tenths(read), tenths(corrected));
            println!("minute {minute}: {name} {corrected:.1}, read as {read:.1}");
        }
    })
}

fn tenths(degrees: i64) -> f64 {
    degrees as f64 / 10.0
}
