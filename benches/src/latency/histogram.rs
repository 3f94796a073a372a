//! How long many things took, in memory that does not grow with how many they are.

use serde::{Deserialize, Serialize};

/// An octave has so many buckets as this has powers of two: a figure is at most 0.8 % too large.
const STEPS_LOG2: u32 = 7;

/// What takes longer, some 18 minutes in nanoseconds, is counted in the last bucket.
const BITS_MAX: u32 = 40;

const BUCKETS: usize = ((BITS_MAX + 1 - STEPS_LOG2) as usize) << STEPS_LOG2;

/// Counts of durations in nanoseconds, in buckets that grow with them.
///
/// ```
/// use heliostat_benches::latency::Histogram;
///
/// let mut histogram = Histogram::default();
/// (1..=100).for_each(|nanos| histogram.note(nanos, 1));
/// assert_eq!([0.5, 0.99, 1.0].map(|share| histogram.within(share)), [50, 99, 100]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Histogram {
    buckets: Vec<u64>,
    count: u64,
    max: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { buckets: vec![0; BUCKETS], count: 0, max: 0 }
    }
}

impl Histogram {
    /// Takes as many things as `count` that took so long.
    pub fn note(&mut self, nanos: u64, count: u64) {
        self.buckets[bucket(nanos)] += count;
        self.count += count;
        if 0 < count {
            self.max = self.max.max(nanos);
        }
    }

    /// How many were noted.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// How long the longest took.
    pub fn max(&self) -> u64 {
        self.max
    }

    /// Within how many nanoseconds a share of all were done; 0 if there are none.
    pub fn within(&self, share: f64) -> u64 {
        let wanted = (share * self.count as f64).ceil();
        let mut seen = 0;
        for (at, count) in self.buckets.iter().enumerate() {
            seen += count;
            if 0 < seen && wanted <= seen as f64 {
                return longest_in(at).min(self.max);
            }
        }
        self.max
    }

    /// Those of both.
    #[must_use]
    pub fn with(mut self, other: &Self) -> Self {
        self.buckets.iter_mut().zip(&other.buckets).for_each(|(to, more)| *to += more);
        Self {
            buckets: self.buckets,
            count: self.count + other.count,
            max: self.max.max(other.max),
        }
    }
}

fn bucket(nanos: u64) -> usize {
    let bits = u64::BITS - nanos.leading_zeros();
    if BITS_MAX < bits {
        return BUCKETS - 1;
    }
    let octave = bits.saturating_sub(STEPS_LOG2 + 1);
    let step = usize::try_from(nanos >> octave).expect("there are few steps");
    ((octave as usize) << STEPS_LOG2) + step
}

/// The longest duration that a bucket counts.
fn longest_in(bucket: usize) -> u64 {
    let octave = (bucket >> STEPS_LOG2).saturating_sub(1);
    let step = bucket - (octave << STEPS_LOG2);
    ((step as u64 + 1) << octave) - 1
}

#[cfg(test)]
mod tests {
    use super::{BUCKETS, Histogram, bucket, longest_in};

    #[test]
    fn each_bucket_begins_behind_the_longest_of_the_one_before() {
        for at in 0..BUCKETS {
            assert_eq!(bucket(longest_in(at)), at, "bucket {at}");
        }
        for at in 1..BUCKETS {
            assert_eq!(bucket(longest_in(at - 1) + 1), at, "bucket {at}");
        }
        assert_eq!(bucket(u64::MAX), BUCKETS - 1);
    }

    #[test]
    fn a_figure_is_hardly_larger_than_what_was_noted() {
        for nanos in [0, 1, 255, 256, 257, 1_000, 999_999, 3_000_000, 1 << 39, (1 << 40) - 1] {
            let mut histogram = Histogram::default();
            histogram.note(nanos, 1);
            histogram.note(u64::MAX, 1);
            let figure = histogram.within(0.5);
            let most = nanos + nanos / 128;
            assert!((nanos..=most).contains(&figure), "{nanos} is shown as {figure}");
        }
    }

    #[test]
    fn shares_are_those_of_what_was_noted() {
        type Case = (&'static [(u64, u64)], [u64; 4]);
        let cases: [Case; 5] = [
            (&[], [0, 0, 0, 0]),
            (&[(7, 0)], [0, 0, 0, 0]),
            (&[(7, 1)], [7, 7, 7, 7]),
            (&[(10, 98), (20, 1), (30, 1)], [10, 20, 30, 30]),
            (&[(10, 999), (200, 1)], [10, 10, 10, 200]),
        ];
        for (noted, expected) in cases {
            let (mut all, mut last) = (Histogram::default(), Histogram::default());
            for (at, &(nanos, count)) in noted.iter().enumerate() {
                let histogram = if at + 1 == noted.len() { &mut last } else { &mut all };
                histogram.note(nanos, count);
            }
            let all = all.with(&last);
            let count: u64 = noted.iter().map(|(_, count)| count).sum();
            assert_eq!(all.count(), count, "{noted:?}");
            let shown = [0.5, 0.99, 0.999, 1.0].map(|share| all.within(share));
            assert_eq!(shown, expected, "{noted:?}");
        }
    }
}
