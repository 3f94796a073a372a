//! Sessions that grow one by one are what merges that are asked for make of them: in panes, drops
//! and deadlines, and in every byte of saved state.

use crate::grouping::tests::{advanced, saved};
use crate::grouping::{Fired, Grouping, GroupingCode, GroupingPath, GroupingSettings};
use heliostat::batch::{Batch, ColumnExt, Meta, Timestamps, Windows};
use heliostat::savepoint::GroupingState;
use heliostat::{
    CustomWindows, DropCounts, Duration, Interval, MergeWindows, PaneInfo, Pipeline,
    SessionWindows, Sum, Timestamp, Trigger, WindowFn, Windowing, after_any, after_count,
    after_each, after_processing_time, after_watermark, millis, repeatedly,
};
use proptest::prelude::*;
use std::sync::Arc;

#[derive(Clone, Debug)]
enum Event {
    /// A bundle of keys and timestamps; if `true`, these count from the watermark.
    Bundle(bool, Vec<(u8, i64)>),
    /// The watermark moves on by so much.
    Watermark(i64),
    /// Processing time does.
    Clock(i64),
    /// It goes on from what it saved.
    Reload,
}

type Pane = (u8, i64, Interval, PaneInfo, Timestamp);

/// What can be seen of a grouping behind an event.
#[derive(Debug, PartialEq)]
struct Seen {
    panes: Vec<Pane>,
    drops: DropCounts,
    output: Timestamp,
    deadline: Option<Timestamp>,
    saved: GroupingState,
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        3 => prop::collection::vec((0_u8..3, -10_i64..60), 1..5).prop_map(|them| Event::Bundle(false, them)),
        4 => prop::collection::vec((0_u8..3, -12_i64..8), 1..4).prop_map(|them| Event::Bundle(true, them)),
        4 => (1_i64..9).prop_map(Event::Watermark),
        2 => (1_i64..4).prop_map(Event::Clock),
        1 => Just(Event::Reload),
    ]
}

fn trigger() -> impl Strategy<Value = Trigger> {
    let leaf = prop_oneof![
        3 => Just(Trigger::Default),
        2 => Just(after_watermark().into()),
        1 => Just(Trigger::Never),
        1 => Just(Trigger::Always),
        2 => (1_u32..4).prop_map(after_count),
        2 => (0_i64..4).prop_map(|delay| after_processing_time(millis(delay)).into()),
        2 => (1_u32..4, 1_u32..4).prop_map(|(early, late)| {
            after_watermark().early(after_count(early)).late(after_count(late)).into()
        }),
    ];
    leaf.prop_recursive(2, 6, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(repeatedly),
            (inner.clone(), inner.clone()).prop_map(|parts| after_any([parts.0, parts.1])),
            (inner.clone(), inner.clone()).prop_map(|parts| after_each([parts.0, parts.1])),
            (inner.clone(), inner).prop_map(|(main, until)| main.or_finally(until)),
        ]
    })
}

fn windowing() -> impl Strategy<Value = (Duration, Windowing)> {
    let combiner = prop_oneof![
        2 => Just(heliostat::TimestampCombiner::EndOfWindow),
        1 => Just(heliostat::TimestampCombiner::Earliest),
        1 => Just(heliostat::TimestampCombiner::Latest),
    ];
    let lateness = prop_oneof![Just(0), 1_i64..40];
    (1_i64..12, trigger(), combiner, lateness, any::<bool>(), any::<bool>()).prop_map(
        |(gap, trigger, combiner, lateness, accumulating, always)| {
            let mut windowing = Windowing {
                window_fn: WindowFn::Sessions(SessionWindows::of(millis(gap))),
                merge_status: heliostat::MergeStatus::NeedsMerge,
                trigger,
                timestamp_combiner: combiner,
                allowed_lateness: millis(lateness),
                ..Windowing::default()
            };
            if accumulating {
                windowing.accumulation = heliostat::Accumulation::Accumulating;
            }
            if always {
                windowing.closing_behavior = heliostat::ClosingBehavior::Always;
            }
            (millis(gap), windowing)
        },
    )
}

fn panes(fired: Fired) -> Vec<Pane> {
    let mut panes = Vec::new();
    for batch in fired.panes {
        let values = batch.values.typed::<(u8, i64)>();
        batch.meta.windows.for_each(&batch.meta.timestamps, batch.len(), |at, window| {
            let (key, sum) = values[at];
            panes.push((
                key,
                sum,
                window.clone(),
                *batch.meta.panes.at(at),
                batch.meta.timestamps.at(at),
            ));
        });
    }
    panes
}

fn play(
    gap: Duration,
    windowing: &Windowing,
    events: &[Event],
    reload: impl Fn(&mut Grouping),
) -> Vec<Seen> {
    let pipeline = Pipeline::new();
    pipeline.create([(0_u8, 0_i64)]).combine_per_key(Sum);
    let kernels = pipeline.functions().kernels("Combine per key");
    let merger: Arc<dyn MergeWindows> = Arc::new(SessionWindows::of(gap));
    let settings =
        GroupingSettings { windowing: windowing.clone(), path: GroupingPath::General, seed: 7 };
    let mut grouping =
        Grouping::new(settings, GroupingCode { kernels, merger: Some(merger) }, None);
    let empty = || Batch::of(Vec::<(u8, i64)>::new(), Meta::default());
    let (mut seen, mut watermark, mut now) = (Vec::new(), -12, 0);
    grouping.set_now(Timestamp::from_millis(now));
    for event in events.iter().chain(&[Event::Clock(9), Event::Watermark(i64::MAX / 4)]) {
        let fired = match event {
            Event::Bundle(near, elements) => {
                let from = if *near { watermark } else { 0 };
                let at = elements.iter().map(|(_, at)| Timestamp::from_millis(from + at)).collect();
                let by_time = WindowFn::Sessions(SessionWindows::of(gap));
                let windows = Windows::ByTimestamp(by_time);
                let meta = Meta { windows, ..Meta::at(Timestamps::each(at)) };
                let mut bundle = Batch::of(elements.clone(), meta);
                grouping.add(&mut bundle).expect("there is room on disk");
                grouping.end_bundle(empty()).expect("sessions merge as they may")
            }
            Event::Watermark(by) => {
                watermark += by;
                advanced(&mut grouping, Timestamp::from_millis(watermark), empty())
            }
            Event::Clock(by) => {
                now += by;
                grouping.set_now(Timestamp::from_millis(now));
                grouping.fire_overdue(empty()).expect("what is on disk can be read")
            }
            Event::Reload => {
                reload(&mut grouping);
                Fired::default()
            }
        };
        seen.push(Seen {
            panes: panes(fired),
            drops: grouping.drops(),
            output: grouping.output_watermark(),
            deadline: grouping.next_deadline(),
            saved: saved(&grouping),
        });
    }
    seen
}

fn from_saved(grouping: &mut Grouping) {
    grouping.load(&saved(grouping), 8).expect("a saved state can be loaded");
}

/// The same whatever the order of keys.
fn sorted(mut seen: Vec<Seen>) -> Vec<Seen> {
    for Seen { panes, saved, .. } in &mut seen {
        panes.sort_by(|a, b| (a.0, &a.2, a.3.index).cmp(&(b.0, &b.2, b.3.index)));
        saved.rows.sort_by(|a, b| (&a.key, &a.window).cmp(&(&b.key, &b.window)));
    }
    seen
}

#[test]
fn sessions_do_merge_here() {
    let windowing = Windowing {
        window_fn: WindowFn::Sessions(SessionWindows::of(millis(5))),
        merge_status: heliostat::MergeStatus::NeedsMerge,
        ..Windowing::default()
    };
    let events = [Event::Bundle(false, vec![(0, 1), (0, 9)]), Event::Bundle(false, vec![(0, 5)])];
    let seen = play(millis(5), &windowing, &events, from_saved);
    let ends: Vec<_> = seen.iter().flat_map(|seen| &seen.panes).map(|pane| pane.2.end()).collect();
    assert_eq!(ends, [Timestamp::from_millis(14)]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    #[test]
    fn sessions_grow_as_if_merges_were_asked_for(
        (gap, windowing) in windowing(),
        events in prop::collection::vec(event(), 0..20),
    ) {
        let custom = WindowFn::Custom(CustomWindows::of(&(), true));
        let asked = Windowing { window_fn: custom, ..windowing.clone() };
        let mut merged = play(gap, &asked, &events, from_saved);
        for seen in &mut merged {
            seen.saved.windowing = windowing.clone();
        }
        prop_assert_eq!(play(gap, &windowing, &events, from_saved), merged, "{}", windowing);
    }
    #[test]
    fn what_is_on_disk_does_the_same(
        (gap, windowing) in windowing(),
        events in prop::collection::vec(event(), 0..20),
        limit in prop_oneof![Just(0_usize), 1_usize..20_000],
    ) {
        let in_memory = play(gap, &windowing, &events, |_| {});
        let on_disk = play(gap, &windowing, &events, |grouping| {
            grouping.keep_within(limit, &std::env::temp_dir()).expect("there is room on disk");
        });
        prop_assert_eq!(sorted(in_memory), sorted(on_disk), "{}", windowing);
    }
}
