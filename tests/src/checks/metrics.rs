//! What a run counts by itself, and tells who watches it.

use std::collections::BTreeMap;

use heliostat::graph::ReadSpec;
use heliostat::{
    BadRow, Boundedness, Capability, DropCounts, Fill, Interrupt, Job, Observer, Pipeline, Read,
    Reader, Rows, RunEvent, RunResult, Runner, TestStream, Timestamp, Window, secs,
};

use super::sink::Shelf;
use super::{Broken, Check, same, same_elements};

pub(super) const PER_STEP: Check = Check {
    name: "checks/elements-are-counted-per-step",
    about: "each step counts the elements it took and gave",
    proves: &[Capability::MetricsSystem],
    input: Boundedness::Bounded,
    run: per_step,
};

pub(super) const BAD_ROWS: Check = Check {
    name: "checks/bad-rows-are-counted-and-given",
    about: "rows that a read could not understand are counted, shown, and a second output",
    proves: &[Capability::MetricsSystem],
    input: Boundedness::Bounded,
    run: bad_rows,
};

pub(super) const DROPS: Check = Check {
    name: "checks/drops-are-counted-per-step",
    about: "a grouping counts what it dropped, and the elements of its late panes",
    proves: &[Capability::MetricsSystem],
    input: Boundedness::Unbounded,
    run: drops,
};

pub(super) const TOLD: Check = Check {
    name: "checks/who-watches-is-told",
    about: "who watches a run is told what it counted, wrote and could not read, as its result has it",
    proves: &[Capability::MetricsSystem],
    input: Boundedness::Bounded,
    run: told,
};

fn per_step(runner: &dyn Runner) -> Result<(), Broken> {
    let pipeline = Pipeline::new();
    pipeline
        .create(1..=10)
        .filter(|n| *n < 4)
        .named("Few")
        .flat_map(|n| vec![n; 2])
        .named("Twice")
        .collect();
    let result = runner.run(&pipeline)?;
    for (step, taken, given) in [("Few", 10, 3), ("Twice", 3, 6)] {
        let counts = result.step(step);
        same(step, (counts.elements_in, counts.elements_out), (taken, given))?;
    }
    Ok(())
}

/// Ten rows, each second one bad.
struct Spoiled;

struct SpoiledReader(u64);

impl Read for Spoiled {
    type Element = u64;
    type Restriction = u64;
    type Reader = SpoiledReader;

    fn spec(&self) -> ReadSpec {
        ReadSpec::bounded("spoiled rows")
    }

    fn split(&self) -> heliostat::Result<Vec<u64>> {
        Ok(vec![1])
    }

    fn open(&self, line: u64) -> heliostat::Result<SpoiledReader> {
        Ok(SpoiledReader(line))
    }
}

impl Reader for SpoiledReader {
    type Element = u64;
    type Restriction = u64;

    fn fill(&mut self, rows: &mut Rows<'_, u64>, _limit: usize) -> heliostat::Result<Fill> {
        let line = self.0;
        if line.is_multiple_of(2) {
            rows.reject(BadRow { file: "spoiled".into(), line, reason: "it is even".into() });
        } else {
            rows.push(line, Timestamp::MIN);
        }
        self.0 += 1;
        Ok(if line < 10 { Fill::More } else { Fill::Done })
    }

    fn position(&self) -> u64 {
        self.0
    }

    fn watermark(&self) -> Timestamp {
        Timestamp::MIN
    }
}

fn bad_rows(runner: &dyn Runner) -> Result<(), Broken> {
    let pipeline = Pipeline::new();
    let (rows, bad) = pipeline.read_or_dead_letter(Spoiled);
    let rows = rows.named("Spoiled").collect();
    let bad = bad.map(|row| row.line).collect();
    let result = runner.run(&pipeline)?;
    same_elements("rows", result.collected(&rows), vec![1, 3, 5, 7, 9])?;
    same_elements("lines of bad rows", result.collected(&bad), vec![2, 4, 6, 8, 10])?;
    same("bad rows", result.step("Spoiled").bad_rows, 5)?;
    let shown = result.bad_rows.get("Spoiled").map(Vec::len);
    same("bad rows shown", shown, Some(RunResult::BAD_ROWS_KEPT))
}

fn drops(runner: &dyn Runner) -> Result<(), Broken> {
    let at = Timestamp::secs;
    let pipeline = Pipeline::new();
    let script = TestStream::new()
        .add([(('a', 1), at(1)), (('b', 2), at(2))])
        .watermark(at(10))
        .add([(('a', 3), at(3))])
        .watermark(at(15))
        .add([(('a', 4), at(4)), (('b', 5), at(5)), (('b', 12), at(12))]);
    pipeline
        .test_stream(script)
        .window(Window::fixed(secs(10)).allowed_lateness(secs(5)).discarding())
        .group_by_key()
        .named("Group")
        .collect();
    let result = runner.run(&pipeline)?;
    let counts = result.step("Group");
    same("drops", counts.dropped, DropCounts { late: 2, closed: 0 })?;
    same("elements taken", counts.elements_in, 6)?;
    same("panes", counts.elements_out, 4)?;
    same("late panes", counts.late_panes, 1)
}

/// What a result has, put together from events.
#[derive(Default)]
struct Watching(RunResult);

impl Observer for Watching {
    fn event(&mut self, event: RunEvent) {
        match event {
            RunEvent::Step { step, metrics } => drop(self.0.metrics.insert(step, metrics)),
            RunEvent::Written { step, written } => drop(self.0.written.insert(step, written)),
            RunEvent::BadRow { step, row } => self.0.bad_rows.entry(step).or_default().push(row),
            RunEvent::Progress { .. } | RunEvent::Round(_) | RunEvent::Held { .. } => {}
        }
    }
}

fn told(runner: &dyn Runner) -> Result<(), Broken> {
    let pipeline = Pipeline::new();
    let numbers = pipeline.read(Spoiled).named("Spoiled").map(|line| line as i64);
    numbers.write(Shelf::default()).named("Shelve");
    // Nobody asks before a run that is watched, so one that is not is asked for first.
    runner.run(&pipeline)?;
    let (graph, functions) = (pipeline.graph(), pipeline.functions());
    let mut watching = Watching::default();
    let result = runner.execute(Job::new(&graph, &functions, &Interrupt::new(), &mut watching))?;
    let Watching(told) = watching;
    same("bad rows told of", &told.bad_rows, &result.bad_rows)?;
    same("rows of the read told of", told.step("Spoiled").bad_rows, 5)?;
    same("what was told of as written", &told.written, &result.written)?;
    let elements: BTreeMap<&str, u64> =
        told.written.iter().map(|(step, written)| (step.as_str(), written.elements)).collect();
    same("elements told of as written", elements, BTreeMap::from([("Shelve", 5)]))?;
    same("counts told of", &told.metrics, &result.metrics)
}
