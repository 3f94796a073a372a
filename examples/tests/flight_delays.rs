//! The flights in hours, against a computation that shares nothing with the engine.

#[path = "flight_delays/plain.rs"]
mod plain;
#[path = "programs/program.rs"]
mod program;

use plain::{Flight, Pair, Pane, Replay, Rules};
use program::{Scratch, data, run, text};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;

const TRUSTING: &str = "--direct.trusting";
const DEFAULTS: Rules = Rules { disorder: 30, lateness: 12 * plain::HOUR, discarding: false };

fn all_flights() -> (String, Vec<Flight>) {
    let path = data("flights-20k.csv");
    let flights = plain::flights(&fs::read_to_string(&path).expect("the flights are there"));
    (path, flights)
}

/// What a run wrote, and what it said of the grouping.
struct Run {
    output: String,
    dropped: u64,
    late_panes: u64,
}

fn delays(scratch: &Scratch, input: &str, options: &[&str]) -> Run {
    let (output, events) = (scratch.path("delays.jsonl"), scratch.path("events.jsonl"));
    let fixed = ["run", "--input", input, "--output", &output, "--events", &events];
    let ran = run(env!("CARGO_BIN_EXE_flight-delays"), &[&fixed, options].concat());
    assert!(ran.status.success(), "{options:?}: {}", text(&ran.stderr));
    let read = |path| fs::read_to_string(path).expect("a run that succeeds writes it");
    let (mut dropped, mut late_panes) = (0, 0);
    for event in read(&events).lines().map(value).filter(|event| event["event"] == "step") {
        let metrics = &event["metrics"];
        dropped += number(&metrics["dropped"]["late"]) + number(&metrics["dropped"]["closed"]);
        late_panes += number(&metrics["late_panes"]);
    }
    Run { output: read(&output), dropped, late_panes }
}

fn value(line: &str) -> Value {
    serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("no count: {value}"))
}

fn sorted<'a>(lines: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let mut lines: Vec<&str> = lines.into_iter().collect();
    lines.sort_unstable();
    lines
}

#[track_caller]
fn assert_lines(output: &str, expected: &[String]) {
    let (found, expected) = (sorted(output.lines()), sorted(expected.iter().map(String::as_str)));
    let difference = found.iter().zip(&expected).find(|(found, expected)| found != expected);
    assert_eq!(difference, None, "the first line that differs");
    assert_eq!(found.len(), expected.len());
}

fn count(run: &Run, words: &str) -> usize {
    run.output.lines().filter(|line| line.contains(words)).count()
}

/// The flights, mean and maximum of the last pane of each window and origin.
fn last_panes(output: &str) -> BTreeMap<(String, String), (u64, f64, i64)> {
    let mut panes: Vec<Value> = output.lines().map(value).collect();
    panes.sort_by_key(|pane| number(&pane["pane"]["index"]));
    let word = |value: &Value| value.as_str().map(str::to_owned).expect("a text");
    let of = |pane: &Value| {
        let mean = pane["mean_delay_minutes"].as_f64().expect("a mean");
        let max = pane["max_delay_minutes"].as_i64().expect("a maximum");
        let pair = (word(&pane["window_start"]), word(&pane["origin"]));
        (pair, (number(&pane["flights"]), mean, max))
    };
    panes.iter().map(of).collect()
}

fn expected_last_panes(flights: &[Flight]) -> BTreeMap<(String, String), (u64, f64, i64)> {
    let of = |((start, origin), delays): (Pair, plain::Delays)| {
        let pair = (plain::text_of(start), origin);
        (pair, (delays.flights, delays.mean(), delays.max))
    };
    plain::by_hour(flights).into_iter().map(of).collect()
}

#[test]
fn a_trusting_replay_is_what_the_rules_say() {
    let (input, flights) = all_flights();
    let scratch = Scratch::new("trusting");
    let expected = plain::replay(&flights, DEFAULTS);
    let Replay { late_rows, late_panes, dropped, .. } = expected;
    assert_eq!((late_rows, late_panes, dropped), (914, 905, 0));

    let run = delays(&scratch, &input, &[TRUSTING]);
    assert_lines(&run.output, &expected.lines);
    assert_eq!((run.late_panes, run.dropped), (905, 0));
    assert_eq!(last_panes(&run.output), expected_last_panes(&flights));
    assert_eq!(last_panes(&run.output).len(), 17_473);
    assert_eq!(count(&run, r#""timing":"ON_TIME""#), 16_736);
    assert_eq!(count(&run, r#""timing":"LATE","index":0,"#), 737);
    let line = r#"{"window_start":"2001-01-01T01:00:00Z","window_end":"2001-01-01T02:00:00Z","#
        .to_owned()
        + r#""origin":"LAS","flights":2,"mean_delay_minutes":-0.5,"max_delay_minutes":4,"#
        + r#""pane":{"timing":"ON_TIME","index":0,"is_first":true,"is_last":false}}"#;
    assert!(run.output.lines().any(|written| written == line));
}

#[test]
fn what_is_later_than_the_lateness_is_dropped() {
    let (input, flights) = all_flights();
    let scratch = Scratch::new("lateness");
    for (hours, discarding, dropped) in
        [(0, true, 914), (1, false, 201), (1, true, 201), (3, false, 16), (6, true, 2)]
    {
        let rules = Rules { lateness: hours * plain::HOUR, discarding, ..DEFAULTS };
        let expected = plain::replay(&flights, rules);
        let lateness = format!("{}m", rules.lateness);
        let mut options = vec![TRUSTING, "--lateness", &lateness];
        options.extend(discarding.then_some("--discarding"));
        let run = delays(&scratch, &input, &options);
        assert_lines(&run.output, &expected.lines);
        assert_eq!((run.dropped, expected.dropped), (dropped, dropped), "{options:?}");

        let suspicious = delays(&scratch, &input, &options[1..]);
        assert_eq!(suspicious.dropped, dropped, "suspicious, {options:?}");
        if hours == 0 {
            let panes = suspicious.output.lines().map(value);
            assert_eq!(panes.map(|pane| number(&pane["flights"])).sum::<u64>(), 19_086);
            assert_eq!(count(&suspicious, r#""timing":"ON_TIME""#), 16_736);
            assert_lines(&suspicious.output, &expected.lines);
        }
    }
}

#[test]
fn suspicion_changes_no_last_pane() {
    let (input, flights) = all_flights();
    let scratch = Scratch::new("suspicion");
    let expected = expected_last_panes(&flights);
    for seed in 0..5 {
        let seed = seed.to_string();
        let options = ["--direct.seed", &seed];
        let run = delays(&scratch, &input, &options);
        assert_eq!(last_panes(&run.output), expected, "seed {seed}");
        assert_eq!(count(&run, r#""timing":"ON_TIME""#), 16_736, "seed {seed}");
        assert_eq!(count(&run, r#""timing":"LATE","index":0,"#), 737, "seed {seed}");
        assert!((905..=914).contains(&run.late_panes), "seed {seed}: {}", run.late_panes);
        assert_eq!(count(&run, r#""timing":"LATE""#) as u64, run.late_panes, "seed {seed}");
        assert_eq!(run.dropped, 0, "seed {seed}");
        if seed == "1" {
            let again = delays(&scratch, &input, &options);
            assert_eq!(again.output, run.output, "the same seed gives the same bytes");
        }
    }
}

#[test]
fn two_hundred_seeds_agree() {
    let (input, flights) = all_flights();
    let scratch = Scratch::new("seeds");
    let few = scratch.path("flights-2k.csv");
    let rows = fs::read_to_string(input).expect("the flights are there");
    let rows: Vec<&str> = rows.lines().take(1 + 2_000).collect();
    fs::write(&few, rows.join("\n")).expect("the scratch directory can be written to");
    let expected = expected_last_panes(&flights[..2_000]);
    for seed in 0..200 {
        let seed = seed.to_string();
        let run = delays(&scratch, &few, &["--direct.seed", &seed]);
        assert_eq!(last_panes(&run.output), expected, "seed {seed}");
        assert_eq!(run.dropped, 0, "seed {seed}");
    }
}

#[test]
fn bounded_flights_have_one_pane_an_hour() {
    let (input, flights) = all_flights();
    let scratch = Scratch::new("bounded");
    let hours = plain::by_hour(&flights);
    let only = |(pair, delays): (&Pair, &plain::Delays)| {
        Pane { pair, delays: *delays, late: false, index: 0, is_last: true }.to_string()
    };
    let expected: Vec<String> = hours.iter().map(only).collect();
    assert_eq!(expected.len(), 17_473);
    for options in [&["--bounded"][..], &["--bounded", TRUSTING], &["--bounded", "--discarding"]] {
        let run = delays(&scratch, &input, options);
        assert_lines(&run.output, &expected);
        assert_eq!((run.late_panes, run.dropped), (0, 0), "{options:?}");
    }
}

#[test]
fn hours_take_the_aligned_path() {
    for options in [&[][..], &["--bounded"], &["--discarding"], &["--lateness", "0m"]] {
        let fixed = ["graph", "--plan", "--runner", "direct", "--input", "a", "--output", "b"];
        let drawn = run(env!("CARGO_BIN_EXE_flight-delays"), &[&fixed, options].concat());
        let plan = text(&drawn.stdout);
        assert!(plan.contains("grouping `Combine per key`: aligned path"), "{options:?}: {plan}");
    }
}
