//! Bundles that fail and are tried again.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use heliostat::{Boundedness, Capability, Completion, Emit, Error, Pipeline, Runner};

use super::sink::Shelf;
use super::{Broken, Check, error_of, same, same_elements};
use crate::rigs::has;

pub(super) const WITHOUT_A_TRACE: Check = Check {
    name: "checks/retries-without-a-trace",
    about: "a bundle that fails is tried again, and nothing of the failed attempts is seen",
    proves: &[Capability::OpsRetry, Capability::MetricsCommitted],
    input: Boundedness::Bounded,
    run: without_a_trace,
};

pub(super) const BEHIND_A_GROUPING: Check = Check {
    name: "checks/retries-behind-a-grouping",
    about: "code that fails on panes does not make the grouping in front of it fire again",
    proves: &[Capability::OpsRetry],
    input: Boundedness::Bounded,
    run: behind_a_grouping,
};

pub(super) const NOT_FOR_EVER: Check = Check {
    name: "checks/retries-not-for-ever",
    about: "a bundle that fails as often as it may be tried ends the run",
    proves: &[Capability::OpsRetry],
    input: Boundedness::Bounded,
    run: not_for_ever,
};

pub(super) const ATTEMPTS: &str = "attempts";

/// The runner, set to try a bundle this often.
pub(super) fn trying(runner: &dyn Runner, attempts: u32) -> Result<Box<dyn Runner>, Broken> {
    if !has(runner, ATTEMPTS) {
        let words = format!("`{}` has no setting `{ATTEMPTS}`", runner.name());
        return Err(Broken::Differs(words));
    }
    Ok(runner.configured(&[(ATTEMPTS.to_owned(), attempts.to_string())].into())?)
}

/// Code that emits, and then fails on one number, so often.
fn failing(on: i64, times: u32, failures: &Arc<AtomicU32>) -> impl Failing {
    let failures = Arc::clone(failures);
    move |n: &i64, out: &mut Emit<'_, i64>| {
        out.emit(*n);
        if *n == on && failures.load(Ordering::SeqCst) < times {
            failures.fetch_add(1, Ordering::SeqCst);
            return Err(Error::new(format!("{n} is too much")));
        }
        Ok(())
    }
}

trait Failing: Fn(&i64, &mut Emit<'_, i64>) -> Result<(), Error> + Send + Sync + 'static {}

impl<F: Fn(&i64, &mut Emit<'_, i64>) -> Result<(), Error> + Send + Sync + 'static> Failing for F {}

fn without_a_trace(runner: &dyn Runner) -> Result<(), Broken> {
    let runner = trying(runner, 3)?;
    let (shelf, failures) = (Shelf::default(), Arc::default());
    let code = failing(3, 2, &failures);
    let pipeline = Pipeline::new();
    pipeline.create(1..=5).flat_map_into(code).named("Fail").write(shelf.clone());
    let result = runner.run(&pipeline)?;
    same("failures", failures.load(Ordering::SeqCst), 2)?;
    same("commits", shelf.commits(), vec![(vec![1, 2, 3, 4, 5], Completion::Complete)])?;
    let counts = result.step("Fail");
    same("elements counted", (counts.elements_in, counts.elements_out), (5, 5))
}

fn behind_a_grouping(runner: &dyn Runner) -> Result<(), Broken> {
    let runner = trying(runner, 2)?;
    let failures = Arc::default();
    let code = failing(9, 1, &failures);
    let pipeline = Pipeline::new();
    let sums = pipeline
        .create(1..=5)
        .with_keys(|n: &i64| n.rem_euclid(2))
        .sum_per_key()
        .values()
        .flat_map_into(code)
        .collect();
    let result = runner.run(&pipeline)?;
    same("failures", failures.load(Ordering::SeqCst), 1)?;
    same_elements("sums", result.collected(&sums), vec![6, 9])
}

fn not_for_ever(runner: &dyn Runner) -> Result<(), Broken> {
    let runner = trying(runner, 2)?;
    let (shelf, failures) = (Shelf::default(), Arc::default());
    let code = failing(3, u32::MAX, &failures);
    let pipeline = Pipeline::new();
    pipeline.create(1..=5).flat_map_into(code).named("Fail").write(shelf.clone());
    let error = error_of("code fails each time", runner.run(&pipeline))?;
    same("the step that failed", error.step(), Some("Fail"))?;
    same("failures", failures.load(Ordering::SeqCst), 2)?;
    same("commits", shelf.commits(), Vec::new())
}
