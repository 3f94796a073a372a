//! Numbers that look like chance and are the same on every machine.

/// SplitMix64: every number becomes one that looks like chance.
pub(crate) fn mixed(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

/// A number from 0 to below 1.
pub(crate) fn fraction(chance: u64) -> f64 {
    (chance >> 11) as f64 / (1_u64 << 53) as f64
}

/// Ranks of which the n-th comes n times less often than the first.
pub(crate) struct Zipf {
    /// How likely it is to be at most this rank.
    cumulative: Vec<f64>,
}

impl Zipf {
    pub(crate) fn over(ranks: u64) -> Self {
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

    pub(crate) fn at(&self, chance: u64) -> usize {
        let chance = fraction(chance);
        let rank = self.cumulative.partition_point(|&up_to| up_to <= chance);
        rank.min(self.cumulative.len() - 1)
    }
}

/// The numbers below `count` in another order, so that frequent keys are not neighbours.
pub(crate) fn shuffled(count: u64, seed: u64) -> Vec<u64> {
    let mut numbers: Vec<u64> = (0..count).collect();
    for last in (1..numbers.len()).rev() {
        let other = mixed(seed ^ last as u64) % (last as u64 + 1);
        numbers.swap(last, usize::try_from(other).unwrap_or_default());
    }
    numbers
}
