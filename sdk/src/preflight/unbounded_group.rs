//! Groupings that wait for the end of time (model.md 2.6).

use super::Problem;
use crate::graph::{Graph, Step, Transform};
use crate::{Boundedness, Trigger, WindowFn};

pub(super) fn check(graph: &Graph, problems: &mut Vec<Problem>) {
    let mut reported = Vec::new();
    for step in graph.groupings().filter(|step| never_emits(graph, step)) {
        // A grouping that only inherits the windowing is mended together with the one before it.
        let before = graph.upstream(step, keeps_windows_and_trigger);
        if !before.iter().any(|leaf| reported.contains(&graph.named_step(leaf).id)) {
            problems.push(problem(step));
        }
        reported.push(step.id);
    }
}

fn never_emits(graph: &Graph, step: &Step) -> bool {
    graph.taken_by(step).iter().any(|&input| {
        let input = graph.collection(input);
        input.boundedness == Boundedness::Unbounded
            && input.windowing.window_fn == WindowFn::Global
            && input.windowing.trigger == Trigger::Default
    })
}

fn keeps_windows_and_trigger(step: &Step) -> bool {
    match &step.transform {
        Transform::WindowInto(change) => change.window_fn.is_none() && change.trigger.is_none(),
        Transform::Impulse
        | Transform::ParDo(_)
        | Transform::GroupByKey
        | Transform::Flatten
        | Transform::TestStream(_)
        | Transform::Composite(_) => true,
    }
}

fn problem(step: &Step) -> Problem {
    Problem::error(
        "unbounded-group",
        step,
        "would never emit",
        "its input is unbounded and sits in the global window with the default trigger",
        "window it, e.g. `.window(Window::fixed(secs(60)))`, or add a trigger",
    )
}
