//! The events of W2: the same on every machine, made from nothing but their number.

use super::DISORDER_MILLIS;
use heliostat::Timestamp;

/// How many events W2 has when it is measured in full.
pub const EVENTS: usize = 20_000_000;

const KEYS: u64 = 10_000;
const SPAN_MILLIS: u64 = 3_600_000;
const SEED: u64 = 0x22_0000_0000;

/// One event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// What it is grouped by.
    pub key: u64,
    /// What is summed.
    pub value: i64,
    /// When it happened.
    pub at: Timestamp,
}

/// All of `total` events over the hour.
pub fn events(total: usize) -> Vec<Event> {
    first_events(total, total)
}

/// The first `count` of `total` events over the hour: fewer windows, each as full as with all.
pub fn first_events(count: usize, total: usize) -> Vec<Event> {
    let ranks = Zipf::over(KEYS);
    let keys = shuffled_keys();
    let disorder = DISORDER_MILLIS.unsigned_abs();
    (0_u64..)
        .take(count)
        .map(|n| {
            let chance = mixed(SEED.wrapping_add(n.wrapping_mul(3)));
            let more = mixed(chance);
            let millis = n * SPAN_MILLIS / total as u64 + (more >> 32) % disorder;
            Event {
                key: keys[ranks.at(chance)],
                value: i64::try_from(more % 1_000).unwrap_or_default(),
                at: Timestamp::from_millis(i64::try_from(millis).unwrap_or(i64::MAX)),
            }
        })
        .collect()
}

/// Ranks of which the n-th comes n times less often than the first.
struct Zipf {
    /// How likely it is to be at most this rank.
    cumulative: Vec<f64>,
}

impl Zipf {
    fn over(ranks: u64) -> Self {
        let mut total = 0.0;
        let mut cumulative: Vec<f64> = (1..=ranks)
            .map(|rank| {
                total += 1.0 / rank as f64;
                total
            })
            .collect();
        cumulative.iter_mut().for_each(|up_to| *up_to /= total);
        Self { cumulative }
    }

    fn at(&self, chance: u64) -> usize {
        let chance = (chance >> 11) as f64 / (1_u64 << 53) as f64;
        let rank = self.cumulative.partition_point(|&up_to| up_to <= chance);
        rank.min(self.cumulative.len() - 1)
    }
}

/// Frequent keys are not neighbours.
fn shuffled_keys() -> Vec<u64> {
    let mut keys: Vec<u64> = (0..KEYS).collect();
    for last in (1..keys.len()).rev() {
        let other = mixed(SEED ^ last as u64) % (last as u64 + 1);
        keys.swap(last, usize::try_from(other).unwrap_or_default());
    }
    keys
}

/// SplitMix64: every number becomes one that looks like chance.
fn mixed(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}
