//! W2, the windowed sum: events of a key and a number, out of order, summed per key and minute.
//!
//! 20 million events over an hour of event time and 10,000 keys, the most frequent of which comes
//! a tenth of the time (Zipf 1). An event is up to 5 s behind the latest before it; a minute is
//! complete when the latest event is 5 s past its end.

mod by_hand;
mod counted;
mod flow;
mod pipeline;
mod sessions;
mod sliding;

pub use by_hand::{by_hand, by_hand_on};
pub use counted::{counted, counted_by_hand};
pub use flow::flow;
pub use pipeline::pipeline;
pub use sessions::{sessions, sessions_by_hand};
pub use sliding::{sliding, sliding_by_hand};

pub use crate::events::Event;

use crate::events::{DISORDER_MILLIS, Recipe};

/// How many events W2 has when it is measured in full.
pub const EVENTS: usize = 20_000_000;

/// How many events a batch has, as in the runners.
pub const BATCH_EVENTS: usize = 1_024;

/// The length of a window.
const MINUTE_MILLIS: i64 = 60_000;

/// Room for all keys of a window in a table of 256 KiB, which stays in a core's own cache.
const KEYS_EXPECTED: usize = 14_000;

const RECIPE: Recipe = Recipe { keys: 10_000, seed: 0x22_0000_0000 };

/// All of `total` events over the hour.
pub fn events(total: usize) -> Vec<Event> {
    first_events(total, total)
}

/// The first `count` of `total` events over the hour: fewer windows, each as full as with all.
pub fn first_events(count: usize, total: usize) -> Vec<Event> {
    RECIPE.first_events(count, total)
}

#[cfg(test)]
mod tests;
