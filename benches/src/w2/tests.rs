//! The limit and the pipeline compute the same.

use super::{
    BATCH_EVENTS, EVENTS, Event, by_hand, counted, counted_by_hand, events, first_events, pipeline,
    sessions, sessions_by_hand, sliding, sliding_by_hand,
};
use crate::check::Check;
use crate::engine::Engine;
use heliostat::{ByTime, Runner, Window};
use heliostat_direct::DirectRunner;
use heliostat_runner_core::GroupingPath;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The plainest way to say it.
fn independent(events: &[Event]) -> Check {
    let mut sums = BTreeMap::new();
    for event in events {
        let window = event.at - event.at.rem_euclid(heliostat::minutes(1));
        *sums.entry((window, event.key)).or_insert(0) += event.value;
    }
    let mut check = Check::default();
    sums.into_iter().for_each(|((window, key), sum)| check.add(window, key, sum));
    check
}

#[test]
fn all_ways_give_the_same_sums() {
    for (events, what) in [
        (events(0), "nothing"),
        (events(100), "windows with one or two events"),
        (events(20_000), "all windows"),
        (first_events(20_000, 400_000), "the first windows"),
    ] {
        let expected = independent(&events);
        assert_eq!(by_hand(&events), expected, "by hand: {what}");
        let events = Arc::new(events);
        let suspicious = (0..8).map(|seed| DirectRunner::default().seed(seed));
        for runner in suspicious.chain([DirectRunner::default().trusting()]) {
            let (pipeline, checked) = pipeline(&events, 1);
            let result = runner.run(&pipeline);
            assert!(result.is_ok(), "{what}: {result:?}");
            assert_eq!(checked.check(), expected, "{:?}: {what}", runner.settings());
        }
    }
}

/// Those that are run through a grouping alone, in other windows and with other triggers.
#[test]
fn the_other_limits_give_what_the_engine_gives() {
    use GroupingPath::{Aligned, General};
    type Case = (&'static str, fn(&[Event]) -> Check, fn() -> Window<ByTime>, GroupingPath);
    let cases: [Case; 4] = [
        ("sliding", sliding_by_hand, sliding, Aligned),
        ("sliding, not in slices", sliding_by_hand, sliding, General),
        ("counted", counted_by_hand, counted, General),
        ("sessions", sessions_by_hand, sessions, General),
    ];
    // Dense ones: the limits keep room for what can be open at once behind a batch of them.
    for (count, total) in [(0, EVENTS), (100, EVENTS), (150_000, 1_500_000)] {
        let events = first_events(count, total);
        for (what, by_hand, window, path) in cases {
            let check = Engine::new(events.clone(), window(), path).run(BATCH_EVENTS);
            assert_eq!(check.ok(), Some(by_hand(&events)), "{what}, {} events", events.len());
        }
    }
}

#[test]
fn few_of_many_are_the_beginning_of_all() {
    assert_eq!(first_events(50, 1_000), events(1_000)[..50]);
}
