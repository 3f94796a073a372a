//! Side inputs whose windows cannot be found from those of the main input (model.md 7.2, S25).

use super::Problem;
use crate::graph::{CollectionId, Graph, Step, Transform};
use crate::window::MergeStatus;
use crate::{WindowFn, Windowing};

pub(super) fn check(graph: &Graph, problems: &mut Vec<Problem>) {
    for step in graph.leaves() {
        let Transform::ParDo(spec) = &step.transform else { continue };
        let mut checked: Vec<CollectionId> = Vec::new();
        for side in &spec.sides {
            // One view may be read twice.
            if !checked.contains(&side.collection) {
                checked.push(side.collection);
                problems.extend(problem(graph, step, side.collection));
            }
        }
    }
}

fn problem(graph: &Graph, step: &Step, view: CollectionId) -> Option<Problem> {
    let windowing = |collection| &graph.collection(collection).windowing;
    let (main, side) = (windowing(step.inputs[0]), windowing(view));
    let (what, why, help) = match side {
        Windowing {
            merge_status: MergeStatus::NeedsMerge | MergeStatus::AlreadyMerged, ..
        }
        | Windowing { window_fn: WindowFn::Sessions(_), .. } => (
            "windows that merge",
            "how far such a window reaches depends on its elements, so none belongs to a window of \
             the main input",
            "put `.window(..)` with fixed or global windows in front of the view",
        ),
        Windowing { window_fn: WindowFn::Custom(_), .. } => (
            "windows of its author's making",
            "these are assigned by element, so none is found for a time of the main input",
            "put `.window(..)` with fixed or global windows in front of the view",
        ),
        Windowing {
            window_fn:
                WindowFn::Global | WindowFn::Fixed(_) | WindowFn::Sliding(_) | WindowFn::Calendar(_),
            ..
        } => {
            if main.window_fn != WindowFn::Global || side.window_fn == WindowFn::Global {
                return None;
            }
            (
                "smaller windows than its main input",
                "its main input lies in the global window, which ends with the last of them, so \
                 only that one would ever be read",
                "put `.window(..)` with windows in front of this step, or `Window::global()` and a \
                 trigger in front of the view",
            )
        }
    };
    let view = graph.named_step(graph.producer(view));
    Some(Problem::error(
        "side-windows",
        graph.named_step(step),
        format!("reads a side input in {what}"),
        format!("`{}` is in windows ({}): {why}", view.path, side.window_fn),
        help,
    ))
}
