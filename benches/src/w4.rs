//! W4, the advertising of the Yahoo streaming benchmark: views per campaign and ten seconds.
//!
//! 20 million events over ten minutes of event time, a third of them views, up to 1 s out of order;
//! each is of one of 1,000 ads, ten of which belong to each of 100 campaigns.

mod by_hand;
mod events;
mod flow;
mod pipeline;

pub use by_hand::by_hand;
pub use events::{AdEvent, EVENTS, Kind, events};
pub use flow::flow;
pub use pipeline::pipeline;

/// The length of a window.
const WINDOW_MILLIS: i64 = 10_000;

/// How far an event may be behind the latest before it.
const DISORDER_MILLIS: i64 = 1_000;
