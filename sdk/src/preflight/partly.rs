//! What a runner does only in part of what a pipeline needs.

use crate::graph::{Graph, Requirement};
use crate::{Extent, Support};

/// Each need of a graph that a runner with this support meets in part, with what differs, in its own
/// words: each capability once, at the first step that needs it. All its cases pass; it is worth
/// knowing before a run.
///
/// ```
/// use heliostat::prelude::*;
/// use heliostat::{Capability, Extent, Support, preflight};
///
/// let pipeline = Pipeline::new();
/// pipeline.create([(1, 2)]).sum_per_key().named("Sum");
/// let graph = pipeline.graph();
/// let slowly = Extent::Partial("slowly".into());
/// let support = Support::everything().with(Capability::CombinePerKey, slowly);
/// let partly = preflight::partly(&graph, &support);
/// let (need, differs) = &partly[0];
/// assert_eq!((graph.step(need.at).path.as_str(), differs.as_str()), ("Sum", "slowly"));
/// assert_eq!(partly.len(), 1);
/// ```
pub fn partly(graph: &Graph, support: &Support) -> Vec<(Requirement, String)> {
    let mut found: Vec<(Requirement, String)> = Vec::new();
    for need in graph.requirements() {
        let is_new = found.iter().all(|(known, _)| known.capability != need.capability);
        match support.extent(need.capability, need.input) {
            Extent::Partial(differs) if is_new => found.push((need, differs)),
            Extent::Partial(_) | Extent::Full | Extent::None(_) => {}
        }
    }
    found
}
