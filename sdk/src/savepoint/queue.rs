//! What was under way between two steps when the run stopped.

use crate::batch::ElementKind;
use crate::{Interval, PaneInfo, Timestamp};
use serde::{Deserialize, Serialize};

/// Elements that wait in front of a step, in the order they wait.
///
/// Runners that let nothing wait at a cut write none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QueuedBatch {
    /// Which queue of the step: one of the constants of this type.
    pub queue: String,
    /// The name of the coder of the values.
    pub coder: String,
    /// What is known of each element; as many as there are values.
    pub elements: Vec<QueuedElement>,
    /// The values, one behind the other, by the coder of the collection they are in.
    #[serde(with = "super::file::as_bytes")]
    pub values: Vec<u8>,
}

impl QueuedBatch {
    /// Elements whose window has no value of a side input yet.
    pub const SIDE_INPUT: &str = "side input";
    /// Elements that wait until those before them in time have come.
    pub const TIME_SORTED: &str = "time-sorted";
    /// Elements on their way to the worker that owns their key.
    pub const EXCHANGE: &str = "exchange";
}

/// What is known of an element besides its value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QueuedElement {
    /// Its event time.
    pub timestamp: Timestamp,
    /// The windows it lies in.
    pub windows: Vec<Interval>,
    /// The firing that made it.
    pub pane: PaneInfo,
    /// What it does to its collection.
    pub kind: ElementKind,
}
