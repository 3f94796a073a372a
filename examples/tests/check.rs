//! What `check --all` says of every example, as it is committed in `snapshots`.
//!
//! After a wanted change write them anew and read the difference: `INSTA_UPDATE=always cargo test -p
//! heliostat-examples --test check`.

#[path = "programs/program.rs"]
mod program;

use program::{data, run, text};
use serde_json::Value;
use std::path::Path;

/// What each example cannot do without.
const EXAMPLES: [(&str, &[&str]); 10] = [
    ("custom-source", &[]),
    ("custom-window", &[]),
    (
        "dead-letters",
        &["readings.csv", "--output", "temperatures.jsonl", "--rejected", "bad.jsonl"],
    ),
    ("dedupe", &["payments.csv"]),
    ("flight-delays", &["flights-20k.csv", "--output", "delays.jsonl"]),
    ("late-scores", &[]),
    ("rate-limit", &["flights-20k.csv"]),
    ("sessions", &["page-views.csv"]),
    ("side-join", &[]),
    ("word-count", &["old-mill.txt", "--output", "words.txt"]),
];

/// What a check in this form says; the files of the example are not opened by it.
#[track_caller]
fn checked(program: &str, arguments: &[&str], format: &str) -> String {
    let path = Path::new(env!("CARGO_BIN_EXE_flight-delays")).with_file_name(program);
    let mut all = vec!["check", "--all", "--format", format];
    let input = arguments.first().map(|input| data(input));
    if let Some(input) = &input {
        all.extend(["--input", input]);
        all.extend(&arguments[1..]);
    }
    let ran = run(path.to_str().expect("paths of tests are text"), &all);
    assert!(ran.status.success(), "{program}: {}", text(&ran.stderr));
    text(&ran.stdout)
}

#[test]
fn a_newcomer_reads_which_runners_take_each_example() {
    for (program, arguments) in EXAMPLES {
        insta::assert_snapshot!(program, checked(program, arguments, "text"));
    }
}

#[test]
fn a_machine_reads_the_same() {
    for (program, arguments) in EXAMPLES {
        let json = checked(program, arguments, "json");
        let answer: Value = serde_json::from_str(&json).expect("it is one value");
        let names: Vec<&str> = answer["runners"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|runner| runner["runner"].as_str())
            .collect();
        assert_eq!(names, ["direct", "micro-batch", "per-record"], "{program}");
        assert_eq!(answer["taken_by"], serde_json::json!(names), "{program}");
        if program == "late-scores" {
            insta::assert_snapshot!("late-scores.json", json);
        }
    }
}
