//! Q7, highest bid: the highest bid of every ten seconds.

use super::{Bid, Event, WINDOW_MILLIS};
use crate::check::{Check, Row, seconds};
use crate::checked::Checked;
use crate::flow;
use crate::replay::Replay;
use heliostat::prelude::*;
use std::cmp::Reverse;
use std::sync::Arc;
use timely::dataflow::channels::pact::{self, Exchange};
use timely::dataflow::operators::vec::Map;

/// Whether a bid is higher than another; of two as high as each other it is the one with the
/// smaller numbers.
fn is_higher(a: &Bid, b: &Bid) -> bool {
    let height = |bid: &Bid| (bid.price, Reverse((bid.auction, bid.bidder)));
    height(b) < height(a)
}

fn take_if_higher(highest: &mut Option<Bid>, bid: &Bid) {
    if highest.as_ref().is_none_or(|highest| is_higher(bid, highest)) {
        *highest = Some(*bid);
    }
}

/// Without a framework.
#[inline(never)]
pub fn by_hand(events: &[Event]) -> Check {
    let mut seen = Check::default();
    let (mut end, mut highest) = (WINDOW_MILLIS, None);
    let mut close = |end: i64, highest: Option<Bid>| {
        if let Some(bid) = highest {
            let start = Timestamp::from_millis(end - WINDOW_MILLIS);
            seen.add_row((seconds(start), bid.auction, bid.price));
        }
    };
    for event in events {
        let Event::Bid(bid) = event else { continue };
        while end <= bid.at.millis() {
            close(end, highest.take());
            end += WINDOW_MILLIS;
        }
        take_if_higher(&mut highest, bid);
    }
    close(end, highest);
    seen
}

/// As a pipeline, as an author would write it.
pub fn pipeline(events: &Arc<Vec<Event>>, pieces: usize) -> (Pipeline, Checked) {
    let (pipeline, checked) = (Pipeline::new(), Checked::default());
    pipeline
        .read(Replay::new(events, pieces))
        .flat_map_into(Event::bids)
        .window(Window::fixed(millis(WINDOW_MILLIS)))
        .combine_globally_without_default(|a, b| if is_higher(&b, &a) { b } else { a })
        .flat_map(|highest| highest)
        .windowed()
        .write(checked.rows(|row: &Windowed<Bid>| {
            (seconds(row.window.start()), row.value.auction, row.value.price)
        }));
    (pipeline, checked)
}

/// As a dataflow of timely: the highest of each worker, and the highest of all.
pub fn flow(events: &Arc<Vec<Event>>, workers: usize) -> Check {
    const WINDOW: u64 = WINDOW_MILLIS.unsigned_abs();
    flow::run(events, workers, |scope, events, seen| {
        let bids = flow::replay(scope, events, Event::clone).flat_map(Event::into_bid);
        let of_workers = highest::<WINDOW>(bids, pact::Pipeline);
        let by_window = Exchange::new(|bid: &Bid| flow::unsigned(bid.at.millis()) / WINDOW);
        let of_all = highest::<WINDOW>(of_workers, by_window);
        flow::check(of_all, seen, |bid| {
            let window = flow::unsigned(bid.at.millis()) / WINDOW * WINDOW;
            let row: Row = (window / 1_000, bid.auction, bid.price);
            row
        });
    })
}

/// The highest bid of each window.
fn highest<const WINDOW: u64>(
    bids: flow::Stream<'_, Bid>,
    pact: impl pact::ParallelizationContract<u64, Vec<Bid>>,
) -> flow::Stream<'_, Bid> {
    flow::windows::<WINDOW, 1, _, Option<Bid>, _>(
        bids,
        pact,
        |bid| flow::unsigned(bid.at.millis()),
        take_if_higher,
        |_, highest| highest,
    )
}
