//! The form of a message: what, where, why, what to do.

use crate::graph::{SourceLine, Step, TransformId};
use crate::{Boundedness, Capability};
use std::fmt;

/// Whether a pipeline with the problem may run.
///
/// ```
/// assert!(heliostat::Severity::Error < heliostat::Severity::Warning);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It may not.
    Error,
    /// It may, and probably does something else than was meant.
    Warning,
}

/// Something wrong with a pipeline, found before it ran.
///
/// ```
/// use heliostat::prelude::*;
/// use heliostat::{Support, preflight};
///
/// let pipeline = Pipeline::new();
/// pipeline
///     .read(generate_sequence(0..9).unbounded())
///     .with_keys(|n| n % 2)
///     .sum_per_key();
/// let problems = preflight::check(&pipeline.graph(), &Support::everything(), "direct");
/// assert_eq!(problems[0].code, "unbounded-group");
/// assert!(problems[0].to_string().starts_with("error[unbounded-group]: `Sum per key`"));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// Its stable name, as in the error catalogue.
    pub code: &'static str,
    /// Whether the pipeline may run.
    pub severity: Severity,
    /// Where it is.
    pub at: TransformId,
    /// The path of the step.
    pub step: String,
    /// Where the author wrote the step; without a file if there is no such step.
    pub line: SourceLine,
    /// What happens, the step's name first.
    pub what: String,
    /// Why.
    pub why: String,
    /// What to do.
    pub help: String,
    /// What the runner falls short of, in parts, where that is the problem.
    pub unmet: Option<Box<Unmet>>,
}

/// A capability that a pipeline needs and a runner does not declare.
///
/// ```
/// use heliostat::prelude::*;
/// use heliostat::{Capability, Support, preflight};
///
/// let pipeline = Pipeline::new();
/// let window = Window::fixed(secs(60)).trigger(repeatedly(after_count(9)));
/// let window = window.allowed_lateness(Duration::ZERO).discarding();
/// pipeline.create([(1, 2)]).window(window).sum_per_key();
/// let support = Support::everything().without(Capability::TriggerCount, "it counts nothing");
/// let problems = preflight::check(&pipeline.graph(), &support, "small");
/// let unmet = problems[0].unmet.as_ref().expect("it is about a capability");
/// assert_eq!((unmet.capability, unmet.reason.as_str()), (Capability::TriggerCount, "it counts nothing"));
/// let change = "fire on the watermark, `.trigger(after_watermark())`";
/// assert_eq!(unmet.change.as_deref(), Some(change));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmet {
    /// What is needed.
    pub capability: Capability,
    /// What kind of input the step takes.
    pub input: Boundedness,
    /// Why the runner cannot, in its own words.
    pub reason: String,
    /// The smallest change to the pipeline that would do, where one is known.
    pub change: Option<String>,
    /// The linked runners that take the whole pipeline as it is.
    pub taken_by: Vec<String>,
}

impl Problem {
    /// A problem of this step that keeps the pipeline from running. `what` goes on behind the
    /// step's name.
    pub fn error(
        code: &'static str,
        step: &Step,
        what: impl fmt::Display,
        why: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self {
            code,
            severity: Severity::Error,
            at: step.id,
            step: step.path.clone(),
            line: step.line.clone(),
            what: format!("`{}` {what}", step.path),
            why: why.into(),
            help: help.into(),
            unmet: None,
        }
    }

    /// The same problem, but the pipeline may run.
    #[must_use]
    pub fn as_warning(self) -> Self {
        Self { severity: Severity::Warning, ..self }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        writeln!(f, "{severity}[{}]: {}", self.code, self.what)?;
        writeln!(f, "  {}", self.why)?;
        if !self.line.file.is_empty() {
            writeln!(f, "  at: {}", self.line)?;
        }
        write!(f, "  help: {}", self.help)
    }
}
