//! The events of W5: persons come, open auctions and bid, mostly in those that are hot just now.

use crate::chance::{fraction, mixed};
use crate::replay::Recorded;
use heliostat::{Duration, Emit, Rows, Timestamp};
use serde::{Deserialize, Serialize};
use std::ops::Range;
use std::sync::Arc;

/// How many events W5 has when it is measured in full.
pub const EVENTS: usize = 20_000_000;

const SEED: u64 = 0x55_0000_0000;
const EVENTS_PER_MILLI: u64 = 10;

/// Of so many events the first is a person, the next are auctions, and the others are bids.
const ROUND: u64 = 50;
const AUCTIONS_PER_ROUND: u64 = 3;

const FIRST_ID: u64 = 1_000;
const ACTIVE_PERSONS: u64 = 1_000;
const OPEN_AUCTIONS: u64 = 100;
/// Of so many in a row the first is hot.
const HOT_EVERY: u64 = 100;

/// Something that happened in the house.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// Somebody came.
    Person(Box<Person>),
    /// Somebody sells something.
    Auction(Box<Auction>),
    /// Somebody would buy it.
    Bid(Bid),
}

/// Somebody who sells and bids.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Counted up.
    pub id: u64,
    /// What they are called.
    pub name: String,
    /// Where they live.
    pub city: String,
    /// When they came.
    pub at: Timestamp,
}

/// Something that is sold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Auction {
    /// Counted up.
    pub id: u64,
    /// A person.
    pub seller: u64,
    /// What it is.
    pub item: String,
    /// What kind of thing it is.
    pub category: u64,
    /// When it was opened.
    pub at: Timestamp,
}

/// An offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bid {
    /// For what.
    pub auction: u64,
    /// By which person.
    pub bidder: u64,
    /// In cents.
    pub price: u64,
    /// When it was made.
    pub at: Timestamp,
}

impl Event {
    /// Gives the bid, if it is one.
    pub(super) fn bids(&self, out: &mut Emit<'_, Bid>) {
        if let Self::Bid(bid) = self {
            out.emit(*bid);
        }
    }

    /// As a bid, if it is one.
    pub fn into_bid(self) -> Option<Bid> {
        match self {
            Self::Bid(bid) => Some(bid),
            Self::Person(_) | Self::Auction(_) => None,
        }
    }
}

impl Recorded for Event {
    type Element = Self;

    const DISORDER: Duration = Duration::ZERO;

    #[inline]
    fn at(&self) -> Timestamp {
        match self {
            Self::Person(person) => person.at,
            Self::Auction(auction) => auction.at,
            Self::Bid(bid) => bid.at,
        }
    }

    #[inline]
    fn give(
        events: &Arc<Vec<Self>>,
        range: Range<usize>,
        timestamps: impl Iterator<Item = Timestamp>,
        rows: &mut Rows<'_, Self::Element>,
    ) {
        rows.lend(events, range, timestamps);
    }
}

/// The first `count` events.
pub fn events(count: usize) -> Vec<Event> {
    (0..count as u64).map(event).collect()
}

fn event(n: u64) -> Event {
    let chance = mixed(SEED + n);
    let more = mixed(chance);
    let at = Timestamp::from_millis(i64::try_from(n / EVENTS_PER_MILLI).unwrap_or(i64::MAX));
    let (round, within) = (n / ROUND, n % ROUND);
    match within {
        0 => {
            let (name, city) = (format!("name-{}", chance % 5_000), format!("city-{}", more % 60));
            Event::Person(Box::new(Person { id: FIRST_ID + round, name, city, at }))
        }
        1..=AUCTIONS_PER_ROUND => {
            let id = FIRST_ID + round * AUCTIONS_PER_ROUND + within - 1;
            let (seller, item) = (person(round, 0, (chance, more)), format!("item-{id}"));
            Event::Auction(Box::new(Auction { id, seller, item, category: 10 + more % 5, at }))
        }
        _ => {
            let last = round * AUCTIONS_PER_ROUND + AUCTIONS_PER_ROUND - 1;
            let price = (10_f64.powf(fraction(more) * 6.0) * 100.0).round() as u64;
            let bidder = person(round, 1, (chance >> 16, more >> 5));
            Event::Bid(Bid { auction: auction(last, chance), bidder, price, at })
        }
    }
}

/// Three times in four the hot person, `apart` from others who are hot; else anybody who came
/// lately.
fn person(last: u64, apart: u64, (chance, more): (u64, u64)) -> u64 {
    let active = (last + 1).min(ACTIVE_PERSONS);
    let hot = last / HOT_EVERY * HOT_EVERY + apart;
    FIRST_ID + if chance.is_multiple_of(4) { last + 1 - active + more % active } else { hot }
}

/// Every second time the hot auction, else any that is open.
fn auction(last: u64, chance: u64) -> u64 {
    let open = (last + 1).min(OPEN_AUCTIONS);
    let hot = last / HOT_EVERY * HOT_EVERY;
    FIRST_ID + if chance.is_multiple_of(2) { last + 1 - open + (chance >> 8) % open } else { hot }
}
