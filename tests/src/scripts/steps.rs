//! What the elements of a script go through.

use heliostat::Seed;

use super::chance::{one_in, pick, weighted};
use super::timeline::Timeline;
use super::{triggers, windowing};
use crate::case::{Combine, Defaults, Step, WindowFunction};
use crate::pipelines::is_grouping;

const COMBINES: [Combine; 5] =
    [Combine::Sum, Combine::Count, Combine::Mean, Combine::Min, Combine::Max];

/// One grouping or two.
pub(super) fn steps(
    chance: &mut Seed,
    timeline: &Timeline,
    function: &WindowFunction,
) -> Vec<Step> {
    match weighted(chance, &[1, 1, 14, 10]) {
        0 => vec![Step::Windowed],
        1 => {
            let global = *function == WindowFunction::Global && one_in(chance, 2);
            let defaults = if global { Defaults::With } else { Defaults::Without };
            vec![Step::CombineGlobally(pick(chance, &COMBINES), defaults)]
        }
        2 => {
            let mut steps = Vec::new();
            if one_in(chance, 12) {
                steps.push(Step::Window(windowing::another(chance, timeline)));
            }
            steps.push(grouping(chance, &COMBINES));
            if one_in(chance, 8) {
                steps.push(Step::Map);
            }
            steps
        }
        _ => two_groupings(chance, timeline),
    }
}

fn two_groupings(chance: &mut Seed, timeline: &Timeline) -> Vec<Step> {
    let first = grouping(chance, &COMBINES);
    let mut steps = vec![first.clone()];
    if one_in(chance, 4) {
        let mut spec = windowing::another(chance, timeline);
        if one_in(chance, 3) {
            let merging = spec.function.as_ref().is_some_and(windowing::merges);
            spec.trigger = Some(triggers::trigger(chance, merging));
            spec.unsafe_trigger = true;
        }
        steps.push(Step::Window(spec));
    }
    if one_in(chance, 6) {
        steps.push(Step::Map);
    }
    // A group has to become numbers again.
    if first == Step::GroupByKey || !one_in(chance, 4) {
        steps.push(Step::ToOneKey);
    }
    steps.push(grouping(chance, what_may_follow(&first)));
    steps
}

fn grouping(chance: &mut Seed, combines: &[Combine]) -> Step {
    if one_in(chance, 3) { Step::GroupByKey } else { Step::CombinePerKey(pick(chance, combines)) }
}

/// The combines whose result is exact whatever the first grouping gave: the smallest of nothing is
/// the largest number there is, and two of them have no sum; means have no exact sum.
fn what_may_follow(first: &Step) -> &'static [Combine] {
    match first {
        Step::CombinePerKey(Combine::Min | Combine::Max) => {
            &[Combine::Count, Combine::Min, Combine::Max]
        }
        Step::CombinePerKey(Combine::Mean) => &[Combine::Count, Combine::Max],
        Step::GroupByKey
        | Step::CombinePerKey(Combine::Sum | Combine::Count)
        | Step::CombinePerKeyWithFanout(..)
        | Step::CombineGlobally(..)
        | Step::ToOneKey
        | Step::Window(_)
        | Step::Flatten
        | Step::Reshuffle
        | Step::WithSide(..)
        | Step::CombineWith(_)
        | Step::Map
        | Step::WithState(_)
        | Step::Windowed => &COMBINES,
    }
}

/// Whether the last grouping can give what it drops as a second output.
pub(super) fn gives_dropped(steps: &[Step]) -> bool {
    match steps.iter().rfind(|step| is_grouping(step)) {
        Some(Step::GroupByKey | Step::CombinePerKey(_)) => true,
        None
        | Some(
            Step::CombinePerKeyWithFanout(..)
            | Step::CombineGlobally(..)
            | Step::ToOneKey
            | Step::Window(_)
            | Step::Flatten
            | Step::Reshuffle
            | Step::WithSide(..)
            | Step::CombineWith(_)
            | Step::Map
            | Step::WithState(_)
            | Step::Windowed,
        ) => false,
    }
}
