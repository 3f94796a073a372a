//! Every example comes to the same on every runner as on direct.
//!
//! Where some input is late, they show other panes on the way, for a round or a bundle is late or on
//! time as a whole, and the same last ones as long as nothing is dropped.

#[path = "runners/flights.rs"]
mod flights;
#[path = "programs/laws.rs"]
mod laws;
#[path = "programs/program.rs"]
mod program;

use heliostat::{Duration, Timestamp};
use program::{Scratch, data, run, text};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Beside direct.
const OTHERS: [&[&str]; 4] = [
    &["--runner", "micro-batch"],
    &["--runner", "per-record"],
    &["--runner", "per-record", "--per-record.workers", "1"],
    &["--runner", "per-record", "--per-record.workers", "3", "--per-record.mailbox-bytes", "1"],
];

struct Example {
    program: &'static str,
    arguments: fn(&Scratch) -> Vec<String>,
    /// The files that it writes.
    outputs: &'static [&'static str],
    /// What must be the same, of what it said or wrote.
    last: fn(Vec<String>) -> Vec<String>,
    wanted: Wanted,
}

enum Wanted {
    /// What a run on direct comes to.
    AsOnDirect,
    /// What is computed without a pipeline, on direct too.
    Law(fn() -> Vec<String>),
}

impl Example {
    /// One that says and writes the same on every runner.
    fn new(program: &'static str, arguments: fn(&Scratch) -> Vec<String>) -> Self {
        Self { program, arguments, outputs: &[], last: |lines| lines, wanted: Wanted::AsOnDirect }
    }
}

fn words<const N: usize>(words: [&str; N]) -> Vec<String> {
    words.map(str::to_owned).to_vec()
}

/// Each at a lateness that drops nothing.
fn examples() -> Vec<Example> {
    vec![
        Example::new("custom-source", |_| words(["run"])),
        Example::new("custom-window", |_| words(["run"])),
        Example {
            outputs: &["temperatures.jsonl", "rejected.jsonl"],
            ..Example::new("dead-letters", |scratch| {
                let output = scratch.path("temperatures.jsonl");
                let rejected = scratch.path("rejected.jsonl");
                let input = data("readings.csv");
                words(["run", "--input", &input, "--output", &output, "--rejected", &rejected])
            })
        },
        Example {
            wanted: Wanted::Law(|| laws::deduped(&of_data("payments.csv"), 600)),
            ..Example::new("dedupe", |_| {
                let input = data("payments.csv");
                words(["run", "--input", &input, "--within", "10m", "--disorder", "2h"])
            })
        },
        Example {
            outputs: &["delays.jsonl"],
            last: |lines| program::last_panes(lines.iter().map(String::as_str)),
            ..Example::new("flight-delays", |scratch| {
                let (input, output) = (data("flights-20k.csv"), scratch.path("delays.jsonl"));
                words(["run", "--input", &input, "--output", &output])
            })
        },
        // Its clock is a script's, and each event of a script is a bundle.
        Example::new("late-scores", |_| words(["run", "--figure", "14"])),
        Example {
            wanted: Wanted::Law(|| laws::rate_limited(&of_data("flights-20k.csv"), 2)),
            ..Example::new("rate-limit", |_| words(["run", "--input", &data("flights-20k.csv")]))
        },
        Example {
            last: whole_sessions,
            ..Example::new("sessions", |_| {
                words(["run", "--input", &data("page-views.csv"), "--lateness", "10h"])
            })
        },
        Example::new("side-join", |_| words(["run"])),
        Example {
            outputs: &["words.txt"],
            ..Example::new("word-count", |scratch| {
                let (input, output) = (data("old-mill.txt"), scratch.path("words.txt"));
                words(["run", "--input", &input, "--output", &output])
            })
        },
    ]
}

fn of_data(name: &str) -> String {
    fs::read_to_string(data(name)).expect("the data is there")
}

/// The sessions without those that became part of a longer one.
fn whole_sessions(said: Vec<String>) -> Vec<String> {
    let sessions = said.iter().filter_map(|line| Some((line, line.split_once(" from ")?)));
    let sessions: Vec<(&str, Timestamp, Timestamp, &str)> = sessions
        .map(|(line, (user, rest))| {
            let (start, rest) = rest.split_once(": ").expect("a start and what began there");
            let start: Timestamp = start.parse().expect("a time");
            let (line, _) = line.rsplit_once(", ").expect("the timing comes last");
            let (_, length) = rest.split_once(" in ").expect("views in a length");
            let (length, _) = length.split_once(',').expect("the timing comes last");
            let length: Duration = length.parse().expect("a length");
            (user, start, start + length, line)
        })
        .collect();
    let is_part = |(user, start, end, _): &(&str, Timestamp, Timestamp, &str)| {
        let longer = |other: &&(&str, Timestamp, Timestamp, &str)| {
            other.0 == *user && other.1 <= *start && *end <= other.2
        };
        sessions.iter().filter(longer).any(|other| other.2 - other.1 > *end - *start)
    };
    sessions.iter().filter(|session| !is_part(session)).map(|it| it.3.to_owned()).collect()
}

/// What must be the same of a run of an example: its last words, or the lines that it wrote.
#[track_caller]
fn came_to(example: &Example, runner: &[&str]) -> Vec<String> {
    let Example { program, arguments, outputs, last, .. } = example;
    let scratch = Scratch::new(program);
    let arguments = arguments(&scratch);
    let arguments: Vec<&str> =
        arguments.iter().map(String::as_str).chain(runner.iter().copied()).collect();
    let path = Path::new(env!("CARGO_BIN_EXE_flight-delays")).with_file_name(program);
    let ran = run(path.to_str().expect("paths of tests are text"), &arguments);
    let said = text(&ran.stdout);
    assert!(ran.status.success(), "{program} {arguments:?}: {}", text(&ran.stderr));
    assert!(!said.contains("dropped "), "{program} {arguments:?}: {said}");
    if outputs.is_empty() {
        let behind_the_summary = said.lines().skip_while(|line| !line.starts_with("done in "));
        return last(behind_the_summary.skip(1).map(str::to_owned).collect());
    }
    let mut lines = Vec::new();
    for output in *outputs {
        let text = fs::read_to_string(scratch.path(output)).expect("a run that succeeds writes it");
        lines.extend(text.lines().map(str::to_owned));
    }
    lines.sort_unstable();
    last(lines)
}

#[test]
fn every_example_comes_to_the_same_on_all() {
    for example in examples() {
        let program = example.program;
        let direct = came_to(&example, &[]);
        assert!(!direct.is_empty(), "{program} came to something");
        if let Wanted::Law(law) = example.wanted {
            assert_eq!(direct, law(), "{program} on direct");
        }
        for other in OTHERS {
            assert_eq!(came_to(&example, other), direct, "{program} with {other:?}");
        }
    }
}

#[test]
fn no_example_is_left_out() {
    let bin = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/bin");
    let files = fs::read_dir(bin).expect("the examples are there");
    let name = |file: fs::DirEntry| {
        let path = file.path();
        let name = path.file_stem().expect("a file has a name").to_str();
        name.expect("names of examples are text").to_owned()
    };
    let found: BTreeSet<String> = files.map(|file| name(file.expect("it can be listed"))).collect();
    let tried: BTreeSet<String> = examples().iter().map(|it| it.program.to_owned()).collect();
    assert_eq!(tried, found, "each example has a row in `examples`");
}

#[test]
fn each_of_the_programs_says_what_it_can_run_on() {
    for example in examples() {
        let path = Path::new(env!("CARGO_BIN_EXE_flight-delays")).with_file_name(example.program);
        let path = path.to_str().expect("paths of tests are text");
        let scratch = Scratch::new("unknown");
        let mut arguments = (example.arguments)(&scratch);
        arguments.extend(words(["--runner", "psychic"]));
        let ran = run(path, &arguments.iter().map(String::as_str).collect::<Vec<_>>());
        let said = text(&ran.stderr);
        assert!(!ran.status.success(), "{path}");
        assert!(said.contains("there is no runner `psychic`"), "{path}: {said}");
        assert!(said.contains("linked in: direct, micro-batch, per-record"), "{path}: {said}");
    }
}
