//! W3, the sliding count: how many events each key has in the last minute, every five seconds.
//!
//! 10 million events over an hour of event time and 1,000 keys (Zipf 1), up to 5 s out of order.

mod by_hand;
mod flow;
mod pipeline;

pub use by_hand::by_hand;
pub use flow::flow;
pub use pipeline::pipeline;

pub use crate::events::Event;

use crate::events::Recipe;

/// How many events W3 has when it is measured in full.
pub const EVENTS: usize = 10_000_000;

/// A window is so long.
const SIZE_MILLIS: i64 = 60_000;

/// From the start of one to that of the next.
const PERIOD_MILLIS: i64 = 5_000;

const RECIPE: Recipe = Recipe { keys: 1_000, seed: 0x33_0000_0000 };

/// All of `total` events over the hour, each of which counts one.
pub fn events(total: usize) -> Vec<Event> {
    let mut events = RECIPE.first_events(total, total);
    events.iter_mut().for_each(|event| event.value = 1);
    events
}
