//! The contract between a pipeline and whatever runs it.

mod error;
mod interrupt;
mod registry;
mod result;

pub use error::{RunError, RunErrorKind};
pub use interrupt::{Interrupt, InterruptLevel};
pub use registry::{RunnerEntry, register, runners};
pub use result::{DropCounts, NoObserver, Observer, OpenWindows, RunEvent, RunResult, StepMetrics};

use crate::graph::{Functions, Graph};
use crate::preflight::{Severity, check};
use crate::{Pipeline, Support};
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
    /// Runs a graph without problems to its end.
    ///
    /// # Errors
    /// If user code or the world fails; then nothing that a sink wrote appears.
    fn execute(&self, job: Job<'_>) -> Result<RunResult, RunError>;

    /// Checks the pipeline and runs it to its end.
    ///
    /// # Errors
    /// If preflight finds problems, all of them; or if the run fails.
    fn run(&self, pipeline: &Pipeline) -> Result<RunResult, RunError> {
        let graph = pipeline.graph();
        let problems = check(&graph, &self.support(), self.name());
        if problems.iter().any(|problem| problem.severity == Severity::Error) {
            return Err(RunError::refused(problems));
        }
        let functions = pipeline.functions();
        self.execute(Job::new(&graph, &functions, &Interrupt::new(), &mut NoObserver))
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

/// Everything a runner is given for one run.
pub struct Job<'a> {
    /// What to run; free of problems.
    pub graph: &'a Graph,
    /// Its code.
    pub functions: &'a Functions,
    /// Whether someone wants it to stop.
    pub interrupt: &'a Interrupt,
    /// Who wants to know how it goes.
    pub observer: &'a mut dyn Observer,
}

impl<'a> Job<'a> {
    /// A job of these parts.
    pub fn new(
        graph: &'a Graph,
        functions: &'a Functions,
        interrupt: &'a Interrupt,
        observer: &'a mut dyn Observer,
    ) -> Self {
        Self { graph, functions, interrupt, observer }
    }
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
