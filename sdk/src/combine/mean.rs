//! The mean of numbers.

use super::{CombineFn, Number};

/// The mean; NaN for no values. Integers are added up exactly, so their order does not matter.
///
/// ```
/// use heliostat::{CombineFn, Mean};
///
/// let mut mean = CombineFn::<i64>::create(&Mean);
/// Mean.add(&mut mean, &3);
/// Mean.add(&mut mean, &4);
/// assert_eq!(CombineFn::<i64>::extract(&Mean, &mean), 3.5);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Mean;

impl<N: Number> CombineFn<N> for Mean {
    type Accumulator = (N::Total, u64);
    type Output = f64;

    fn create(&self) -> (N::Total, u64) {
        (N::Total::default(), 0)
    }

    fn add(&self, (total, count): &mut (N::Total, u64), value: &N) {
        value.add_to(total);
        *count += 1;
    }

    fn merge(&self, (total, count): &mut (N::Total, u64), other: &(N::Total, u64)) {
        N::add_totals(total, other.0);
        *count += other.1;
    }

    fn extract(&self, &(total, count): &(N::Total, u64)) -> f64 {
        N::mean(total, count)
    }
}
