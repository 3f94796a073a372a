//! A run that someone stops.

use heliostat::{
    Boundedness, Capability, Completion, Interrupt, Job, NoObserver, OpenWindows, Pipeline, Runner,
    Timestamp, Window, generate_sequence, hours, millis,
};

use super::sink::Shelf;
use super::{Broken, Check, same};

pub(super) const CLEANLY: Check = Check {
    name: "checks/stops-cleanly",
    about: "an interrupted run ends well, says what is still open, and lets its sinks know that \
            they hold a part",
    proves: &[Capability::OpsStop],
    input: Boundedness::Unbounded,
    run: cleanly,
};

/// Enough that no runner comes to its end before it has seen the wish.
const NUMBERS: u64 = 5_000_000;
const STOP_AT: i64 = 100;

fn cleanly(runner: &dyn Runner) -> Result<(), Broken> {
    let (interrupt, shelf) = (Interrupt::new(), Shelf::default());
    let wish = interrupt.clone();
    let pipeline = Pipeline::new();
    let numbers = pipeline
        .read(generate_sequence(0..NUMBERS).event_time(Timestamp::secs(0), millis(1)).unbounded())
        .map(move |n| {
            let n = i64::try_from(n).unwrap_or(i64::MAX);
            if n == STOP_AT {
                wish.request();
            }
            n
        });
    numbers.write(shelf.clone()).named("Shelve");
    numbers.with_keys(|_| 'k').window(Window::fixed(hours(24))).count_per_key().collect();
    let (graph, functions) = (pipeline.graph(), pipeline.functions());
    let result = runner.execute(Job::new(&graph, &functions, &interrupt, &mut NoObserver))?;
    let commits = shelf.commits();
    let completions = commits.iter().map(|commit| commit.1).collect();
    same("completions", completions, vec![Completion::Interrupted])?;
    let shelved = commits[0].0.len() as u64;
    let enough = (100..NUMBERS).contains(&shelved);
    same("whether a part of the numbers was shelved", enough, true)?;
    let written = result.written.get("Shelve").map(|written| written.elements);
    same("elements told of", written, Some(shelved))?;
    let open = OpenWindows { windows: 1, panes_pending: 1 };
    same("open windows", result.interrupted, Some(open))
}
