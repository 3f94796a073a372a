//! The window functions of the harness's own, which a case names with `window custom NAME`.
//!
//! What they do is part of the cases' language: `parity` and `auction` are right, `foreign` and
//! `twice` break the merge contract (model.md 2.4).

use heliostat::{AssignWindows, Duration, Interval, MergeWindows, Merges, Timestamp, millis};
use serde::Serialize;

use super::script::Value;

fn window(start: Timestamp, length: Duration) -> Interval {
    Interval::new(start, start + length)
}

/// Fixed windows of 10 ms for even values, of 20 ms for odd ones.
#[derive(Serialize)]
pub(super) struct Parity;

impl<V: Value> AssignWindows<(String, V)> for Parity {
    fn assign(
        &self,
        (_, value): &(String, V),
        timestamp: Timestamp,
        _current: &Interval,
        windows: &mut Vec<Interval>,
    ) {
        let size = if value.floor() % 2 == 0 { millis(10) } else { millis(20) };
        windows.push(window(timestamp - timestamp.rem_euclid(size), size));
    }
}

/// The length of a bid's window; any other is an auction's.
const BID: Duration = millis(20);

/// A value below 0 is an auction that is open for so long, any other a bid. Bids go into the
/// auction that was open when they came, which makes their windows smaller.
#[derive(Serialize)]
pub(super) struct Auction;

impl<V: Value> AssignWindows<(String, V)> for Auction {
    fn assign(
        &self,
        (_, value): &(String, V),
        timestamp: Timestamp,
        _current: &Interval,
        windows: &mut Vec<Interval>,
    ) {
        let value = value.floor();
        windows.push(window(timestamp, if value < 0 { millis(-value) } else { BID }));
    }
}

impl MergeWindows for Auction {
    fn merge(&self, windows: &[Interval], merges: &mut Merges) {
        let (bids, auctions): (Vec<&Interval>, Vec<&Interval>) =
            windows.iter().partition(|window| window.end() - window.start() == BID);
        let mut left = bids;
        for auction in auctions {
            let opened =
                |bid: &&Interval| auction.start() <= bid.start() && bid.start() < auction.end();
            let (inside, outside) = left.into_iter().partition::<Vec<_>, _>(opened);
            left = outside;
            if !inside.is_empty() {
                let all = std::iter::once(auction).chain(inside).cloned();
                merges.merge(all, auction.clone());
            }
        }
    }
}

/// Merges with a window that nobody has.
#[derive(Serialize)]
pub(super) struct Foreign;

/// Merges one window twice.
#[derive(Serialize)]
pub(super) struct Twice;

impl<T> AssignWindows<T> for Foreign {
    fn assign(&self, _: &T, timestamp: Timestamp, _: &Interval, windows: &mut Vec<Interval>) {
        windows.push(window(timestamp, millis(10)));
    }
}

impl<T> AssignWindows<T> for Twice {
    fn assign(&self, _: &T, timestamp: Timestamp, _: &Interval, windows: &mut Vec<Interval>) {
        windows.push(window(timestamp, millis(10)));
    }
}

impl MergeWindows for Foreign {
    fn merge(&self, windows: &[Interval], merges: &mut Merges) {
        if let [first, _, ..] = windows {
            let nobodys = window(Timestamp::secs(1_000), millis(10));
            let hull = Interval::new(first.start(), nobodys.end());
            merges.merge([first.clone(), nobodys], hull);
        }
    }
}

impl MergeWindows for Twice {
    fn merge(&self, windows: &[Interval], merges: &mut Merges) {
        if let [first, second, third, ..] = windows {
            for other in [second, third] {
                let hull = Interval::new(first.start(), other.end());
                merges.merge([first.clone(), other.clone()], hull);
            }
        }
    }
}
