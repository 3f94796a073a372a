//! W5, an auction house after Nexmark: queries over persons, auctions and bids.
//!
//! 20 million events, of 50 one person, three auctions and 46 bids, 10,000 for each second of event
//! time, in order.

mod events;
pub mod q1;
pub mod q5;
pub mod q7;
pub mod q8;

pub use events::{Auction, Bid, EVENTS, Event, Person, events};

/// The length of the windows that do not slide.
const WINDOW_MILLIS: i64 = 10_000;
