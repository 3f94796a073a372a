//! A small runner, to learn from: one thread, no settings, and the loop in `run.rs`.
//!
//! `docs/guide/writing-a-runner.md` explains it. What it does not do it does not declare, so that a
//! pipeline which needs it is refused by name before anything runs.

mod run;

use heliostat::graph::Graph;
use heliostat::{Capability, Extent, Job, Result, RunError, RunResult, Runner, Setting, Support};
use heliostat_runner_core::{CombineForm, Plan};
use std::collections::BTreeMap;

/// Runs pipelines on the calling thread, bundle by bundle.
///
/// ```
/// use heliostat::prelude::*;
/// use heliostat_small_runner::SmallRunner;
///
/// let pipeline = Pipeline::new();
/// let sum = pipeline.create([1, 2, 3]).sum_globally().collect();
/// assert_eq!(SmallRunner.run(&pipeline)?.collected(&sum), [6]);
/// # Ok::<(), heliostat::RunError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct SmallRunner;

const NO_SAVEPOINTS: &str = "it neither begins at a savepoint nor leaves one";

/// What it leaves out, and why. All else comes from the core, and the cases hold this runner to it.
const LEFT_OUT: &[(Capability, &str)] = &[
    (Capability::CombineLift, "one thread exchanges nothing, so nothing would be gained"),
    (Capability::RequiresStableInput, "no bundle is tried again"),
    (Capability::OpsRetry, "no bundle is tried again"),
    (Capability::OpsStop, "a run that is interrupted fails, and nothing of it appears"),
    (Capability::OpsSnapshot, NO_SAVEPOINTS),
    (Capability::OpsCheckpoint, NO_SAVEPOINTS),
    (Capability::OpsUpdate, NO_SAVEPOINTS),
];

impl Runner for SmallRunner {
    fn name(&self) -> &str {
        "small"
    }

    fn about(&self) -> &str {
        "one thread, no settings; the example of the guide"
    }

    fn version(&self) -> &str {
        env!("CARGO_PKG_VERSION")
    }

    fn support(&self) -> Support {
        let one_epoch = "a run is one epoch: a sink that appears epoch by epoch does so at the end";
        let all = Support::everything().with(Capability::Write, Extent::Partial(one_epoch.into()));
        LEFT_OUT.iter().fold(all, |all, (id, why)| all.without(*id, *why))
    }

    fn settings(&self) -> Vec<Setting> {
        Vec::new()
    }

    fn configured(&self, _settings: &BTreeMap<String, String>) -> Result<Box<dyn Runner>> {
        Ok(Box::new(*self))
    }

    fn matrix(&self) -> &str {
        include_str!("../matrix.json")
    }

    fn draw_plan(&self, graph: &Graph) -> String {
        Plan::of(graph, |_| CombineForm::Native).render(graph)
    }

    fn execute(&self, job: Job<'_>) -> std::result::Result<RunResult, RunError> {
        run::run(job)
    }
}

// Whoever links this crate finds the runner by its name.
heliostat::submit_runner!(|| Box::new(SmallRunner));

#[cfg(doctest)]
#[doc = include_str!("../../../docs/guide/writing-a-runner.md")]
mod guide {}
