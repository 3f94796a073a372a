//! A lifted grouping is the same as one that takes every element itself: on every windowing that
//! may be lifted it fires the same panes and drops as many, however often its lifter ships, and
//! each goes on from what the other saved.

use super::Lifter;
use crate::{Fired, Grouping, GroupingCode, GroupingPath, GroupingSettings};
use heliostat::batch::{Batch, ColumnExt, Meta, Timestamps, Windows};
use heliostat::graph::Functions;
use heliostat::{
    ClosingBehavior, DropCounts, Interval, OnTimeBehavior, OpenWindows, PaneInfo, Pipeline, Sum,
    Timestamp, Trigger, Window, WindowFn, Windowing, after_count, after_watermark, millis,
    repeatedly,
};
use proptest::prelude::*;

type Pane = (u8, i64, Interval, PaneInfo, Timestamp);

/// What an event left: panes, drops, the output watermark, what is open.
type Seen = (Vec<Pane>, DropCounts, Timestamp, OpenWindows);

#[derive(Clone, Debug)]
enum Event {
    /// A bundle of keys and timestamps; the value is the timestamp.
    Bundle(Vec<(u8, i64)>),
    /// The watermark moves on by so much.
    Watermark(i64),
    /// State moves over to a grouping of the other form, and back.
    Save,
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        4 => prop::collection::vec((0_u8..3, -15_i64..60), 1..8).prop_map(Event::Bundle),
        3 => (1_i64..12).prop_map(Event::Watermark),
        1 => Just(Event::Save),
    ]
}

fn liftable() -> impl Strategy<Value = Trigger> {
    let leaf = prop_oneof![Just(after_count(1)), Just(repeatedly(after_count(1)))];
    let inner = prop::option::of(prop_oneof![3 => leaf, 1 => Just(Trigger::Never)]);
    prop_oneof![
        Just(Trigger::Default),
        Just(Trigger::Never),
        Just(repeatedly(after_count(1))),
        Just(repeatedly(after_watermark())),
        (inner.clone(), inner).prop_map(|(early, late)| {
            let trigger = after_watermark();
            let trigger = early.into_iter().fold(trigger, |trigger, early| trigger.early(early));
            late.into_iter().fold(trigger, |trigger, late| trigger.late(late)).into()
        }),
    ]
}

fn windowing() -> impl Strategy<Value = Windowing> {
    let window = prop_oneof![
        3 => (1_i64..20).prop_map(|size| Window::fixed(millis(size))),
        3 => (1_i64..20, 1_i64..12)
            .prop_map(|(size, period)| Window::sliding(millis(size), millis(period))),
        1 => Just(Window::global()),
    ];
    let behaviors = (any::<bool>(), any::<bool>(), any::<bool>());
    (window, liftable(), 0_i64..25, behaviors).prop_map(
        |(window, trigger, lateness, (accumulating, if_nonempty, closing))| {
            let closes = trigger == Trigger::from(after_watermark())
                || matches!(trigger, Trigger::AfterWatermark { late: None, .. });
            let lateness = if closes { 0 } else { lateness };
            let mut window = window.trigger(trigger).allowed_lateness(millis(lateness));
            if accumulating {
                window = window.accumulating();
            }
            if if_nonempty {
                window = window.on_time_behavior(OnTimeBehavior::IfNonEmpty);
            }
            if closing {
                window = window.closing_behavior(ClosingBehavior::Always);
            }
            window.change().applied_to(&Windowing::default())
        },
    )
}

const SUM: &str = "Combine per key";

fn functions() -> Functions {
    let pipeline = Pipeline::new();
    pipeline.create([(0_u8, 0_i64)]).combine_per_key(Sum);
    pipeline.functions()
}

#[derive(Clone, Copy)]
enum Form {
    Native,
    /// With a lifter that holds at most so many entries, and looks behind so many elements whether
    /// it pays.
    Lifted {
        entries_max: usize,
        sample: u64,
    },
    /// With a lifter on the same worker.
    Moved,
}

fn grouping(windowing: &Windowing, form: Form, functions: &Functions) -> Grouping {
    let kernels = match form {
        Form::Native => functions.kernels(SUM),
        Form::Lifted { .. } | Form::Moved => functions.lift(SUM).merging(),
    };
    let path = GroupingPath::of(windowing);
    let settings = GroupingSettings { windowing: windowing.clone(), path, seed: 7 };
    Grouping::new(settings, GroupingCode { kernels, merger: None }, None)
}

fn bundle(elements: &[(u8, i64)], window_fn: &WindowFn) -> Batch {
    let at = elements.iter().map(|&(_, at)| Timestamp::from_millis(at)).collect();
    let meta =
        Meta { windows: Windows::ByTimestamp(window_fn.clone()), ..Meta::at(Timestamps::each(at)) };
    Batch::of(elements.to_vec(), meta)
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

/// Goes on from what another one saves.
fn go_on(grouping: &mut Grouping, from: &Grouping) {
    let saved = from.save().expect("all is in memory");
    grouping.load(&saved, 8).expect("a saved state can be loaded");
}

fn add_all(grouping: &mut Grouping, batches: Vec<Batch>) {
    for mut batch in batches {
        grouping.add(&mut batch).expect("all is in memory");
    }
}

fn play(windowing: &Windowing, form: Form, events: &[Event]) -> Vec<Seen> {
    let functions = functions();
    let mut grouping = grouping(windowing, form, &functions);
    let mut lifter = match form {
        Form::Native => None,
        Form::Lifted { entries_max, sample } => {
            let lifter = Lifter::new(windowing, functions.lift(SUM), 7);
            Some(lifter.with_entries_max(entries_max).with_sample(sample))
        }
        Form::Moved => {
            let mut lifter = Lifter::new(windowing, functions.lift(SUM), 7);
            lifter.keep_all();
            Some(lifter)
        }
    };
    let mut seen = Vec::new();
    let mut watermark = -20;
    let end = [Event::Watermark(i64::MAX / 4)];
    for event in events.iter().chain(&end) {
        let empty = Batch::of(Vec::<(u8, i64)>::new(), Meta::default());
        let fired = match event {
            Event::Bundle(elements) => {
                // In two batches, as a bundle may come.
                let (first, second) = elements.split_at(elements.len() / 2);
                for part in [first, second] {
                    let mut batch = bundle(part, &windowing.window_fn);
                    let mut shipped = Vec::new();
                    match &mut lifter {
                        None => shipped.push(batch),
                        Some(lifter) => {
                            lifter.add(&mut batch, grouping.input_watermark(), &mut shipped);
                        }
                    }
                    add_all(&mut grouping, shipped);
                }
                let mut rest = Vec::new();
                match (&mut lifter, form) {
                    (Some(lifter), Form::Moved) => lifter.move_into(&mut grouping, &mut rest),
                    (Some(lifter), Form::Lifted { .. } | Form::Native) => lifter.flush(&mut rest),
                    (None, _) => {}
                }
                add_all(&mut grouping, rest);
                grouping.end_bundle(empty).expect("no windows merge")
            }
            Event::Watermark(by) => {
                watermark += by;
                grouping
                    .advance(Timestamp::from_millis(watermark), empty)
                    .expect("all is in memory")
            }
            Event::Save => {
                let other = match form {
                    Form::Native => Form::Lifted { entries_max: 1, sample: 1 },
                    Form::Lifted { .. } | Form::Moved => Form::Native,
                };
                let mut between = self::grouping(windowing, other, &functions);
                go_on(&mut between, &grouping);
                go_on(&mut grouping, &between);
                continue;
            }
        };
        let mut drops = grouping.drops();
        if let Some(lifter) = &lifter {
            drops.late += lifter.drops().late;
        }
        let open = grouping.open_windows().expect("all is in memory");
        seen.push((panes(fired), drops, grouping.output_watermark(), open));
    }
    seen
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_lifted_grouping_fires_the_same_panes(
        windowing in windowing(),
        entries_max in prop_oneof![Just(usize::MAX), 0_usize..4],
        sample in prop_oneof![Just(u64::MAX), 1_u64..6],
        events in prop::collection::vec(event(), 0..14),
    ) {
        let native = play(&windowing, Form::Native, &events);
        let lifted = play(&windowing, Form::Lifted { entries_max, sample }, &events);
        prop_assert_eq!(&native, &lifted, "{}", windowing);
        prop_assert_eq!(native, play(&windowing, Form::Moved, &events), "{}, moved", windowing);
    }
}

#[test]
fn a_bundle_ships_a_key_and_window_once() {
    let functions = functions();
    let windowing = Window::fixed(millis(10)).change().applied_to(&Windowing::default());
    let mut lifter = Lifter::new(&windowing, functions.lift(SUM), 7);
    let elements = [(1, 3), (2, 4), (1, 5), (1, 12), (2, -1), (1, 6)];
    let watermark = Timestamp::from_millis(0);
    let mut shipped = Vec::new();
    lifter.add(&mut bundle(&elements, &windowing.window_fn), watermark, &mut shipped);
    lifter.add(&mut bundle(&[(1, 7)], &windowing.window_fn), watermark, &mut shipped);
    assert!(shipped.is_empty());
    lifter.flush(&mut shipped);
    let values: Vec<_> = shipped.iter().map(|it| it.values.typed::<(u8, i64)>().to_vec()).collect();
    assert_eq!(values, [vec![(1, 3 + 5 + 6 + 7), (2, 4)], vec![(1, 12)]]);
    let starts: Vec<_> = shipped.iter().map(|it| it.meta.timestamps.at(0)).collect();
    assert_eq!(starts, [9, 19].map(Timestamp::from_millis));
    assert_eq!(lifter.drops().late, 1);
    shipped.clear();
    lifter.flush(&mut shipped);
    assert!(shipped.is_empty());
}

#[test]
fn overlapping_windows_ship_a_key_and_slice_once() {
    let functions = functions();
    let windowing = Window::sliding(millis(10), millis(5)).change();
    let windowing = windowing.applied_to(&Windowing::default());
    let mut lifter = Lifter::new(&windowing, functions.lift(SUM), 7);
    let mut shipped = Vec::new();
    let mut batch = bundle(&[(1, 11), (1, 16), (2, 13), (1, 14)], &windowing.window_fn);
    lifter.add(&mut batch, Timestamp::from_millis(0), &mut shipped);
    lifter.flush(&mut shipped);
    let values: Vec<_> = shipped.iter().map(|it| it.values.typed::<(u8, i64)>().to_vec()).collect();
    assert_eq!(values, [vec![(1, 11 + 14), (2, 13)], vec![(1, 16)]]);
}

#[test]
fn keys_that_come_once_are_not_reduced_behind_a_sample() {
    let functions = functions();
    let windowing = Window::global().change().applied_to(&Windowing::default());
    let mut lifter = Lifter::new(&windowing, functions.lift(SUM), 7).with_sample(3);
    let mut shipped = Vec::new();
    let mut taken = |elements: &[(u8, i64)]| {
        lifter.add(&mut bundle(elements, &windowing.window_fn), Timestamp::MIN, &mut shipped);
        lifter.flush(&mut shipped);
        shipped.drain(..).map(|it| it.len()).sum::<usize>()
    };
    assert_eq!(taken(&[(1, 1), (1, 1), (1, 1)]), 1);
    assert_eq!(taken(&[(1, 1), (2, 1), (3, 1)]), 3);
    assert_eq!(taken(&[(1, 1), (1, 1), (1, 1)]), 3);
}
