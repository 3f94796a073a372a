//! A value of one of several collections: what travels into a grouping of them all.

use serde::{Deserialize, Serialize};

macro_rules! tagged {
    ($($name:ident $($value:ident)+;)*) => {$(
        /// The variant says which collection the value is from.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        pub(super) enum $name<$($value),+> {
            $($value($value)),+
        }
    )*};
}

tagged! {
    Tagged2 A B;
    Tagged3 A B C;
    Tagged4 A B C D;
    Tagged5 A B C D E;
}
