//! A value of one of several collections: what travels into a grouping of them all.

use crate::Element;
use crate::group::OneOf;
use serde::{Deserialize, Serialize};

macro_rules! tagged {
    ($($name:ident $($value:ident)+;)*) => {$(
        /// The variant says which collection the value is from.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        pub(super) enum $name<$($value),+> {
            $($value($value)),+
        }

        tagged!(@each $name [$($value)+] [0 1 2 3 4] [$($value)+]);
    )*};
    (@each $name:ident $all:tt [$at:tt $($ats:tt)*] [$value:ident $($others:ident)*]) => {
        tagged!(@one $name $all $at $value);
        tagged!(@each $name $all [$($ats)*] [$($others)*]);
    };
    (@each $name:ident $all:tt $ats:tt []) => {};
    (@one $name:ident [$($all:ident)+] $at:tt $value:ident) => {
        impl<$($all: Element),+> OneOf<$at> for $name<$($all),+> {
            type Value = $value;

            fn get(&self) -> Option<&$value> {
                if let Self::$value(value) = self { Some(value) } else { None }
            }
        }
    };
}

tagged! {
    Tagged2 A B;
    Tagged3 A B C;
    Tagged4 A B C D;
    Tagged5 A B C D E;
}
