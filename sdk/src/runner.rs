//! The contract between a pipeline and whatever runs it.

mod error;
mod interrupt;
mod job;
mod registry;
mod result;
mod round;

pub use error::{RunError, RunErrorKind};
pub use interrupt::{Interrupt, InterruptLevel};
pub use job::{Job, JobOptions};
pub(crate) use registry::{NONE_LINKED, unknown};
pub use registry::{RunnerEntry, register, runner_named, runners};
pub use result::{
    DropCounts, NoObserver, Observer, OpenWindows, RunEvent, RunResult, StepMetrics, StopCause,
    Stopped,
};
pub use round::{ReadProgress, RoundProgress, StateProgress};

use crate::graph::Graph;
use crate::preflight::{Severity, check};
use crate::{Boundedness, Capability, Pipeline, Support};
use std::collections::BTreeMap;

/// Something that can run pipelines.
///
/// A runner declares what it can do ([`Runner::support`]); [`Runner::run`] refuses a pipeline that
/// needs more before anything happens. `heliostat-direct` is a whole one.
///
/// ```
/// use heliostat::prelude::*;
/// use heliostat_direct::DirectRunner;
///
/// let runner = DirectRunner::default();
/// assert_eq!(runner.name(), "direct");
///
/// let pipeline = Pipeline::new();
/// let words = pipeline.create(["to", "be"].map(str::to_owned)).count_globally().collect();
/// let result = runner.run(&pipeline)?;
/// assert_eq!(result.collected(&words), [2]);
/// # Ok::<(), heliostat::RunError>(())
/// ```
pub trait Runner: Send + Sync {
    /// What `--runner` calls it; also the prefix of its settings.
    fn name(&self) -> &str;
    /// What it is, in one line.
    fn about(&self) -> &str;
    /// Its version.
    fn version(&self) -> &str;
    /// What it can do.
    fn support(&self) -> Support;
    /// What can be set on the command line.
    fn settings(&self) -> Vec<Setting>;
    /// The same runner with these settings, by name without prefix; flags have the value `true`.
    ///
    /// # Errors
    /// If a value does not fit; the message names the setting.
    fn configured(&self, settings: &BTreeMap<String, String>) -> crate::Result<Box<dyn Runner>>;
    /// Its column of the capability matrix, as JSON, as it was last computed.
    fn matrix(&self) -> &str;
    /// Draws how it would run a graph without problems.
    fn draw_plan(&self, graph: &Graph) -> String;
    /// Runs a graph without problems to its end, or to where it is stopped.
    ///
    /// # Errors
    /// If user code or the world fails; then nothing that a sink wrote appears.
    fn execute(&self, job: Job<'_>) -> Result<RunResult, RunError>;

    /// Checks the pipeline and runs it to its end.
    ///
    /// # Errors
    /// If preflight finds problems, all of them; or if the run fails.
    fn run(&self, pipeline: &Pipeline) -> Result<RunResult, RunError> {
        self.run_with(pipeline, JobOptions::default())
    }

    /// Checks the pipeline and runs it, from a savepoint or to one.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat::{JobOptions, KeptSavepoint};
    /// use heliostat_direct::DirectRunner;
    ///
    /// let runner = DirectRunner::default();
    /// let pipeline = Pipeline::new();
    /// pipeline.read(generate_sequence(0..9)).sum_globally().collect();
    ///
    /// let mut kept = KeptSavepoint::default();
    /// let stopped =
    ///     runner.run_with(&pipeline, JobOptions::default().stopping_at(1).saving_to(&mut kept));
    /// if runner.takes_savepoints() {
    ///     assert!(stopped?.stopped.is_some_and(|stopped| stopped.saved));
    ///     let options = JobOptions::default().from_savepoint(kept.savepoint());
    ///     assert_eq!(runner.run_with(&pipeline, options)?.stopped, None);
    /// } else {
    ///     assert!(stopped.is_err());
    /// }
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Runner::run`]; also if the runner knows no savepoints and one is given or asked for,
    /// or if the savepoint does not fit the pipeline.
    fn run_with(
        &self,
        pipeline: &Pipeline,
        options: JobOptions<'_>,
    ) -> Result<RunResult, RunError> {
        let graph = pipeline.graph();
        let functions = pipeline.functions();
        let mut problems = check(&graph, &self.support(), self.name());
        if options.needs_savepoints() && !self.takes_savepoints() {
            return Err(RunError::refused_for(no_savepoints(self.name())));
        }
        if options.savepoint_every.is_some() && !self.saves_as_it_goes() {
            return Err(RunError::refused_for(no_savepoints_on_the_way(self.name())));
        }
        if let Some(savepoint) = options.from {
            problems.extend(savepoint.matched_to(&graph, &functions).err().unwrap_or_default());
        }
        if problems.iter().any(|problem| problem.severity == Severity::Error) {
            return Err(RunError::refused(problems));
        }
        let interrupt = Interrupt::new();
        self.execute(
            Job::new(&graph, &functions, &interrupt, &mut NoObserver).with(options.for_one_run()),
        )
    }

    /// Whether it can stop with a savepoint and go on from one.
    fn takes_savepoints(&self) -> bool {
        declares(&self.support(), Capability::OpsSnapshot)
    }

    /// Whether it can give savepoints while it goes on ([`JobOptions::savepoint_every`]).
    fn saves_as_it_goes(&self) -> bool {
        declares(&self.support(), Capability::OpsCheckpoint)
    }

    /// Runs the pipeline although the runner does not declare all it needs: how the matrix finds
    /// capabilities that are claimed too low. Other problems still refuse it.
    ///
    /// # Errors
    /// As [`Runner::run`].
    fn run_forced(&self, pipeline: &Pipeline) -> Result<RunResult, RunError> {
        let graph = pipeline.graph();
        let problems = check(&graph, &Support::everything(), self.name());
        if problems.iter().any(|problem| problem.severity == Severity::Error) {
            return Err(RunError::refused(problems));
        }
        let functions = pipeline.functions();
        self.execute(Job::new(&graph, &functions, &Interrupt::new(), &mut NoObserver))
    }
}

/// Whether a capability of a job is declared, whatever its input.
fn declares(support: &Support, capability: Capability) -> bool {
    let inputs = [Boundedness::Unbounded, Boundedness::Bounded];
    inputs.into_iter().any(|input| support.extent(capability, input).is_declared())
}

/// What is said of a runner that cannot do what was asked of it.
pub(crate) fn no_savepoints(runner: &str) -> String {
    format!(
        "the runner `{runner}` neither stops at a number of bundles nor knows savepoints\n  \
         help: take one whose column of the matrix has `ops.snapshot`"
    )
}

/// The same of savepoints while a run goes on.
pub(crate) fn no_savepoints_on_the_way(runner: &str) -> String {
    let saving = runners().into_iter().filter(|it| it.saves_as_it_goes());
    let saving: Vec<String> = saving.map(|it| format!("`{}`", it.name())).collect();
    let others = match saving.as_slice() {
        [] => String::new(),
        others => format!(", or take {}, which does", others.join(" or ")),
    };
    format!(
        "the runner `{runner}` gives no savepoints while it runs\n  help: leave out the interval: a \
         run that is stopped leaves one{others}"
    )
}

/// Something about a runner that can be set on the command line, as `--runner-name.setting`.
///
/// ```
/// use heliostat::{Setting, SettingKind};
///
/// let seed = Setting {
///     name: "seed",
///     help: "what chance is made from",
///     kind: SettingKind::Value { default: "0".into() },
/// };
/// assert_eq!(seed.name, "seed");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Without the runner's prefix.
    pub name: &'static str,
    /// What it does, in one line.
    pub help: &'static str,
    /// What it takes.
    pub kind: SettingKind,
}

/// What a setting takes.
///
/// ```
/// assert_ne!(
///     heliostat::SettingKind::Flag,
///     heliostat::SettingKind::Value { default: "1".into() },
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingKind {
    /// Nothing: it is there or not.
    Flag,
    /// A value.
    Value {
        /// What holds when it is not given.
        default: String,
    },
}
