//! A runner that is made to try what it does not declare.

use std::collections::BTreeMap;
use std::sync::Arc;

use heliostat::graph::Graph;
use heliostat::{Job, Pipeline, Result, RunError, RunResult, Runner, Setting, Support};

/// A runner that takes every pipeline: how a capability that is claimed too low is found.
///
/// ```
/// use heliostat::{Runner, Support};
///
/// for runner in heliostat::runners() {
///     let forced = heliostat_conformance::Forced::of(runner.into());
///     assert_eq!(forced.support(), Support::everything());
/// }
/// ```
#[derive(Clone)]
pub struct Forced {
    inner: Arc<dyn Runner>,
}

impl Forced {
    /// The runner, forced.
    pub fn of(runner: Arc<dyn Runner>) -> Self {
        Self { inner: runner }
    }
}

impl std::fmt::Debug for Forced {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}, forced", self.inner.name())
    }
}

impl Runner for Forced {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn about(&self) -> &str {
        self.inner.about()
    }

    fn version(&self) -> &str {
        self.inner.version()
    }

    fn support(&self) -> Support {
        Support::everything()
    }

    fn settings(&self) -> Vec<Setting> {
        self.inner.settings()
    }

    fn configured(&self, settings: &BTreeMap<String, String>) -> Result<Box<dyn Runner>> {
        Ok(Box::new(Self { inner: self.inner.configured(settings)?.into() }))
    }

    fn matrix(&self) -> &str {
        self.inner.matrix()
    }

    fn draw_plan(&self, graph: &Graph) -> String {
        self.inner.draw_plan(graph)
    }

    fn execute(&self, job: Job<'_>) -> std::result::Result<RunResult, RunError> {
        self.inner.execute(job)
    }

    fn run(&self, pipeline: &Pipeline) -> std::result::Result<RunResult, RunError> {
        self.inner.run_forced(pipeline)
    }
}
