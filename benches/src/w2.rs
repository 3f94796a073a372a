//! W2, the windowed sum: events of a key and a number, out of order, summed per key and minute.
//!
//! 20 million events over an hour of event time and 10,000 keys, the most frequent of which comes
//! a tenth of the time (Zipf 1). An event is up to 5 s behind the latest before it; a minute is
//! complete when the latest event is 5 s past its end.

mod by_hand;
mod counted;
mod events;
mod pipeline;
mod sessions;
mod sliding;

pub use by_hand::by_hand;
pub use counted::{counted, counted_by_hand};
pub use events::{EVENTS, Event, events, first_events};
pub use pipeline::{EventSlice, Summed, pipeline, sum_per_minute};
pub use sessions::{sessions, sessions_by_hand};
pub use sliding::{sliding, sliding_by_hand};

/// How many events a batch has, as in the runners.
pub const BATCH_EVENTS: usize = 1_024;

use heliostat::{Timestamp, Windowed};
use serde::{Deserialize, Serialize};

/// The length of a window.
const MINUTE_MILLIS: i64 = 60_000;

/// How far an event may be behind the latest before it.
const DISORDER_MILLIS: i64 = 5_000;

/// Room for all keys of a window in a table of 256 KiB, which stays in a core's own cache.
const KEYS_EXPECTED: usize = 14_000;

/// How many rows a computation gave, and a sum over them that does not depend on their order.
///
/// Equal checks mean equal rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// How many.
    pub rows: u64,
    /// The sum over rows of `(seconds + 31 * key + 7 * sum) mod 1,000,003`.
    pub sum: u64,
}

impl Check {
    /// Takes the sum of a key in the window that starts at `window`.
    #[inline]
    pub fn add(&mut self, window: Timestamp, key: u64, sum: i64) {
        let (seconds, sum) = (window.millis().unsigned_abs() / 1_000, sum.unsigned_abs());
        self.rows += 1;
        self.sum += (seconds + 31 * key + 7 * sum) % 1_000_003;
    }

    /// Takes a row as a pipeline gives it.
    #[inline]
    pub fn add_row(&mut self, row: &Windowed<(u64, i64)>) {
        self.add(row.window.start(), row.value.0, row.value.1);
    }
}

#[cfg(test)]
mod tests;
