//! Names that an author gave twice.

use super::Problem;
use crate::graph::{Graph, Naming, Step};
use std::collections::BTreeMap;

pub(super) fn check(graph: &Graph, problems: &mut Vec<Problem>) {
    let mut firsts: BTreeMap<&str, &Step> = BTreeMap::new();
    for step in graph.steps() {
        let Some(first) = firsts.get(step.path.as_str()) else {
            firsts.insert(&step.path, step);
            continue;
        };
        if !follows_from_parents(graph, first, step) {
            problems.push(problem(first, step));
        }
    }
}

/// Whether two steps share a path only because the composites around them share theirs.
fn follows_from_parents(graph: &Graph, first: &Step, second: &Step) -> bool {
    match (first.parent, second.parent) {
        (Some(a), Some(b)) => a != b && graph.step(a).path == graph.step(b).path,
        (None, _) | (_, None) => false,
    }
}

fn problem(first: &Step, second: &Step) -> Problem {
    let named = match second.naming {
        Naming::Author => second,
        Naming::Numbered => first,
    };
    Problem::error(
        "duplicate-name",
        named,
        "is the name of more than one step",
        format!(
            "a step at {} has it too, and metrics, errors and saved state know a step by its \
             name alone",
            if named.id == first.id { &second.line } else { &first.line },
        ),
        "give each its own, e.g. `.named(\"..\")`, or put one of them into a part of its own with \
         `.apply(\"..\", ..)`",
    )
}
