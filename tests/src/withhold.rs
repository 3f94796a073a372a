//! A runner that does not declare all that it can do.

use std::collections::BTreeMap;
use std::sync::Arc;

use heliostat::graph::Graph;
use heliostat::{Capability, Job, Result, RunError, RunResult, Runner, Setting, Support};

/// Why it does not declare what it can do.
const WITHHELD: &str = "it is withheld";

/// A runner without one of its capabilities: what needs it must be refused by name.
///
/// ```
/// use heliostat::{Capability, Extent, Boundedness, Runner};
/// use heliostat_conformance::Withhold;
///
/// for runner in heliostat::runners() {
///     let withheld = Withhold::of(runner.into(), Capability::Gbk);
///     let extent = withheld.support().extent(Capability::Gbk, Boundedness::Bounded);
///     assert_eq!(extent, Extent::None("it is withheld".into()));
/// }
/// ```
#[derive(Clone)]
pub struct Withhold {
    inner: Arc<dyn Runner>,
    capability: Capability,
}

impl Withhold {
    /// The runner without this capability.
    pub fn of(runner: Arc<dyn Runner>, capability: Capability) -> Self {
        Self { inner: runner, capability }
    }
}

impl std::fmt::Debug for Withhold {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} without {}", self.inner.name(), self.capability)
    }
}

impl Runner for Withhold {
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
        self.inner.support().without(self.capability, WITHHELD)
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
        self.inner.execute(job)
    }
}
