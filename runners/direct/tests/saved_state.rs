//! Savepoints of steps with state cells and timers.

use heliostat::prelude::*;
use heliostat::{JobOptions, KeptSavepoint, RunErrorKind, StepMetrics};
use heliostat_direct::DirectRunner;
use std::collections::BTreeMap;

type Pair = (String, i64);

/// Gives what a key's window has seen when the watermark passes its end, and how many came within
/// a second of processing time.
struct Buffer {
    seen: BagState<Self, i64>,
    count: ValueState<Self, u64>,
    flush: Timer<Self>,
    pause: Timer<Self>,
}

impl Buffer {
    fn declared(declare: &mut Declare<Self>) -> Self {
        Self::with_cell(declare, "seen")
    }

    fn with_cell(declare: &mut Declare<Self>, seen: &'static str) -> Self {
        Self {
            seen: declare.bag(seen),
            count: declare.value("count"),
            flush: declare.event_timer("flush", Self::on_flush),
            pause: declare.processing_timer("pause", Self::on_pause),
        }
    }

    fn on_flush(&self, _: &mut (), _: &FiredTimer, context: &mut Context<'_, Self>) -> Result<()> {
        let mut seen: Vec<i64> = self.seen.read(context)?.collect();
        seen.sort_unstable();
        self.seen.clear(context)?;
        let key = context.key().clone();
        context.emit((key, seen));
        Ok(())
    }

    fn on_pause(&self, _: &mut (), _: &FiredTimer, context: &mut Context<'_, Self>) -> Result<()> {
        let count = self.count.read(context)?.copied().unwrap_or_default();
        let key = context.key().clone();
        context.emit((key, vec![-i64::try_from(count).unwrap_or_default()]));
        Ok(())
    }
}

impl DoFn for Buffer {
    type Input = Pair;
    type Output = (String, Vec<i64>);
    type Local = ();

    fn setup(&self) -> Result<()> {
        Ok(())
    }

    fn process(&self, _: &mut (), (_, value): Pair, context: &mut Context<'_, Self>) -> Result<()> {
        self.seen.add(context, value)?;
        let count = self.count.read(context)?.copied().unwrap_or_default();
        self.count.write(context, count + 1)?;
        self.pause.set_relative(context, secs(1))?;
        let end = context.window()?.max_timestamp();
        self.flush.set(context, end)
    }
}

/// Gives each value with the one before it in time.
struct Steps {
    last: ValueState<Self, i64>,
}

impl Steps {
    fn declared(declare: &mut Declare<Self>) -> Self {
        declare.time_sorted_input();
        Self { last: declare.value("last") }
    }
}

impl DoFn for Steps {
    type Input = Pair;
    type Output = (String, (i64, i64));
    type Local = ();

    fn setup(&self) -> Result<()> {
        Ok(())
    }

    fn process(
        &self,
        _: &mut (),
        (key, value): Pair,
        context: &mut Context<'_, Self>,
    ) -> Result<()> {
        let last = self.last.read(context)?.copied().unwrap_or_default();
        self.last.write(context, value)?;
        context.emit((key, (last, value)));
        Ok(())
    }
}

/// The number of events in the script; its end is not counted.
const EVENTS: u64 = 11;

fn script() -> TestStream<Pair> {
    let at = |key: &str, n: i64| ((key.to_owned(), n), Timestamp::from_millis(n));
    TestStream::new()
        .add([at("a", 1), at("b", 2)])
        .add([at("a", 7), at("a", 4)])
        .processing_time(millis(500))
        .watermark(Timestamp::from_millis(5))
        .add([at("a", 6), at("b", 3), at("c", 9)])
        .processing_time(millis(700))
        .watermark(Timestamp::from_millis(10))
        .add([at("a", 8), at("b", 12), at("c", 15)])
        .add([at("b", 11)])
        .processing_time(secs(3))
        .watermark(Timestamp::from_millis(14))
}

/// What can be seen of a run, in an order that does not depend on bundles.
type Seen = (Vec<String>, BTreeMap<String, StepMetrics>);

fn seen(runner: &DirectRunner, options: JobOptions<'_>) -> Seen {
    let pipeline = Pipeline::new();
    let windows = Window::fixed(millis(10)).allowed_lateness(millis(3)).discarding();
    let pairs = pipeline.test_stream(script()).window(windows);
    let flushed = pairs.par_do_with(Buffer::declared).named("Buffer");
    let flushed = flushed.main().windowed().collect();
    let steps = pairs.par_do_with(Steps::declared).named("Steps");
    let steps = steps.main().windowed().collect();
    let result = runner.run_with(&pipeline, options).expect("it runs");
    if result.stopped.is_some() {
        return Seen::default();
    }
    let flushed = result.collected(&flushed).into_iter();
    let flushed = flushed.map(|it| format!("{:?} {}", it.value, it.timestamp));
    let steps = result.collected(&steps).into_iter();
    let mut all: Vec<String> =
        flushed.chain(steps.map(|it| format!("{:?} {}", it.value, it.timestamp))).collect();
    all.sort();
    (all, result.metrics)
}

#[test]
fn cells_timers_and_sorted_input_go_on() {
    for seed in 0..10 {
        let undisturbed = seen(&DirectRunner::default().seed(seed), JobOptions::default());
        assert!(undisturbed.0.iter().any(|text| text.starts_with("(\"a\", [1, 4, 6, 7])")));
        for stop_at in 0..=EVENTS {
            let mut kept = KeptSavepoint::default();
            let options = JobOptions::default().stopping_at(stop_at).saving_to(&mut kept);
            seen(&DirectRunner::default().seed(seed), options);
            let options = JobOptions::default().from_savepoint(kept.savepoint());
            let again = seen(&DirectRunner::default().seed(seed + 1), options);
            assert_eq!(again, undisturbed, "seed {seed}, stopped at {stop_at}");
            let options = JobOptions::default().from_savepoint(kept.savepoint());
            let again = seen(&DirectRunner::default().trusting(), options);
            assert_eq!(again, undisturbed, "trusting, stopped at {stop_at}");
        }
    }
}

#[test]
fn a_cell_that_is_gone_is_refused_by_the_name_of_step_and_cell() {
    let built = |cell: &'static str| {
        let pipeline = Pipeline::new();
        let windows = Window::fixed(millis(10)).allowed_lateness(millis(3)).discarding();
        let pairs = pipeline.test_stream(script()).window(windows);
        pairs.par_do_with(|declare| Buffer::with_cell(declare, cell)).named("Buffer");
        pipeline
    };
    let mut kept = KeptSavepoint::default();
    let options = JobOptions::default().stopping_at(2).saving_to(&mut kept);
    DirectRunner::default().run_with(&built("seen"), options).expect("it can be stopped");
    let options = JobOptions::default().from_savepoint(kept.savepoint());
    let refused = DirectRunner::default().run_with(&built("heard"), options);
    let error = refused.expect_err("a cell is gone");
    assert_eq!(error.kind(), RunErrorKind::Refused);
    let [problem] = error.problems() else { panic!("one problem: {error}") };
    assert_eq!((problem.code, problem.step.as_str()), ("state-cell-changed", "Buffer"));
    assert!(problem.what.contains("`seen`"), "{problem}");
}
