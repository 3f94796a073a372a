//! W3 as a dataflow of timely: counts per slice, then twelve slices to a window.

use super::{Event, PERIOD_MILLIS, SIZE_MILLIS};
use crate::check::{Check, Row};
use crate::flow::{check, owner, partial, replay, run, sums, unsigned};
use std::sync::Arc;
use timely::dataflow::channels::pact::{Exchange, Pipeline};

const PERIOD: u64 = PERIOD_MILLIS.unsigned_abs();
const SLICES: u64 = SIZE_MILLIS.unsigned_abs() / PERIOD;

/// Counts per key and window; each worker counts what it reads before the counts are exchanged.
pub fn flow(events: &Arc<Vec<Event>>, workers: usize) -> Check {
    run(events, workers, |scope, events, seen| {
        let part =
            |event: &Event| (unsigned(event.at.millis()), event.key, event.value.unsigned_abs());
        let slices = sums::<PERIOD, 1, _>(replay(scope, events, part), Pipeline, |&part| part);
        let by_key = Exchange::new(|sum: &Row| owner(sum.1));
        let windows = sums::<PERIOD, SLICES, _>(slices, by_key, partial);
        check(windows, seen, |&(end, key, count)| (end / 1_000, key, count));
    })
}
