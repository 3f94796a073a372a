//! Choices of what becomes of elements that fail, where they cannot be kept.

use super::Problem;
use crate::graph::{FailureChoice, Graph, OnFailure, Step, Transform};

pub(super) fn check(graph: &Graph, problems: &mut Vec<Problem>) {
    for step in graph.steps() {
        let mut chosen = step.on_failure.iter();
        let Some(first) = chosen.next() else { continue };
        problems.extend(chosen.map(|again| chosen_again(step, first, again)));
        problems.extend(problem(graph, step, first).map(|it| at(first, it)));
    }
}

/// What is wrong with a choice that is the first of its step.
fn problem(graph: &Graph, step: &Step, first: &FailureChoice) -> Option<Problem> {
    if first.choice == OnFailure::Stop {
        return None;
    }
    let Transform::ParDo(spec) = &step.transform else { return Some(not_by_element(step)) };
    if let OnFailure::Mistyped(wanted) = &first.choice {
        return Some(mistyped(step, wanted, &graph.collection(step.inputs[0]).element));
    }
    let windowing = &graph.collection(step.inputs[0]).windowing;
    (spec.is_keyed() && windowing.merges_windows())
        .then(|| in_merging_windows(step, windowing.window_fn.to_string()))
}

/// A problem is where the choice was made, not where its step was.
fn at(chosen: &FailureChoice, problem: Problem) -> Problem {
    Problem { line: chosen.line.clone(), ..problem }
}

fn chosen_again(step: &Step, first: &FailureChoice, again: &FailureChoice) -> Problem {
    let problem = Problem::error(
        "two-choices-on-failure",
        step,
        "has more than one choice of what becomes of elements that fail",
        format!(
            "the first was made at {}, and an element that fails can go one way only",
            first.line
        ),
        "leave one `.on_failure(..)`; what it returns can be taken by any number of steps",
    );
    at(again, problem)
}

fn not_by_element(step: &Step) -> Problem {
    Problem::error(
        "dead-letters-of-no-element",
        step,
        "cannot give the elements that fail to an output of their own",
        format!(
            "it is a {}, and only a step of your code that takes one element after the other can \
             tell which one failed",
            step.transform
        ),
        "put `.on_failure(dead_letter::<..>())` directly behind the `map`, `filter`, `flat_map` or \
         `par_do` whose code may fail",
    )
}

fn mistyped(step: &Step, wanted: &str, taken: &str) -> Problem {
    let both = if wanted == taken { ", of another module" } else { "" };
    Problem::error(
        "dead-letter-type",
        step,
        format_args!(
            "takes elements of `{taken}`, but its dead letters are to be of `{wanted}`{both}"
        ),
        "a dead letter holds the element as the step took it, not what the step would have made of it",
        format!("say what it takes: `.on_failure(dead_letter::<{taken}>())`"),
    )
}

fn in_merging_windows(step: &Step, windows: String) -> Problem {
    Problem::error(
        "dead-letters-in-merging-windows",
        step,
        "has state and cannot give the elements that fail to an output of their own",
        format!(
            "its windows are {windows}, and an element that fails would leave a trace: the windows \
             that it has merged, and their state with them"
        ),
        "catch what may fail in front of it, in a step without state with \
         `.on_failure(dead_letter::<..>())`, or use windows that do not merge",
    )
}
