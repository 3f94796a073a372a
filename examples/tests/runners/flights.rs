//! The flights in hours on both runners, whatever the workers and shards, stopped on one and gone
//! on with on the other, and in a backfill of millions.

use crate::program::{Scratch, data, last_panes, run, text};
use std::fs;
use std::io::{self, Write};

const PROGRAM: &str = env!("CARGO_BIN_EXE_flight-delays");
const TRUSTING: &str = "--direct.trusting";

/// Replayed in event time, and taken all at once.
const WAYS: [&[&str]; 2] = [&[], &["--bounded"]];

/// Where a larger file of flights is, if somebody has made one.
const MANY_FLIGHTS: &str = "HELIOSTAT_FLIGHTS_3M";

/// Where a part of a run stops, and on what it is run.
struct Part {
    runner: &'static [&'static str],
    /// `None` for the end.
    stop_at: Option<&'static str>,
}

const DIRECT: &[&str] = &[TRUSTING];
const SUSPICIOUS: &[&str] = &["--direct.seed", "7"];
const ROUNDS: &[&str] = &[
    "--runner",
    "micro-batch",
    "--micro-batch.workers",
    "2",
    "--micro-batch.shards",
    "5",
    "--micro-batch.round-elements",
    "1000",
];
const ONE_ROUND: &[&str] = &["--runner", "micro-batch", "--micro-batch.rounds", "once"];

/// The last panes that a run writes which drops nothing.
#[track_caller]
fn came_to(scratch: &Scratch, input: &str, options: &[&str]) -> Vec<String> {
    let output = scratch.path("delays.jsonl");
    let said = ran(&[&["run", "--input", input, "--output", &output], options].concat());
    assert!(said.contains(" late panes, 0 flights too late"), "{options:?}: {said}");
    let written = fs::read_to_string(&output).expect("a run that succeeds writes its output");
    fs::remove_file(output).expect("it was just read");
    last_panes(written.lines())
}

#[track_caller]
fn ran(arguments: &[&str]) -> String {
    let ran = run(PROGRAM, arguments);
    assert!(ran.status.success(), "{arguments:?}: {}", text(&ran.stderr));
    text(&ran.stdout)
}

/// Equal, told by the first pane that is not.
#[track_caller]
fn assert_same(found: &[String], wanted: &[String], what: &str) {
    let pair = found.iter().zip(wanted).find(|(found, wanted)| found != wanted);
    assert_eq!(pair, None, "the first pane that differs: {what}");
    assert_eq!(found.len(), wanted.len(), "{what}");
}

#[test]
fn workers_shards_and_sizes_of_rounds_change_no_last_pane() {
    let (scratch, input) = (Scratch::new("shards"), data("flights-20k.csv"));
    for way in WAYS {
        let wanted = came_to(&scratch, &input, &[way, DIRECT].concat());
        assert_eq!(wanted.len(), 17_473);
        for [workers, shards, elements] in
            [["1", "1", "1048576"], ["1", "3", "4000"], ["2", "2", "1000"], ["3", "16", "333"]]
        {
            let numbers = [
                "--micro-batch.workers",
                workers,
                "--micro-batch.shards",
                shards,
                "--micro-batch.round-elements",
                elements,
            ];
            let options = [way, &["--runner", "micro-batch"], &numbers].concat();
            assert_same(&came_to(&scratch, &input, &options), &wanted, &options.join(" "));
        }
    }
}

#[test]
fn small_rounds_show_flights_on_time_and_correct_them() {
    let (scratch, input) = (Scratch::new("small-rounds"), data("flights-20k.csv"));
    let output = scratch.path("delays.jsonl");
    for (elements, late) in [("20", true), ("1000000", false)] {
        let said = ran(&[
            "run",
            "--input",
            &input,
            "--output",
            &output,
            "--runner",
            "micro-batch",
            "--micro-batch.round-elements",
            elements,
        ]);
        assert_eq!(!said.contains("\n0 late panes, "), late, "{elements} at a time: {said}");
    }
}

/// Runs the flights part by part, each from the savepoint of the one before it.
#[track_caller]
fn in_parts(scratch: &Scratch, way: &[&str], parts: &[Part]) -> Vec<String> {
    let (input, output) = (data("flights-20k.csv"), scratch.path("delays.jsonl"));
    let savepoint = |at: usize| scratch.path(&format!("{at}.savepoint"));
    for (at, Part { runner, stop_at }) in parts.iter().enumerate() {
        let before = at.checked_sub(1).map(savepoint);
        let from: Vec<&str> = before.iter().flat_map(|path| ["--from", path]).collect();
        let Some(stop_at) = stop_at else {
            return came_to(scratch, &input, &[way, runner, &from].concat());
        };
        let to = ["--stop-at", stop_at, "--savepoint", &savepoint(at)];
        let fixed = ["run", "--input", &input, "--output", &output];
        let told = ran(&[&fixed, way, runner, &from, &to].concat());
        assert!(told.contains("wrote nothing yet"), "part {at}: {told}");
    }
    unreachable!("the last part goes to the end")
}

#[test]
fn a_savepoint_of_one_goes_on_on_the_other() {
    let scratch = Scratch::new("parts");
    let part = |runner, stop_at| Part { runner, stop_at: Some(stop_at) };
    let end = |runner| Part { runner, stop_at: None };
    for way in WAYS {
        let wanted = came_to(&scratch, &data("flights-20k.csv"), &[way, DIRECT].concat());
        // A replay gives direct 13,000 bundles, and all at once some twenty.
        let middle = if way.is_empty() { "6500" } else { "9" };
        for (what, parts) in [
            ("direct, then micro-batch", vec![part(DIRECT, middle), end(ROUNDS)]),
            ("micro-batch, then direct", vec![part(ROUNDS, "8"), end(DIRECT)]),
            ("from the very beginning", vec![part(ROUNDS, "0"), end(SUSPICIOUS)]),
            ("what was suspicious, in one round", vec![part(SUSPICIOUS, "5"), end(ONE_ROUND)]),
            (
                "to and fro",
                vec![part(ROUNDS, "3"), part(DIRECT, "4"), part(ROUNDS, "5"), end(DIRECT)],
            ),
        ] {
            assert_same(&in_parts(&scratch, way, &parts), &wanted, &format!("{way:?}, {what}"));
        }
    }
}

/// Two runs of millions of flights take a while: this one is for those who want it.
#[test]
fn a_backfill_of_three_million_flights_comes_to_the_same() {
    let Ok(input) = std::env::var(MANY_FLIGHTS) else {
        let said = writeln!(
            io::stderr(),
            "a_backfill_of_three_million_flights_comes_to_the_same compared nothing: \
             {MANY_FLIGHTS} is not set\n  help: make a file of flights with `cargo run --release \
             -p heliostat-benches --bin flights-csv`, and set it to the path of that",
        );
        return said.expect("standard error can be written to");
    };
    let scratch = Scratch::new("backfill");
    for way in WAYS {
        let options = [way, &["--lateness", "7d"]].concat();
        let wanted = came_to(&scratch, &input, &[&options[..], DIRECT].concat());
        let panes = wanted.len();
        assert!(400_000 < panes, "{panes} hours and airports are too few for three million");
        for elements in ["1048576", "100000"] {
            let runner = ["--runner", "micro-batch", "--micro-batch.round-elements", elements];
            let options = [&options[..], &runner].concat();
            assert_same(&came_to(&scratch, &input, &options), &wanted, &options.join(" "));
        }
    }
}
