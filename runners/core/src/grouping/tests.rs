//! The two paths have one meaning: on every windowing that both can take they fire the same panes
//! and drop the same elements, also when each goes on from what the other saved.

use super::{Fired, Grouping, GroupingCode, GroupingPath, GroupingSettings};
use heliostat::batch::{Batch, ColumnExt, Meta, Timestamps, Windows};
use heliostat::graph::kernel::Kernels;
use heliostat::savepoint::GroupingState;
use heliostat::{
    ByTime, DropCounts, Dropped, Interval, OnTimeBehavior, OpenWindows, PaneInfo, Pipeline, Sum,
    Timestamp, Trigger, Window, WindowFn, Windowing, after_count, after_watermark, millis,
    repeatedly,
};
use proptest::prelude::*;
use std::sync::Arc;

type Pane = (u8, i64, Interval, PaneInfo, Timestamp);

/// Panes by event and what was open behind it, drops by cause, what was dropped, the output
/// watermark at the end.
type Given = (Vec<(Vec<Pane>, OpenWindows)>, DropCounts, Vec<Dropped<(u8, i64)>>, Timestamp);

#[derive(Clone, Debug)]
enum Event {
    /// A bundle of keys and timestamps; the value is the timestamp.
    Bundle(Vec<(u8, i64)>),
    /// The watermark moves on by so much.
    Watermark(i64),
    /// Both go on from what the other saved.
    Swap,
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        3 => prop::collection::vec((0_u8..4, -15_i64..60), 1..6).prop_map(Event::Bundle),
        2 => (-15_i64..50, prop::collection::vec((0_u8..6, 0_i64..12), 1..20)).prop_map(near),
        3 => (1_i64..12).prop_map(Event::Watermark),
        1 => Just(Event::Swap),
    ]
}

/// Elements in one stretch of time, as they come where little is late.
fn near((from, elements): (i64, Vec<(u8, i64)>)) -> Event {
    Event::Bundle(elements.into_iter().map(|(key, at)| (key, from + at)).collect())
}

/// Windows that overlap, many at a time too, or leave gaps; sizes that are and are not a multiple
/// of the period, and beginnings that are not multiples of either.
fn sliding() -> impl Strategy<Value = Window<ByTime>> {
    let of = |(size, period, offset): (i64, i64, i64)| {
        Window::sliding(millis(size), millis(period)).offset(millis(offset.rem_euclid(period)))
    };
    prop_oneof![
        2 => (1_i64..20, 1_i64..20, 0_i64..20).prop_map(of),
        2 => (1_i64..9, 1_i64..6, 0_i64..9).prop_map(move |(times, period, offset)| {
            of((times * period, period, offset))
        }),
        1 => (20_i64..60, 1_i64..9, 0_i64..9).prop_map(of),
    ]
}

fn windowing() -> impl Strategy<Value = Windowing> {
    let trigger = prop_oneof![
        Just(Trigger::Default),
        (1_u32..4).prop_map(|count| after_watermark().late(after_count(count)).into()),
        (1_u32..4).prop_map(|count| after_watermark().late(repeatedly(after_count(count))).into()),
    ];
    let window = prop_oneof![
        3 => (1_i64..20).prop_map(|size| Window::fixed(millis(size))),
        9 => sliding(),
        1 => Just(Window::global()),
    ];
    (window, trigger, 0_i64..25, any::<bool>(), any::<bool>()).prop_map(
        |(window, trigger, lateness, accumulating, if_nonempty)| {
            let mut window = window.trigger(trigger).allowed_lateness(millis(lateness));
            if accumulating {
                window = window.accumulating();
            }
            if if_nonempty {
                window = window.on_time_behavior(OnTimeBehavior::IfNonEmpty);
            }
            window.change().applied_to(&Windowing::default())
        },
    )
}

/// The kernels of a sum, with its output and dropped types as empty batches.
fn kernels() -> (Arc<dyn Kernels>, Batch, Batch) {
    let pipeline = Pipeline::new();
    pipeline.create([(0_u8, 0_i64)]).combine_per_key_with_dropped(Sum);
    let kernels = pipeline.functions().kernels("Combine per key");
    let panes = Batch::of(Vec::<(u8, i64)>::new(), Meta::default());
    let dropped = Batch::of(Vec::<Dropped<(u8, i64)>>::new(), Meta::default());
    (kernels, panes, dropped)
}

fn grouping(windowing: &Windowing, path: GroupingPath) -> Grouping {
    let (kernels, _, dropped) = kernels();
    let settings = GroupingSettings { windowing: windowing.clone(), path, seed: 7 };
    let code = GroupingCode { kernels, merger: None };
    let grouping = Grouping::new(settings, code, Some(dropped));
    assert_eq!(grouping.path(), path, "{windowing}");
    grouping
}

fn bundle(elements: &[(u8, i64)], window_fn: &WindowFn) -> Batch {
    let at = elements.iter().map(|&(_, at)| Timestamp::from_millis(at)).collect();
    let meta =
        Meta { windows: Windows::ByTimestamp(window_fn.clone()), ..Meta::at(Timestamps::each(at)) };
    let batch = Batch::of(elements.to_vec(), meta);
    // The same in other forms: written out, once per window, as panes of a grouping before come.
    match elements.len() % 4 {
        0 | 1 => batch,
        2 => Batch { meta: batch.meta.unfolded(batch.len()), ..batch },
        _ => {
            let exploded = batch.exploded();
            let one_in_two: Vec<u32> = (0..exploded.len() as u32).step_by(2).collect();
            exploded.select(&one_in_two)
        }
    }
}

fn panes(fired: Fired) -> Vec<Pane> {
    let mut panes = Vec::new();
    for batch in fired.panes {
        let values = batch.values.typed::<(u8, i64)>();
        batch.meta.windows.for_each(&batch.meta.timestamps, batch.len(), |at, window| {
            let (key, sum) = values[at];
            let (pane, timestamp) = (*batch.meta.panes.at(at), batch.meta.timestamps.at(at));
            panes.push((key, sum, window.clone(), pane, timestamp));
        });
    }
    panes.sort_by(|a, b| (a.0, &a.2, a.3.index).cmp(&(b.0, &b.2, b.3.index)));
    panes
}

/// What a grouping gives for each event, and what it dropped in all.
fn play(
    windowing: &Windowing,
    path: GroupingPath,
    events: &[Event],
    swapped: impl Fn(&mut Grouping),
) -> Given {
    let mut grouping = grouping(windowing, path);
    let (mut given, mut dropped) = (Vec::new(), Vec::new());
    let mut watermark = -20;
    let ends = [Event::Watermark(i64::MAX / 4)];
    for event in events.iter().chain(&ends) {
        let (_, empty, _) = kernels();
        let fired = match event {
            Event::Bundle(elements) => {
                // In two batches, as a bundle may come.
                let (first, second) = elements.split_at(elements.len() / 2);
                for part in [first, second] {
                    let mut part = bundle(part, &windowing.window_fn);
                    grouping.add(&mut part).expect("there is room on disk");
                }
                grouping.end_bundle(empty).expect("no windows merge")
            }
            Event::Watermark(by) => {
                watermark += by;
                advanced(&mut grouping, Timestamp::from_millis(watermark), empty)
            }
            Event::Swap => {
                swapped(&mut grouping);
                continue;
            }
        };
        given.push((panes(fired), grouping.open_windows().expect("what is on disk can be read")));
        if let Some(batch) = grouping.take_dropped() {
            dropped.extend(batch.values.typed::<Dropped<(u8, i64)>>().iter().cloned());
        }
    }
    // Those of a key are in order.
    dropped.sort_by_key(|dropped| dropped.value.0);
    (given, grouping.drops(), dropped, grouping.output_watermark())
}

/// Moves the watermark, in as many parts as it takes.
pub(super) fn advanced(grouping: &mut Grouping, to: Timestamp, panes: Batch) -> Fired {
    let mut all = Fired::default();
    loop {
        let fired = grouping.advance(to, panes.empty_like()).expect("what is on disk can be read");
        all.panes.extend(fired.panes);
        all.late_panes += fired.late_panes;
        if !fired.more {
            return all;
        }
    }
}

pub(super) fn saved(grouping: &Grouping) -> GroupingState {
    grouping.save().expect("what is on disk can be read")
}

#[test]
fn a_place_that_cannot_be_written_to_is_named_and_nothing_is_lost() {
    let windowing = Window::fixed(millis(10)).change().applied_to(&Windowing::default());
    let mut grouping = grouping(&windowing, GroupingPath::Aligned);
    let mut elements = bundle(&[(1, 3)], &windowing.window_fn);
    grouping.add(&mut elements).expect("all is in memory");
    grouping.end_bundle(kernels().1).expect("no windows merge");
    let nowhere = std::env::temp_dir().join("heliostat-no-such-directory");
    let error = grouping.keep_within(0, &nowhere).expect_err("there is no such directory");
    let error = error.to_string();
    assert!(error.contains(&nowhere.display().to_string()), "{error}");
    assert!(error.contains("name another directory"), "{error}");
    let fired = advanced(&mut grouping, Timestamp::from_millis(10), kernels().1);
    assert_eq!(panes(fired).len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn both_paths_fire_the_same_panes(
        windowing in windowing(),
        events in prop::collection::vec(event(), 0..14),
    ) {
        let aligned = play(&windowing, GroupingPath::Aligned, &events, |_| {});
        let general = play(&windowing, GroupingPath::General, &events, |_| {});
        prop_assert_eq!(aligned, general, "{}", windowing);
    }

    #[test]
    fn what_is_on_disk_fires_the_same_panes(
        windowing in windowing(),
        events in prop::collection::vec(event(), 0..14),
        limit in prop_oneof![Just(0_usize), 1_usize..20_000],
    ) {
        for path in [GroupingPath::Aligned, GroupingPath::General] {
            let in_memory = play(&windowing, path, &events, |_| {});
            let on_disk = play(&windowing, path, &events, |state| {
                state.keep_within(limit, &std::env::temp_dir()).expect("there is room on disk");
            });
            prop_assert_eq!(in_memory, on_disk, "{}", windowing);
        }
    }

    #[test]
    fn what_was_on_disk_is_saved_like_the_rest(
        windowing in windowing(),
        events in prop::collection::vec(event(), 0..14),
    ) {
        let plain = play(&windowing, GroupingPath::Aligned, &events, |_| {});
        let through = |state: &mut Grouping| {
            state.keep_within(0, &std::env::temp_dir()).expect("there is room on disk");
            let was = saved(state);
            state.load(&was, 9).expect("a saved state can be loaded");
        };
        let swapped = play(&windowing, GroupingPath::Aligned, &events, through);
        prop_assert_eq!(plain, swapped, "{}", windowing);
    }

    #[test]
    fn each_path_goes_on_from_what_the_other_saved(
        windowing in windowing(),
        events in prop::collection::vec(event(), 0..14),
    ) {
        let plain = play(&windowing, GroupingPath::Aligned, &events, |_| {});
        for (path, other) in [
            (GroupingPath::Aligned, GroupingPath::General),
            (GroupingPath::General, GroupingPath::Aligned),
        ] {
            let through = |state: &mut Grouping| {
                let was = saved(state);
                state.load(&was, 9).expect("a saved state can be loaded");
                assert_eq!(saved(state), was, "saving what was loaded gives the same bytes");
                let mut between = grouping(&windowing, other);
                between.load(&was, 8).expect("a saved state can be loaded");
                state.load(&saved(&between), 9).expect("a saved state can be loaded");
            };
            let swapped = play(&windowing, path, &events, through);
            prop_assert_eq!(&plain, &swapped, "{} through {}", windowing, other);
        }
    }
}
