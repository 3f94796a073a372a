//! Event times that come too late to move a watermark.

use super::Problem;
use crate::Boundedness;
use crate::graph::{Composite, Graph, Step, Transform};

pub(super) fn check(graph: &Graph, problems: &mut Vec<Problem>) {
    for step in graph.outer_steps() {
        if !matches!(&step.transform, Transform::ParDo(spec) if spec.moves_timestamps) {
            continue;
        }
        let upstream = graph.upstream(step, |step| step.transform != Transform::GroupByKey);
        if let Some(read) = upstream.iter().find(|step| stands_still(step)) {
            problems.push(problem(step, read).as_warning());
        }
    }
}

/// Whether a step reads what keeps coming, with a watermark that does not move before its end.
fn stands_still(step: &Step) -> bool {
    match &step.transform {
        Transform::Composite(Composite::Read(spec)) => {
            spec.boundedness == Boundedness::Unbounded && !spec.has_watermark_policy
        }
        Transform::Composite(
            Composite::Named
            | Composite::Write(_)
            | Composite::Reshuffle
            | Composite::View(_)
            | Composite::CoGroupByKey
            | Composite::Combine { .. }
            | Composite::CombineGlobally { .. }
            | Composite::CombineWithFanout { .. }
            | Composite::CombineWithView { .. },
        )
        | Transform::Impulse
        | Transform::ParDo(_)
        | Transform::GroupByKey
        | Transform::Flatten
        | Transform::WindowInto(_)
        | Transform::TestStream(_) => false,
    }
}

fn problem(step: &Step, read: &Step) -> Problem {
    Problem::error(
        "timestamps-after-read",
        step,
        "moves timestamps, but not the watermark",
        format!(
            "`{}` is unbounded and its watermark stands still until its end, so no window behind \
             it closes before that",
            read.path,
        ),
        "let the read assign event time and a watermark policy, e.g. \
         `.event_time(..).replay(bounded_disorder(minutes(5)))`",
    )
}
