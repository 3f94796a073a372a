//! A runner that is wrong on purpose, in one way that has a name.
//!
//! How the conformance suite is tried out: each kind of mistake must be found, and the complaint must
//! name it. A wrapper has no hands inside of a runner, so it makes its mistake where a runner is held:
//! in the graph it is given, in the code beside it, in the options, the settings and the result.

mod bug;
mod keyed;
mod mistake;
mod options;
mod parts;
mod reads;
mod results;
mod steps;
mod triggers;
mod windowing;
mod works;
mod writes;

use std::collections::BTreeMap;
use std::sync::Arc;

use heliostat::graph::Graph;
use heliostat::{Job, Result, RunError, RunResult, Runner, Setting, Support};

pub use bug::Bug;
use mistake::Mistake;

/// A runner that makes one kind of mistake.
///
/// ```
/// use heliostat::Runner;
/// use heliostat_conformance::{Bug, Buggy, cases, run_case};
///
/// let case = cases().iter().find(|case| case.name == "panes/closing-always").expect("it is one");
/// for runner in heliostat::runners() {
///     let name = runner.name().to_owned();
///     let buggy = Buggy::of(runner.into(), Bug::ClosingPaneForgotten, 0);
///     assert_eq!(buggy.name(), format!("{name}+closing-pane-forgotten"));
///     assert!(!run_case(case, &buggy).is_right());
/// }
/// ```
#[derive(Clone)]
pub struct Buggy {
    inner: Arc<dyn Runner>,
    bug: Bug,
    seed: u64,
    name: String,
}

impl Buggy {
    /// The runner with this bug. Where a mistake can be made in several places, `seed` says in which.
    ///
    /// ```
    /// use heliostat::Runner;
    /// use heliostat_conformance::{Bug, Buggy};
    ///
    /// for runner in heliostat::runners() {
    ///     let buggy = Buggy::of(runner.into(), Bug::ElementLost, 7);
    ///     assert!(buggy.name().ends_with("+element-lost:7"));
    /// }
    /// ```
    pub fn of(runner: Arc<dyn Runner>, bug: Bug, seed: u64) -> Self {
        let name = match seed {
            0 => format!("{}+{bug}", runner.name()),
            _ => format!("{}+{bug}:{seed}", runner.name()),
        };
        Self { inner: runner, bug, seed, name }
    }

    fn with(&self, inner: Box<dyn Runner>) -> Self {
        Self { inner: inner.into(), ..self.clone() }
    }
}

impl std::fmt::Debug for Buggy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)
    }
}

impl Runner for Buggy {
    fn name(&self) -> &str {
        &self.name
    }

    fn about(&self) -> &str {
        self.bug.sentence()
    }

    fn version(&self) -> &str {
        self.inner.version()
    }

    fn support(&self) -> Support {
        self.inner.support()
    }

    fn settings(&self) -> Vec<Setting> {
        self.inner.settings()
    }

    fn configured(&self, settings: &BTreeMap<String, String>) -> Result<Box<dyn Runner>> {
        let mut settings = settings.clone();
        if let Mistake::Settings(forget) = self.bug.mistake() {
            forget(&mut settings);
        }
        Ok(Box::new(self.with(self.inner.configured(&settings)?)))
    }

    fn matrix(&self) -> &str {
        self.inner.matrix()
    }

    fn draw_plan(&self, graph: &Graph) -> String {
        self.inner.draw_plan(graph)
    }

    fn saves_as_it_goes(&self) -> bool {
        self.inner.saves_as_it_goes()
    }

    fn execute(&self, job: Job<'_>) -> std::result::Result<RunResult, RunError> {
        self.bug.mistake().made(self.inner.as_ref(), job, self.seed)
    }
}
