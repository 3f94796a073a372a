//! The sum of numbers.

use super::{CombineFn, Number};

/// Adds numbers up; 0 for none.
///
/// ```
/// use heliostat::{CombineFn, Sum};
///
/// let mut sum = CombineFn::<i64>::create(&Sum);
/// Sum.add(&mut sum, &3);
/// Sum.add(&mut sum, &4);
/// assert_eq!(CombineFn::<i64>::extract(&Sum, &sum), 7);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Sum;

impl<N: Number> CombineFn<N> for Sum {
    type Accumulator = N;
    type Output = N;

    #[inline]
    fn create(&self) -> N {
        N::ZERO
    }

    #[inline]
    fn add(&self, sum: &mut N, value: &N) {
        *sum = sum.plus(*value);
    }

    fn merge(&self, sum: &mut N, other: &N) {
        *sum = sum.plus(*other);
    }

    fn extract(&self, sum: &N) -> N {
        *sum
    }
}
