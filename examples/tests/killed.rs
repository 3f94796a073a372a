//! A run that is killed at any moment goes on from its last savepoint to what an undisturbed one gives.

#[path = "programs/program.rs"]
mod program;

use program::{Scratch, data, last_panes, run, text};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

const PROGRAM: &str = env!("CARGO_BIN_EXE_flight-delays");

/// Where a larger file of flights is, if somebody has made one.
const MANY_FLIGHTS: &str = "HELIOSTAT_FLIGHTS_3M";

/// When a run is killed.
#[derive(Clone, Copy, Debug)]
struct Moment {
    /// After it has replaced its savepoint so often.
    savepoints: usize,
    /// While it writes the next one, or else between two.
    while_writing: bool,
}

/// Runs it, kills it then, and says whether it had not come to its end before.
#[track_caller]
fn killed(scratch: &Scratch, input: &str, (every, moment): (&str, Moment)) -> bool {
    let (output, savepoint) = (scratch.path("delays.jsonl"), scratch.path("savepoint"));
    let saving = ["--savepoint", &savepoint, "--savepoint-every", every];
    let mut child = Command::new(PROGRAM)
        .args(["run", "--runner", "per-record", "--per-record.workers", "2"])
        .args(["--input", input, "--output", &output])
        .args(saving)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program was built for this test");
    let unfinished = format!("{savepoint}.unfinished");
    let modified = || fs::metadata(&savepoint).and_then(|it| it.modified()).ok();
    let (mut seen, mut last) = (0, None);
    while child.try_wait().expect("it was started").is_none() {
        let now = modified();
        if now.is_some() && now != last {
            (seen, last) = (seen + 1, now);
        }
        let is_writing = Path::new(&unfinished).exists();
        if moment.savepoints <= seen && (is_writing || !moment.while_writing) {
            break;
        }
        std::thread::yield_now();
    }
    // It may have come to its end just now.
    let _ = child.kill();
    let status = child.wait().expect("it was started");
    !status.success()
}

/// Kills runs at these moments and lets each go on; says how many were killed before their end.
#[track_caller]
fn all_killed(input: &str, every: &str, moments: impl Iterator<Item = Moment>) -> usize {
    let wanted = {
        let scratch = Scratch::new("undisturbed");
        let output = scratch.path("delays.jsonl");
        let ran =
            run(PROGRAM, &["run", "--input", input, "--output", &output, "--direct.trusting"]);
        assert!(ran.status.success(), "{}", text(&ran.stderr));
        last_panes(fs::read_to_string(&output).expect("it was written").lines())
    };
    let mut killed_in_time = 0;
    for moment in moments {
        let scratch = Scratch::new(&format!("killed-{}", moment.savepoints));
        let (output, savepoint) = (scratch.path("delays.jsonl"), scratch.path("savepoint"));
        if killed(&scratch, input, (every, moment)) {
            killed_in_time += 1;
            assert!(!Path::new(&output).exists(), "{moment:?}: nothing appears before the end");
            let arguments = ["run", "--input", input, "--output", &output];
            let runner = ["--runner", "per-record"];
            let from = ["--from", &savepoint];
            let from = if moment.savepoints == 0 { &[][..] } else { &from[..] };
            let ran = run(PROGRAM, &[&arguments[..], &runner, from].concat());
            assert!(ran.status.success(), "{moment:?}: {}", text(&ran.stderr));
        }
        let came_to = last_panes(fs::read_to_string(&output).expect("it was written").lines());
        let pair = came_to.iter().zip(&wanted).find(|(found, wanted)| found != wanted);
        assert_eq!(pair, None, "{moment:?}: the first pane that differs");
        assert_eq!(came_to.len(), wanted.len(), "{moment:?}");
    }
    killed_in_time
}

#[test]
fn a_killed_run_goes_on_from_its_last_savepoint() {
    let moments = [0, 1, 2, 3, 5, 8, 12, 20].into_iter().enumerate();
    let moments = moments.map(|(at, savepoints)| Moment { savepoints, while_writing: at % 2 == 1 });
    let killed = all_killed(&data("flights-20k.csv"), "2ms", moments);
    assert!(0 < killed, "some are killed before their end");
}

#[test]
fn three_million_flights_are_killed_thirty_times() {
    let Ok(input) = std::env::var(MANY_FLIGHTS) else {
        println!(
            "three_million_flights_are_killed_thirty_times killed nothing: {MANY_FLIGHTS} is not set\n  \
             help: make a file of flights with `cargo run --release -p heliostat-benches --bin \
             flights-csv`, and set it to the path of that"
        );
        return;
    };
    let moments = (0..30).map(|at| Moment { savepoints: at, while_writing: at % 2 == 1 });
    let killed = all_killed(&input, "50ms", moments);
    println!("killed {killed} of 30 before their end");
    assert!(0 < killed, "some are killed before their end");
}
