//! Several combine functions over the same values, in one pass.

use super::CombineFn;

macro_rules! tuples {
    ($(($($f:ident $at:tt)+))*) => {$(
        impl<In, $($f: CombineFn<In>),+> CombineFn<In> for ($($f,)+) {
            type Accumulator = ($($f::Accumulator,)+);
            type Output = ($($f::Output,)+);

            #[inline]
            fn create(&self) -> Self::Accumulator {
                ($(self.$at.create(),)+)
            }

            #[inline]
            fn add(&self, accumulator: &mut Self::Accumulator, value: &In) {
                $(self.$at.add(&mut accumulator.$at, value);)+
            }

            fn merge(&self, accumulator: &mut Self::Accumulator, other: &Self::Accumulator) {
                $(self.$at.merge(&mut accumulator.$at, &other.$at);)+
            }

            fn extract(&self, accumulator: &Self::Accumulator) -> Self::Output {
                ($(self.$at.extract(&accumulator.$at),)+)
            }

            fn compact(&self, accumulator: &mut Self::Accumulator) {
                $(self.$at.compact(&mut accumulator.$at);)+
            }
        }
    )*};
}

tuples! {
    (A 0)
    (A 0 B 1)
    (A 0 B 1 C 2)
    (A 0 B 1 C 2 D 3)
    (A 0 B 1 C 2 D 3 E 4)
    (A 0 B 1 C 2 D 3 E 4 F 5)
}
