//! Needs of a pipeline that a runner does not declare.

use super::Problem;
use crate::graph::{Graph, TransformId};
use crate::{Boundedness, Capability, Modes, Support, runners};

pub(super) fn check(graph: &Graph, support: &Support, runner: &str, problems: &mut Vec<Problem>) {
    let missing = missing(graph, support);
    if missing.is_empty() {
        return;
    }
    let help = help(&suggestions(graph, runner));
    problems.extend(missing.into_iter().map(|(at, capability, input)| {
        let mode = mode(support, capability, input);
        Problem::error(
            "unsupported",
            graph.step(at),
            format_args!("needs `{capability}`, which runner `{runner}` does not support{mode}"),
            format!("a runner that supports it {}", capability.sentence()),
            &help,
        )
    }));
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

fn missing(graph: &Graph, support: &Support) -> Vec<(TransformId, Capability, Boundedness)> {
    let needs = graph.requirements().into_iter();
    let needs = needs.map(|need| (need.at, need.capability, need.input));
    needs.filter(|&(_, needed, input)| !support.extent(needed, input).is_declared()).collect()
}

/// The kind of input for which a runner falls short, where the other kind would do.
fn mode(support: &Support, capability: Capability, input: Boundedness) -> String {
    let other = match input {
        Boundedness::Bounded => Boundedness::Unbounded,
        Boundedness::Unbounded => Boundedness::Bounded,
    };
    match capability.modes() {
        Modes::Differ if support.extent(capability, other).is_declared() => {
            format!(" for {input} input")
        }
        Modes::Differ | Modes::Same => String::new(),
    }
}

fn help(suggestions: &[String]) -> String {
    match suggestions {
        [] => "no other linked runner takes the whole pipeline: link one that does, or do without \
               the step"
            .into(),
        [one] => format!("take a runner that does: `--runner {one}`"),
        many => format!("take a runner that does: `--runner` with one of {}", many.join(", ")),
    }
}
