//! Defaults for windows that never come to be (model.md 8).

use super::Problem;
use crate::WindowFn;
use crate::graph::{Composite, Graph, Transform};

pub(super) fn check(graph: &Graph, problems: &mut Vec<Problem>) {
    for step in graph.outer_steps() {
        let Transform::Composite(Composite::CombineGlobally { with_default: true, .. }) =
            step.transform
        else {
            continue;
        };
        let inputs = graph.taken_by(step);
        let mut window_fns = inputs.iter().map(|&it| &graph.collection(it).windowing.window_fn);
        if let Some(window_fn) = window_fns.find(|window_fn| **window_fn != WindowFn::Global) {
            problems.push(Problem::error(
                "global-defaults",
                step,
                "cannot give a default in windows",
                format!(
                    "its input is in windows ({window_fn}), and a window without elements is never \
                     seen, so nothing could be its default"
                ),
                "use `.combine_globally_without_default(..)`, `.combine_globally_as_view(..)` to read \
                 it as a side input, or put `.window(Window::global())` in front",
            ));
        }
    }
}
