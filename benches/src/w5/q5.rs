//! Q5, hot items: the auctions with the most bids of the last ten seconds, every two seconds.

use super::Event;
use crate::check::{Check, Row, seconds};
use crate::checked::Checked;
use crate::flow;
use crate::replay::{Recorded, Replay};
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use heliostat::prelude::*;
use std::cmp::Ordering;
use std::sync::Arc;
use timely::dataflow::channels::pact::{self, Exchange};
use timely::dataflow::operators::vec::Map;

const SIZE_MILLIS: i64 = 10_000;
const PERIOD_MILLIS: i64 = 2_000;
const SLICES_PER_WINDOW: i64 = SIZE_MILLIS / PERIOD_MILLIS;
/// Those of a window, that which is being filled, and some more.
const SLICES: i64 = 8;

type Counts = HashMap<u64, u32, FixedState>;

struct OpenSlices {
    /// Slice `n` has counts `n % SLICES`.
    slices: [Counts; SLICES as usize],
    /// Those of a window together.
    window: Counts,
    /// The first slice that no window has ended with yet.
    next: i64,
    seen: Check,
}

/// Without a framework: counts per slice, which are added to those of the window and taken away
/// again.
#[inline(never)]
pub fn by_hand(events: &[Event]) -> Check {
    let counts = |keys| HashMap::with_capacity_and_hasher(keys, FixedState::with_seed(0));
    let slices = std::array::from_fn(|_| counts(4_096));
    let mut open = OpenSlices { slices, window: counts(16_384), next: 0, seen: Check::default() };
    let mut latest = 0;
    for event in events {
        let Event::Bid(bid) = event else { continue };
        latest = bid.at.millis();
        while (open.next + 1) * PERIOD_MILLIS <= latest {
            open.close();
        }
        *open.slices[counts_of(open.next)].entry(bid.auction).or_insert(0) += 1;
    }
    let last = latest / PERIOD_MILLIS + SLICES_PER_WINDOW - 1;
    while open.next <= last {
        open.close();
    }
    open.seen
}

impl OpenSlices {
    /// The window ends that has `next` as its last slice.
    #[cold]
    #[inline(never)]
    fn close(&mut self) {
        for (&auction, count) in &self.slices[counts_of(self.next)] {
            *self.window.entry(auction).or_insert(0) += count;
        }
        for (auction, count) in self.slices[counts_of(self.next - SLICES_PER_WINDOW)].drain() {
            if let Some(in_window) = self.window.get_mut(&auction) {
                *in_window -= count;
                if *in_window == 0 {
                    self.window.remove(&auction);
                }
            }
        }
        self.next += 1;
        let end = seconds(Timestamp::from_millis(self.next * PERIOD_MILLIS));
        let most = self.window.values().copied().max();
        for (&auction, &count) in self.window.iter().filter(|(_, count)| Some(**count) == most) {
            self.seen.add_row((end, auction, u64::from(count)));
        }
    }
}

fn counts_of(slice: i64) -> usize {
    slice.rem_euclid(SLICES) as usize
}

/// Of auctions with their counts those that no other has more than.
struct Hottest;

/// Takes an auction if none has more, and forgets those that have less.
fn take_if_hot(hottest: &mut Vec<(u64, u64)>, auction: (u64, u64)) {
    match hottest.first().map(|first| auction.1.cmp(&first.1)) {
        Some(Ordering::Less) => {}
        Some(Ordering::Equal) | None => hottest.push(auction),
        Some(Ordering::Greater) => *hottest = vec![auction],
    }
}

impl CombineFn<(u64, u64)> for Hottest {
    type Accumulator = Vec<(u64, u64)>;
    type Output = Vec<(u64, u64)>;

    fn create(&self) -> Vec<(u64, u64)> {
        Vec::new()
    }

    fn add(&self, hottest: &mut Vec<(u64, u64)>, auction: &(u64, u64)) {
        take_if_hot(hottest, *auction);
    }

    fn merge(&self, hottest: &mut Vec<(u64, u64)>, other: &Vec<(u64, u64)>) {
        other.iter().for_each(|auction| take_if_hot(hottest, *auction));
    }

    fn extract(&self, hottest: &Vec<(u64, u64)>) -> Vec<(u64, u64)> {
        hottest.clone()
    }
}

/// As a pipeline, as an author would write it.
pub fn pipeline(events: &Arc<Vec<Event>>, pieces: usize) -> (Pipeline, Checked) {
    let (pipeline, checked) = (Pipeline::new(), Checked::default());
    pipeline
        .read(Replay::new(events, pieces))
        .flat_map_into(|event, out: &mut Emit<'_, u64>| {
            if let Event::Bid(bid) = event {
                out.emit(bid.auction);
            }
        })
        .window(Window::sliding(millis(SIZE_MILLIS), millis(PERIOD_MILLIS)))
        .count_per_element()
        .combine_globally_without_default(Hottest)
        .flat_map(|hottest| hottest)
        .windowed()
        .write(checked.rows(|row: &Windowed<(u64, u64)>| {
            let (auction, count) = row.value;
            (seconds(row.window.end()), auction, count)
        }));
    (pipeline, checked)
}

/// As a dataflow of timely: counts per slice, five slices to a window, the most of each worker, and
/// the most of all.
pub fn flow(events: &Arc<Vec<Event>>, workers: usize) -> Check {
    const PERIOD: u64 = PERIOD_MILLIS.unsigned_abs();
    const SLICES: u64 = SLICES_PER_WINDOW.unsigned_abs();
    flow::run(events, workers, |scope, events, seen| {
        let bids = flow::replay(scope, events, Event::clone).flat_map(|event| {
            let at = flow::unsigned(event.at().millis());
            event.into_bid().map(|bid| (at, bid.auction))
        });
        let slices =
            flow::sums::<PERIOD, 1, _>(bids, pact::Pipeline, |&(at, auction)| (at, auction, 1));
        let by_auction = Exchange::new(|sum: &Row| flow::owner(sum.1));
        let windows = flow::sums::<PERIOD, SLICES, _>(slices, by_auction, flow::partial);
        let by_window = Exchange::new(|sum: &Row| sum.0 / PERIOD);
        let of_workers = hottest::<PERIOD>(windows, pact::Pipeline);
        let of_all = hottest::<PERIOD>(of_workers, by_window);
        flow::check(of_all, seen, |&(end, auction, count)| (end / 1_000, auction, count));
    })
}

/// The auctions with the most bids of each window, of counts that have the window's end.
fn hottest<const PERIOD: u64>(
    counts: flow::Stream<'_, Row>,
    pact: impl pact::ParallelizationContract<u64, Vec<Row>>,
) -> flow::Stream<'_, Row> {
    flow::windows::<PERIOD, 1, _, Vec<(u64, u64)>, _>(
        counts,
        pact,
        |&(end, ..)| end - 1,
        |hottest, &(_, auction, count)| take_if_hot(hottest, (auction, count)),
        |end, hottest| hottest.into_iter().map(move |(auction, count)| (end, auction, count)),
    )
}
