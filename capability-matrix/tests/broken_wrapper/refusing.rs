//! A runner that declares something and does not do it.

use std::collections::BTreeMap;
use std::sync::Arc;

use heliostat::graph::Graph;
use heliostat::{Capability, Extent, Job, Result, RunError, RunResult, Runner, Setting, Support};
use heliostat_conformance::cases;

/// Declares a capability, and fails every run that needs it.
pub(crate) struct Refusing {
    pub(crate) inner: Arc<dyn Runner>,
    pub(crate) capability: Capability,
}

impl Refusing {
    /// A run needs what its graph asks for. What no case asks for is beyond graphs: there, any does.
    fn needs(&self, graph: &Graph) -> bool {
        let asked = graph.requirements().iter().any(|it| it.capability == self.capability);
        let id = self.capability.id();
        asked || !cases().iter().any(|case| case.requires.iter().any(|it| it == id))
    }
}

impl Runner for Refusing {
    fn name(&self) -> &str {
        "refusing"
    }

    fn about(&self) -> &str {
        "declares what it does not do"
    }

    fn version(&self) -> &str {
        self.inner.version()
    }

    fn support(&self) -> Support {
        self.inner.support().with(self.capability, Extent::Full)
    }

    fn settings(&self) -> Vec<Setting> {
        self.inner.settings()
    }

    fn configured(&self, settings: &BTreeMap<String, String>) -> Result<Box<dyn Runner>> {
        let inner = self.inner.configured(settings)?.into();
        Ok(Box::new(Self { inner, capability: self.capability }))
    }

    fn matrix(&self) -> &str {
        self.inner.matrix()
    }

    fn draw_plan(&self, graph: &Graph) -> String {
        self.inner.draw_plan(graph)
    }

    fn execute(&self, job: Job<'_>) -> std::result::Result<RunResult, RunError> {
        if self.needs(job.graph) {
            return Err(RunError::failed("it was only said"));
        }
        self.inner.execute(job)
    }
}
