//! The micro-batch runner: rounds over slices of the input, on a pool of threads.
//!
//! A round takes what its sources have, up to a limit, runs it through all stages over shards of the
//! keys, moves the watermark of each stage, fires what became due, and lets sinks appear. What is
//! late is judged by the watermark of a stage as it was when the round began, what fires by the one
//! it has when the round ends.

mod executor;
mod settings;
mod sinks;

pub use settings::{MicroBatchSettings, Rounds};

use executor::Executor;
use heliostat::graph::Graph;
use heliostat::{Capability, Extent, Job, Result, RunError, RunResult, Runner, Setting, Support};
use heliostat_runner_core::{Host, RealHost, SimulatedHost};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Runs pipelines in rounds.
///
/// ```
/// use heliostat::prelude::*;
/// use heliostat_micro_batch::MicroBatchRunner;
///
/// let pipeline = Pipeline::new();
/// let sums = pipeline.create([("a", 1), ("a", 2)].map(|(k, n)| (k.to_owned(), n)));
/// let sums = sums.sum_per_key().collect();
/// let result = MicroBatchRunner::default().workers(2).run(&pipeline)?;
/// assert_eq!(result.collected(&sums), [("a".to_owned(), 3)]);
/// # Ok::<(), heliostat::RunError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct MicroBatchRunner {
    settings: MicroBatchSettings,
}

impl MicroBatchRunner {
    /// A runner with these settings.
    ///
    /// ```
    /// use heliostat_micro_batch::{MicroBatchRunner, MicroBatchSettings};
    ///
    /// let settings = MicroBatchSettings { workers: 2, ..MicroBatchSettings::default() };
    /// assert_eq!(MicroBatchRunner::new(settings).settings().workers, 2);
    /// ```
    pub fn new(settings: MicroBatchSettings) -> Self {
        Self { settings }
    }

    /// What it was made with.
    pub fn settings(&self) -> &MicroBatchSettings {
        &self.settings
    }

    /// The same with so many threads.
    #[must_use]
    pub fn workers(mut self, workers: usize) -> Self {
        self.settings.workers = workers.max(1);
        self
    }

    /// The same with rounds of this kind.
    #[must_use]
    pub fn rounds(mut self, rounds: Rounds) -> Self {
        self.settings.rounds = rounds;
        self
    }

    /// The same, with about so many bytes of its groupings' state in memory, the rest on disk.
    #[must_use]
    pub fn state_bytes(mut self, bytes: usize) -> Self {
        self.settings.state_bytes = bytes.max(1);
        self
    }

    /// The same, trying what fails so often before the run fails.
    #[must_use]
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.settings.attempts = attempts.max(1);
        self
    }

    /// Runs a job with another host than threads of the machine.
    ///
    /// # Errors
    /// If the run fails.
    pub fn execute_on(&self, host: Arc<dyn Host>, job: Job<'_>) -> Result<RunResult, RunError> {
        Executor::new(&self.settings, host, job)?.run()
    }
}

impl Runner for MicroBatchRunner {
    fn name(&self) -> &str {
        "micro-batch"
    }

    fn about(&self) -> &str {
        "rounds over slices of the input on a pool of threads; for throughput and backfills"
    }

    fn version(&self) -> &str {
        env!("CARGO_PKG_VERSION")
    }

    fn support(&self) -> Support {
        let at_rounds = "fires at the end of the first round that ends behind its time";
        Support::everything()
            .with(Capability::TriggerProcessing, Extent::Partial(at_rounds.into()))
            .with(Capability::TimerProcessing, Extent::Partial(at_rounds.into()))
            .without(Capability::OpsCheckpoint, "a savepoint of it is taken where it stops")
    }

    fn settings(&self) -> Vec<Setting> {
        MicroBatchSettings::describe()
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
        let host = RealHost::of("micro-batch", self.settings.workers);
        let host = host.map_err(|error| RunError::failed(error.to_string()))?;
        self.execute_on(Arc::new(host), job)
    }
}

heliostat::submit_runner!(|| Box::new(MicroBatchRunner::default()));

#[cfg(doctest)]
#[doc = include_str!("../../../docs/guide/micro-batch.md")]
mod guide {}
