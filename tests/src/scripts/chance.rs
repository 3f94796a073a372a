//! Small choices.

use heliostat::Seed;

/// A number in `from..to`.
pub(crate) fn within(chance: &mut Seed, from: i64, to: i64) -> i64 {
    from + i64::try_from(chance.below(from.abs_diff(to))).expect("ranges are small")
}

/// True once in so many times.
pub(crate) fn one_in(chance: &mut Seed, times: u64) -> bool {
    chance.below(times) == 0
}

/// One of these.
pub(crate) fn pick<T: Clone>(chance: &mut Seed, of: &[T]) -> T {
    let at = chance.below(of.len() as u64);
    of[usize::try_from(at).expect("slices are short")].clone()
}

/// One of these, half of the time.
pub(crate) fn maybe<T: Clone>(chance: &mut Seed, of: &[T]) -> Option<T> {
    if one_in(chance, 2) { Some(pick(chance, of)) } else { None }
}

/// The place of one of these weights.
pub(crate) fn weighted(chance: &mut Seed, weights: &[u64]) -> usize {
    let mut at = chance.below(weights.iter().sum());
    for (place, weight) in weights.iter().enumerate() {
        if at < *weight {
            return place;
        }
        at -= weight;
    }
    unreachable!("it is below their sum")
}
