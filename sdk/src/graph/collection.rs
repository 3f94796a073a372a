//! An edge of the graph: a collection of elements of one type.

use super::TransformId;
use crate::Windowing;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Whether a collection is known to be all there.
///
/// ```
/// use heliostat::Boundedness;
///
/// assert_eq!(Boundedness::Bounded.and(Boundedness::Unbounded), Boundedness::Unbounded);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Boundedness {
    /// All there: its watermark stays at MIN until its end.
    Bounded,
    /// Keeps coming.
    Unbounded,
}

impl Boundedness {
    /// That of a collection made from both (model.md 1.3).
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        self.max(other)
    }
}

impl fmt::Display for Boundedness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bounded => "bounded",
            Self::Unbounded => "unbounded",
        })
    }
}

/// Names a collection of a graph.
///
/// ```
/// use heliostat::prelude::*;
///
/// let pipeline = Pipeline::new();
/// let numbers = pipeline.create([1, 2, 3]);
/// assert_eq!(pipeline.graph().collection(numbers.id()).element, "i32");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CollectionId(pub(crate) u32);

impl CollectionId {
    /// Its place in [`Graph::collections`](super::Graph::collections).
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// What is known of a collection before anything runs.
///
/// ```
/// use heliostat::prelude::*;
///
/// let pipeline = Pipeline::new();
/// let numbers = pipeline.create([1]);
/// let graph = pipeline.graph();
/// assert_eq!(graph.collection(numbers.id()).boundedness, Boundedness::Bounded);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Collection {
    /// Its name within the graph.
    pub id: CollectionId,
    /// The leaf that makes it.
    pub producer: TransformId,
    /// Which output of its producer it is: `out` for the main one.
    pub output: String,
    /// The element type, without its module path.
    pub element: String,
    /// The coder of its elements.
    pub coder: String,
    /// How it is cut into windows.
    pub windowing: Windowing,
    /// Whether it is all there.
    pub boundedness: Boundedness,
    /// Whether it can come to an end, as a bounded or a replayed one can.
    pub can_end: bool,
}
