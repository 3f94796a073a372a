//! Groupings whose state a later build of the pipeline may not find again.
//!
//! Asked only where a savepoint is: without one, nobody looks for state by its path.

use super::Problem;
use crate::graph::{Graph, Naming};

/// The groupings that their author has not named, a warning each.
///
/// ```
/// use heliostat::prelude::*;
/// use heliostat::preflight;
///
/// let pipeline = Pipeline::new();
/// let pairs = pipeline.create([(1, 2)]);
/// pairs.sum_per_key().named("Sum scores");
/// pairs.group_by_key();
/// let warnings = preflight::unnamed_state(&pipeline.graph());
/// assert_eq!(warnings.len(), 1);
/// assert_eq!(warnings[0].step, "Group by key");
/// ```
pub fn unnamed_state(graph: &Graph) -> Vec<Problem> {
    let unnamed = graph.groupings().filter(|step| step.naming == Naming::Numbered);
    let problems = unnamed.map(|step| {
        Problem::error(
            "unnamed-state",
            step,
            "keeps state under a name that nobody has given",
            "a savepoint finds state again by the path of its step, and steps without a name are \
             numbered in the order they are built: another such step in front of it would take \
             its number",
            "name it, e.g. `.named(\"Sum scores\")`",
        )
        .as_warning()
    });
    problems.collect()
}
