//! State that cannot follow where windows merge (model.md 6.1).

use super::Problem;
use crate::graph::{CellKind, CellSpec, Graph, Step, Transform};

pub(super) fn check(graph: &Graph, problems: &mut Vec<Problem>) {
    for step in graph.outer_steps() {
        let Transform::ParDo(spec) = &step.transform else { continue };
        if graph.collection(step.inputs[0]).windowing.merges_windows() {
            let fixed = spec.cells.iter().filter(|cell| !cell.merges);
            problems.extend(fixed.map(|cell| problem(graph, step, cell)));
        }
    }
}

fn problem(graph: &Graph, step: &Step, cell: &CellSpec) -> Problem {
    let windows = &graph.collection(step.inputs[0]).windowing.window_fn;
    let (meet, method) = match cell.kind {
        CellKind::Map => ("their values of one key", "map_with"),
        CellKind::Value
        | CellKind::Bag
        | CellKind::Combining
        | CellKind::Set
        | CellKind::Multimap
        | CellKind::OrderedList => ("their values", "value_with"),
    };
    Problem::error(
        "state-cannot-merge",
        step,
        format_args!("cannot keep {} cell `{}` in windows that merge", cell.kind, cell.id),
        format!(
            "its windows are {windows}, two of which can become one, and nothing says what becomes \
             of {meet}"
        ),
        format!(
            "say it, e.g. `declare.{method}(\"{}\", CellOptions::new().merged_by(|a, b| a.max(b)))`, \
             or use a cell that merges by itself, such as a combining one",
            cell.id,
        ),
    )
}
