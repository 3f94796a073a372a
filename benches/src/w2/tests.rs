//! The limit and the pipeline compute the same.

use super::{Check, by_hand, events, first_events, pipeline};
use heliostat::Runner;
use heliostat_direct::DirectRunner;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The plainest way to say it.
fn independent(events: &[super::Event]) -> Check {
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
            let (pipeline, summed) = pipeline(Arc::clone(&events));
            let result = runner.run(&pipeline);
            assert!(result.is_ok(), "{what}: {result:?}");
            assert_eq!(summed.check(), expected, "{:?}: {what}", runner.settings());
        }
    }
}

#[test]
fn few_of_many_are_the_beginning_of_all() {
    assert_eq!(first_events(50, 1_000), events(1_000)[..50]);
}
