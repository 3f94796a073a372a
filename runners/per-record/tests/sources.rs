//! Sources beside each other, and beside sinks: who waits for whom, and for how long. Time is that of a
//! simulated run, which goes by only when all wait.

use heliostat::graph::{ReadSpec, WriteSpec};
use heliostat::prelude::*;
use heliostat::{
    Completion, Interrupt, Job, Observer, RunError, RunEvent, SinkStyle, Timestamp, Written,
};
use heliostat_per_record::{PerRecordRunner, PerRecordSettings};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Rows of one key, each a step of event time behind the one before, given at intervals.
#[derive(Clone, Debug)]
struct Ticks {
    rows: i64,
    /// How far apart rows are in event time.
    step: i64,
    /// How long it waits between two rows, in processing time.
    every: i64,
    /// When it gives its first row.
    begins: i64,
    /// How many rows it has given.
    given: Arc<AtomicI64>,
}

impl Ticks {
    fn new(rows: i64, step: i64, every: i64) -> Self {
        Self { rows, step, every, begins: 0, given: Arc::default() }
    }
}

struct Ticking {
    ticks: Ticks,
    next: i64,
    has_waited: bool,
}

impl Read for Ticks {
    type Element = (u64, i64);
    type Restriction = i64;
    type Reader = Ticking;

    fn spec(&self) -> ReadSpec {
        ReadSpec {
            boundedness: Boundedness::Unbounded,
            has_watermark_policy: true,
            ..ReadSpec::bounded("ticks")
        }
    }

    fn split(&self) -> Result<Vec<i64>> {
        Ok(vec![0])
    }

    fn open(&self, next: i64) -> Result<Ticking> {
        Ok(Ticking { ticks: self.clone(), next, has_waited: false })
    }
}

impl Reader for Ticking {
    type Element = (u64, i64);
    type Restriction = i64;

    fn fill(&mut self, rows: &mut Rows<'_, (u64, i64)>, _limit: usize) -> Result<Fill> {
        let Ticks { rows: all, step, every, begins, given } = &self.ticks;
        if 0 < *begins && !std::mem::replace(&mut self.has_waited, true) {
            return Ok(Fill::Idle(Timestamp::from_millis(*begins)));
        }
        rows.push((1, self.next), Timestamp::from_millis(self.next * step));
        self.next += 1;
        given.store(self.next, Ordering::SeqCst);
        Ok(match every {
            _ if self.next == *all => Fill::Done,
            0 => Fill::More,
            every => Fill::Idle(Timestamp::from_millis(begins + self.next * every)),
        })
    }

    fn position(&self) -> i64 {
        self.next
    }

    fn watermark(&self) -> Timestamp {
        Timestamp::from_millis(self.next * self.ticks.step)
    }
}

/// Notes with each row what a count was when it was written.
#[derive(Clone)]
struct Noting {
    count: Arc<AtomicI64>,
    /// The first count that was noted.
    first: Arc<AtomicI64>,
    /// How many rows were written.
    written: Arc<AtomicI64>,
    /// The largest difference between the count and that.
    behind: Arc<AtomicI64>,
}

impl Noting {
    fn of(count: &Arc<AtomicI64>) -> Self {
        Self {
            count: Arc::clone(count),
            first: Arc::new(AtomicI64::new(i64::MAX)),
            written: Arc::default(),
            behind: Arc::default(),
        }
    }
}

struct Note {
    sink: Noting,
    rows: i64,
}

impl Write for Noting {
    type Element = i64;
    type Committable = u64;
    type Writer = Note;

    fn spec(&self) -> WriteSpec {
        WriteSpec { style: SinkStyle::AtEnd, about: "notes".into() }
    }

    fn open(&self, _epoch: u64, _shard: u32) -> Result<Note> {
        Ok(Note { sink: self.clone(), rows: 0 })
    }

    fn commit(&self, parts: Vec<u64>, _: Completion) -> Result<Written> {
        Ok(Written { place: "notes".into(), elements: parts.into_iter().sum() })
    }
}

impl Writer for Note {
    type Element = i64;
    type Committable = u64;

    fn write(&mut self, rows: &mut Vec<i64>) -> Result<()> {
        let count = self.sink.count.load(Ordering::SeqCst);
        self.sink.first.fetch_min(count, Ordering::SeqCst);
        let len = i64::try_from(rows.len()).expect("there are few rows");
        let before = self.sink.written.fetch_add(len, Ordering::SeqCst);
        self.sink.behind.fetch_max(count - before, Ordering::SeqCst);
        self.rows += len;
        rows.clear();
        Ok(())
    }

    fn prepare(self) -> Result<u64> {
        Ok(self.rows.unsigned_abs())
    }
}

/// Who was held up by whom.
#[derive(Default)]
struct Held(BTreeMap<(String, String), u64>);

impl Observer for Held {
    fn event(&mut self, event: RunEvent) {
        match event {
            RunEvent::Held { step, by, micros } => drop(self.0.insert((step, by), micros)),
            RunEvent::Progress { .. }
            | RunEvent::Round(_)
            | RunEvent::BadRow { .. }
            | RunEvent::Written { .. }
            | RunEvent::Step { .. } => {}
        }
    }
}

fn settings(workers: usize, seed: u64) -> PerRecordSettings {
    PerRecordSettings { workers, seed, simulated: true, ..PerRecordSettings::default() }
}

fn run(pipeline: &Pipeline, settings: PerRecordSettings) -> Result<Held, RunError> {
    let (graph, functions, interrupt) = (pipeline.graph(), pipeline.functions(), Interrupt::new());
    let mut held = Held::default();
    let job = Job::new(&graph, &functions, &interrupt, &mut held);
    PerRecordRunner::new(settings).execute(job)?;
    Ok(held)
}

/// How many rows a busy source had given when the first of its windows of 100 ms fired, beside one that
/// gives nothing for an hour; it gives one each 10 ms.
fn fired_at(workers: usize, idle_timeout: Option<Duration>) -> i64 {
    let busy = Ticks::new(500, 10, 10);
    let silent = Ticks { begins: 3_600_000, ..Ticks::new(1, 10, 10) };
    let noting = Noting::of(&busy.given);
    let pipeline = Pipeline::new();
    let rows = pipeline.read(busy).flatten_with(&pipeline.read(silent));
    let counts = rows.window(Window::fixed(millis(100))).count_per_key();
    counts.map(|(_, count)| count.cast_signed()).write(noting.clone());
    run(&pipeline, PerRecordSettings { idle_timeout, ..settings(workers, 7) }).expect("it runs");
    noting.first.load(Ordering::SeqCst)
}

#[test]
fn windows_wait_for_an_idle_source_until_its_timeout_and_no_longer() {
    for workers in [1, 2, 3] {
        let fired = fired_at(workers, Some(secs(1)));
        // A second, and 100 ms at the most.
        assert!((100..=110).contains(&fired), "{workers} workers: {fired}");
        assert_eq!(fired_at(workers, None), 500, "{workers} workers");
    }
}

#[test]
fn a_read_waits_for_one_that_is_slower_where_drift_is_limited() {
    for (workers, max_drift, most) in
        [(1, Some(secs(10)), 12), (2, Some(secs(10)), 12), (2, None, 1_000)]
    {
        let (fast, slow) = (Ticks::new(1_000, 1_000, 0), Ticks::new(1_000, 1_000, 10));
        let (ahead, behind) = (Arc::clone(&fast.given), Arc::clone(&slow.given));
        let furthest = Arc::new(AtomicI64::default());
        let noted = Arc::clone(&furthest);
        let pipeline = Pipeline::new();
        let fast = pipeline.read(fast).map(move |row| {
            let ahead = ahead.load(Ordering::SeqCst) - behind.load(Ordering::SeqCst);
            noted.fetch_max(ahead, Ordering::SeqCst);
            row
        });
        let rows = fast.flatten_with(&pipeline.read(slow));
        rows.window(Window::fixed(secs(5))).count_per_key().collect();
        let settings = PerRecordSettings { max_drift, bundle_elements: 1, ..settings(workers, 3) };
        run(&pipeline, settings).expect("it runs");
        let furthest = furthest.load(Ordering::SeqCst);
        assert!(most - 4 <= furthest && furthest <= most, "{workers} workers: {furthest}");
    }
}

#[test]
fn a_full_channel_holds_up_the_source_and_says_so() {
    const ROWS: i64 = 5_000;
    let mut held_up = BTreeSet::new();
    for seed in 0..20 {
        let ticks = Ticks::new(ROWS, 1, 0);
        let noting = Noting::of(&ticks.given);
        let pipeline = Pipeline::new();
        let rows = pipeline.read(ticks).reshuffle().map(|(_, number)| number);
        rows.write(noting.clone()).named("Notes");
        // Rows of a few bytes: some tens of them fill a channel.
        let settings = PerRecordSettings { mailbox_bytes: 100, ..settings(2, seed) };
        let held = run(&pipeline, settings).expect("it runs");
        let behind = noting.behind.load(Ordering::SeqCst);
        assert!(behind < 200, "seed {seed}: {behind} rows wait");
        held_up.extend(held.0.into_keys());
    }
    assert!(held_up.iter().any(|(step, by)| step == "Read" && by == "Reshuffle"), "{held_up:?}");
}

#[test]
fn a_script_without_streams_holds_up_nobody() {
    let pipeline = Pipeline::new();
    let streams = pipeline.test_streams(TestStreams::<i64>::new(Vec::<String>::new()));
    let numbers = pipeline.create([1_i64, 2]).collect();
    for workers in [1, 2] {
        let result = PerRecordRunner::new(settings(workers, 7)).run(&pipeline).expect("it runs");
        assert_eq!(result.collected(&numbers).iter().sum::<i64>(), 3, "{workers} workers");
    }
    assert!(streams.is_empty());
}
