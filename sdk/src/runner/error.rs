//! How a run can end other than well.

use crate::preflight::Problem;
use std::fmt;

/// What kept a run from its end.
///
/// ```
/// use heliostat::RunErrorKind;
///
/// assert_ne!(RunErrorKind::Refused, RunErrorKind::Failed);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RunErrorKind {
    /// Preflight found problems; nothing ran.
    Refused,
    /// User code, a source or a sink failed; nothing that was written appears.
    Failed,
}

/// Why a run did not come to its end: what, where, and what to do.
///
/// ```
/// use heliostat::prelude::*;
/// use heliostat_direct::DirectRunner;
///
/// let pipeline = Pipeline::new();
/// pipeline.create([1, 0]).map(|n: i32| 10 / n).named("Divide").collect();
/// let error = DirectRunner::default().run(&pipeline).expect_err("1 / 0 panics");
/// assert_eq!(error.step(), Some("Divide"));
/// assert!(error.to_string().contains("attempt to divide by zero"));
/// ```
#[derive(Clone, Debug)]
pub struct RunError {
    kind: RunErrorKind,
    message: String,
    step: Option<String>,
    problems: Vec<Problem>,
}

impl RunError {
    /// Refused for these problems.
    pub fn refused(problems: Vec<Problem>) -> Self {
        let message = problems.iter().map(Problem::to_string).collect::<Vec<_>>().join("\n");
        Self { kind: RunErrorKind::Refused, message, step: None, problems }
    }

    /// Refused for something that is no step's problem.
    pub(crate) fn refused_for(message: impl Into<String>) -> Self {
        Self { kind: RunErrorKind::Refused, ..Self::failed(message) }
    }

    /// Failed, with the whole message.
    pub fn failed(message: impl Into<String>) -> Self {
        Self {
            kind: RunErrorKind::Failed,
            message: message.into(),
            step: None,
            problems: Vec::new(),
        }
    }

    /// The same, in this step.
    #[must_use]
    pub fn in_step(mut self, path: impl Into<String>) -> Self {
        self.step = Some(path.into());
        self
    }

    /// What kind of end it was.
    pub fn kind(&self) -> RunErrorKind {
        self.kind
    }

    /// The path of the step that failed, where it was one step.
    pub fn step(&self) -> Option<&str> {
        self.step.as_deref()
    }

    /// What preflight found; empty for a run that began.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for RunError {}
