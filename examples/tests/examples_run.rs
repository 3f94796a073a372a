//! Every example runs, and says and writes what it should.

#[path = "programs/program.rs"]
mod program;

use program::{Scratch, data, run, text};
use std::fs;

/// The standard output of a run that must succeed.
#[track_caller]
fn told(program: &str, arguments: &[&str]) -> String {
    let ran = run(program, arguments);
    assert!(ran.status.success(), "{arguments:?}: {}", text(&ran.stderr));
    text(&ran.stdout)
}

#[track_caller]
fn assert_ends(told: &str, words: &[&str]) {
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!(lines[lines.len().saturating_sub(words.len())..], *words, "{told}");
}

fn sorted_lines(path: &str) -> Vec<String> {
    let text = fs::read_to_string(path).expect("a run that succeeds writes its output");
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines.sort_unstable();
    lines
}

#[test]
fn flight_delays() {
    let scratch = Scratch::new("flight-delays");
    let (input, output) = (data("flights-20k.csv"), scratch.path("flights.jsonl"));
    let arguments = ["run", "--runner", "direct", "--input", &input, "--output", &output];
    let trusting = [&arguments[..], &["--direct.trusting"]].concat();
    let words = [
        "905 late panes, 0 flights too late",
        "longest mean delays, of airports with at least 100 flights:",
        "  JFK: 16.2 minutes over 200 flights",
        "  SEA: 13.3 minutes over 339 flights",
        "  SMF: 13.1 minutes over 121 flights",
        "  MIA: 13.1 minutes over 294 flights",
        "  BOS: 12.5 minutes over 369 flights",
    ];
    assert_ends(&told(env!("CARGO_BIN_EXE_flight-delays"), &trusting), &words);
    assert_eq!(sorted_lines(&output).len(), 17_641);
    assert_ends(&told(env!("CARGO_BIN_EXE_flight-delays"), &arguments), &words[1..]);
}

#[test]
fn word_count() {
    let scratch = Scratch::new("word-count");
    let (input, output) = (data("old-mill.txt"), scratch.path("words.txt"));
    let arguments = ["run", "--input", &input, "--output", &output];
    let told = told(env!("CARGO_BIN_EXE_word-count"), &arguments);
    let words = ["  the: 26", "  and: 9", "  it: 7", "  a: 5", "  in: 5"];
    assert_ends(&told, &[&["the most frequent of 109 words:"][..], &words].concat());

    let counts = sorted_lines(&output);
    assert_eq!(counts.len(), 109);
    let count = |line: &String| -> u64 {
        let (_, count) = line.split_once(": ").expect("a word and its count");
        count.parse().expect("a number")
    };
    let letters = |c: char| !c.is_alphabetic();
    let text = fs::read_to_string(&input).expect("the text is there");
    let words = text.split(letters).filter(|word| !word.is_empty()).count();
    assert_eq!(counts.iter().map(count).sum::<u64>(), words as u64);
    assert!(counts.contains(&"river: 4".to_owned()), "{counts:?}");
}

#[test]
fn dead_letters() {
    let scratch = Scratch::new("dead-letters");
    let (input, output) = (data("readings.csv"), scratch.path("temperatures.jsonl"));
    let rejected = scratch.path("rejected.jsonl");
    let arguments = ["run", "--input", &input, "--output", &output, "--rejected", &rejected];
    let ran = run(env!("CARGO_BIN_EXE_dead-letters"), &arguments);
    assert!(ran.status.success(), "{}", text(&ran.stderr));
    assert_eq!(text(&ran.stderr).matches("warning: `Read` rejected").count(), 2);
    let told = text(&ran.stdout);
    assert!(told.contains("rejected 2 rows: 2 in `Read`"), "{told}");
    assert_eq!(
        sorted_lines(&output),
        [
            r#"{"station":"airport","celsius":12.0}"#,
            r#"{"station":"airport","celsius":12.5}"#,
            r#"{"station":"harbour","celsius":11.0}"#,
            r#"{"station":"harbour","celsius":11.5}"#,
            r#"{"station":"hill","celsius":10.0}"#,
            r#"{"station":"hill","celsius":5.0}"#,
        ]
    );
    assert_eq!(
        sorted_lines(&rejected),
        [
            r#"{"what":"line 6","why":"field `degrees`: `eleven` is not a number"}"#,
            r#"{"what":"line 9","why":"the row has 2 fields, and the header 3"}"#,
            r#"{"what":"station airport","why":"there is no unit `K`"}"#,
            r#"{"what":"station quarry","why":"130.0 degrees is nowhere on earth"}"#,
        ]
    );
}

#[test]
fn custom_source() {
    let words = [
        "1970-01-01T00:00:00Z to 1970-01-01T06:00:00Z: 6.8 degrees",
        "1970-01-01T06:00:00Z to 1970-01-01T12:00:00Z: 13.2 degrees",
        "1970-01-01T12:00:00Z to 1970-01-01T18:00:00Z: 13.2 degrees",
        "1970-01-01T18:00:00Z to 1970-01-02T00:00:00Z: 6.8 degrees",
    ];
    for arguments in [&["run"][..], &["run", "--direct.trusting"], &["run", "--direct.seed", "1"]] {
        assert_ends(&told(env!("CARGO_BIN_EXE_custom-source"), arguments), &words);
    }
    let arguments = ["run", "--minutes", "60"];
    let hour = ["1970-01-01T00:00:00Z to 1970-01-01T06:00:00Z: 5.1 degrees"];
    assert_ends(&told(env!("CARGO_BIN_EXE_custom-source"), &arguments), &hour);
}
