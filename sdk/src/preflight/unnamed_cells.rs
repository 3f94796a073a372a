//! Steps with state that only heliostat has named.

use super::Problem;
use crate::graph::{Graph, Naming, Step, Transform};

pub(super) fn check(graph: &Graph, problems: &mut Vec<Problem>) {
    for step in graph.outer_steps() {
        let keyed = matches!(&step.transform, Transform::ParDo(spec) if spec.is_keyed());
        if keyed && step.naming == Naming::Numbered {
            problems.push(problem(step));
        }
    }
}

fn problem(step: &Step) -> Problem {
    Problem::error(
        "unnamed-cells",
        step,
        "has state or timers, and no name of yours",
        "saved state knows a step by its name alone, and the name that heliostat gives one follows \
         its type and the steps around it, which may change",
        "name it, e.g. `.named(\"Limit orders\")`",
    )
}
