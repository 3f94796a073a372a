//! What a sink lets appear.

use heliostat::{Boundedness, Capability, Completion, Pipeline, Runner};

use super::sink::Shelf;
use super::{Broken, Check, error_of, same};

pub(super) const WHOLE: Check = Check {
    name: "checks/writes-appear-whole",
    about: "what is written to a sink that appears at the end appears once, whole, and is told",
    proves: &[Capability::Write],
    input: Boundedness::Bounded,
    run: whole,
};

pub(super) const NOTHING_OF_A_FAILURE: Check = Check {
    name: "checks/a-failing-bundle-leaves-nothing-written",
    about: "a run whose code fails names the step and lets nothing appear at the end",
    proves: &[Capability::Write],
    input: Boundedness::Bounded,
    run: nothing_of_a_failure,
};

fn whole(runner: &dyn Runner) -> Result<(), Broken> {
    let shelf = Shelf::default();
    let pipeline = Pipeline::new();
    pipeline.create(1..=5).write(shelf.clone()).named("Shelve");
    let result = runner.run(&pipeline)?;
    let want = vec![(vec![1, 2, 3, 4, 5], Completion::Complete)];
    same("commits", shelf.commits(), want)?;
    let written = result.written.get("Shelve").map(|written| written.elements);
    same("elements told of", written, Some(5))?;
    same("interrupted", result.interrupted, None)
}

fn nothing_of_a_failure(runner: &dyn Runner) -> Result<(), Broken> {
    for panics in [false, true] {
        let shelf = Shelf::default();
        let pipeline = Pipeline::new();
        let fail = move |n: &i64, out: &mut heliostat::Emit<'_, i64>| {
            out.emit(*n);
            if *n < 5 {
                return Ok(());
            }
            assert!(!panics, "five is too much");
            Err(heliostat::Error::new("five is too much"))
        };
        pipeline.create(1..=5).flat_map_into(fail).named("Fail").write(shelf.clone());
        let error = error_of("code fails", runner.run(&pipeline))?;
        same("the step that failed", error.step(), Some("Fail"))?;
        same("its words", error.to_string().contains("five is too much"), true)?;
        same("commits", shelf.commits(), Vec::new())?;
    }
    Ok(())
}
