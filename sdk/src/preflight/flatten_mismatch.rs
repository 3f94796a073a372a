//! Flattens and co-groupings of what is not windowed alike (model.md 2.6, S26).

use super::Problem;
use crate::Windowing;
use crate::graph::{CollectionId, Composite, Graph, Step, Transform};
use crate::window::MergeStatus;

pub(super) fn check(graph: &Graph, problems: &mut Vec<Problem>) {
    let unites = |step: &&Step| {
        step.transform == Transform::Flatten
            || step.transform == Transform::Composite(Composite::CoGroupByKey)
    };
    for step in graph.outer_steps().filter(unites) {
        let Some((&first, rest)) = step.inputs.split_first() else { continue };
        let windowing = |input: CollectionId| &graph.collection(input).windowing;
        let mut differing: Vec<String> = rest
            .iter()
            .filter(|&&input| !fit(windowing(first), windowing(input)))
            .map(|&input| described(graph, input))
            .collect();
        // One collection may come in several times.
        differing.dedup();
        if !differing.is_empty() {
            problems.push(Problem::error(
                "windowing-mismatch",
                step,
                "unites collections that are not windowed alike",
                format!("{}, but {}", described(graph, first), differing.join(" and ")),
                "give all its inputs the same `.window(..)` in front of it",
            ));
        }
    }
}

fn fit(a: &Windowing, b: &Windowing) -> bool {
    a.window_fn == b.window_fn && a.trigger == b.trigger && a.merge_status == b.merge_status
}

/// What a collection is windowed like, as far as it matters here.
fn described(graph: &Graph, input: CollectionId) -> String {
    let collection = graph.collection(input);
    let producer = graph.named_step(graph.producer(input));
    let Windowing { window_fn, trigger, merge_status, .. } = &collection.windowing;
    let merging = match merge_status {
        MergeStatus::NonMerging => "",
        MergeStatus::NeedsMerge => ", still to be merged",
        MergeStatus::AlreadyMerged => ", already merged",
    };
    format!("`{}` gives {window_fn} windows{merging} with trigger {trigger}", producer.path)
}
