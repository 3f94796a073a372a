//! The loops, timely and the pipelines compute the same.

use super::{ALL, runner};
use crate::check::Check;

#[test]
fn a_runner_that_is_not_there_is_refused_with_those_that_are() {
    let error = runner("nobody", 1).err().expect("there is none");
    assert!(error.starts_with("no runner `nobody` is linked in; there are: "), "{error}");
    assert!(error.contains("direct"), "{error}");
}

#[test]
fn all_ways_give_the_same_rows() {
    for workload in ALL {
        // W5 has 10,000 events for a second, and its longest windows ten seconds.
        for events in [0, 100, 20_000, 250_000] {
            let prepared = workload.prepare(events);
            let what = format!("{} over {events} events", workload.name);
            let expected = prepared.by_hand(1);
            assert_eq!(expected == Check::default(), events == 0, "{what}: {expected:?}");
            for workers in [1, 2, 3] {
                assert_eq!(prepared.by_hand(workers), expected, "{what}, {workers} threads");
                assert_eq!(prepared.timely(workers), expected, "{what}, timely with {workers}");
                for name in ["direct", "micro-batch", "per-record"] {
                    let runner = runner(name, workers).expect("it is linked in");
                    let check = prepared.run(runner.as_ref(), workers);
                    assert_eq!(check, Ok(expected), "{what}, {name} with {workers} pieces");
                }
            }
        }
    }
}
