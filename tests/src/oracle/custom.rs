//! The custom window functions that a case can name.

use std::collections::BTreeSet;

use super::window::{Merge, bounds, starting_at};
use crate::case::{Number, PaneWindow, Value};

/// How long a bid of `auction` is open.
const BID: i64 = 20;

/// What nobody's element lies in, for `foreign`.
const NOWHERE: PaneWindow = PaneWindow::Interval { start: 1_000_000, end: 1_000_010 };

/// The window of a value at a timestamp.
pub(super) fn assign(name: &str, value: &Value, t: i64) -> Result<PaneWindow, String> {
    Ok(match name {
        "parity" => {
            let size = if whole(value)?.rem_euclid(2) == 0 { 10 } else { 20 };
            starting_at(t - t.rem_euclid(size), size)
        }
        "auction" => {
            let value = whole(value)?;
            starting_at(t, if value < 0 { -value } else { BID })
        }
        "foreign" | "twice" => starting_at(t, 10),
        _ => return Err(format!("there is no custom window function `{name}`")),
    })
}

pub(super) fn merges(name: &str) -> bool {
    matches!(name, "auction" | "foreign" | "twice")
}

/// What the function asks to merge; `foreign` and `twice` ask for what they must not.
pub(super) fn merge(name: &str, windows: &BTreeSet<PaneWindow>) -> Vec<Merge> {
    let sorted: Vec<PaneWindow> = windows.iter().copied().collect();
    match (name, sorted.as_slice()) {
        ("auction", _) => merge_auctions(&sorted),
        ("foreign", [first, _, ..]) => {
            let to = PaneWindow::Interval { start: bounds(*first).0, end: bounds(NOWHERE).1 };
            vec![(BTreeSet::from([*first, NOWHERE]), to)]
        }
        ("twice", [first, second, third, ..]) => [second, third]
            .map(|other| {
                let to = PaneWindow::Interval { start: bounds(*first).0, end: bounds(*other).1 };
                (BTreeSet::from([*first, *other]), to)
            })
            .into(),
        _ => Vec::new(),
    }
}

/// Every bid joins the first auction that was open when it came.
fn merge_auctions(sorted: &[PaneWindow]) -> Vec<Merge> {
    let is_bid = |window: &PaneWindow| bounds(*window).1 - bounds(*window).0 == BID;
    let mut bids: Vec<PaneWindow> = sorted.iter().copied().filter(is_bid).collect();
    let mut merges = Vec::new();
    for &auction in sorted.iter().filter(|window| !is_bid(window)) {
        let (start, end) = bounds(auction);
        let (taken, left): (Vec<_>, Vec<_>) =
            bids.into_iter().partition(|bid| start <= bounds(*bid).0 && bounds(*bid).0 < end);
        bids = left;
        if !taken.is_empty() {
            let members = taken.into_iter().chain([auction]).collect();
            merges.push((members, auction));
        }
    }
    merges
}

/// The floor of a number.
fn whole(value: &Value) -> Result<i64, String> {
    match value {
        Value::Number(Number::Integer(integer)) => Ok(*integer),
        #[expect(clippy::cast_possible_truncation, reason = "cases write small numbers")]
        Value::Number(Number::Decimal(decimal)) => Ok(decimal.floor() as i64),
        Value::None | Value::Group(_) => {
            Err(format!("{value} is not a number, which this window function needs"))
        }
    }
}
