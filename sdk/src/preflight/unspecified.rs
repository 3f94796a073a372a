//! Windowings that leave open what nobody should guess (model.md 2.6).
//!
//! Asked at each window step, of the windowing behind it; what the windowing before it left open
//! already was asked there.

use super::Problem;
use crate::graph::{Graph, Step, Transform};
use crate::{Trigger, WindowFn, Windowing};

pub(super) fn check(graph: &Graph, problems: &mut Vec<Problem>) {
    for step in graph.outer_steps() {
        let Transform::WindowInto(_) = step.transform else { continue };
        let windowing = |collections: &[_]| {
            collections.first().map(|&it| graph.collection(it).windowing.clone())
        };
        let before = windowing(&step.inputs).unwrap_or_default();
        let after = windowing(&step.outputs).unwrap_or_default();
        if lateness_is_open(&after) && !lateness_is_open(&before) {
            problems.push(lateness(step, &after));
        }
        if accumulation_is_open(&after) && !accumulation_is_open(&before) {
            problems.push(accumulation(step, &after));
        }
    }
}

fn lateness_is_open(windowing: &Windowing) -> bool {
    windowing.trigger != Trigger::Default
        && windowing.window_fn != WindowFn::Global
        && !windowing.specified.allowed_lateness
}

fn accumulation_is_open(windowing: &Windowing) -> bool {
    windowing.many_panes() && !windowing.specified.accumulation
}

fn lateness(step: &Step, windowing: &Windowing) -> Problem {
    Problem::error(
        "unspecified-lateness",
        step,
        "leaves open how late an element may come",
        format!(
            "its windows end and its trigger is {}, but no allowed lateness was ever given",
            windowing.trigger,
        ),
        "add `.allowed_lateness(minutes(5))`, say, or `.allowed_lateness(Duration::ZERO)` to drop \
         all that is late",
    )
}

fn accumulation(step: &Step, windowing: &Windowing) -> Problem {
    let reason = match &windowing.trigger {
        Trigger::Default => format!("late elements are taken for {}", windowing.allowed_lateness),
        trigger @ (Trigger::AfterWatermark { .. }
        | Trigger::AfterCount(_)
        | Trigger::AfterProcessingTime(_)
        | Trigger::AfterSynchronizedProcessingTime
        | Trigger::Never
        | Trigger::Always
        | Trigger::Repeatedly(_)
        | Trigger::AfterAny(_)
        | Trigger::AfterAll(_)
        | Trigger::AfterEach(_)
        | Trigger::OrFinally(..)) => format!("the trigger is {trigger}"),
    };
    Problem::error(
        "unspecified-accumulation",
        step,
        "leaves open whether a pane repeats what earlier panes held",
        format!("a window can have more than one pane, since {reason}"),
        "add `.accumulating()` for everything so far in each pane, or `.discarding()` for only \
         what is new",
    )
}
