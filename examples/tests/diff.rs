//! `diff`: every example program gives the same panes on all runners, and runners that are wrong are
//! shown where and on how little input.

#[path = "programs/program.rs"]
mod program;

use program::{Scratch, data, run, text};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const WRONG_RUNNERS: &str = env!("CARGO_BIN_EXE_wrong-runners");
const ALL: &str = "direct,micro-batch,per-record";

/// What stood in the outputs before.
const BEFORE: &str = "from an earlier run\n";

/// A launched program with its options; a word that ends in `@` is a file in a scratch directory.
struct Compared {
    program: &'static str,
    options: Vec<String>,
}

fn compared(program: &'static str, options: &str) -> Compared {
    Compared { program, options: options.split_whitespace().map(str::to_owned).collect() }
}

/// Every example, on its data.
fn programs() -> Vec<Compared> {
    let of = |program, name: &str, options: &str| {
        compared(program, &format!("--input {} {options}", data(name)))
    };
    vec![
        compared("custom-source", ""),
        compared("custom-window", ""),
        of("dead-letters", "readings.csv", "--output temperatures@ --rejected rejected@"),
        of("dedupe", "payments.csv", ""),
        of("flight-delays", "flights-20k.csv", "--output delays@ --rows 2000"),
        compared("late-scores", "--figure 14"),
        of("rate-limit", "flights-20k.csv", "--rows 2000"),
        of("sessions", "page-views.csv", ""),
        compared("side-join", ""),
        of("word-count", "old-mill.txt", "--output words@"),
    ]
}

/// What a comparison says, and its exit code; the outputs of the program stay as they were.
#[track_caller]
fn diff(compared: &Compared, runners: &[&str], scratch: &Scratch) -> (Option<i32>, String) {
    let Compared { program, options } = compared;
    let mut outputs = Vec::new();
    let options = options.iter().map(|option| match option.strip_suffix('@') {
        Some(name) => {
            let output = scratch.path(name);
            // One of them is there already, the others are not.
            if outputs.is_empty() {
                fs::write(&output, BEFORE).expect("the scratch directory can be written to");
            }
            outputs.push(output.clone());
            output
        }
        None => option.clone(),
    });
    let options: Vec<String> = options.collect();
    let path = Path::new(WRONG_RUNNERS).with_file_name(program);
    let arguments: Vec<&str> = ["diff", "--runners"]
        .into_iter()
        .chain(runners.iter().copied())
        .chain(options.iter().map(String::as_str))
        .collect();
    let inputs: BTreeSet<String> = scratch.names();
    let ran = run(path.to_str().expect("paths of tests are text"), &arguments);
    let said = format!("{}\n{}", text(&ran.stdout), text(&ran.stderr));
    assert_eq!(scratch.names(), inputs, "{program} {arguments:?} left something: {said}");
    if let Some(output) = outputs.first() {
        assert_eq!(fs::read_to_string(output).ok().as_deref(), Some(BEFORE), "{program}: {said}");
    }
    (ran.status.code(), said)
}

#[test]
fn every_example_gives_the_same_panes_on_all_runners() {
    let settings = [
        [ALL].as_slice(),
        // In the slow forms, on more than one worker, and with another reference.
        &[
            "per-record,direct,micro-batch",
            "--direct.combine",
            "expanded",
            "--per-record.combine",
            "expanded",
            "--per-record.workers",
            "3",
            "--micro-batch.workers",
            "2",
            "--micro-batch.shards",
            "5",
        ],
    ];
    for program in programs() {
        let scratch = Scratch::new(&format!("diff-{}", program.program));
        for runners in &settings {
            let (code, said) = diff(&program, runners, &scratch);
            assert_eq!(code, Some(0), "{} {runners:?}: {said}", program.program);
            let names: Vec<&str> = runners[0].split(',').collect();
            let [a, b, c] = names[..] else { panic!("three runners: {names:?}") };
            let agree = format!("{a}, {b} and {c} agree: ");
            assert!(said.starts_with(&agree), "{} {runners:?}: {said}", program.program);
        }
    }
}

#[test]
fn no_launched_example_is_left_out() {
    let bin = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/bin");
    let files = fs::read_dir(bin).expect("the examples are there");
    let mut launched = BTreeSet::new();
    for file in files {
        let path = file.expect("it can be listed").path();
        let source = fs::read_to_string(&path).expect("sources are text");
        let name = path.file_stem().and_then(|name| name.to_str()).expect("names are text");
        if source.contains("heliostat::launch(") {
            launched.insert(name.to_owned());
        }
    }
    let tried: BTreeSet<String> = programs().iter().map(|it| it.program.to_owned()).collect();
    assert_eq!(tried, launched, "each of them has a row in `programs`");
}

/// Scores of which some are late, and one comes too late.
fn scores() -> String {
    let mut rows = String::from("at,team,points\n");
    for second in 0..90 {
        let team = ["red", "blue", "green"][second % 3];
        // Some come when a later window has begun, and one long after its own.
        let at = match second {
            57 => 12,
            _ if second % 11 == 7 => second - 7,
            _ => second,
        };
        rows +=
            &format!("1970-01-01T00:{:02}:{:02}Z,{team},{}\n", at / 60, at % 60, 1 + second % 7);
    }
    rows
}

#[test]
fn a_wrong_runner_is_shown_by_the_pane_and_the_smallest_input() {
    for (name, case, runners, code) in [
        ("forgetful", "corrected", "direct,forgetful,per-record", 1),
        ("careless", "branches", "micro-batch,careless", 1),
        ("brittle", "corrected", "direct,brittle", 1),
        ("blind", "corrected", "direct,micro-batch,per-record,blind", 1),
        ("counting", "counting", "direct,per-record", 1),
        ("agreeing", "branches", ALL, 0),
        ("right-by-chance", "corrected", "direct,careless", 0),
    ] {
        let scratch = Scratch::new(&format!("diff-{name}"));
        let input = scratch.path("scores.csv");
        fs::write(&input, scores()).expect("the scratch directory can be written to");
        let options = format!("--case {case} --input {input} --output points@ --bundle-rows 4");
        let compared = compared("wrong-runners", &options);
        let (exit, said) = diff(&compared, &[runners], &scratch);
        assert_eq!(exit, Some(code), "{name}: {said}");
        assert_golden(name, &format!("$ diff --case {case} --runners {runners}\n{said}"));
    }
}

#[track_caller]
fn assert_golden(name: &str, said: &str) {
    let golden =
        Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/messages/diff/{name}.txt"));
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&golden, said).expect("a golden file can be written");
    }
    let wanted = fs::read_to_string(&golden).unwrap_or_default();
    assert_eq!(said, wanted, "{name}: UPDATE_GOLDEN=1 accepts what is said now");
}
