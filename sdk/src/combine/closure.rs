//! A function of two values as a combine function.

use super::CombineFn;
use crate::Element;

impl<T: Element, F: Fn(T, T) -> T + Send + Sync + 'static> CombineFn<T> for F {
    type Accumulator = Option<T>;
    type Output = Option<T>;

    fn create(&self) -> Option<T> {
        None
    }

    fn add(&self, accumulator: &mut Option<T>, value: &T) {
        let value = value.clone();
        *accumulator = Some(match accumulator.take() {
            None => value,
            Some(so_far) => self(so_far, value),
        });
    }

    fn merge(&self, accumulator: &mut Option<T>, other: &Option<T>) {
        if let Some(other) = other {
            self.add(accumulator, other);
        }
    }

    fn extract(&self, accumulator: &Option<T>) -> Option<T> {
        accumulator.clone()
    }
}
