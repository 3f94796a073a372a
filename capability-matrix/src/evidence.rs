//! What cases and checks can show, and what they showed on one runner.

use std::sync::{Arc, OnceLock};

use heliostat::{Boundedness, Capability, Runner};
use heliostat_conformance::case::{Boundedness as Written, Expectation};
use heliostat_conformance::{
    Case, Check, Forced, Outcome, cases, checks, planned, report, run_case, run_check, variants,
};

/// Seeds that each piece of evidence is looked at under; the conformance tests take many more.
const SEEDS: u64 = 3;

/// A case or a check, and what came of it on a runner.
#[derive(Debug)]
pub struct Evidence {
    /// Its name.
    pub name: &'static str,
    /// What it shows.
    pub shows: Vec<Capability>,
    /// The kind of input it shows it for.
    pub input: Boundedness,
    /// What came of it; the first thing that is wrong, if anything is.
    pub outcome: Outcome,
    /// What to tell of the outcome.
    pub report: String,
    source: Source,
    forced: OnceLock<bool>,
}

#[derive(Clone, Copy, Debug)]
enum Source {
    Case(&'static Case),
    Check(&'static Check),
}

impl Source {
    fn run(self, runner: &dyn Runner) -> Outcome {
        match self {
            Self::Case(case) => run_case(case, runner),
            Self::Check(check) => run_check(check, runner),
        }
    }
}

impl Evidence {
    /// All there is about a runner.
    ///
    /// ```
    /// use heliostat_capability_matrix::Evidence;
    ///
    /// for runner in heliostat::runners() {
    ///     let evidence = Evidence::about(runner.as_ref());
    ///     assert!(evidence.iter().all(|piece| piece.outcome.is_right()));
    /// }
    /// ```
    pub fn about(runner: &dyn Runner) -> Vec<Self> {
        let of_cases = cases().iter().filter(|case| shows_something(case)).map(|case| {
            let input = match case.boundedness {
                Written::Bounded => Boundedness::Bounded,
                Written::Unbounded => Boundedness::Unbounded,
            };
            let ids = case.requires.iter().filter_map(|id| Capability::from_id(id));
            Self::of(runner, Source::Case(case), &case.name, ids.collect(), input)
        });
        let of_checks = checks().iter().map(|check| {
            let shows = check.proves.to_vec();
            Self::of(runner, Source::Check(check), check.name, shows, check.input)
        });
        of_cases.chain(of_checks).collect()
    }

    fn of(
        runner: &dyn Runner,
        source: Source,
        name: &'static str,
        shows: Vec<Capability>,
        input: Boundedness,
    ) -> Self {
        let (mut outcome, mut told) = (Outcome::Passed, String::new());
        for rig in variants(runner, 0..SEEDS) {
            outcome = source.run(rig.runner.as_ref());
            told = report(name, &rig.arguments(), &outcome);
            if !outcome.is_right() {
                break;
            }
        }
        let forced = OnceLock::new();
        Self { name, shows, input, outcome, report: told, source, forced }
    }

    /// Whether it passes on a runner that is made to try it.
    pub(crate) fn passes_when_forced(&self, runner: &Arc<dyn Runner>) -> bool {
        *self.forced.get_or_init(|| {
            let forced = Forced::of(Arc::clone(runner));
            self.source.run(&forced) == Outcome::Passed
        })
    }
}

/// A case whose pipeline is refused whatever the runner shows nothing about a runner.
fn shows_something(case: &Case) -> bool {
    planned(case).is_none()
        && match &case.expectation {
            Expectation::Output(_) | Expectation::Fails(_) => true,
            Expectation::Refused(_) => false,
        }
}
