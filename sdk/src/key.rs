//! What a value must promise so that a grouping can tell two of them apart by their bytes.

use crate::{Duration, Element, Str, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher, Hash};

/// An element with one encoding: two keys are equal if and only if their bytes are.
///
/// Runners compare keys as bytes wherever they no longer know the type. The promise holds for the
/// types below and for what `#[derive(Key)]` puts together from them, as long as `PartialEq`,
/// `Serialize` and `Deserialize` are derived as well.
///
/// ```
/// use heliostat::{Key, key_bytes};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize, Key)]
/// struct Route {
///     from: String,
///     to: String,
/// }
///
/// let there = Route { from: "OSL".to_owned(), to: "TOS".to_owned() };
/// let back = Route { from: "TOS".to_owned(), to: "OSL".to_owned() };
/// assert_eq!(key_bytes(&there), key_bytes(&there.clone()));
/// assert_ne!(key_bytes(&there), key_bytes(&back));
///
/// #[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize, Key)]
/// enum Stop<Name> {
///     Airport(Name),
///     Platform { station: u32, number: u8 },
/// }
///
/// let platform: Stop<String> = Stop::Platform { station: 7, number: 2 };
/// assert_eq!(key_bytes(&platform), [3, 1, 7, 2]);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a key",
    label = "this is not a key",
    note = "keys are equal if and only if their bytes are: a float has no canonical equality and \
            a hash map no canonical order; use an integer or text, a `BTreeMap` or a `BTreeSet`",
    note = "if `{Self}` is your own type, derive it with `#[derive(Key)]`"
)]
pub trait Key: Element + Eq + Hash {
    /// A hash for tables of ours, which only keys of this very type are looked up in: it need not be
    /// that of [`Hash`], which must agree with what a key borrows as.
    #[doc(hidden)]
    #[inline]
    fn table_hash<S: BuildHasher>(&self, state: &S) -> u64 {
        state.hash_one(self)
    }
}

macro_rules! keys {
    ($($key:ty),* $(,)?) => {
        $(impl Key for $key {})*
    };
}

impl Key for Str {
    #[inline]
    fn table_hash<S: BuildHasher>(&self, state: &S) -> u64 {
        match self.inline_words() {
            // The length of a word is hard to foretell: this asks for none.
            Some([first, second, last]) => state.hash_one((first, second, last)),
            None => state.hash_one(self),
        }
    }
}

keys!((), bool, char, String, Timestamp, Duration);
keys!(i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize);

impl<K: Key> Key for Option<K> {}
impl<K: Key> Key for Box<K> {}
impl<K: Key> Key for Vec<K> {}
impl<K: Key + Ord> Key for BTreeSet<K> {}
impl<K: Key + Ord, V: Key> Key for BTreeMap<K, V> {}

macro_rules! tuple_keys {
    ($($($part:ident)+;)*) => {
        $(impl<$($part: Key),+> Key for ($($part,)+) {})*
    };
}

tuple_keys! {
    A;
    A B;
    A B C;
    A B C D;
    A B C D E;
    A B C D E F;
    A B C D E F G;
    A B C D E F G H;
}

// serde knows arrays by their length, and so do we: up to the longest that anyone groups by.
macro_rules! array_keys {
    ($($length:literal)*) => {
        $(impl<K: Key> Key for [K; $length] {})*
    };
}

array_keys! {
    1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16
    17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32
}
