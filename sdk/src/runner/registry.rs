//! The runners that are linked into a program.

use super::{RunError, Runner};
use std::sync::{Mutex, PoisonError};

/// How a runner crate makes itself known: `inventory::submit! { RunnerEntry::new(make) }`.
///
/// ```
/// use heliostat_direct as _;
///
/// let names: Vec<String> =
///     heliostat::runners().iter().map(|runner| runner.name().to_owned()).collect();
/// assert!(names.contains(&"direct".to_owned()));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct RunnerEntry {
    make: fn() -> Box<dyn Runner>,
}

impl RunnerEntry {
    /// A runner made by this function, with its default settings.
    pub const fn new(make: fn() -> Box<dyn Runner>) -> Self {
        Self { make }
    }
}

inventory::collect!(RunnerEntry);

static REGISTERED: Mutex<Vec<RunnerEntry>> = Mutex::new(Vec::new());

/// Makes a runner known where the linker might leave its entry out.
///
/// ```
/// use heliostat::{RunnerEntry, register, runners};
/// use heliostat_direct::DirectRunner;
///
/// register(RunnerEntry::new(|| Box::new(DirectRunner::default())));
/// assert_eq!(runners().iter().filter(|runner| runner.name() == "direct").count(), 1);
/// ```
pub fn register(entry: RunnerEntry) {
    REGISTERED.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
}

/// All runners that are linked in or registered, once each, by name.
///
/// ```
/// use heliostat_direct as _;
///
/// assert!(!heliostat::runners().is_empty());
/// ```
pub fn runners() -> Vec<Box<dyn Runner>> {
    let registered = REGISTERED.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let linked = inventory::iter::<RunnerEntry>.into_iter().copied();
    let mut runners: Vec<Box<dyn Runner>> =
        linked.chain(registered).map(|entry| (entry.make)()).collect();
    runners.sort_by(|a, b| a.name().cmp(b.name()));
    runners.dedup_by(|a, b| a.name() == b.name());
    runners
}

/// The runner of this name, with its default settings.
///
/// A program of [`launch`](crate::launch()) has `--runner` for that; this is for one that takes its
/// command line apart itself.
///
/// ```
/// use heliostat_direct as _;
///
/// assert_eq!(heliostat::runner_named("direct")?.name(), "direct");
/// let error = heliostat::runner_named("psychic").err().expect("it is not linked in");
/// assert!(error.to_string().contains("linked in: direct"));
/// # Ok::<(), heliostat::RunError>(())
/// ```
///
/// # Errors
/// If no runner of this name is linked in or registered; the message names those that are.
pub fn runner_named(name: &str) -> Result<Box<dyn Runner>, RunError> {
    let mut runners = runners();
    match runners.iter().position(|runner| runner.name() == name) {
        Some(at) => Ok(runners.swap_remove(at)),
        None => Err(RunError::refused_for(unknown(name, &runners))),
    }
}

/// What to do about a program without runners.
pub(crate) const NONE_LINKED: &str =
    "no runner is linked into this program\n  help: add `use heliostat_direct as _;` to it";

/// What is said of a name that none of these runners has.
pub(crate) fn unknown(name: &str, runners: &[Box<dyn Runner>]) -> String {
    if runners.is_empty() {
        return format!("there is no runner `{name}`: {NONE_LINKED}");
    }
    let names: Vec<&str> = runners.iter().map(|runner| runner.name()).collect();
    format!(
        "there is no runner `{name}`\n  linked in: {}\n  help: name one of these, or add \
         the crate of `{name}` to the program with `use .. as _;`",
        names.join(", "),
    )
}

/// Makes a runner known wherever its crate is linked in: `submit_runner!(|| Box::new(Mine))`.
///
/// ```
/// use heliostat_direct as _;
///
/// // heliostat_direct says: heliostat::submit_runner!(|| Box::new(DirectRunner::default()));
/// assert!(heliostat::runners().iter().any(|runner| runner.name() == "direct"));
/// ```
#[macro_export]
macro_rules! submit_runner {
    ($make:expr) => {
        $crate::inventory::submit! { $crate::RunnerEntry::new($make) }
    };
}
