//! The runner does what it declares, refuses the rest, and ships the column that was computed.

use std::sync::{Arc, Mutex, PoisonError};

use heliostat::prelude::*;
use heliostat::{Interrupt, Job, NoObserver, RunResult};
use heliostat_capability_matrix::{column, json};
use heliostat_conformance::{assert_conforms, invocation};
use heliostat_small_runner::SmallRunner;

#[derive(clap::Args)]
struct Options {}

/// What a launched pipeline has shown, in any order.
#[derive(Clone, Default)]
struct Shown(Arc<Mutex<Vec<String>>>);

impl Shown {
    fn add(&self, words: String) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(words);
    }

    fn sorted(&self) -> Vec<String> {
        let mut shown = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        shown.sort();
        shown
    }
}

#[test]
fn all_that_it_declares_passes_and_the_rest_is_refused_by_name() {
    assert_conforms(&SmallRunner);
}

#[test]
fn its_column_is_the_computed_one_and_nothing_contradicts_it() {
    let column = column(Arc::new(SmallRunner));
    assert!(column.complaints.is_empty(), "{}", column.complaints.join("\n"));
    let computed = json(&column.matrix).expect("a column is JSON");
    let command = format!("{} write --runner small --to examples/small-runner", invocation());
    assert_eq!(SmallRunner.matrix(), computed, "matrix.json is stale: {command}");
}

#[test]
fn a_program_that_links_it_can_choose_it() {
    let first_minute = ["a 3 1970-01-01T00:01:00Z", "b 5 1970-01-01T00:01:00Z"].map(str::to_owned);
    for (arguments, code, shown) in [
        (&["run", "--runner", "small"][..], 0, &first_minute[..]),
        (&["check", "--runner", "small"], 0, &[]),
        (&["graph", "--runner", "small", "--plan"], 0, &[]),
        (&["matrix", "--runner", "small"], 0, &[]),
        // It knows no savepoints, and says so before anything runs.
        (&["run", "--runner", "small", "--stop-at", "1"], 2, &[]),
        (&["run", "--runner", "small", "--small.seed", "1"], 2, &[]),
    ] {
        let seen = Shown::default();
        let sums = |pipeline: &Pipeline, _: &Options| {
            let seen = seen.clone();
            pipeline
                .create_timestamped(
                    [("a", 1), ("b", 5), ("a", 2)]
                        .map(|(key, n)| ((key.to_owned(), n), Timestamp::secs(n))),
                )
                .window(Window::fixed(minutes(1)))
                .sum_per_key()
                .windowed()
                .map(move |sum| {
                    let (key, n) = &sum.value;
                    seen.add(format!("{key} {n} {}", sum.window.end()));
                });
            Ok(())
        };
        let exit = heliostat::launch_from("sums", sums, arguments.iter().copied());
        assert_eq!((exit.code(), seen.sorted().as_slice()), (code, shown), "{arguments:?}");
    }
}

#[test]
fn a_run_that_is_interrupted_fails() {
    let interrupt = Interrupt::new();
    let wish = interrupt.clone();
    let pipeline = Pipeline::new();
    let numbers = pipeline.read(generate_sequence(0..5_000)).map(move |n| {
        if n == 100 {
            wish.request();
        }
        n
    });
    let kept = numbers.collect();
    let (graph, functions) = (pipeline.graph(), pipeline.functions());
    let mut observer = NoObserver;
    let job = Job::new(&graph, &functions, &interrupt, &mut observer);
    let error = SmallRunner.execute(job).expect_err("it cannot stop in between");
    assert_eq!(error.to_string(), "the run was interrupted; nothing was written");
    assert_eq!(RunResult::default().collected(&kept), Vec::<u64>::new());
}
