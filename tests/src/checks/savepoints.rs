//! Runs that stop with a savepoint, and runs that go on from one.

use heliostat::graph::ReadSpec;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use heliostat::{
    BadRow, Boundedness, Capability, Clock as _, Collected, Completion, DropCounts, Duration, Fill,
    JobOptions, KeptSavepoint, PCollection, Pipeline, Read, Reader, Rows, RunResult, Runner,
    Savepoint, SavepointStore, SystemClock, Timestamp, Window, millis, secs,
};

use super::sink::{Commit, Shelf};
use super::{Broken, Check, same, same_elements};
use crate::rigs::bundle_by_bundle;

pub(super) const GOES_ON: Check = Check {
    name: "checks/goes-on-from-a-savepoint",
    about: "a run that was stopped after any number of bundles goes on to what an undisturbed one \
            gives, and counts on; until then nothing appears",
    proves: &[Capability::OpsSnapshot],
    input: Boundedness::Unbounded,
    run: goes_on,
};

pub(super) const STEP_BY_STEP: Check = Check {
    name: "checks/stops-after-each-bundle",
    about: "a run may stop and go on as often as it has bundles",
    proves: &[Capability::OpsSnapshot],
    input: Boundedness::Unbounded,
    run: step_by_step,
};

pub(super) const ENDS: Check = Check {
    name: "checks/no-savepoint-of-a-run-that-ends",
    about: "a run that comes to its end by itself commits, and stores no savepoint",
    proves: &[Capability::OpsSnapshot],
    input: Boundedness::Unbounded,
    run: ends,
};

pub(super) const ON_THE_WAY: Check = Check {
    name: "checks/savepoints-on-the-way",
    about: "a run that gives savepoints while it goes on ends as an undisturbed one, and so does \
            what goes on from the last of them",
    proves: &[Capability::OpsCheckpoint],
    input: Boundedness::Unbounded,
    run: on_the_way,
};

pub(super) const UPDATED: Check = Check {
    name: "checks/goes-on-with-a-changed-pipeline",
    about: "a savepoint is gone on from by a pipeline with a step more and a grouping of another \
            name, after any number of bundles",
    proves: &[Capability::OpsUpdate],
    input: Boundedness::Unbounded,
    run: updated,
};

/// The rows of each bundle: numbers of one digit with their seconds, and 0 for a bad row.
const BUNDLES: [&[(i64, i64)]; 9] = [
    &[(1, 1), (2, 2), (0, 0)],
    &[(3, 14), (4, 4)],
    &[(5, 25), (6, 16)],
    &[],
    // Too late, late, on time.
    &[(7, 3), (8, 13), (9, 24)],
    &[(0, 0), (1, 36), (2, 1)],
    &[(3, 31)],
    &[(4, 48), (5, 12), (0, 0)],
    &[(6, 49)],
];

/// How far the watermark is behind the latest row.
const DISORDER: i64 = 4;

#[derive(Default)]
struct Rowed {
    /// Its last bundle does not come before that.
    awaited: Option<Awaited>,
}

struct RowedReader {
    bundle: usize,
    watermark: Timestamp,
    awaited: Option<Awaited>,
}

/// A savepoint on the way: whether one has come, and how often somebody asked.
#[derive(Clone, Default)]
struct Awaited {
    has_come: Arc<AtomicBool>,
    asked: Arc<AtomicU64>,
}

/// How often somebody asks before giving up, this long apart.
const ASKED_MAX: u64 = 400;
const APART: Duration = millis(5);

impl Awaited {
    /// When to ask again; `None` if nobody has to.
    fn again_at(&self) -> Option<Timestamp> {
        let asked = self.asked.fetch_add(1, Ordering::SeqCst);
        let waits = !self.has_come.load(Ordering::SeqCst) && asked < ASKED_MAX;
        waits.then(|| SystemClock.now() + APART)
    }
}

/// Keeps the last savepoint, and says that one has come.
struct Announcing<'a> {
    kept: &'a mut KeptSavepoint,
    awaited: Awaited,
}

impl SavepointStore for Announcing<'_> {
    fn store(&mut self, savepoint: &Savepoint) -> heliostat::Result<()> {
        self.kept.store(savepoint)?;
        self.awaited.has_come.store(true, Ordering::SeqCst);
        Ok(())
    }
}

impl Read for Rowed {
    type Element = i64;
    type Restriction = (u64, Timestamp);
    type Reader = RowedReader;

    fn spec(&self) -> ReadSpec {
        ReadSpec {
            boundedness: Boundedness::Unbounded,
            can_end: true,
            has_watermark_policy: true,
            about: "rows in bundles".into(),
        }
    }

    fn split(&self) -> heliostat::Result<Vec<(u64, Timestamp)>> {
        Ok(vec![(0, Timestamp::MIN)])
    }

    fn open(&self, (bundle, watermark): (u64, Timestamp)) -> heliostat::Result<RowedReader> {
        let bundle = usize::try_from(bundle).unwrap_or(usize::MAX);
        Ok(RowedReader { bundle, watermark, awaited: self.awaited.clone() })
    }
}

impl Reader for RowedReader {
    type Element = i64;
    type Restriction = (u64, Timestamp);

    fn fill(&mut self, rows: &mut Rows<'_, i64>, _limit: usize) -> heliostat::Result<Fill> {
        let is_last = self.bundle + 1 == BUNDLES.len();
        let awaited = self.awaited.as_ref().filter(|_| is_last);
        if let Some(at) = awaited.and_then(Awaited::again_at) {
            return Ok(Fill::Idle(at));
        }
        for &(number, second) in BUNDLES.get(self.bundle).copied().unwrap_or_default() {
            if number == 0 {
                let line = self.bundle as u64;
                rows.reject(BadRow { file: "rows".into(), line, reason: "it is 0".into() });
                continue;
            }
            rows.push(number, Timestamp::secs(second));
            self.watermark = self.watermark.max(Timestamp::secs(second - DISORDER));
        }
        self.bundle += 1;
        Ok(if self.bundle < BUNDLES.len() { Fill::More } else { Fill::Done })
    }

    fn position(&self) -> (u64, Timestamp) {
        (self.bundle as u64, self.watermark)
    }

    fn watermark(&self) -> Timestamp {
        self.watermark
    }
}

type Pairs = PCollection<(i64, i64)>;

/// A pipeline with something of everything that a savepoint holds, and what it gives.
struct Whole {
    pipeline: Pipeline,
    shelf: Shelf,
    groups: Collected<(i64, i64)>,
    dropped: Collected<i64>,
    bad: Collected<u64>,
    created: Collected<i64>,
}

/// What can be seen of a run.
#[derive(PartialEq, Eq, Debug)]
struct Seen {
    commits: Vec<Commit>,
    groups: Vec<(i64, i64)>,
    dropped: Vec<i64>,
    bad: Vec<u64>,
    created: Vec<i64>,
}

impl Whole {
    fn new() -> Self {
        Self::of(Rowed::default(), |pairs| pairs, "Sums")
    }

    /// The same after a change: a step more, and a grouping of another name.
    fn changed() -> Self {
        Self::of(Rowed::default(), |pairs| pairs.filter(|_| true).named("Keep all"), "Totals")
    }

    fn of(rows: Rowed, more: impl Fn(Pairs) -> Pairs, grouping: &str) -> Self {
        let (pipeline, shelf) = (Pipeline::new(), Shelf::default());
        let (rows, bad) = pipeline.read_or_dead_letter(rows);
        let rows = rows.named("Rows");
        rows.reshuffle().named("Shuffle").write(shelf.clone()).named("Shelve");
        let windows = Window::fixed(secs(10)).allowed_lateness(secs(10)).accumulating();
        let pairs = more(rows.map(|n| (n.rem_euclid(2), n))).window(windows);
        let (groups, dropped) = pairs.combine_per_key_with_dropped(heliostat::Sum);
        let created = pipeline.create([1, 2, 3]).sum_globally().named("Total");
        Self {
            groups: groups.named(grouping).formerly("Sums").collect(),
            dropped: dropped.map(|dropped| dropped.value.1).collect(),
            bad: bad.map(|row| row.line).collect(),
            created: created.collect(),
            pipeline,
            shelf,
        }
    }

    fn seen(&self, result: &RunResult) -> Seen {
        let mut seen = Seen {
            commits: self.shelf.commits(),
            groups: result.collected(&self.groups),
            dropped: result.collected(&self.dropped),
            bad: result.collected(&self.bad),
            created: result.collected(&self.created),
        };
        seen.groups.sort_unstable();
        seen.dropped.sort_unstable();
        seen.bad.sort_unstable();
        seen
    }

    /// Runs it until so many bundles were read; `None` if it came to its end before that.
    fn stopped(
        &self,
        runner: &dyn Runner,
        from: Option<&Savepoint>,
        stop_at: u64,
    ) -> Result<Option<KeptSavepoint>, Broken> {
        let mut kept = KeptSavepoint::default();
        let options = JobOptions { from, ..JobOptions::default() };
        let options = options.stopping_at(stop_at).saving_to(&mut kept);
        let result = runner.run_with(&self.pipeline, options)?;
        let stopped = result.stopped.map(|stopped| (stopped.bundles, stopped.saved));
        if kept.is_empty() {
            same("how it stopped without a savepoint", stopped, None)?;
            return Ok(None);
        }
        same("how it stopped with a savepoint", stopped, Some((stop_at, true)))?;
        same("what appeared at the stop", self.shelf.commits(), Vec::new())?;
        same("what it told of as written", result.written.len(), 0)?;
        Ok(Some(kept))
    }
}

/// The undisturbed run.
fn undisturbed(runner: &dyn Runner) -> Result<(Seen, RunResult), Broken> {
    let whole = Whole::new();
    let result = runner.run(&whole.pipeline)?;
    let seen = whole.seen(&result);
    let all = vec![1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 8, 9];
    same("the numbers shelved", &seen.commits, &vec![(all, Completion::Complete)])?;
    same_elements("what was dropped", seen.dropped.clone(), vec![2, 5, 7])?;
    same("drops", result.dropped(), DropCounts { late: 3, closed: 0 })?;
    Ok((seen, result))
}

/// What goes on from a savepoint ends as what was never stopped.
fn ends_as(
    undisturbed: &(Seen, RunResult),
    whole: &Whole,
    runner: &dyn Runner,
    from: &Savepoint,
) -> Result<(), Broken> {
    let options = JobOptions::default().from_savepoint(from);
    let result = runner.run_with(&whole.pipeline, options)?;
    let after = from.header.bundles;
    let of_all = |what: &str| format!("{what}, stopped after {after} bundles");
    same(&of_all("what was given"), &whole.seen(&result), &undisturbed.0)?;
    same(&of_all("what was counted"), &result.metrics, &undisturbed.1.metrics)?;
    same(&of_all("bad rows shown"), &result.bad_rows, &undisturbed.1.bad_rows)?;
    same(&of_all("what was told of as written"), &result.written, &undisturbed.1.written)?;
    same(&of_all("how it stopped"), result.stopped, None)
}

fn goes_on(runner: &dyn Runner) -> Result<(), Broken> {
    let runner = &*bundle_by_bundle(runner)?;
    let undisturbed = undisturbed(runner)?;
    let mut stops = 0;
    loop {
        let whole = Whole::new();
        let Some(kept) = whole.stopped(runner, None, stops)? else { break };
        same("bundles in the savepoint", kept.savepoint().header.bundles, stops)?;
        ends_as(&undisturbed, &whole, runner, kept.savepoint())?;
        stops += 1;
    }
    let enough = BUNDLES.len() as u64 <= stops;
    same("whether each bundle can be the last", enough, true)
}

fn step_by_step(runner: &dyn Runner) -> Result<(), Broken> {
    let runner = &*bundle_by_bundle(runner)?;
    let undisturbed = undisturbed(runner)?;
    let whole = Whole::new();
    let mut kept = whole.stopped(runner, None, 0)?.expect("no run ends before its beginning");
    let mut bundles = 0;
    while bundles < BUNDLES.len() as u64 {
        let next = whole.stopped(runner, Some(kept.savepoint()), 1)?;
        bundles += 1;
        let next = next.ok_or_else(|| Broken::Differs(format!("it ended at {bundles} bundles")))?;
        same("bundles of all runs", next.savepoint().header.bundles, bundles)?;
        kept = next;
    }
    ends_as(&undisturbed, &whole, runner, kept.savepoint())
}

fn ends(runner: &dyn Runner) -> Result<(), Broken> {
    let runner = &*bundle_by_bundle(runner)?;
    let (seen, _) = undisturbed(runner)?;
    let whole = Whole::new();
    let mut kept = KeptSavepoint::default();
    let options = JobOptions::default().stopping_at(1_000_000).saving_to(&mut kept);
    let result = runner.run_with(&whole.pipeline, options)?;
    same("whether a savepoint was stored", !kept.is_empty(), false)?;
    same("how it stopped", result.stopped, None)?;
    same("what was given", whole.seen(&result), seen)
}

fn on_the_way(runner: &dyn Runner) -> Result<(), Broken> {
    let runner = &*bundle_by_bundle(runner)?;
    let undisturbed = undisturbed(runner)?;
    let awaited = Awaited::default();
    let rows = Rowed { awaited: Some(awaited.clone()) };
    let whole = Whole::of(rows, |pairs| pairs, "Sums");
    let mut kept = KeptSavepoint::default();
    let mut store = Announcing { kept: &mut kept, awaited };
    let options = JobOptions::default().saving_to(&mut store).saving_every(Duration::ZERO);
    let result = runner.run_with(&whole.pipeline, options)?;
    same("what was given", &whole.seen(&result), &undisturbed.0)?;
    same("how it stopped", result.stopped, None)?;
    same("whether a savepoint came on the way", !kept.is_empty(), true)?;
    ends_as(&undisturbed, &Whole::new(), runner, kept.savepoint())
}

fn updated(runner: &dyn Runner) -> Result<(), Broken> {
    let runner = &*bundle_by_bundle(runner)?;
    let (undisturbed, _) = undisturbed(runner)?;
    for stop_at in 0..BUNDLES.len() as u64 {
        let kept = Whole::new().stopped(runner, None, stop_at)?;
        let ended = || Broken::Differs(format!("it ended at {stop_at} bundles"));
        let kept = kept.ok_or_else(ended)?;
        let changed = Whole::changed();
        let options = JobOptions::default().from_savepoint(kept.savepoint());
        let result = runner.run_with(&changed.pipeline, options)?;
        let what = format!("what was given, changed after {stop_at} bundles");
        same(&what, &changed.seen(&result), &undisturbed)?;
    }
    Ok(())
}
