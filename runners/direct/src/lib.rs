//! The direct runner: one thread, deterministic for a seed, suspicious by default.
//!
//! It is the reference for all other runners: it runs a pipeline exactly as the model says and
//! looks for what a pipeline may not rely on. It shuffles and cuts bundles, sends elements and
//! state through their coders, writes all metadata out, runs combines lifted and in their expanded form, and
//! compares elements before and behind each step.

mod executor;
mod settings;
mod sinks;
mod suspicion;

pub use settings::{DirectClock, DirectSettings};

use executor::Executor;
use heliostat::graph::Graph;
use heliostat::{Capability, Job, Result, RunError, RunResult, Runner, Setting, Support};
use heliostat_runner_core::{CombineForm, Plan};
use std::collections::BTreeMap;

/// Runs pipelines on the calling thread.
///
/// ```
/// use heliostat::prelude::*;
/// use heliostat_direct::DirectRunner;
///
/// let pipeline = Pipeline::new();
/// let sums = pipeline.create([("a", 1), ("a", 2)].map(|(k, n)| (k.to_owned(), n)));
/// let sums = sums.sum_per_key().collect();
/// let result = DirectRunner::default().seed(7).run(&pipeline)?;
/// assert_eq!(result.collected(&sums), [("a".to_owned(), 3)]);
/// # Ok::<(), heliostat::RunError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct DirectRunner {
    settings: DirectSettings,
}

impl DirectRunner {
    /// A runner with these settings.
    ///
    /// ```
    /// use heliostat_direct::{DirectRunner, DirectSettings};
    ///
    /// let runner = DirectRunner::new(DirectSettings { seed: 7, ..DirectSettings::default() });
    /// assert_eq!(runner.settings().seed, 7);
    /// ```
    pub fn new(settings: DirectSettings) -> Self {
        Self { settings }
    }

    /// What it was made with.
    pub fn settings(&self) -> &DirectSettings {
        &self.settings
    }

    /// The same with this seed.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.settings.seed = seed;
        self
    }

    /// The same without suspicion: fast, and blind to what a pipeline may not rely on.
    #[must_use]
    pub fn trusting(mut self) -> Self {
        self.settings.trusting = true;
        self
    }

    /// The same, trying a bundle so often before the run fails.
    #[must_use]
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.settings.attempts = attempts.max(1);
        self
    }

    /// The same with this processing time, where no test stream says what it is.
    #[must_use]
    pub fn clock(mut self, clock: DirectClock) -> Self {
        self.settings.clock = clock;
        self
    }
}

impl Runner for DirectRunner {
    fn name(&self) -> &str {
        "direct"
    }

    fn about(&self) -> &str {
        "one thread, deterministic for a seed, suspicious; the reference for all others"
    }

    fn version(&self) -> &str {
        env!("CARGO_PKG_VERSION")
    }

    fn support(&self) -> Support {
        Support::everything()
            .without(Capability::OpsCheckpoint, "a savepoint of it is taken where it stops")
    }

    fn settings(&self) -> Vec<Setting> {
        DirectSettings::describe()
    }

    fn configured(&self, settings: &BTreeMap<String, String>) -> Result<Box<dyn Runner>> {
        Ok(Box::new(Self { settings: self.settings.configured(settings)? }))
    }

    fn matrix(&self) -> &str {
        include_str!("../matrix.json")
    }

    fn draw_plan(&self, graph: &Graph) -> String {
        let form = self.settings.combine.unwrap_or(CombineForm::Native);
        Plan::of(graph, |_| form).render(graph)
    }

    fn execute(&self, job: Job<'_>) -> Result<RunResult, RunError> {
        Executor::new(&self.settings, job)?.run()
    }
}

heliostat::submit_runner!(|| Box::new(DirectRunner::default()));
