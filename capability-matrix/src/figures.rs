//! How long cases take and how much goes through a runner: figures that differ from run to run, and so
//! lie in a file of their own.

mod workloads;

use std::collections::BTreeMap;
use std::time::Duration;

use heliostat::{Clock as _, Pipeline, Runner, SystemClock, Timestamp};
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
    /// How many elements it read.
    pub elements: u64,
    /// Of them in a second, whole run: the median of a few.
    pub per_second: u64,
}

/// How often the throughput of a pipeline is measured.
const RUNS: usize = 5;

/// A case is run again and again for this long, so that a clock of milliseconds is enough.
const CASE_MILLIS: i64 = 40;

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
    pub fn measured(runners: &[Box<dyn Runner>]) -> Result<Self, heliostat::RunError> {
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
    fn measured(runner: &dyn Runner) -> Result<Self, heliostat::RunError> {
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

/// The mean of as many runs as there is time for.
fn micros_of(run: impl Fn()) -> u64 {
    let (begin, mut runs) = (SystemClock.now(), 0_u64);
    loop {
        run();
        runs += 1;
        let millis = since(begin);
        if CASE_MILLIS <= millis {
            return u64::try_from(millis).unwrap_or_default() * 1_000 / runs;
        }
    }
}

fn rate(runner: &dyn Runner, workload: &Workload) -> Result<Rate, heliostat::RunError> {
    let mut millis = Vec::new();
    for _ in 0..RUNS {
        let pipeline = Pipeline::new();
        (workload.build)(&pipeline);
        let begin = SystemClock.now();
        runner.run(&pipeline)?;
        millis.push(since(begin));
    }
    millis.sort_unstable();
    let median = Duration::from_millis(u64::try_from(millis[RUNS / 2]).unwrap_or_default().max(1));
    let per_second = u128::from(ELEMENTS) * 1_000 / median.as_millis();
    Ok(Rate {
        about: workload.about.to_owned(),
        elements: ELEMENTS,
        per_second: u64::try_from(per_second).unwrap_or(u64::MAX),
    })
}

fn since(begin: Timestamp) -> i64 {
    SystemClock.now().millis() - begin.millis()
}
