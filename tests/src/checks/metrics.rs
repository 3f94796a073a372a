//! What a run counts by itself.

use heliostat::graph::ReadSpec;
use heliostat::{
    BadRow, Boundedness, Capability, DropCounts, Fill, Pipeline, Read, Reader, Rows, Runner,
    TestStream, Timestamp, Window, secs,
};

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
    same("bad rows shown", shown, Some(heliostat::RunResult::BAD_ROWS_KEPT))
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
