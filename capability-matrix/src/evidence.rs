//! What cases and checks can show, and what they showed on one runner.

use std::sync::{Arc, OnceLock};

use heliostat::{Boundedness, Capability, Runner};
use heliostat_conformance::case::{Boundedness as Written, Expectation};
use heliostat_conformance::{
    Case, Check, Forced, Outcome, cases, checks, planned, report, run_case, run_check, variants,
};

/// Seeds that each piece of evidence is looked at under; the conformance tests take many more.
const SEEDS: u64 = 2;

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

/// A case or a check before it is run, and what it shows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Exhibit {
    source: Source,
    name: &'static str,
    input: Boundedness,
}

impl Exhibit {
    /// All there are: cases in their order, then checks.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        let of_cases = cases().iter().filter(|case| shows_something(case)).map(|case| {
            let input = match case.boundedness {
                Written::Bounded => Boundedness::Bounded,
                Written::Unbounded => Boundedness::Unbounded,
            };
            Self { source: Source::Case(case), name: &case.name, input }
        });
        let of_checks = checks().iter().map(|check| Self {
            source: Source::Check(check),
            name: check.name,
            input: check.input,
        });
        of_cases.chain(of_checks)
    }

    pub(crate) fn shows(self) -> Vec<Capability> {
        match self.source {
            Source::Case(case) => {
                case.requires.iter().filter_map(|id| Capability::from_id(id)).collect()
            }
            Source::Check(check) => check.proves.to_vec(),
        }
    }

    /// What comes of it on a runner, in each of its variants under these many seeds.
    pub(crate) fn run(self, runner: &dyn Runner, seeds: u64) -> Evidence {
        let Self { source, name, input } = self;
        let (mut outcome, mut told) = (Outcome::Passed, String::new());
        for rig in variants(runner, 0..seeds) {
            outcome = source.run(rig.runner.as_ref());
            told = report(name, &rig.arguments(), &outcome);
            if !outcome.is_right() {
                break;
            }
        }
        let (shows, forced) = (self.shows(), OnceLock::new());
        Evidence { name, shows, input, outcome, report: told, source, forced }
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
        Exhibit::all().map(|exhibit| exhibit.run(runner, SEEDS)).collect()
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
