//! The largest and the smallest value.

use super::{CombineFn, Number};
use crate::{Duration, Element, Str, Timestamp};

/// What a maximum or minimum can be taken of.
///
/// Numbers give the extreme identity for no values (the smallest number for a maximum); any other
/// ordered type gives an `Option`. For a type of your own, an empty impl with `type Output =
/// Option<Self>` and the two functions below is enough.
///
/// ```
/// use heliostat::{CombineFn, Max};
///
/// assert_eq!(CombineFn::<i64>::extract(&Max, &None), i64::MIN);
/// assert_eq!(CombineFn::<String>::extract(&Max, &None), None);
/// ```
pub trait Extreme: Element {
    /// What the extreme of a group is: the value itself, or an `Option` of it.
    type Output: Element;
    /// Whether it is larger than `other`.
    fn exceeds(&self, other: &Self) -> bool;
    /// Whether it is smaller than `other`.
    fn undercuts(&self, other: &Self) -> bool {
        other.exceeds(self)
    }
    /// The output for the largest value, if there was one.
    fn largest(found: Option<Self>) -> Self::Output;
    /// The output for the smallest value, if there was one.
    fn smallest(found: Option<Self>) -> Self::Output;
}

macro_rules! numbers {
    ($($t:ty)*) => {$(
        impl Extreme for $t {
            type Output = Self;

            // Any number takes the place of a NaN, and a NaN that of none, whichever way is asked.
            fn exceeds(&self, other: &Self) -> bool {
                self > other || (is_nan(other) && !is_nan(self))
            }

            fn undercuts(&self, other: &Self) -> bool {
                self < other || (is_nan(other) && !is_nan(self))
            }

            fn largest(found: Option<Self>) -> Self {
                found.unwrap_or(<$t as Number>::SMALLEST)
            }

            fn smallest(found: Option<Self>) -> Self {
                found.unwrap_or(<$t as Number>::LARGEST)
            }
        }
    )*};
}

numbers! { i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 }

/// Only what is not a number is not even equal to itself.
fn is_nan<T: PartialOrd>(value: &T) -> bool {
    value.partial_cmp(value).is_none()
}

macro_rules! ordered {
    ($([$($generic:ident)*] $t:ty;)*) => {$(
        impl<$($generic: Element + Ord),*> Extreme for $t {
            type Output = Option<Self>;

            fn exceeds(&self, other: &Self) -> bool {
                self > other
            }

            fn largest(found: Option<Self>) -> Option<Self> {
                found
            }

            fn smallest(found: Option<Self>) -> Option<Self> {
                found
            }
        }
    )*};
}

ordered! {
    [] String;
    [] Str;
    [] Timestamp;
    [] Duration;
    [] bool;
    [] char;
    [T] Option<T>;
    [T] Vec<T>;
    [A B] (A, B);
    [A B C] (A, B, C);
}

/// The largest value.
///
/// ```
/// use heliostat::{CombineFn, Max};
///
/// let mut max = CombineFn::<i64>::create(&Max);
/// Max.add(&mut max, &3);
/// Max.add(&mut max, &-4);
/// assert_eq!(CombineFn::<i64>::extract(&Max, &max), 3);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Max;

/// The smallest value.
///
/// ```
/// use heliostat::{CombineFn, Min};
///
/// let mut min = CombineFn::<i64>::create(&Min);
/// Min.add(&mut min, &3);
/// Min.add(&mut min, &-4);
/// assert_eq!(CombineFn::<i64>::extract(&Min, &min), -4);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Min;

impl<T: Extreme> CombineFn<T> for Max {
    type Accumulator = Option<T>;
    type Output = T::Output;

    fn create(&self) -> Option<T> {
        None
    }

    fn add(&self, max: &mut Option<T>, value: &T) {
        if max.as_ref().is_none_or(|max| value.exceeds(max)) {
            *max = Some(value.clone());
        }
    }

    fn merge(&self, max: &mut Option<T>, other: &Option<T>) {
        if let Some(other) = other {
            self.add(max, other);
        }
    }

    fn extract(&self, max: &Option<T>) -> T::Output {
        T::largest(max.clone())
    }
}

impl<T: Extreme> CombineFn<T> for Min {
    type Accumulator = Option<T>;
    type Output = T::Output;

    fn create(&self) -> Option<T> {
        None
    }

    fn add(&self, min: &mut Option<T>, value: &T) {
        if min.as_ref().is_none_or(|min| value.undercuts(min)) {
            *min = Some(value.clone());
        }
    }

    fn merge(&self, min: &mut Option<T>, other: &Option<T>) {
        if let Some(other) = other {
            self.add(min, other);
        }
    }

    fn extract(&self, min: &Option<T>) -> T::Output {
        T::smallest(min.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::{Max, Min};
    use crate::CombineFn;

    #[test]
    fn a_nan_is_an_extreme_only_where_there_is_nothing_else() {
        for (values, smallest, largest) in [
            (vec![3.0, f64::NAN, 1.0], 1.0, 3.0),
            (vec![f64::NAN, 2.0], 2.0, 2.0),
            (vec![2.0, f64::NAN], 2.0, 2.0),
            (vec![f64::NEG_INFINITY, f64::NAN, f64::INFINITY], f64::NEG_INFINITY, f64::INFINITY),
        ] {
            let (mut min, mut max) = (None, None);
            for value in &values {
                Min.add(&mut min, value);
                Max.add(&mut max, value);
            }
            assert_eq!((min, max), (Some(smallest), Some(largest)), "{values:?}");
        }
        let mut only = None;
        Min.add(&mut only, &f64::NAN);
        assert!(only.is_some_and(f64::is_nan));
    }
}
