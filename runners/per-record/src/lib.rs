//! The per-record runner: long-lived operators through which each element flows as it arrives.
//!
//! Every worker is a thread with an instance of each operator, for the keys that are at home on it.
//! What one operator sends to another waits in a channel, bounded in bytes: elements, and between
//! them watermarks and barriers. An operator takes what is waiting as one batch, a single element when
//! it is quiet and thousands when it is not.

mod control;
mod coordinator;
mod executor;
mod layout;
mod mail;
mod savepoints;
mod settings;
mod worker;

pub use settings::PerRecordSettings;

use executor::Executor;
use heliostat::graph::Graph;
use heliostat::{Job, Result, RunError, RunResult, Runner, Setting, Support};
use heliostat_runner_core::{Host, RealHost, SimulatedHost};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Runs pipelines element by element, as they arrive.
///
/// ```
/// use heliostat::prelude::*;
/// use heliostat_per_record::PerRecordRunner;
///
/// let pipeline = Pipeline::new();
/// let sums = pipeline.create([("a", 1), ("a", 2)].map(|(k, n)| (k.to_owned(), n)));
/// let sums = sums.sum_per_key().collect();
/// let result = PerRecordRunner::default().workers(2).run(&pipeline)?;
/// assert_eq!(result.collected(&sums), [("a".to_owned(), 3)]);
/// # Ok::<(), heliostat::RunError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct PerRecordRunner {
    settings: PerRecordSettings,
}

impl PerRecordRunner {
    /// A runner with these settings.
    ///
    /// ```
    /// use heliostat_per_record::{PerRecordRunner, PerRecordSettings};
    ///
    /// let settings = PerRecordSettings { workers: 2, ..PerRecordSettings::default() };
    /// assert_eq!(PerRecordRunner::new(settings).settings().workers, 2);
    /// ```
    pub fn new(settings: PerRecordSettings) -> Self {
        Self { settings }
    }

    /// What it was made with.
    pub fn settings(&self) -> &PerRecordSettings {
        &self.settings
    }

    /// The same with so many threads.
    #[must_use]
    pub fn workers(mut self, workers: usize) -> Self {
        self.settings.workers = workers.max(1);
        self
    }

    /// The same, trying what fails so often before the run fails.
    #[must_use]
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.settings.attempts = attempts.max(1);
        self
    }

    /// The same as one seeded scheduler: see [`PerRecordSettings::simulated`].
    #[must_use]
    pub fn simulated(mut self, seed: u64) -> Self {
        (self.settings.simulated, self.settings.seed) = (true, seed);
        self
    }

    /// Runs a job with another host than threads of the machine.
    ///
    /// # Errors
    /// If the run fails.
    pub fn execute_on(&self, host: Arc<dyn Host>, job: Job<'_>) -> Result<RunResult, RunError> {
        Executor::new(&self.settings, job)?.run(host.as_ref())
    }
}

impl Runner for PerRecordRunner {
    fn name(&self) -> &str {
        "per-record"
    }

    fn about(&self) -> &str {
        "long-lived operators that take elements as they arrive; for low latency"
    }

    fn version(&self) -> &str {
        env!("CARGO_PKG_VERSION")
    }

    fn support(&self) -> Support {
        Support::everything()
    }

    fn settings(&self) -> Vec<Setting> {
        PerRecordSettings::describe()
    }

    fn configured(&self, settings: &BTreeMap<String, String>) -> Result<Box<dyn Runner>> {
        Ok(Box::new(Self { settings: self.settings.configured(settings)? }))
    }

    fn matrix(&self) -> &str {
        include_str!("../matrix.json")
    }

    fn draw_plan(&self, graph: &Graph) -> String {
        self.settings.plan(graph, false).render(graph)
    }

    fn execute(&self, job: Job<'_>) -> Result<RunResult, RunError> {
        if self.settings.simulated {
            return self.execute_on(Arc::new(SimulatedHost::of(self.settings.seed)), job);
        }
        let host = RealHost::of("per-record", self.settings.workers);
        let host = host.map_err(|error| RunError::failed(error.to_string()))?;
        self.execute_on(Arc::new(host), job)
    }
}

heliostat::submit_runner!(|| Box::new(PerRecordRunner::default()));

#[cfg(doctest)]
#[doc = include_str!("../../../docs/guide/per-record.md")]
mod guide {}
