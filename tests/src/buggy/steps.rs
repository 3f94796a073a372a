//! Steps taken for others.

use heliostat::graph::{Composite, ParDoSpec, TimeDomain, Transform};
use heliostat::{WindowFn, Windowing};

use super::parts::Parts;

/// One of the inputs of each flatten that has several.
pub(super) fn loses_an_input(parts: &mut Parts, seed: u64) {
    for step in &mut parts.steps {
        let count = step.inputs.len() as u64;
        if step.transform == Transform::Flatten && 1 < count {
            step.inputs.remove(usize::try_from(seed % count).unwrap_or(0));
        }
    }
}

fn specs(parts: &mut Parts) -> impl Iterator<Item = &mut ParDoSpec> {
    let steps = parts.steps.iter_mut();
    steps.filter_map(|step| match &mut step.transform {
        Transform::ParDo(spec) => Some(spec),
        Transform::Impulse
        | Transform::GroupByKey
        | Transform::Flatten
        | Transform::WindowInto(_)
        | Transform::TestStream(_)
        | Transform::Composite(_) => None,
    })
}

/// Such a step stays one with state, for which nothing is called: its windows have none.
pub(super) fn sorts_nothing(parts: &mut Parts, _: u64) {
    for spec in specs(parts).filter(|spec| spec.time_sorted_input) {
        spec.time_sorted_input = false;
        spec.on_window_expiration |= !spec.is_keyed();
    }
}

/// Such a step stays one with state: what is called about expiry reads some.
pub(super) fn calls_nothing_at_expiry(parts: &mut Parts, _: u64) {
    for spec in specs(parts).filter(|spec| !spec.cells.is_empty()) {
        spec.on_window_expiration = false;
    }
}

pub(super) fn confuses_times(parts: &mut Parts, _: u64) {
    for timer in specs(parts).flat_map(|spec| &mut spec.timers) {
        timer.domain = match timer.domain {
            TimeDomain::EventTime => TimeDomain::ProcessingTime,
            TimeDomain::ProcessingTime => TimeDomain::EventTime,
        };
    }
}

/// What was grouped has the trigger it had before, up to the next trigger that is asked for.
pub(super) fn continues_nothing(parts: &mut Parts, _: u64) {
    for at in 0..parts.steps.len() {
        let step = &parts.steps[at];
        let Some(input) = step.inputs.first() else { continue };
        let before = parts.collections[input.index()].windowing.clone();
        let behind = |windowing: &Windowing| match &step.transform {
            Transform::WindowInto(change) => change.applied_to(&before).trigger,
            Transform::GroupByKey
            | Transform::ParDo(_)
            | Transform::Flatten
            | Transform::Composite(Composite::Combine { .. }) => before.trigger.clone(),
            Transform::Impulse | Transform::TestStream(_) | Transform::Composite(_) => {
                windowing.trigger.clone()
            }
        };
        let outputs: Vec<usize> = step.outputs.iter().map(|output| output.index()).collect();
        let triggers = outputs.iter().map(|&output| behind(&parts.collections[output].windowing));
        let triggers: Vec<_> = triggers.collect();
        for (output, trigger) in outputs.into_iter().zip(triggers) {
            parts.collections[output].windowing.trigger = trigger;
        }
    }
}

/// Elements a step fails on end the run.
pub(super) fn stops_on_failures(parts: &mut Parts, _: u64) {
    for step in &mut parts.steps {
        step.on_failure.clear();
    }
}

/// A side input is looked up in the global window.
pub(super) fn looks_beside_in_one_window(parts: &mut Parts, _: u64) {
    let sides = specs(parts).flat_map(|spec| &spec.sides);
    let sides: Vec<usize> = sides.map(|side| side.collection.index()).collect();
    for side in sides {
        parts.collections[side].windowing.window_fn = WindowFn::Global;
    }
}
