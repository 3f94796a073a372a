//! What examples come to whatever the order in which their input comes, computed without a pipeline.

#![allow(dead_code, reason = "each test uses its own part of it")]

use heliostat::Timestamp;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// What `rate-limit` says of these flights in hours: which alerts go through depends on their order,
/// how many do so does not.
pub(crate) fn rate_limited(flights: &str, most: u64) -> Vec<String> {
    let mut hours: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for line in flights.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        if 15 <= fields[2].parse::<i64>().expect("delays are whole minutes") {
            *hours.entry((fields[4], &fields[1][.."2001-01-01T00".len()])).or_default() += 1;
        }
    }
    let passed: u64 = hours.values().map(|alerts| *alerts.min(&most)).sum();
    let mut held: Vec<_> =
        hours.iter().map(|(place, alerts)| (alerts.saturating_sub(most), place)).collect();
    let sum: u64 = held.iter().map(|(alerts, _)| alerts).sum();
    held.sort_by_key(|(alerts, place)| (Reverse(*alerts), *place));
    let first = format!("{passed} alerts, {sum} held back, the most of them at");
    let most_held = held.iter().take(5);
    let lines = most_held
        .map(|(alerts, (origin, hour))| format!("  {origin} from {hour}:00:00Z: {alerts}"));
    std::iter::once(first).chain(lines).collect()
}

/// What `dedupe` says of these payments, where none is too late: a payment is taken for the one
/// with its id that last went through if it comes so many seconds behind it.
pub(crate) fn deduped(payments: &str, within: i64) -> Vec<String> {
    let fields = |line| {
        let fields: Vec<&str> = str::split(line, ',').collect();
        let [at, id, cents] = fields[..] else { panic!("three fields: {line}") };
        (id, at, cents)
    };
    let mut payments: Vec<(&str, &str, &str)> = payments.lines().skip(1).map(fields).collect();
    payments.sort_unstable();
    let seconds = |at: &str| at.parse::<Timestamp>().expect("a time").millis() / 1_000;
    let mut kept: Vec<(&str, &str, &str)> = Vec::new();
    for payment in payments.iter().copied() {
        let (id, at, _) = payment;
        let of_id = kept.last().filter(|last| last.0 == id);
        if of_id.is_none_or(|last| within <= seconds(at) - seconds(last.1)) {
            kept.push(payment);
        }
    }
    kept.sort_by_key(|(_, at, _)| seconds(at));
    let again = payments.len() - kept.len();
    let last = format!("{again} sent again, 0 too late");
    let lines = kept.iter().map(|(id, at, cents)| format!("{at} {id}: {cents} cents"));
    lines.chain([last]).collect()
}
