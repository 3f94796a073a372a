//! Under which paths the state of a step may stand.

use crate::graph::{Graph, Step};

/// The path of a step first, then the former ones: its own, and those that a former name of a
/// step around it gives it.
pub(super) fn of(graph: &Graph, step: &Step) -> Vec<String> {
    let around = step.parent.map(|parent| graph.step(parent));
    let mut names = match around {
        None => vec![step.path.clone()],
        Some(around) => {
            let inner = &step.path[around.path.len()..];
            of(graph, around).into_iter().map(|outer| outer + inner).collect()
        }
    };
    names.extend(step.formerly.iter().cloned());
    names
}
