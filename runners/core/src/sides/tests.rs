//! What readers of a view see, and how long they wait.

use super::{PUSHED_BACK_MAX, PushedBack, Sight, ViewStore, per_window};
use heliostat::batch::{Batch, Column, ColumnExt, Each, Meta, Timestamps, Windows};
use heliostat::graph::{ViewFn, ViewValue};
use heliostat::{
    ByTime, Duration, Interval, PaneInfo, Pipeline, Timestamp, Window, WindowFn, Windowing,
    after_count, millis, repeatedly, secs,
};
use std::sync::Arc;

/// A pane is a number; a window without panes reads -1.
struct Number;

impl ViewFn for Number {
    fn value(&self, panes: &dyn Column, index: usize) -> ViewValue {
        Arc::new(panes.typed::<i64>()[index])
    }

    fn empty(&self) -> ViewValue {
        Arc::new(-1_i64)
    }
}

fn at(secs: i64) -> Timestamp {
    Timestamp::secs(secs)
}

fn window(from: i64, to: i64) -> Interval {
    Interval::new(at(from), at(to))
}

fn store(window: Window<ByTime>, main_lateness: Duration) -> ViewStore {
    let windowing = window.change().applied_to(&Windowing::default());
    let panes = Batch::of(Vec::<i64>::new(), Meta::default());
    ViewStore::new(windowing, main_lateness, Arc::new(Number), panes)
}

/// One pane of a window.
fn pane(window: &Interval, index: u64, value: i64) -> Batch {
    let info = PaneInfo { index, ..PaneInfo::ON_TIME_AND_ONLY };
    let meta = Meta {
        timestamps: Timestamps::Const(window.max_timestamp()),
        windows: Windows::Const(window.clone()),
        panes: Each::Const(info),
        ..Meta::default()
    };
    Batch::of(vec![value], meta)
}

fn seen(store: &ViewStore, main: &Interval) -> String {
    match store.lookup(main) {
        Sight::Ready(value) => value.downcast_ref::<i64>().expect("a number").to_string(),
        Sight::NotReady => "waits".into(),
        Sight::Expired => "expired".into(),
    }
}

#[test]
fn a_window_is_ready_at_its_first_pane_and_shows_the_one_with_the_highest_index() {
    let mut store = store(Window::fixed(secs(20)), Duration::ZERO);
    assert_eq!(seen(&store, &window(10, 20)), "waits");
    let mut read = Vec::new();
    for (index, value) in [(0, 10), (2, 30), (1, 20), (2, 31), (3, 40)] {
        let before = store.generation();
        store.take(&mut pane(&window(0, 20), index, value));
        read.push((seen(&store, &window(10, 20)), before < store.generation()));
    }
    let read: Vec<_> = read.iter().map(|(value, news)| (value.as_str(), *news)).collect();
    assert_eq!(read, [("10", true), ("30", true), ("30", false), ("31", true), ("40", true)]);
    assert_eq!(seen(&store, &window(20, 30)), "waits");
    assert_eq!(store.len(), 1);
}

#[test]
fn a_window_without_panes_is_empty_once_none_can_come_any_more() {
    let count = |window: Window<ByTime>| window.trigger(repeatedly(after_count(1))).discarding();
    let lateness = secs(5);
    let fixed = || Window::fixed(secs(10)).allowed_lateness(lateness).accumulating();
    let last = Timestamp::END_OF_GLOBAL_WINDOW;
    for (side, main, waits, ready) in [
        (fixed(), window(0, 10), at(10) - millis(1), at(10)),
        (count(fixed()), window(0, 10), last, Timestamp::MAX),
        (Window::global(), window(0, 10), last, Timestamp::MAX),
        (count(Window::global()), window(0, 10), last, Timestamp::MAX),
        (Window::sliding(secs(10), secs(5)), window(0, 10), at(10) - millis(1), at(10)),
        (Window::sliding(secs(10), secs(5)), window(5, 11), at(15) - millis(1), at(15)),
    ] {
        let name = format!("{:?} in {main}", side.change());
        let mut store = store(side, Duration::ZERO);
        store.advance(waits);
        assert_eq!(seen(&store, &main), "waits", "{name} at {waits}");
        let before = store.generation();
        store.advance(ready);
        assert_eq!(seen(&store, &main), "-1", "{name} at {ready}");
        assert!(before < store.generation());
    }
}

#[test]
fn late_panes_replace_the_empty_value() {
    let mut store = store(Window::fixed(secs(10)).allowed_lateness(secs(30)), Duration::ZERO);
    store.advance(at(20));
    assert_eq!(seen(&store, &window(0, 10)), "-1");
    store.take(&mut pane(&window(0, 10), 0, 7));
    assert_eq!(seen(&store, &window(0, 10)), "7");
}

#[test]
fn windows_are_forgotten_with_their_expiry_and_never_read_as_empty() {
    for (side_lateness, main_lateness, kept_at, gone_at) in
        [(0, 0, 9, 10), (30, 0, 39, 40), (0, 30, 39, 40), (10, 20, 29, 30)]
    {
        let side = Window::fixed(secs(10)).allowed_lateness(secs(side_lateness)).discarding();
        let mut store = store(side, secs(main_lateness));
        store.take(&mut pane(&window(0, 10), 0, 7));
        store.take(&mut pane(&window(100, 110), 0, 8));
        store.advance(at(200));
        store.collect_garbage(at(kept_at));
        assert_eq!(seen(&store, &window(0, 10)), "7");
        store.collect_garbage(at(gone_at));
        store.collect_garbage(at(0));
        assert_eq!((seen(&store, &window(0, 10)).as_str(), store.len()), ("expired", 1));
        assert_eq!(seen(&store, &window(-5, 5)), "expired");
        assert_eq!(seen(&store, &window(100, 110)), "8");
        // Nobody will read it.
        store.take(&mut pane(&window(0, 10), 1, 9));
        assert_eq!((seen(&store, &window(0, 10)).as_str(), store.len()), ("expired", 1));
    }
}

#[test]
fn the_global_window_is_kept_to_the_end_of_time() {
    let mut store = store(Window::global(), secs(60));
    store.take(&mut pane(&Interval::GLOBAL, 0, 7));
    store.collect_garbage(Timestamp::END_OF_GLOBAL_WINDOW);
    assert_eq!(seen(&store, &Interval::GLOBAL), "7");
    store.collect_garbage(Timestamp::MAX);
    assert_eq!(seen(&store, &Interval::GLOBAL), "expired");
}

#[test]
fn a_view_goes_on_from_what_was_saved() {
    let pipeline = Pipeline::new();
    let numbers = pipeline.create([0_i64]);
    let functions = pipeline.functions();
    let edge = functions.edge(numbers.id());
    let mut first = store(Window::fixed(secs(10)), Duration::ZERO);
    first.take(&mut pane(&window(20, 30), 3, 7));
    first.take(&mut pane(&window(30, 40), 0, -9));
    first.advance(at(60));
    first.collect_garbage(at(25));
    let saved = first.save(edge);
    let mut second = store(Window::fixed(secs(10)), Duration::ZERO);
    second.take(&mut pane(&window(40, 50), 0, 1));
    let before = second.generation();
    second.load(&saved, edge).expect("it was just saved");
    assert!(before < second.generation());
    assert_eq!(second.save(edge), saved);
    for (main, value) in [
        (window(10, 20), "expired"),
        (window(20, 30), "7"),
        (window(30, 40), "-9"),
        (window(40, 50), "-1"),
        (window(60, 70), "waits"),
    ] {
        assert_eq!((seen(&first, &main), seen(&second, &main)), (value.into(), value.into()));
    }
    let older = pane(&window(20, 30), 2, 8);
    second.take(&mut { older });
    assert_eq!(seen(&second, &window(20, 30)), "7");
    let mut damaged = saved;
    damaged.panes[0].element.push(0);
    let error = second.load(&damaged, edge).expect_err("there is a byte too many");
    assert!(error.to_string().starts_with("the saved panes of a side input are damaged: "));
}

/// Elements at these seconds, under windows of ten seconds.
fn main_input(seconds: &[i64]) -> Batch {
    let windowing = Window::fixed(secs(10)).change().applied_to(&Windowing::default());
    let timestamps = Timestamps::each(seconds.iter().map(|&second| at(second)).collect());
    let windows = Windows::ByTimestamp(windowing.window_fn);
    Batch::of(seconds.to_vec(), Meta { windows, ..Meta::at(timestamps) })
}

fn values(batches: &[Batch]) -> Vec<Vec<i64>> {
    batches.iter().map(|batch| batch.values.typed::<i64>().to_vec()).collect()
}

#[test]
fn elements_wait_window_by_window_in_the_order_they_came() {
    let mut queue = PushedBack::default();
    assert_eq!((queue.len(), queue.oldest()), (0, None));
    let mut batch = main_input(&[25, 3, 21, 14]);
    queue.push(&mut batch).expect("there is room");
    assert!(batch.is_empty());
    queue.push(&mut main_input(&[1, 35, 29])).expect("there is room");
    assert_eq!((queue.len(), queue.oldest()), (7, Some(at(1))));
    let order: Vec<_> = queue.iter().map(|(window, _)| window.start()).collect();
    assert_eq!(order, [at(20), at(0), at(10), at(30)]);

    let ready = queue.take_ready(|window| window.start() < at(30) && window.start() != at(10));
    assert_eq!(values(&ready), [vec![25, 21, 29], vec![3, 1]]);
    assert_eq!(ready[1].meta.windows, Windows::Const(window(0, 10)));
    assert_eq!(ready[1].meta.timestamps.at(1), at(1));
    assert_eq!((queue.len(), queue.oldest()), (2, Some(at(14))));

    let mut copy = PushedBack::default();
    for (_, batch) in queue.iter() {
        copy.push(&mut batch.copied()).expect("there is room");
    }
    assert_eq!(values(&copy.take_ready(|_| true)), [[14], [35]]);
    assert_eq!(values(&queue.take_ready(|_| true)), [[14], [35]]);
    assert!(queue.is_empty() && queue.oldest().is_none());
}

#[test]
fn an_element_in_several_windows_waits_once_for_each() {
    let timestamps = Timestamps::each(vec![at(7), at(2)]);
    let (early, late) = (window(0, 10), window(5, 15));
    let windows = Windows::Many {
        offsets: vec![0, 2, 3],
        windows: vec![late.clone(), early.clone(), early.clone()],
    };
    let mut batch = Batch::of(vec![7_i64, 2], Meta { windows, ..Meta::at(timestamps) });
    let parts = per_window(&mut batch.copied());
    let parts: Vec<_> = parts.iter().map(|(window, part)| (window.clone(), part.len())).collect();
    assert_eq!(parts, [(late, 1), (early.clone(), 2)]);
    let mut queue = PushedBack::default();
    queue.push(&mut batch).expect("there is room");
    assert_eq!(values(&queue.take_ready(|window| *window == early)), [[7, 2]]);
    assert_eq!(queue.len(), 1);
}

#[test]
fn one_window_is_not_copied_and_no_element_makes_no_part() {
    assert!(per_window(&mut main_input(&[])).is_empty());
    let mut batch = Batch::of(vec![1_i64, 2], Meta::default());
    let parts = per_window(&mut batch);
    assert_eq!((parts.len(), parts[0].1.len(), batch.len()), (1, 2, 0));
    assert_eq!(WindowFn::Global.side_window(&parts[0].0), Interval::GLOBAL);
}

#[test]
fn more_than_the_limit_is_an_error() {
    let mut queue = PushedBack::default();
    queue.push(&mut Batch::of(vec![(); PUSHED_BACK_MAX], Meta::default())).expect("just as many");
    let mut one_more = Batch::of(vec![()], Meta::default());
    let error = queue.push(&mut one_more).expect_err("one too many");
    assert!(error.to_string().starts_with("more than 4000000 elements wait"), "{error}");
    assert_eq!(queue.len(), PUSHED_BACK_MAX);
}
