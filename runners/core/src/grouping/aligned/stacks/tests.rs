//! Windows that share what slices have together fire what all their elements come to, late ones
//! too; and how much they cover makes neither more merges nor much more memory.

use super::super::Aligned;
use crate::grouping::engine::Engine;
use crate::grouping::tests::{advanced, saved};
use crate::grouping::{Fired, Grouping, GroupingCode, GroupingPath, GroupingSettings, State};
use heliostat::batch::{Batch, ColumnExt, Meta, Timestamps, Windows};
use heliostat::graph::kernel::PaneId;
use heliostat::{
    CombineFn, Interval, PaneTiming, Pipeline, SlidingWindows, Timestamp, Window, WindowFn,
    Windowing, millis,
};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A sum that counts how often sums are merged.
struct Counted(Arc<AtomicU64>);

impl CombineFn<i64> for Counted {
    type Accumulator = i64;
    type Output = i64;

    fn create(&self) -> i64 {
        0
    }

    fn add(&self, sum: &mut i64, value: &i64) {
        *sum += value;
    }

    fn merge(&self, sum: &mut i64, other: &i64) {
        self.0.fetch_add(1, Ordering::Relaxed);
        *sum += other;
    }

    fn extract(&self, sum: &i64) -> i64 {
        *sum
    }
}

#[derive(Clone, Debug)]
enum Event {
    /// A bundle of keys and times, which count from the watermark; the value is the time.
    Bundle(Vec<(u64, i64)>),
    /// The watermark moves on by so much.
    Watermark(i64),
    /// It goes on from what it saved.
    Reload,
}

/// On-time panes: key, window and sum.
type Panes = BTreeMap<(u64, Interval), i64>;

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        // Late for some of their windows, or for none.
        6 => prop::collection::vec((0_u64..4, -50_i64..15), 1..12).prop_map(Event::Bundle),
        6 => (1_i64..8).prop_map(Event::Watermark),
        1 => (8_i64..80).prop_map(Event::Watermark),
        1 => Just(Event::Reload),
    ]
}

/// Windows that begin at many places within each, some cut into slices of two lengths.
fn windows() -> impl Strategy<Value = (i64, i64)> {
    (4_i64..20, 1_i64..6, 0_i64..6)
        .prop_map(|(places, period, rest)| (places * period + rest.rem_euclid(period), period))
}

fn grouping((size, period): (i64, i64), lateness: i64) -> (Grouping, Arc<AtomicU64>) {
    let (pipeline, merges) = (Pipeline::new(), Arc::<AtomicU64>::default());
    pipeline.create([(0_u64, 0_i64)]).combine_per_key(Counted(Arc::clone(&merges)));
    let kernels = pipeline.functions().kernels("Combine per key");
    let window = Window::sliding(millis(size), millis(period)).allowed_lateness(millis(lateness));
    let windowing = window.change().applied_to(&Windowing::default());
    let settings = GroupingSettings { windowing, path: GroupingPath::Aligned, seed: 7 };
    (Grouping::new(settings, GroupingCode { kernels, merger: None }, None), merges)
}

fn add(grouping: &mut Grouping, windows: SlidingWindows, elements: &[(u64, i64)]) {
    let at = elements.iter().map(|&(_, at)| Timestamp::from_millis(at)).collect();
    let windows = Windows::ByTimestamp(WindowFn::Sliding(windows));
    let meta = Meta { windows, ..Meta::at(Timestamps::each(at)) };
    let mut batch = Batch::of(elements.to_vec(), meta);
    grouping.add(&mut batch).expect("all is in memory");
    grouping.end_bundle(empty()).expect("no windows merge");
}

fn empty() -> Batch {
    Batch::of(Vec::<(u64, i64)>::new(), Meta::default())
}

fn on_time(fired: Fired) -> Panes {
    let mut panes = Panes::new();
    for batch in fired.panes {
        let values = batch.values.typed::<(u64, i64)>();
        batch.meta.windows.for_each(&batch.meta.timestamps, batch.len(), |at, window| {
            if batch.meta.panes.at(at).timing == PaneTiming::OnTime {
                let twice = panes.insert((values[at].0, window.clone()), values[at].1);
                assert_eq!(twice, None, "a key fires once in {window}");
            }
        });
    }
    panes
}

/// What the windows come to that end between two watermarks.
fn recomputed(
    windows: SlidingWindows,
    elements: &[(u64, i64)],
    (was, to): (Timestamp, Timestamp),
) -> Panes {
    let mut panes = Panes::new();
    for &(key, value) in elements {
        windows.visit(Timestamp::from_millis(value), |window| {
            if was <= window.max_timestamp() && window.max_timestamp() < to {
                *panes.entry((key, window)).or_default() += value;
            }
        });
    }
    panes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_window_fires_what_its_elements_come_to(
        (size, period) in windows(),
        lateness in prop_oneof![Just(0_i64), 1_i64..30],
        events in prop::collection::vec(event(), 0..60),
    ) {
        let windows = SlidingWindows::of(millis(size), millis(period));
        let (mut grouping, _) = grouping((size, period), lateness);
        let (mut elements, mut watermark) = (Vec::new(), 0);
        advanced(&mut grouping, Timestamp::from_millis(watermark), empty());
        for event in events.into_iter().chain([Event::Watermark(2 * size + 50)]) {
            match event {
                Event::Bundle(bundle) => {
                    let bundle: Vec<_> =
                        bundle.into_iter().map(|(key, at)| (key, watermark + at)).collect();
                    add(&mut grouping, windows, &bundle);
                    elements.extend(bundle);
                }
                Event::Watermark(by) => {
                    let was = Timestamp::from_millis(watermark);
                    watermark += by;
                    let to = Timestamp::from_millis(watermark);
                    let fired = on_time(advanced(&mut grouping, to, empty()));
                    prop_assert_eq!(fired, recomputed(windows, &elements, (was, to)));
                }
                Event::Reload => {
                    let was = saved(&grouping);
                    grouping.load(&was, 9).expect("a saved state can be loaded");
                }
            }
        }
        prop_assert_eq!(saved(&grouping).rows, [], "all is gone behind the last window");
    }
}

/// Lets the watermark follow elements slice by slice, `each` behind each slice.
fn play(
    places: i64,
    slices: i64,
    keys_of: impl Fn(i64) -> std::ops::Range<i64>,
    mut each: impl FnMut(&Grouping),
) -> u64 {
    let windows = SlidingWindows::of(millis(places * 5), millis(5));
    let (mut grouping, merges) = grouping((places * 5, 5), 0);
    for slice in 0..slices {
        let elements: Vec<_> = keys_of(slice).map(|key| (key.unsigned_abs(), slice * 5)).collect();
        add(&mut grouping, windows, &elements);
        advanced(&mut grouping, Timestamp::from_millis(slice * 5 + 5), empty());
        each(&grouping);
    }
    merges.load(Ordering::Relaxed)
}

#[test]
fn a_slice_is_merged_three_times_however_many_windows_it_is_in() {
    for places in [6, 12, 100] {
        let (keys, slices) = (10, 10 * places);
        let merges = play(places, slices, |_| 0..keys, |_| {});
        let at_most = 3 * keys.unsigned_abs() * slices.unsigned_abs();
        assert!(merges <= at_most, "{merges} merges for windows of {places} slices");
    }
}

/// The bytes of all slices, and those of what they have together.
fn bytes(grouping: &Grouping) -> (usize, usize) {
    let State::Whole(Engine::Aligned(Aligned { tables, slices: Some(slices), .. })) =
        &grouping.state
    else {
        panic!("windows that overlap have slices, and all is in memory")
    };
    let of = |table: &PaneId| tables.content_bytes(*table);
    let of_slices = slices.open.values().map(|slice| of(&slice.table)).sum();
    (of_slices, slices.stacks.older.values().chain(&slices.stacks.newer).map(of).sum())
}

#[test]
fn what_slices_have_together_takes_no_more_than_twice_what_they_take_themselves() {
    for (keys, every) in [(3, 1), (10, 1), (10, 3), (10, 20), (10, 10_000)] {
        let keys_of = |slice: i64| slice / every * keys..(slice / every + 1) * keys;
        let mut is_used = false;
        play(100, 500, keys_of, |grouping| {
            let (slices, together) = bytes(grouping);
            assert!(together <= 2 * slices, "{together} for {slices} with keys of {every} slices");
            is_used |= 0 < together;
        });
        assert!(is_used);
    }
}
