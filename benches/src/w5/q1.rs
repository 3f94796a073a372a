//! Q1, currency: all bids, in euros.

use super::{Bid, Event};
use crate::check::{Check, Row};
use crate::checked::Checked;
use crate::flow;
use crate::replay::Replay;
use heliostat::prelude::*;
use std::hint::black_box;
use std::sync::Arc;
use timely::dataflow::operators::vec::Map;

fn in_euros(bid: Bid) -> Bid {
    Bid { price: bid.price * 89 / 100, ..bid }
}

fn row(bid: &Bid) -> Row {
    (bid.auction, bid.bidder, bid.price)
}

/// Without a framework.
#[inline(never)]
pub fn by_hand(events: &[Event]) -> Check {
    let mut seen = Check::default();
    for event in events {
        if let Event::Bid(bid) = event {
            // What becomes of a bid does not depend on knowing where it goes.
            seen.add_row(row(&black_box(in_euros(*bid))));
        }
    }
    seen
}

/// As a pipeline, as an author would write it.
pub fn pipeline(events: &Arc<Vec<Event>>, pieces: usize) -> (Pipeline, Checked) {
    let (pipeline, checked) = (Pipeline::new(), Checked::default());
    pipeline
        .read(Replay::new(events, pieces))
        .flat_map_into(Event::bids)
        .map(in_euros)
        .write(checked.rows(row));
    (pipeline, checked)
}

/// As a dataflow of timely.
pub fn flow(events: &Arc<Vec<Event>>, workers: usize) -> Check {
    flow::run(events, workers, |scope, events, seen| {
        let bids = flow::replay(scope, events, Event::clone).flat_map(Event::into_bid);
        flow::check(bids.map(in_euros), seen, row);
    })
}
