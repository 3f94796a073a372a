//! Wherever user code panics, the run ends with an error that names the step, and nothing appears.

use heliostat::graph::{ReadSpec, SinkStyle, WriteSpec};
use heliostat::prelude::*;
use heliostat::{Completion, RunErrorKind, Written};
use heliostat_direct::DirectRunner;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A number that cannot be written down when it is 13.
#[derive(Clone)]
struct Unwritable(i64);

impl Serialize for Unwritable {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        assert_ne!(self.0, 13, "13 is unlucky");
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Unwritable {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        i64::deserialize(deserializer).map(Self)
    }
}

/// A number that cannot be cloned when it is 13.
#[derive(Serialize, Deserialize)]
struct Unique(i64);

impl Clone for Unique {
    fn clone(&self) -> Self {
        assert_ne!(self.0, 13, "13 is unlucky");
        Self(self.0)
    }
}

/// A key that cannot be hashed when it is 13.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Unlucky(i64);

impl Hash for Unlucky {
    fn hash<H: Hasher>(&self, state: &mut H) {
        assert_ne!(self.0, 13, "13 is unlucky");
        self.0.hash(state);
    }
}

impl Key for Unlucky {}

/// Reads nothing, and has no watermark to give.
struct Unmarked;

impl Read for Unmarked {
    type Element = i64;
    type Restriction = ();
    type Reader = Unmarked;

    fn spec(&self) -> ReadSpec {
        ReadSpec {
            boundedness: Boundedness::Unbounded,
            has_watermark_policy: true,
            ..ReadSpec::bounded("nothing")
        }
    }

    fn split(&self) -> Result<Vec<()>> {
        Ok(vec![()])
    }

    fn open(&self, (): ()) -> Result<Unmarked> {
        Ok(Unmarked)
    }
}

impl Reader for Unmarked {
    type Element = i64;
    type Restriction = ();

    fn fill(&mut self, rows: &mut Rows<'_, i64>, _limit: usize) -> Result<Fill> {
        rows.push(13, Timestamp::secs(1));
        Ok(Fill::More)
    }

    fn position(&self) {}

    fn watermark(&self) -> Timestamp {
        panic!("13 is unlucky")
    }
}

/// Where a sink panics.
#[derive(Clone, Copy, PartialEq)]
enum At {
    Nowhere,
    Open,
    Write,
    Prepare,
    Commit,
}

/// A sink that panics at one point, and remembers whether anything appeared.
#[derive(Clone)]
struct Fragile {
    at: At,
    appeared: Arc<AtomicBool>,
}

impl Fragile {
    fn reach(&self, at: At) {
        assert!(self.at != at, "13 is unlucky");
    }
}

impl Write for Fragile {
    type Element = i64;
    type Committable = ();
    type Writer = Fragile;

    fn spec(&self) -> WriteSpec {
        WriteSpec { style: SinkStyle::AtEnd, about: "nowhere".into() }
    }

    fn open(&self, _epoch: u64, _shard: u32) -> Result<Fragile> {
        self.reach(At::Open);
        Ok(self.clone())
    }

    fn commit(&self, _parts: Vec<()>, _completion: Completion) -> Result<Written> {
        self.reach(At::Commit);
        self.appeared.store(true, Ordering::SeqCst);
        Ok(Written { place: "nowhere".into(), elements: 1 })
    }
}

impl Writer for Fragile {
    type Element = i64;
    type Committable = ();

    fn write(&mut self, _numbers: &mut Vec<i64>) -> Result<()> {
        self.reach(At::Write);
        Ok(())
    }

    fn prepare(self) -> Result<()> {
        self.reach(At::Prepare);
        Ok(())
    }
}

/// Windows that are not given to 13.
#[derive(Serialize)]
struct Fitted;

impl AssignWindows<i64> for Fitted {
    fn assign(&self, number: &i64, at: Timestamp, _: &Interval, windows: &mut Vec<Interval>) {
        assert_ne!(*number, 13, "13 is unlucky");
        windows.push(Interval::new(at, at + secs(1)));
    }
}

/// Windows that break the merge contract, or panic over 13 of them.
#[derive(Serialize)]
struct Grown {
    merge_foreign: bool,
}

impl AssignWindows<(char, i64)> for Grown {
    fn assign(
        &self,
        (_, number): &(char, i64),
        _: Timestamp,
        _: &Interval,
        windows: &mut Vec<Interval>,
    ) {
        windows.push(Interval::new(Timestamp::secs(*number), Timestamp::secs(*number + 1)));
    }
}

impl MergeWindows for Grown {
    fn merge(&self, windows: &[Interval], merges: &mut Merges) {
        assert!(self.merge_foreign, "13 is unlucky");
        let foreign = Interval::new(Timestamp::secs(100), Timestamp::secs(101));
        merges.merge([windows[0].clone(), foreign.clone()], foreign);
    }
}

type Case = (&'static str, fn(&Pipeline) -> PCollection<i64>);

#[test]
fn a_panic_in_a_pipeline_is_an_error_of_its_step() {
    let cases: [Case; 8] = [
        // Only suspicion encodes; so its rows are of no use to the trusting.
        ("Luck", |p| p.create([12, 13]).map(Unwritable).named("Luck").map(|n| n.0)),
        ("Test stream", |p| {
            let script = TestStream::new().add([(Unwritable(13), Timestamp::secs(1))]);
            p.test_stream(script).map(|n| n.0)
        }),
        ("Sums", |p| {
            let keyed = p.create([13]).with_keys(|n| Unlucky(*n));
            keyed.sum_per_key().named("Sums").values()
        }),
        ("Reduced", |p| {
            let reduce = |a: i64, _: i64| -> i64 { panic!("{a}: 13 is unlucky") };
            let reduced = p.create([('k', 13), ('k', 13)]).combine_per_key(reduce).named("Reduced");
            reduced.values().map(Option::unwrap_or_default)
        }),
        ("Twins", |p| {
            let unique = p.create([12, 13]).map(Unique).named("Twins");
            unique.map(|n| n.0).flatten_with(&unique.map(|n| n.0))
        }),
        ("Read", |p| p.read(Unmarked)),
        ("Fit", |p| p.create([12, 13]).window(Window::custom(Fitted)).named("Fit")),
        ("Grow", |p| {
            let grown = Window::custom_merging(Grown { merge_foreign: false });
            p.create([('k', 1)]).window(grown).sum_per_key().named("Grow").values()
        }),
    ];
    for (step, build) in cases {
        for seed in 0..8 {
            let pipeline = Pipeline::new();
            let sink = Fragile { at: At::Nowhere, appeared: Arc::default() };
            build(&pipeline).write(sink.clone());
            let failed = DirectRunner::default().seed(seed).run(&pipeline);
            let error = failed.map(drop).expect_err("it panics");
            assert_eq!(error.kind(), RunErrorKind::Failed, "{step}: {error}");
            let at = error.step().unwrap_or_default();
            // What is cloned for a second consumer may be that consumer's failure.
            let is_there = at == step || at.starts_with(&format!("{step}/"));
            assert!(is_there || (step == "Twins" && at.starts_with("Map")), "{step}: {error}");
            assert!(error.to_string().contains("13 is unlucky"), "{step}: {error}");
            assert!(!sink.appeared.load(Ordering::SeqCst), "{step}");
        }
    }
}

#[test]
fn a_panic_in_a_sink_is_an_error_of_its_step() {
    for at in [At::Open, At::Write, At::Prepare, At::Commit] {
        let pipeline = Pipeline::new();
        let sink = Fragile { at, appeared: Arc::default() };
        pipeline.create([13]).write(sink.clone()).named("Numbers");
        let failed = DirectRunner::default().run(&pipeline);
        let error = failed.map(drop).expect_err("it panics");
        assert_eq!(error.step(), Some("Numbers"), "{error}");
        assert!(error.to_string().contains("13 is unlucky"), "{error}");
        assert!(!sink.appeared.load(Ordering::SeqCst));
    }
}

#[test]
fn a_merge_that_is_not_allowed_is_an_error_of_the_grouping() {
    for seed in 0..8 {
        let pipeline = Pipeline::new();
        let grown = Window::custom_merging(Grown { merge_foreign: true });
        pipeline.create([('k', 1)]).window(grown).sum_per_key().named("Sums").collect();
        let failed = DirectRunner::default().seed(seed).run(&pipeline);
        let error = failed.map(drop).expect_err("the window is foreign");
        assert!(error.step().is_some_and(|step| step.starts_with("Sums")), "{error}");
        let words = "[1970-01-01T00:01:40Z,1970-01-01T00:01:41Z) is neither open nor new";
        assert!(error.to_string().contains(words), "{error}");
    }
}
