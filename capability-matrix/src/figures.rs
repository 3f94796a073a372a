//! How long cases take and how much goes through a runner: figures that differ from run to run, and so
//! lie in a file of their own.

mod workloads;

use std::collections::BTreeMap;
use std::convert::Infallible;

use heliostat::{Clock as _, Pipeline, RunError, Runner, SystemClock};
use heliostat_conformance::{cases, checks, planned, run_case, run_check, trusting};
use serde::{Deserialize, Serialize};

use workloads::{ELEMENTS, WORKLOADS, Workload};

/// What was measured of all runners, once.
///
/// ```
/// let json = r#"{"date":"2026-01-31","cores":2,"runners":{}}"#;
/// let figures: heliostat_capability_matrix::Figures = serde_json::from_str(json)?;
/// assert_eq!((figures.date.as_str(), figures.cores), ("2026-01-31", 2));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// When, as a date.
    pub date: String,
    /// How many threads the machine runs at once.
    pub cores: usize,
    /// By name.
    pub runners: BTreeMap<String, RunnerFigures>,
}

/// What was measured of a runner.
///
/// ```
/// let json = r#"{"version":"0.1.0","micros":{"panes/closing":80},"rates":{}}"#;
/// let figures: heliostat_capability_matrix::RunnerFigures = serde_json::from_str(json)?;
/// assert_eq!(figures.micros["panes/closing"], 80);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunnerFigures {
    /// Its version then.
    pub version: String,
    /// How many microseconds a run of a case or a check takes, by name.
    pub micros: BTreeMap<String, u64>,
    /// By capability id.
    pub rates: BTreeMap<String, Rate>,
}

/// How much goes through a small pipeline that relies on a capability.
///
/// ```
/// let json = r#"{"about":"sums of 1,000 keys","elements":1000000,"per_second":5000000}"#;
/// let rate: heliostat_capability_matrix::Rate = serde_json::from_str(json)?;
/// assert_eq!(rate.per_second / rate.elements, 5);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rate {
    /// What the pipeline does.
    pub about: String,
    /// How many elements a run reads.
    pub elements: u64,
    /// Elements in a second, over several whole runs.
    pub per_second: u64,
}

/// For how many milliseconds a case, and a pipeline, is run again and again.
const CASE_MILLIS: u64 = 40;
const RATE_MILLIS: u64 = 1_000;

impl Figures {
    /// Measures all that there is on these runners. Where a runner can be told to trust pipelines, it
    /// is: suspicion is not what it costs to run one.
    ///
    /// ```no_run
    /// let figures = heliostat_capability_matrix::Figures::measured(&heliostat::runners())?;
    /// assert_eq!(figures.runners.len(), heliostat::runners().len());
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    ///
    /// # Errors
    /// If a pipeline cannot be run.
    pub fn measured(runners: &[Box<dyn Runner>]) -> Result<Self, RunError> {
        let date: String = SystemClock.now().to_string().chars().take(10).collect();
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let mut of_runners = BTreeMap::new();
        for runner in runners {
            let trusting = trusting(runner.as_ref());
            let runner = trusting.as_ref().map_or(runner.as_ref(), |rig| rig.runner.as_ref());
            of_runners.insert(runner.name().to_owned(), RunnerFigures::measured(runner)?);
        }
        Ok(Self { date, cores, runners: of_runners })
    }
}

impl RunnerFigures {
    fn measured(runner: &dyn Runner) -> Result<Self, RunError> {
        let support = runner.support();
        let mut micros = BTreeMap::new();
        for case in cases().iter().filter(|case| planned(case).is_none()) {
            micros.insert(case.name.clone(), micros_of(|| drop(run_case(case, runner))));
        }
        for check in checks() {
            micros.insert(check.name.to_owned(), micros_of(|| drop(run_check(check, runner))));
        }
        let mut rates = BTreeMap::new();
        for workload in WORKLOADS {
            let input = heliostat::Boundedness::Bounded;
            if support.extent(workload.capability, input).is_declared() {
                rates.insert(workload.capability.id().to_owned(), rate(runner, workload)?);
            }
        }
        Ok(Self { version: runner.version().to_owned(), micros, rates })
    }
}

/// Runs again and again for so long: how often, and in how many milliseconds. Over many runs, a clock
/// of milliseconds is enough.
fn repeated<E>(millis_min: u64, mut run: impl FnMut() -> Result<(), E>) -> Result<(u64, u64), E> {
    let (begin, mut runs) = (SystemClock.now(), 0);
    loop {
        run()?;
        runs += 1;
        let millis = SystemClock.now().millis() - begin.millis();
        let millis = u64::try_from(millis).unwrap_or_default();
        if millis_min <= millis {
            return Ok((runs, millis));
        }
    }
}

fn micros_of(run: impl Fn()) -> u64 {
    let once = || -> Result<(), Infallible> {
        run();
        Ok(())
    };
    let Ok((runs, millis)) = repeated(CASE_MILLIS, once);
    millis * 1_000 / runs
}

fn rate(runner: &dyn Runner, workload: &Workload) -> Result<Rate, RunError> {
    let (runs, millis) = repeated(RATE_MILLIS, || {
        let pipeline = Pipeline::new();
        (workload.build)(&pipeline);
        runner.run(&pipeline).map(drop)
    })?;
    let (about, elements) = (workload.about.to_owned(), ELEMENTS);
    Ok(Rate { about, elements, per_second: elements * runs * 1_000 / millis })
}
