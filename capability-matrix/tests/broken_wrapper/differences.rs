//! A bug that shows in panes is found by comparing a runner with itself, and made small.

use std::sync::Arc;

use heliostat::Runner;
use heliostat_conformance::case::{Case, Expectation, parse};
use heliostat_conformance::{Bug, Buggy, Difference, cases, compared, run_case, written};

use super::linked;

/// The first difference that a bug makes among the cases that show what it breaks, those that show
/// little else first.
fn difference(runner: &dyn Runner, buggy: &Buggy, bug: Bug) -> Option<Difference> {
    let id = bug.breaks().id();
    let gives = |case: &&Case| matches!(case.expectation, Expectation::Output(_));
    let requires = |case: &&Case| case.requires.iter().any(|it| it == id);
    let mut showing: Vec<&Case> = cases().iter().filter(gives).filter(requires).collect();
    showing.sort_by_key(|case| case.requires.len());
    showing.into_iter().find_map(|case| compared(case, &[runner, buggy]).difference)
}

/// What is wrong with a difference that was found.
fn wrong(found: &Difference, runner: &dyn Runner, buggy: &Buggy) -> Option<String> {
    let Difference { case, runners, lines, small, small_lines } = found;
    if *runners != [runner.name(), buggy.name()] {
        return Some(format!("it is said of {runners:?}"));
    }
    for [one, other] in [lines, small_lines] {
        let shown =
            [one, other].iter().any(|line| line.starts_with("pane ") || line.starts_with("drop"));
        if one == other || !shown {
            return Some(format!("it is shown as {one:?} and {other:?}"));
        }
    }
    let text = written(small);
    if case.events.len() < small.events.len() || case.steps.len() < small.steps.len() {
        return Some(format!("it became no smaller:\n{text}"));
    }
    let again = match parse(&text, &small.name) {
        Ok(again) => again,
        Err(error) => return Some(format!("{error}\n{text}")),
    };
    let outcomes = [run_case(&again, runner).is_right(), run_case(&again, buggy).is_right()];
    (outcomes != [true, false]).then(|| format!("run again, {outcomes:?} are right:\n{text}"))
}

fn assert_found(runner: &Arc<dyn Runner>) {
    let mut missed = Vec::new();
    for &bug in Bug::ALL.iter().filter(|bug| bug.shows_in_panes()) {
        let buggy = Buggy::of(Arc::clone(runner), bug, 0);
        let what = match difference(runner.as_ref(), &buggy, bug) {
            None => Some("no case tells it from what it wraps".into()),
            Some(found) => wrong(&found, runner.as_ref(), &buggy),
        };
        missed.extend(what.map(|what| format!("{}: {what}", buggy.name())));
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn each_bug_that_shows_in_panes_is_told_from_a_right_runner_by_a_small_case() {
    for runner in linked() {
        assert_found(&runner);
    }
}
