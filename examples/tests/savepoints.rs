//! The flights in hours, stopped by the command line and gone on with, against a run that was not.

#[path = "programs/program.rs"]
mod program;

use heliostat::Seed;
use program::{Scratch, data, run, text};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;

const PROGRAM: &str = env!("CARGO_BIN_EXE_flight-delays");

/// The reads give a few more bundles.
const BUNDLES: u64 = 13_000;

const TRUSTING: &[&str] = &["--direct.trusting"];

/// What the command line says first, with the output of this name.
fn begin(scratch: &Scratch, output: &str) -> Vec<String> {
    let (input, output) = (data("flights-20k.csv"), scratch.path(output));
    ["run", "--input", &input, "--output", &output].map(str::to_owned).into()
}

#[track_caller]
fn ran(arguments: &[String], options: &[&str]) -> String {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let ran = run(PROGRAM, &[&arguments, options].concat());
    assert_eq!(ran.status.code(), Some(0), "{options:?}: {}", text(&ran.stderr));
    text(&ran.stdout)
}

/// What the run wrote that nobody stopped.
fn undisturbed(scratch: &Scratch) -> String {
    ran(&begin(scratch, "whole.jsonl"), TRUSTING);
    fs::read_to_string(scratch.path("whole.jsonl")).expect("a run that succeeds writes its output")
}

/// Stops at these bundles, each counted from the stop before it, goes on to the end, and gives
/// what was written. `options` are those of each run in turn.
#[track_caller]
fn in_parts(scratch: &Scratch, stops: &[u64], options: &dyn Fn(usize) -> Vec<String>) -> String {
    let savepoint = |at: usize| scratch.path(&format!("{at}.savepoint"));
    let with = |at: usize, more: &[&str]| {
        let mut all = options(at);
        if 0 < at {
            all.extend(["--from".to_owned(), savepoint(at - 1)]);
        }
        all.extend(more.iter().map(|&word| word.to_owned()));
        ran(&[begin(scratch, "delays.jsonl"), all].concat(), &[])
    };
    for (at, bundles) in stops.iter().enumerate() {
        let told = with(at, &["--stop-at", &bundles.to_string(), "--savepoint", &savepoint(at)]);
        assert!(told.contains("wrote nothing yet"), "{stops:?}: {told}");
        let left = names(scratch);
        let appeared = left.iter().find(|name| name.starts_with("delays"));
        assert_eq!(appeared, None, "nothing appears before the end");
    }
    with(stops.len(), &[]);
    let output = fs::read_to_string(scratch.path("delays.jsonl"));
    let output = output.expect("the last run writes the output");
    for (at, _) in stops.iter().enumerate() {
        fs::remove_file(savepoint(at)).expect("a savepoint stays when it is gone on from");
    }
    fs::remove_file(scratch.path("delays.jsonl")).expect("it was just read");
    assert_eq!(names(scratch), ["whole.jsonl"], "no part stays behind");
    output
}

/// Files with temporary names too.
fn names(scratch: &Scratch) -> Vec<String> {
    let files = fs::read_dir(scratch.path("")).expect("the scratch directory is there");
    let name = |file: fs::DirEntry| file.file_name().to_string_lossy().into_owned();
    let mut names: Vec<String> = files.map(|file| name(file.expect("it can be listed"))).collect();
    names.sort();
    names
}

#[track_caller]
fn assert_same(output: &str, expected: &str, stops: &[u64]) {
    let pair = output.lines().zip(expected.lines()).find(|(found, wanted)| found != wanted);
    assert_eq!(pair, None, "the first line that differs, stopped at {stops:?}");
    assert!(output == expected, "stopped at {stops:?}");
}

fn trusting(_: usize) -> Vec<String> {
    TRUSTING.iter().map(|&word| word.to_owned()).collect()
}

/// Suspicious, each run with a seed of its own.
fn suspicious(at: usize) -> Vec<String> {
    vec!["--direct.seed".to_owned(), at.to_string()]
}

/// The last pane of each window and origin, without its label.
fn last_panes(output: &str) -> BTreeMap<(String, String), String> {
    let value = |line| serde_json::from_str::<Value>(line).expect("each line is JSON");
    let mut panes: Vec<Value> = output.lines().map(value).collect();
    panes.sort_by_key(|pane| pane["pane"]["index"].as_u64());
    let word = |value: &Value| value.to_string();
    let of = |pane: &Value| {
        let seen = ["flights", "mean_delay_minutes", "max_delay_minutes"];
        let seen = seen.map(|name| word(&pane[name])).join(" ");
        ((word(&pane["window_start"]), word(&pane["origin"])), seen)
    };
    panes.iter().map(of).collect()
}

#[test]
fn wherever_it_is_stopped_it_writes_the_same_bytes() {
    let scratch = Scratch::new("stopped");
    let expected = undisturbed(&scratch);
    let mut chance = Seed::new(20);
    for _ in 0..20 {
        let stops = [chance.below(BUNDLES)];
        assert_same(&in_parts(&scratch, &stops, &trusting), &expected, &stops);
    }
}

#[test]
fn it_may_be_stopped_again_and_again() {
    let scratch = Scratch::new("chain");
    let expected = undisturbed(&scratch);
    let mut chance = Seed::new(21);
    let stops = [0, 1].into_iter().chain((0..10).map(|_| chance.below(BUNDLES / 10)));
    let stops: Vec<u64> = stops.collect();
    assert_same(&in_parts(&scratch, &stops, &trusting), &expected, &stops);
}

#[test]
fn suspicion_stops_and_goes_on_to_the_same_last_panes() {
    let scratch = Scratch::new("suspicious");
    let expected = last_panes(&undisturbed(&scratch));
    assert_eq!(expected.len(), 17_473);
    let mut chance = Seed::new(22);
    for _ in 0..3 {
        let stops = [0; 2].map(|_| chance.below(BUNDLES / 2));
        let output = in_parts(&scratch, &stops, &suspicious);
        assert!(last_panes(&output) == expected, "stopped at {stops:?}");
    }
}

#[test]
fn a_savepoint_whose_parts_were_committed_is_refused() {
    let scratch = Scratch::new("again");
    let savepoint = scratch.path("a.savepoint");
    let options = [TRUSTING, &["--stop-at", "3000", "--savepoint", &savepoint]].concat();
    let arguments = begin(&scratch, "delays.jsonl");
    ran(&arguments, &options);
    let on = [TRUSTING, &["--from", &savepoint]].concat();
    ran(&arguments, &on);
    let words: Vec<&str> = arguments.iter().map(String::as_str).chain(on).collect();
    let again = run(PROGRAM, &words);
    assert_eq!(again.status.code(), Some(1));
    assert!(text(&again.stderr).contains("nothing was written"), "{}", text(&again.stderr));
    assert_eq!(names(&scratch), ["a.savepoint", "delays.jsonl"]);
}
