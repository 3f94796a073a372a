//! What cases cannot write: reads, writes, the author's own code, and how a run ends.

use std::fmt;

use heliostat::{Boundedness, Capability, RunError, RunErrorKind, Runner};

use crate::Outcome;
use crate::outcome::{failed, guarded, names};

/// A promise of the model, shown by a program.
#[derive(Clone, Copy)]
pub struct Check {
    /// Begins with `checks/`.
    pub name: &'static str,
    /// What it promises, in a sentence.
    pub about: &'static str,
    /// What a runner that keeps it can do.
    pub proves: &'static [Capability],
    /// What kind of input it is about.
    pub input: Boundedness,
    /// Keeps quiet if the runner keeps the promise.
    pub run: fn(&dyn Runner) -> Result<(), Broken>,
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// Why a promise was not kept.
#[derive(Clone, Debug)]
pub enum Broken {
    /// The run ended with an error that it should not have ended with.
    Run(Box<RunError>),
    /// What came is not what should have come.
    Differs(String),
}

impl From<RunError> for Broken {
    fn from(error: RunError) -> Self {
        Self::Run(Box::new(error))
    }
}

impl From<heliostat::Error> for Broken {
    fn from(error: heliostat::Error) -> Self {
        Self::Differs(error.to_string())
    }
}

/// All checks.
///
/// ```
/// let checks = heliostat_conformance::checks();
/// assert!(checks.iter().all(|check| check.name.starts_with("checks/")));
/// ```
pub fn checks() -> &'static [Check] {
    &[]
}

/// Runs a check.
///
/// ```
/// use heliostat_conformance::{checks, run_check};
///
/// for runner in heliostat::runners() {
///     assert!(run_check(&checks()[0], runner.as_ref()).is_right());
/// }
/// ```
pub fn run_check(check: &Check, runner: &dyn Runner) -> Outcome {
    let support = runner.support();
    let undeclared =
        |capability: &Capability| !support.extent(*capability, check.input).is_declared();
    // No graph asks for these, so no preflight can refuse them.
    let beyond_graphs: Vec<Capability> = check
        .proves
        .iter()
        .copied()
        .filter(|it| matches!(it, Capability::OpsStop | Capability::OpsRetry))
        .filter(undeclared)
        .collect();
    if !beyond_graphs.is_empty() {
        return Outcome::Undeclared(beyond_graphs);
    }
    let broken = match guarded(|| (check.run)(runner)) {
        Ok(Ok(())) => return Outcome::Passed,
        Ok(Err(broken)) => broken,
        Err(panic) => Broken::Differs(panic),
    };
    match broken {
        Broken::Run(error) if error.kind() == RunErrorKind::Refused => {
            let named: Vec<Capability> =
                Capability::ALL.iter().copied().filter(|it| names(&error, *it)).collect();
            let only_that = error.problems().iter().all(|problem| problem.code == "unsupported");
            if only_that && !named.is_empty() && named.iter().all(undeclared) {
                return Outcome::Undeclared(named);
            }
            failed(check.about, error.to_string())
        }
        Broken::Run(error) => failed(check.about, error.to_string()),
        Broken::Differs(what) => failed(check.about, what),
    }
}
