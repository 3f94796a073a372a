//! Everything that can be known to be wrong before anything runs, all at once.

mod problem;
mod names;
mod state_cannot_merge;
mod unbounded_group;
mod unsafe_trigger;
mod unspecified;
mod global_defaults;
mod flatten_mismatch;
mod side_inputs;
mod timestamps;
mod endless_file;
mod failures;
mod unnamed_cells;
mod unnamed_state;
mod unsupported;
mod partly;

pub use partly::partly;
pub use problem::{Problem, Severity, Unmet};
pub use unnamed_state::unnamed_state;
pub use unsupported::suggestions;

use crate::Support;
use crate::graph::Graph;

/// All problems of a graph on a runner with this support, in the order of its steps.
///
/// ```
/// use heliostat::prelude::*;
/// use heliostat::{Support, preflight};
///
/// let pipeline = Pipeline::new();
/// let numbers = pipeline.create([1, 2]).map(|n| n + 1).named("Twice");
/// numbers.map(|n| n + 1).named("Twice");
/// let problems = preflight::check(&pipeline.graph(), &Support::everything(), "direct");
/// assert_eq!(problems.len(), 1);
/// assert_eq!(problems[0].code, "duplicate-name");
/// ```
pub fn check(graph: &Graph, support: &Support, runner: &str) -> Vec<Problem> {
    let mut problems = Vec::new();
    names::check(graph, &mut problems);
    unspecified::check(graph, &mut problems);
    unnamed_cells::check(graph, &mut problems);
    state_cannot_merge::check(graph, &mut problems);
    unbounded_group::check(graph, &mut problems);
    unsafe_trigger::check(graph, &mut problems);
    global_defaults::check(graph, &mut problems);
    flatten_mismatch::check(graph, &mut problems);
    side_inputs::check(graph, &mut problems);
    timestamps::check(graph, &mut problems);
    endless_file::check(graph, &mut problems);
    failures::check(graph, &mut problems);
    unsupported::check(graph, support, runner, &mut problems);
    problems.sort_by_key(|problem| (problem.at, problem.severity, problem.code));
    problems
}
