//! Files that would be finished at an end which never comes.

use super::Problem;
use crate::graph::{Composite, Graph, SinkStyle, Step, Transform, WriteSpec};
use crate::io::MEMORY;

pub(super) fn check(graph: &Graph, problems: &mut Vec<Problem>) {
    for step in graph.outer_steps() {
        let Transform::Composite(Composite::Write(spec)) = &step.transform else { continue };
        let endless = step.inputs.iter().any(|&input| !graph.collection(input).can_end);
        // What is collected in memory is there whenever the run ends, and however.
        if spec.style == SinkStyle::AtEnd && spec.about != MEMORY && endless {
            problems.push(problem(graph, step, spec));
        }
    }
}

fn problem(graph: &Graph, step: &Step, spec: &WriteSpec) -> Problem {
    let upstream = graph.upstream(step, |_| true);
    let endless = upstream.iter().filter(|leaf| {
        leaf.inputs.is_empty() && leaf.outputs.iter().any(|&it| !graph.collection(it).can_end)
    });
    let mut reads: Vec<String> = endless.map(|read| format!("`{}`", read.path)).collect();
    reads.sort();
    Problem::error(
        "endless-file",
        step,
        "would never be finished",
        format!(
            "{} appears as a whole at the end of its input, and {} cannot end",
            spec.about,
            reads.join(" and "),
        ),
        "write piece by piece instead, or read something that ends, such as a replayed file",
    )
}
