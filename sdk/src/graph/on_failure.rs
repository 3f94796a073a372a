//! What becomes of the elements that a step fails on, as its author chose.

use super::{CollectionId, SourceLine, Step, Transform};
use serde::{Deserialize, Serialize};

/// What becomes of an element that a step fails on.
///
/// ```
/// use heliostat::graph::OnFailure;
/// use heliostat::prelude::*;
///
/// let pipeline = Pipeline::new();
/// let halves = pipeline.create([4]).map(|n: i64| 8 / n).named("Divide");
/// let (_, dead) = halves.on_failure(dead_letter::<i64>());
/// let graph = pipeline.graph();
/// let divide = graph.find("Divide").expect("it was just built");
/// assert_eq!(divide.on_failure[0].choice, OnFailure::DeadLetter(dead.id()));
/// assert_eq!(divide.dead_letters(), Some(dead.id()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum OnFailure {
    /// The run ends with it, as it does where nothing is chosen.
    Stop,
    /// It goes to this output, the last of the step.
    DeadLetter(CollectionId),
    /// The same, but for elements of this type, which are not what the step takes: preflight says so.
    Mistyped(String),
}

/// A choice of what becomes of elements that a step fails on, and where it was made.
///
/// ```
/// use heliostat::graph::{FailureChoice, OnFailure, SourceLine};
///
/// let line = SourceLine { file: "src/main.rs".into(), line: 12 };
/// let chosen = FailureChoice { choice: OnFailure::Stop, line };
/// assert_eq!(chosen.line.to_string(), "src/main.rs:12");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailureChoice {
    /// What was chosen.
    pub choice: OnFailure,
    /// Where the author wrote it.
    pub line: SourceLine,
}

impl Step {
    /// The output that takes the elements the step fails on, its last one; none if they end the run.
    ///
    /// A runner whose bundle of such a step has failed as often as it may be tried takes the elements
    /// one by one, and puts those that fail there as [`DeadLetter`](crate::DeadLetter), made by
    /// [`Functions::dead_letters`](super::Functions::dead_letters). The step's own code knows the
    /// outputs in front of it only.
    pub fn dead_letters(&self) -> Option<CollectionId> {
        let Transform::ParDo(_) = &self.transform else { return None };
        self.on_failure.iter().find_map(|chosen| match &chosen.choice {
            OnFailure::DeadLetter(output) => Some(*output),
            OnFailure::Stop | OnFailure::Mistyped(_) => None,
        })
    }
}
