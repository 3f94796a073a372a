//! Every bug, on every runner, wherever it is.

use std::collections::BTreeSet;
use std::sync::Arc;

use heliostat::{Runner, Standing};
use heliostat_capability_matrix::verdict;
use heliostat_conformance::{Bug, Buggy};

use super::{is_told, linked};

/// What is wrong with what is said of each bug at this place, on the runners that these are for.
fn missed(seed: u64, runners: &[Arc<dyn Runner>]) -> Vec<String> {
    let mut missed = Vec::new();
    for runner in runners {
        for &bug in Bug::ALL {
            let buggy = Buggy::of(Arc::clone(runner), bug, seed);
            let name = buggy.name().to_owned();
            assert!(name.contains(&bug.to_string()), "`{name}` does not name {bug}");
            let complaint = verdict(Arc::new(buggy), bug.breaks()).next();
            match complaint {
                None => missed.push(format!("`{name}` is found right: {}", bug.sentence())),
                Some(complaint) if is_told(&complaint, &name, bug.breaks()) => {}
                Some(complaint) => missed.push(complaint),
            }
        }
    }
    missed
}

fn assert_found(seed: u64, runners: &[Arc<dyn Runner>]) {
    let missed = missed(seed, runners);
    assert!(missed.is_empty(), "{} bugs are not found:\n{}", missed.len(), missed.join("\n"));
}

#[test]
fn the_matrix_names_each_bug_the_id_it_breaks_and_a_case() {
    assert_found(0, &linked());
}

#[test]
fn the_matrix_names_each_bug_at_another_place() {
    let linked = linked();
    assert_found(1, &linked[..1]);
}

#[test]
fn the_matrix_names_each_bug_at_a_third_place() {
    let linked = linked();
    assert_found(2, &linked[linked.len() - 1..]);
}

#[test]
fn bugs_have_names_of_their_own_and_break_what_can_be_asked_for() {
    let names: BTreeSet<String> = Bug::ALL.iter().map(Bug::to_string).collect();
    assert_eq!(names.len(), Bug::ALL.len());
    for &bug in Bug::ALL {
        assert_eq!(bug.to_string().parse(), Ok(bug));
        assert_eq!(bug.breaks().standing(), Standing::Expressible, "{bug}");
        assert!(bug.sentence().contains(' '), "{bug} is no sentence");
    }
}
