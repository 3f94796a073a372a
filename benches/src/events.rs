//! Events of a key, a number and a time: the same on every machine, made from nothing but how many
//! there are.

use crate::chance::{Zipf, mixed, shuffled};
use crate::replay::Recorded;
use heliostat::{Duration, Rows, Timestamp, millis};
use std::ops::Range;
use std::sync::Arc;

/// How far an event may be behind the latest before it.
pub(crate) const DISORDER_MILLIS: i64 = 5_000;

const SPAN_MILLIS: u64 = 3_600_000;

/// One event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// What it is grouped by.
    pub key: u64,
    /// What is summed.
    pub value: i64,
    /// When it happened.
    pub at: Timestamp,
}

/// What sets the events of one workload apart from those of another.
pub(crate) struct Recipe {
    pub(crate) keys: u64,
    pub(crate) seed: u64,
}

impl Recorded for Event {
    type Element = (u64, i64);

    const DISORDER: Duration = millis(DISORDER_MILLIS);

    #[inline]
    fn at(&self) -> Timestamp {
        self.at
    }

    #[inline]
    fn give(
        events: &Arc<Vec<Self>>,
        range: Range<usize>,
        timestamps: impl Iterator<Item = Timestamp>,
        rows: &mut Rows<'_, Self::Element>,
    ) {
        rows.extend(events[range].iter().map(|event| (event.key, event.value)), timestamps);
    }
}

impl Recipe {
    /// The first `count` of `total` events over the hour: fewer windows, each as full as with all.
    pub(crate) fn first_events(&self, count: usize, total: usize) -> Vec<Event> {
        let ranks = Zipf::over(self.keys);
        let keys = shuffled(self.keys, self.seed);
        let disorder = DISORDER_MILLIS.unsigned_abs();
        (0_u64..)
            .take(count)
            .map(|n| {
                let chance = mixed(self.seed.wrapping_add(n.wrapping_mul(3)));
                let more = mixed(chance);
                let millis = n * SPAN_MILLIS / total as u64 + (more >> 32) % disorder;
                Event {
                    key: keys[ranks.at(chance)],
                    value: i64::try_from(more % 1_000).unwrap_or_default(),
                    at: Timestamp::from_millis(i64::try_from(millis).unwrap_or(i64::MAX)),
                }
            })
            .collect()
    }
}
