//! Steps that read side inputs: when they run, what they see, and what happens if they fail. What
//! views hold and how windows are found is shown by the cases of the conformance suite.

use heliostat::prelude::*;
use heliostat::{RunErrorKind, RunResult};
use heliostat_direct::DirectRunner;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

/// Trusting, and under several seeds with suspicion.
fn runners() -> impl Iterator<Item = DirectRunner> {
    std::iter::once(DirectRunner::default().trusting())
        .chain((0..20).map(|seed| DirectRunner::default().seed(seed)))
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::secs(seconds)
}

fn sorted<T: Element + Ord>(result: &RunResult, collected: &Collected<T>) -> Vec<T> {
    let mut values = result.collected(collected);
    values.sort();
    values
}

/// A main and a side stream of numbers in windows of ten seconds.
fn main_and_side(pipeline: &Pipeline, script: TestStreams<i64>) -> [PCollection<i64>; 2] {
    let streams = pipeline.test_streams(script);
    [0, 1].map(|at| streams[at].window(Window::fixed(secs(10))))
}

fn script() -> TestStreams<i64> {
    TestStreams::new(["main", "side"])
}

/// What happened, in order.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn say(&self, words: String) {
        self.0.lock().expect("nobody panics with it").push(words);
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().expect("nobody panics with it"))
    }
}

/// Gives what it reads, and fails on some numbers a few times.
struct Failing {
    side: SideInput<Self, Vec<i64>>,
    on: i64,
    times: u32,
    failed: Arc<AtomicU32>,
    log: Log,
}

impl DoFn for Failing {
    type Input = i64;
    type Output = (i64, Vec<i64>);
    type Local = ();

    fn setup(&self) -> Result<()> {
        Ok(())
    }

    fn process(&self, _: &mut (), n: i64, context: &mut Context<'_, Self>) -> Result<()> {
        let mut read = self.side.get(context)?.clone();
        read.sort_unstable();
        self.log.say(format!("{n} reads {read:?}"));
        context.emit((n, read));
        if n == self.on && self.failed.load(Ordering::SeqCst) < self.times {
            self.failed.fetch_add(1, Ordering::SeqCst);
            return Err(Error::new("not yet"));
        }
        Ok(())
    }
}

/// A main bundle in two windows that reads both of a side input; it fails on 12.
fn failing(times: u32, log: &Log) -> (Pipeline, Collected<(i64, Vec<i64>)>) {
    let pipeline = Pipeline::new();
    let script = script()
        .add("main", [(1, at(1)), (12, at(12)), (3, at(3))])
        .add("side", [(20, at(2)), (21, at(4)), (30, at(14))])
        .watermark("side", at(20))
        .add("side", [(40, at(22))]);
    let [main, side] = main_and_side(&pipeline, script);
    let list = side.as_list();
    let step = main.par_do_with(|declare| Failing {
        side: declare.side_input(&list),
        on: 12,
        times,
        failed: Arc::default(),
        log: log.clone(),
    });
    let read = step.main().collect();
    (pipeline, read)
}

#[test]
fn a_bundle_that_is_tried_again_reads_the_same() {
    for runner in runners() {
        let log = Log::default();
        let (pipeline, read) = failing(2, &log);
        let result = runner.attempts(3).run(&pipeline).expect("the third attempt succeeds");
        let expected = [(1, vec![20, 21]), (3, vec![20, 21]), (12, vec![30])];
        assert_eq!(sorted(&result, &read), expected);
        assert_eq!(result.step("Failing").elements_out, 3, "failed attempts leave no trace");
        let mut attempts = log.take();
        assert_eq!(attempts.iter().filter(|it| **it == "12 reads [30]").count(), 3);
        attempts.sort();
        attempts.dedup();
        assert_eq!(attempts, ["1 reads [20, 21]", "12 reads [30]", "3 reads [20, 21]"]);
    }
}

#[test]
fn a_bundle_that_fails_too_often_ends_the_run() {
    let (pipeline, _) = failing(2, &Log::default());
    let error = DirectRunner::default().attempts(2).run(&pipeline).expect_err("it fails twice");
    assert_eq!(error.kind(), RunErrorKind::Failed);
    assert!(error.to_string().contains("`Failing`"), "{error}");
}

#[test]
fn what_cannot_be_read_fails_in_the_step_that_reads() {
    let pipeline = Pipeline::new();
    let limit = pipeline.create([1, 2]).as_singleton();
    pipeline.create([3]).filter_with(&limit, |n, limit| limit < n).named("Above").collect();
    for runner in runners() {
        let error = runner.run(&pipeline).expect_err("the view has two elements");
        let words = error.to_string();
        assert!(words.contains("`Above`") && words.contains("there are 2 in a pane"), "{words}");
    }
}

#[test]
fn an_element_waits_exactly_until_the_side_watermark_is_past_its_window() {
    for runner in runners() {
        let log = Log::default();
        let pipeline = Pipeline::new();
        let script = TestStreams::new(["main", "side", "ticks"])
            .add("main", [(1, at(1)), (15, at(15))])
            .watermark("main", at(60))
            .add("ticks", [(1, at(0))])
            .watermark("side", Timestamp::from_millis(9_999))
            .add("ticks", [(2, at(0))])
            .watermark("side", at(10))
            .add("ticks", [(3, at(0))])
            .add("side", [(18, at(18))])
            .add("ticks", [(4, at(0))])
            .watermark("side", at(20));
        let streams = pipeline.test_streams(script);
        let windowed = |at: usize| streams[at].window(Window::fixed(secs(10)));
        let (of_main, of_ticks) = (log.clone(), log.clone());
        windowed(0)
            .map_with(&windowed(1).as_list(), move |n, read| of_main.say(format!("{n} {read:?}")))
            .collect();
        streams[2].map(move |n| of_ticks.say(format!("tick {n}"))).collect();
        runner.run(&pipeline).expect("it runs");
        assert_eq!(log.take(), ["tick 1", "tick 2", "1 []", "tick 3", "tick 4", "15 [18]"]);
    }
}

#[test]
fn a_grouping_behind_the_step_does_not_fire_while_something_waits() {
    for runner in runners() {
        let log = Log::default();
        let pipeline = Pipeline::new();
        let script = TestStreams::new(["main", "side", "ticks"])
            .add("main", [(1, at(1)), (15, at(15))])
            .watermark("main", at(60))
            .add("ticks", [(1, at(0))])
            .watermark("side", at(10))
            .add("ticks", [(2, at(0))])
            .watermark("side", at(20));
        let streams = pipeline.test_streams(script);
        let windowed = |at: usize| streams[at].window(Window::fixed(secs(10)));
        let (of_sums, of_ticks) = (log.clone(), log.clone());
        windowed(0)
            .map_with(&windowed(1).as_list(), |n, _| n)
            .combine_globally_without_default(Sum)
            .windowed()
            .map(move |sum| of_sums.say(format!("{} {}", sum.value, sum.pane.timing)))
            .collect();
        streams[2].map(move |n| of_ticks.say(format!("tick {n}"))).collect();
        runner.run(&pipeline).expect("it runs");
        assert_eq!(log.take(), ["tick 1", "1 ON_TIME", "tick 2", "15 ON_TIME"]);
    }
}

#[test]
fn what_comes_behind_the_side_window_is_dropped_and_counted() {
    for runner in runners() {
        let pipeline = Pipeline::new();
        let script = script()
            .add("side", [(2, at(2)), (12, at(12))])
            .watermark("side", at(20))
            .add("main", [(100, at(3))])
            .watermark("main", at(10))
            .add("main", [(200, at(4)), (201, at(5)), (300, at(12))]);
        let [main, side] = main_and_side(&pipeline, script);
        let read = main.map_with(&side.as_list(), |n, read| (n, read.clone())).collect();
        let result = runner.run(&pipeline).expect("it runs");
        assert_eq!(sorted(&result, &read), [(100, vec![2]), (300, vec![12])]);
        assert_eq!(result.step("Map with view").dropped.late, 2);
        assert_eq!(result.dropped().total(), 2);
    }
}

#[test]
fn a_view_has_many_readers_and_waits_for_the_slowest() {
    for runner in runners() {
        let pipeline = Pipeline::new();
        let script = TestStreams::new(["fast", "slow", "side"])
            .add("side", [(2, at(2))])
            .watermark("side", at(60))
            .add("fast", [(100, at(1))])
            .watermark("fast", at(60))
            .add("slow", [(200, at(1))]);
        let streams = pipeline.test_streams(script);
        let windowed = |at: usize| streams[at].window(Window::fixed(secs(10)));
        let list = windowed(2).as_list();
        let sums = |of: usize| {
            windowed(of).map_with(&list, |n, read| n + read.iter().sum::<i64>()).collect()
        };
        let fast: Vec<Collected<i64>> = (0..4).map(|_| sums(0)).collect();
        let slow = sums(1);
        let result = runner.run(&pipeline).expect("it runs");
        for fast in &fast {
            assert_eq!(result.collected(fast), [102]);
        }
        assert_eq!(result.collected(&slow), [202]);
        assert_eq!(result.dropped().total(), 0);
    }
}

#[test]
fn an_element_in_several_windows_is_processed_once_in_each() {
    for runner in runners() {
        let pipeline = Pipeline::new();
        let streams = pipeline.test_streams(
            script().add("main", [(7, at(7))]).add("side", [(2, at(2)), (12, at(12))]),
        );
        let main = streams[0].window(Window::sliding(secs(10), secs(5)));
        let side = streams[1].window(Window::fixed(secs(10)));
        let calls = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&calls);
        let read = main
            .map_with(&side.as_list(), move |_, read| {
                counted.fetch_add(1, Ordering::SeqCst);
                read.clone()
            })
            .windowed()
            .map(|read| (read.window.start(), read.value))
            .collect();
        let result = runner.run(&pipeline).expect("it runs");
        assert_eq!(sorted(&result, &read), [(at(0), vec![2]), (at(5), vec![12])]);
        assert_eq!(calls.load(Ordering::SeqCst), 2);
    }
}

/// Reads two views of different types.
struct Both {
    factor: SideInput<Self, i64>,
    names: SideInput<Self, MapView<i64, Str>>,
}

impl DoFn for Both {
    type Input = i64;
    type Output = (Str, i64);
    type Local = ();

    fn setup(&self) -> Result<()> {
        Ok(())
    }

    fn process(&self, _: &mut (), n: i64, context: &mut Context<'_, Self>) -> Result<()> {
        let (factor, names) = (self.factor.get(context)?, self.names.get(context)?);
        context.emit((names.get(&n).cloned().unwrap_or_default(), n * factor));
        Ok(())
    }
}

#[test]
fn a_step_with_two_side_inputs_waits_for_both() {
    for runner in runners() {
        let pipeline = Pipeline::new();
        let script = TestStreams::new(["main", "factors", "names"])
            .add("main", [(3, at(3)), (13, at(13))])
            .add("names", [(3, at(4))])
            .watermark("names", at(20))
            .add("factors", [(10, at(1)), (20, at(11))]);
        let streams = pipeline.test_streams(script);
        let windowed = |at: usize| streams[at].window(Window::fixed(secs(10)));
        let factor = windowed(1).as_singleton();
        let names = windowed(2).map(|n| (n, Str::from("three"))).as_map();
        let both = windowed(0).par_do_with(|declare| Both {
            factor: declare.side_input(&factor),
            names: declare.side_input(&names),
        });
        let read = both.main().collect();
        let result = runner.run(&pipeline).expect("it runs");
        assert_eq!(sorted(&result, &read), [("".into(), 260), ("three".into(), 30)]);
    }
}

#[test]
fn in_a_batch_the_whole_side_input_is_read() {
    const ALL: i64 = 5_000;
    for runner in runners().take(5) {
        let pipeline = Pipeline::new();
        let side = pipeline.create(0..ALL);
        let (list, sum) = (side.as_list(), side.combine_globally_as_view(Sum));
        let squares = side.map(|n| (n, n * n)).as_map();
        let main = pipeline.create(0..ALL);
        let lens = main.map_with(&list, |_, list| list.len()).collect();
        let high =
            main.filter_with(&sum, |n, sum| sum - n < ALL * (ALL - 1) / 2 - ALL + 3).collect();
        let found = main.flat_map_with(&squares, |n, squares| squares.get(&n).copied()).collect();
        let result = runner.run(&pipeline).expect("it runs");
        assert_eq!(result.collected(&lens), vec![5_000_usize; 5_000]);
        assert_eq!(sorted(&result, &high), [ALL - 2, ALL - 1]);
        let expected: Vec<i64> = (0..ALL).map(|n| n * n).collect();
        assert_eq!(sorted(&result, &found), expected);
    }
}

#[test]
fn a_collection_can_be_read_beside_itself_and_through_another_view() {
    for runner in runners() {
        let pipeline = Pipeline::new();
        let numbers = pipeline.create([1_i64, 2, 3, 4]);
        let mean = numbers.combine_globally_as_view(Mean);
        let above = numbers.filter_with(&mean, |n, mean| *mean < *n as f64);
        let largest = above.as_list();
        let rest = numbers.filter_with(&largest, |n, largest| !largest.contains(n)).collect();
        let result = runner.run(&pipeline).expect("it runs");
        assert_eq!(sorted(&result, &rest), [1, 2]);
    }
}

#[test]
fn nothing_to_read_and_nothing_that_reads() {
    for runner in runners() {
        let pipeline = Pipeline::new();
        let nothing: [i64; 0] = [];
        let none = pipeline.create(nothing).as_list();
        let lens = pipeline.create([7]).map_with(&none, |n, none| (n, none.len())).collect();
        let some = pipeline.create([1]).as_singleton();
        let unread = pipeline.create(nothing).map_with(&some, |n, _| n).collect();
        let result = runner.run(&pipeline).expect("it runs");
        assert_eq!(result.collected(&lens), [(7, 0)]);
        assert!(result.collected(&unread).is_empty());
    }
}
