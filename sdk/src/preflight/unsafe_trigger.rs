//! Triggers that finish while their window still takes elements (model.md 3.6).

use super::Problem;
use crate::graph::{Graph, Step, Transform};
use crate::{Trigger, Windowing};

pub(super) fn check(graph: &Graph, problems: &mut Vec<Problem>) {
    let mut reported = Vec::new();
    for step in graph.groupings() {
        let inputs = graph.taken_by(step);
        let mut windowings = inputs.iter().map(|&input| &graph.collection(input).windowing);
        let Some(windowing) = windowings.find(|windowing| loses_data(windowing)) else { continue };
        // A grouping that only inherits the trigger is mended together with the one before it.
        let before = graph.upstream(step, keeps_trigger);
        if !before.iter().any(|leaf| reported.contains(&graph.named_step(leaf).id)) {
            problems.push(problem(step, windowing));
        }
        reported.push(step.id);
    }
}

fn loses_data(windowing: &Windowing) -> bool {
    windowing.trigger.may_lose_data(windowing) && !windowing.specified.unsafe_trigger
}

/// Whether the trigger behind a step follows from the one before it.
fn keeps_trigger(step: &Step) -> bool {
    match &step.transform {
        Transform::WindowInto(change) => change.trigger.is_none(),
        Transform::Impulse
        | Transform::ParDo(_)
        | Transform::GroupByKey
        | Transform::Flatten
        | Transform::TestStream(_)
        | Transform::Composite(_) => true,
    }
}

fn problem(step: &Step, windowing: &Windowing) -> Problem {
    let (why, mend) = loss(windowing);
    Problem::error(
        "unsafe-trigger",
        step,
        "could drop elements of windows that are still open",
        why,
        format!("{mend}; or accept the loss with `.allow_unsafe_trigger()`"),
    )
}

/// What would be lost and when, and how to keep it.
fn loss(windowing: &Windowing) -> (String, String) {
    let trigger = &windowing.trigger;
    match trigger {
        Trigger::AfterWatermark { .. } => (
            format!(
                "its trigger {trigger} fires for the last time at the end of the window, and what \
                 comes in the {} of allowed lateness after that is dropped",
                windowing.allowed_lateness,
            ),
            "add late firings, `.late(after_count(1))`, or allow no lateness".into(),
        ),
        Trigger::AfterEach(_) | Trigger::OrFinally(..) => (
            format!(
                "its trigger {trigger} can finish before its window is over, and what comes after \
                 that is dropped"
            ),
            "end it with a trigger that never finishes, or fire it again and again with \
             `repeatedly(..)`"
                .into(),
        ),
        Trigger::Default
        | Trigger::AfterCount(_)
        | Trigger::AfterProcessingTime(_)
        | Trigger::AfterSynchronizedProcessingTime
        | Trigger::Never
        | Trigger::Always
        | Trigger::Repeatedly(_)
        | Trigger::AfterAny(_)
        | Trigger::AfterAll(_) => (
            format!(
                "its trigger {trigger} fires once for a key and window, and what comes after that \
                 is dropped"
            ),
            format!("fire again and again, `.trigger(repeatedly({trigger}))`"),
        ),
    }
}
