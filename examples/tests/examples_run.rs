//! The small examples, run as a user runs them.

#[path = "programs/program.rs"]
mod program;

use program::{Scratch, data, run, text};
use std::fs;

#[test]
fn words_are_counted() {
    let scratch = Scratch::new("words");
    let output = scratch.path("counts.txt");
    let input = data("old-mill.txt");
    let ran =
        run(env!("CARGO_BIN_EXE_word-count"), &["run", "--input", &input, "--output", &output]);
    assert!(ran.status.success(), "{}", text(&ran.stderr));
    let prose = fs::read_to_string(&input).expect("the prose is there").to_lowercase();
    let of_the = prose.split(|c: char| !c.is_alphabetic()).filter(|word| *word == "the").count();
    let counts = fs::read_to_string(&output).expect("it was written");
    assert!(counts.lines().any(|line| line == format!("the: {of_the}")), "{counts}");
}

#[test]
fn bad_rows_and_dead_letters_are_kept() {
    let scratch = Scratch::new("letters");
    let (output, rejected) = (scratch.path("good.jsonl"), scratch.path("bad.jsonl"));
    let input = data("readings.csv");
    let ran = run(
        env!("CARGO_BIN_EXE_dead-letters"),
        &["run", "--input", &input, "--output", &output, "--rejected", &rejected],
    );
    assert!(ran.status.success(), "{}", text(&ran.stderr));
    let lines = |path| fs::read_to_string(path).expect("it was written").lines().count();
    assert_eq!((lines(&output), lines(&rejected)), (6, 4));
    assert_eq!(text(&ran.stderr).matches("warning: `Read` rejected").count(), 2);
}

#[test]
fn a_source_of_ones_own_feeds_a_windowed_mean() {
    let ran = run(env!("CARGO_BIN_EXE_custom-source"), &["run"]);
    assert!(ran.status.success(), "{}", text(&ran.stderr));
    let said = text(&ran.stdout);
    let means = said.lines().filter(|line| line.ends_with(" degrees")).count();
    assert_eq!(means, 4, "{said}");
}
