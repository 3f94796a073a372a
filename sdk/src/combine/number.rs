//! What sums, means and extremes can be taken of.

use crate::Element;

/// A number: an integer or a float.
///
/// ```
/// use heliostat::Number;
///
/// assert_eq!(3_i64.plus(4), 7);
/// assert_eq!(<u8 as Number>::SMALLEST, 0);
/// ```
pub trait Number: Element + Copy + PartialOrd {
    /// No number is smaller: the maximum of no values.
    const SMALLEST: Self;
    /// No number is larger: the minimum of no values.
    const LARGEST: Self;
    /// The sum of no values.
    const ZERO: Self;
    /// What a mean adds up in: exact for integers.
    type Total: Element + Copy + Default;

    /// The sum of two.
    ///
    /// # Panics
    /// If it does not fit, naming the type; a sum never wraps silently.
    #[must_use]
    fn plus(self, other: Self) -> Self;
    /// The smaller of two; of a NaN and a number the number.
    #[must_use]
    fn smaller(self, other: Self) -> Self;
    /// The larger of two; of a NaN and a number the number.
    #[must_use]
    fn larger(self, other: Self) -> Self;
    /// Adds it to a total.
    fn add_to(self, total: &mut Self::Total);
    /// The sum of two totals.
    fn add_totals(total: &mut Self::Total, other: Self::Total);
    /// The mean of `count` numbers with this total; NaN for none.
    fn mean(total: Self::Total, count: u64) -> f64;
}

macro_rules! integers {
    ($($t:ident)*) => {$(
        impl Number for $t {
            const SMALLEST: Self = Self::MIN;
            const LARGEST: Self = Self::MAX;
            const ZERO: Self = 0;
            type Total = i128;

            #[inline]
            fn plus(self, other: Self) -> Self {
                match self.checked_add(other) {
                    Some(sum) => sum,
                    None => overflow(stringify!($t)),
                }
            }

            #[inline]
            fn smaller(self, other: Self) -> Self {
                self.min(other)
            }

            #[inline]
            fn larger(self, other: Self) -> Self {
                self.max(other)
            }

            #[inline]
            fn add_to(self, total: &mut i128) {
                *total += i128::from(self);
            }

            fn add_totals(total: &mut i128, other: i128) {
                *total += other;
            }

            #[expect(clippy::cast_precision_loss, reason = "a mean is a float")]
            fn mean(total: i128, count: u64) -> f64 {
                total as f64 / count as f64
            }
        }
    )*};
}

integers! { i8 i16 i32 i64 u8 u16 u32 u64 }

#[cold]
fn overflow(number: &str) -> ! {
    panic!("a sum does not fit into {number}; map the values to a larger type first")
}

macro_rules! floats {
    ($($t:ident)*) => {$(
        impl Number for $t {
            const SMALLEST: Self = Self::NEG_INFINITY;
            const LARGEST: Self = Self::INFINITY;
            const ZERO: Self = 0.0;
            type Total = f64;

            #[inline]
            fn plus(self, other: Self) -> Self {
                self + other
            }

            #[inline]
            fn smaller(self, other: Self) -> Self {
                self.min(other)
            }

            #[inline]
            fn larger(self, other: Self) -> Self {
                self.max(other)
            }

            #[inline]
            fn add_to(self, total: &mut f64) {
                *total += f64::from(self);
            }

            fn add_totals(total: &mut f64, other: f64) {
                *total += other;
            }

            #[expect(clippy::cast_precision_loss, reason = "a mean is a float")]
            fn mean(total: f64, count: u64) -> f64 {
                total / count as f64
            }
        }
    )*};
}

floats! { f32 f64 }
