//! How many there are.

use super::CombineFn;

/// Counts values, whatever they are.
///
/// ```
/// use heliostat::{CombineFn, Count};
///
/// let mut count = CombineFn::<&str>::create(&Count);
/// Count.add(&mut count, &"a");
/// assert_eq!(CombineFn::<&str>::extract(&Count, &count), 1);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Count;

impl<T> CombineFn<T> for Count {
    type Accumulator = u64;
    type Output = u64;

    fn create(&self) -> u64 {
        0
    }

    fn add(&self, count: &mut u64, _value: &T) {
        *count += 1;
    }

    fn merge(&self, count: &mut u64, other: &u64) {
        *count += other;
    }

    fn extract(&self, count: &u64) -> u64 {
        *count
    }
}
