//! State that would have to become one where windows merge, without a word on how (model.md 6.1).

use super::Problem;
use crate::graph::{CellKind, CellSpec, Graph, Transform};

pub(super) fn check(graph: &Graph, problems: &mut Vec<Problem>) {
    for step in graph.leaves() {
        let Transform::ParDo(spec) = &step.transform else { continue };
        if !graph.collection(step.inputs[0]).windowing.merges_windows() {
            continue;
        }
        for cell in spec.cells.iter().filter(|cell| !cell.merges) {
            problems.push(Problem::error(
                "unmerged-state",
                step,
                format_args!("keeps {} `{}` in windows that merge", kind(cell), cell.id),
                "when two windows become one, both may hold a value, and nothing says what becomes \
                 of the two",
                "declare the cell with `CellOptions::new().merged_by(..)`, keep a bag or a \
                 combining cell, or give the elements windows that do not merge",
            ));
        }
    }
}

/// How the cells are called that have no merge of their own.
fn kind(cell: &CellSpec) -> &'static str {
    match cell.kind {
        CellKind::Value => "value",
        CellKind::Map => "map",
        CellKind::Bag
        | CellKind::Combining
        | CellKind::Set
        | CellKind::Multimap
        | CellKind::OrderedList => "cell",
    }
}
