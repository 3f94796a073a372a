//! What a pipeline is, as a value: transforms, collections and how they hang together.
//!
//! A [`Graph`] can be cloned, compared, printed and serialized; it holds no code. The code stands
//! beside it in [`Functions`], found by step path and role.

mod transform;
mod par_do;
mod on_failure;
mod keyed;
mod collection;
mod functions;
mod fingerprint;
mod requires;
mod display;
mod svg;
pub(crate) mod build;
pub(crate) mod erase;
pub mod kernel;

pub use collection::{Boundedness, Collection, CollectionId};
pub use display::Format;
pub(crate) use fingerprint::fnv_1a;
pub use functions::{DeadLetterFn, EdgeType, Functions, StepFn, StepWork, WindowAssigner};
pub use keyed::{
    DueTimer, KeyedFn, KeyedWork, Moment, RowId, SavedCell, TimerRequest, TimerSetting, ViewFn,
    ViewValue,
};
pub use on_failure::{FailureChoice, OnFailure};
pub use par_do::{CellKind, CellSpec, ParDoSpec, SideSpec, TimeDomain, TimerSpec, ViewKind};
pub use requires::Requirement;
pub use transform::{
    Composite, Naming, ReadSpec, SinkStyle, SourceLine, Step, TestStreamSpec, Transform,
    TransformId, WriteSpec,
};

use serde::{Deserialize, Serialize};

/// The steps of a pipeline and the collections between them, in the order they were built.
///
/// ```
/// use heliostat::prelude::*;
///
/// let pipeline = Pipeline::new();
/// pipeline.create([1, 2, 3]).map(|n| n + 1).named("Add one");
/// let graph = pipeline.graph();
/// let leaves: Vec<&str> = graph.leaves().map(|step| step.path.as_str()).collect();
/// assert_eq!(leaves, ["Create/Impulse", "Create/Values", "Add one"]);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Graph {
    steps: Vec<Step>,
    collections: Vec<Collection>,
}

impl Graph {
    pub(crate) fn new(steps: Vec<Step>, collections: Vec<Collection>) -> Self {
        Self { steps, collections }
    }

    /// All steps, composites before their parts, in the order they were built.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// All collections, in the order they were built.
    pub fn collections(&self) -> &[Collection] {
        &self.collections
    }

    /// One step.
    pub fn step(&self, id: TransformId) -> &Step {
        &self.steps[id.index()]
    }

    /// One collection.
    pub fn collection(&self, id: CollectionId) -> &Collection {
        &self.collections[id.index()]
    }

    /// The step of this path.
    pub fn find(&self, path: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.path == path)
    }

    /// The steps that do something themselves: all but the composites that have parts.
    ///
    /// Reads are composites whose expansion is not built yet, so they count.
    pub fn leaves(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(|step| step.is_leaf())
    }

    /// The parts of a composite, in the order they were built.
    pub fn parts(&self, composite: TransformId) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(move |step| step.parent == Some(composite))
    }

    /// The leaves that take this collection, in the order they were built.
    pub fn consumers(&self, collection: CollectionId) -> impl Iterator<Item = &Step> {
        self.leaves().filter(move |step| step.inputs.contains(&collection))
    }

    /// The leaf that makes this collection.
    pub fn producer(&self, collection: CollectionId) -> &Step {
        self.step(self.collection(collection).producer)
    }
}
