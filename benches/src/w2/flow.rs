//! W2 as a dataflow of timely.

use super::{Event, MINUTE_MILLIS};
use crate::check::{Check, Row};
use crate::flow::{check, owner, partial, replay, run, sums, unsigned};
use std::sync::Arc;
use timely::dataflow::channels::pact::{Exchange, Pipeline};

const MINUTE: u64 = MINUTE_MILLIS.unsigned_abs();

/// Sums per key and minute; several workers sum what they read before they exchange it.
pub fn flow(events: &Arc<Vec<Event>>, workers: usize) -> Check {
    run(events, workers, |scope, events, seen| {
        let part =
            |event: &Event| (unsigned(event.at.millis()), event.key, event.value.unsigned_abs());
        let parts = replay(scope, events, part);
        let mut all = sums::<MINUTE, 1, _>(parts, Pipeline, |&part| part);
        if 1 < scope.peers() {
            all = sums::<MINUTE, 1, _>(all, Exchange::new(|sum: &Row| owner(sum.1)), partial);
        }
        check(all, seen, |&(end, key, sum)| ((end - MINUTE) / 1_000, key, sum));
    })
}
