//! Needs of a pipeline that a runner does not declare.

mod change;

use super::{Problem, Unmet};
use crate::graph::{Graph, Requirement};
use crate::{Boundedness, Extent, Modes, Standing, Support, runners};

pub(super) fn check(graph: &Graph, support: &Support, runner: &str, problems: &mut Vec<Problem>) {
    let missing = missing(graph, support);
    if missing.is_empty() {
        return;
    }
    let taken_by = suggestions(graph, runner);
    problems.extend(missing.into_iter().map(|need| {
        let capability = need.capability;
        let (what, why) = match capability.standing() {
            Standing::Planned => (
                format!("needs `{capability}`, which is not built yet"),
                format!("no runner {} so far", capability.sentence()),
            ),
            Standing::Expressible => (
                format!(
                    "needs `{capability}`, which runner `{runner}` does not support{}",
                    mode(support, need)
                ),
                format!(
                    "{}; a runner that supports it {}",
                    reason(support, need),
                    capability.sentence()
                ),
            ),
        };
        let unmet = Unmet {
            capability,
            input: need.input,
            reason: reason(support, need),
            change: change(graph, need, support),
            taken_by: taken_by.clone(),
        };
        let help = help(&unmet);
        Problem {
            unmet: Some(Box::new(unmet)),
            ..Problem::error("unsupported", graph.step(need.at), what, why, help)
        }
    }));
}

/// Why the runner cannot, in its own words.
fn reason(support: &Support, need: Requirement) -> String {
    match support.extent(need.capability, need.input) {
        Extent::None(reason) => reason,
        Extent::Full | Extent::Partial(_) => unreachable!("what is declared is not missing"),
    }
}

/// The smallest change after which the step would not need it. What was asked for by name alone can
/// be left out.
fn change(graph: &Graph, need: Requirement, support: &Support) -> Option<String> {
    if graph.step(need.at).requires.contains(&need.capability) {
        let id = need.capability;
        return Some(format!("leave out `.requires(..)` of `{id}`, if the step can do without it"));
    }
    change::smallest(need, support)
}

/// The linked runners, other than the one of this name, that declare all that a graph needs.
///
/// ```
/// use heliostat::prelude::*;
/// use heliostat::preflight;
/// use heliostat_direct as _;
///
/// let pipeline = Pipeline::new();
/// pipeline.create([1, 2]).with_keys(|n| n % 2).sum_per_key();
/// let graph = pipeline.graph();
/// assert!(preflight::suggestions(&graph, "small").contains(&"direct".to_owned()));
/// assert!(!preflight::suggestions(&graph, "direct").contains(&"direct".to_owned()));
/// ```
pub fn suggestions(graph: &Graph, except: &str) -> Vec<String> {
    let linked = runners();
    let others = linked.iter().filter(|runner| runner.name() != except);
    others
        .filter(|runner| missing(graph, &runner.support()).is_empty())
        .map(|runner| runner.name().to_owned())
        .collect()
}

fn missing(graph: &Graph, support: &Support) -> Vec<Requirement> {
    let needs = graph.requirements().into_iter();
    needs.filter(|need| !support.extent(need.capability, need.input).is_declared()).collect()
}

/// The kind of input for which a runner falls short, where the other kind would do.
fn mode(support: &Support, need: Requirement) -> String {
    let other = match need.input {
        Boundedness::Bounded => Boundedness::Unbounded,
        Boundedness::Unbounded => Boundedness::Bounded,
    };
    match need.capability.modes() {
        Modes::Differ if support.extent(need.capability, other).is_declared() => {
            format!(" for {} input", need.input)
        }
        Modes::Differ | Modes::Same => String::new(),
    }
}

fn help(unmet: &Unmet) -> String {
    let runner = match unmet.taken_by.as_slice() {
        [] => None,
        [one] => Some(format!("take a runner that does: `--runner {one}`")),
        many => {
            Some(format!("take a runner that does: `--runner` with one of {}", many.join(", ")))
        }
    };
    match (&unmet.change, runner) {
        (Some(change), Some(runner)) => format!("{change}; or {runner}"),
        (Some(change), None) => change.clone(),
        (None, Some(runner)) => runner,
        (None, None) if unmet.capability.standing() == Standing::Planned => {
            "do without the step until it is built".into()
        }
        (None, None) => {
            "no other linked runner takes the whole pipeline: link one that does, or do without \
             the step"
                .into()
        }
    }
}
