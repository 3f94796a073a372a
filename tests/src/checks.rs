//! What cases cannot write: reads, writes, the author's own code, and how a run ends.

mod sink;
mod roots;
mod unbounded;
mod outputs;
mod dead_letters;
mod lifecycle;
mod timestamps;
mod writes;
mod metrics;
mod stop;
mod retry;
mod state;
mod lifting;
mod fanout;
mod meeting;
mod flattening;
mod savepoints;

use std::fmt;

use heliostat::{Boundedness, Capability, RunError, RunErrorKind, Runner};

use crate::Outcome;
use crate::outcome::{failed, guarded, names};
use crate::rigs::has;

/// The setting of ours that says how long is waited before a retry.
const BACKOFF: &str = "backoff";

/// A promise of the model, shown by a program.
///
/// A runner author may have more of them than [`checks`].
///
/// ```
/// use heliostat::{Boundedness, Pipeline};
/// use heliostat_conformance::{Broken, Check, run_check};
///
/// let check = Check {
///     name: "checks/nothing-runs",
///     about: "a pipeline without steps runs",
///     proves: &[],
///     input: Boundedness::Bounded,
///     run: |runner| {
///         let result = runner.run(&Pipeline::new())?;
///         match result.dropped().total() {
///             0 => Ok(()),
///             _ => Err(Broken::Differs("nothing was dropped".into())),
///         }
///     },
/// };
/// for runner in heliostat::runners() {
///     assert!(run_check(&check, runner.as_ref()).is_right());
/// }
/// ```
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
///
/// ```
/// use heliostat::RunError;
/// use heliostat_conformance::Broken;
///
/// let broken = Broken::from(RunError::failed("no disk"));
/// assert!(matches!(broken, Broken::Run(error) if error.to_string() == "no disk"));
/// ```
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
    &[
        roots::CREATED,
        roots::BOUNDED_READ,
        unbounded::WATERMARK_MOVES,
        outputs::TYPED_OUTPUTS,
        outputs::DEAD_LETTERS,
        dead_letters::OF_PANICS,
        dead_letters::ATOMIC,
        dead_letters::AFTER_RETRIES,
        dead_letters::BESIDE_OTHERS,
        dead_letters::OF_BUFFERS,
        dead_letters::WITHOUT_A_TRACE,
        dead_letters::NOT_OF_TIMERS,
        lifecycle::ORDER,
        lifecycle::TEARDOWN,
        timestamps::FORWARD,
        timestamps::SKEW,
        writes::WHOLE,
        writes::NOTHING_OF_A_FAILURE,
        metrics::PER_STEP,
        metrics::BAD_ROWS,
        metrics::DROPS,
        metrics::TOLD,
        stop::CLEANLY,
        retry::WITHOUT_A_TRACE,
        retry::BEHIND_A_GROUPING,
        retry::NOT_FOR_EVER,
        state::STATE_WITHOUT_A_TRACE,
        state::STABLE_INPUT,
        state::KEYED_LIFECYCLE,
        lifting::INVISIBLE,
        fanout::TOTAL,
        fanout::PANES,
        meeting::ONCE,
        flattening::NOTHING,
        flattening::CODERS,
        savepoints::GOES_ON,
        savepoints::STEP_BY_STEP,
        savepoints::ENDS,
        savepoints::ON_THE_WAY,
        savepoints::UPDATED,
    ]
}

/// Keeps quiet if both are the same.
fn same<T: PartialEq + fmt::Debug>(what: &str, got: T, want: T) -> Result<(), Broken> {
    if got == want {
        return Ok(());
    }
    Err(Broken::Differs(format!("{what}: {got:?}, where {want:?} should be")))
}

/// The same elements, in any order.
fn same_elements<T: Ord + fmt::Debug>(
    what: &str,
    mut got: Vec<T>,
    mut want: Vec<T>,
) -> Result<(), Broken> {
    got.sort();
    want.sort();
    same(what, got, want)
}

/// The error that a run must end with.
fn error_of<T>(what: &str, ended: Result<T, RunError>) -> Result<RunError, Broken> {
    match ended {
        Ok(_) => Err(Broken::Differs(format!("{what}, and the run ended well"))),
        Err(error) if error.kind() == RunErrorKind::Refused => Err(error.into()),
        Err(error) => Ok(error),
    }
}

/// Whether no graph asks for it, so that no preflight can refuse it.
fn is_beyond_graphs(capability: Capability) -> bool {
    matches!(
        capability,
        Capability::OpsStop
            | Capability::OpsRetry
            | Capability::OpsSnapshot
            | Capability::OpsCheckpoint
            | Capability::OpsUpdate
            | Capability::CombineLift
    )
}

/// The runner, set not to wait before what failed is tried again: a check is about what comes of it.
fn at_once(runner: &dyn Runner) -> heliostat::Result<Box<dyn Runner>> {
    let waits = has(runner, BACKOFF).then(|| (BACKOFF.to_owned(), "0s".to_owned()));
    runner.configured(&waits.into_iter().collect())
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
    let beyond_graphs: Vec<Capability> = check
        .proves
        .iter()
        .copied()
        .filter(|it| is_beyond_graphs(*it))
        .filter(undeclared)
        .collect();
    if !beyond_graphs.is_empty() {
        return Outcome::Undeclared(beyond_graphs);
    }
    let runner = match at_once(runner) {
        Ok(runner) => runner,
        Err(error) => return failed(check.about, error.to_string()),
    };
    let broken = match guarded(|| (check.run)(runner.as_ref())) {
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
