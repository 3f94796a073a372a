//! What a step with state takes: pairs.

use crate::coder::Coder;
use crate::{Element, Key};

/// Elements with a key, which state and timers belong to: pairs, and nothing else.
///
/// ```
/// use heliostat::{KeyedInput, Str};
///
/// fn key_of<I: KeyedInput>(input: &I) -> &I::Key {
///     input.key()
/// }
/// assert_eq!(key_of(&(Str::from("oslo"), 3)), "oslo");
/// ```
#[diagnostic::on_unimplemented(
    message = "state and timers need elements with a key, and `{Self}` has none",
    label = "this has no key",
    note = "a cell and a timer belong to one key in one window: give the elements keys with \
            `with_keys`, so that the `Input` of the `DoFn` is a pair of key and value"
)]
pub trait KeyedInput: Element + sealed::Pair {
    /// What state and timers belong to.
    type Key: Key;
    /// The rest of an element.
    type Value: Element;

    /// The key of an element.
    fn key(&self) -> &Self::Key;
    /// The coder that knows key and value apart.
    fn pair_coder() -> Coder<Self>;
}

impl<K: Key, V: Element> KeyedInput for (K, V) {
    type Key = K;
    type Value = V;

    #[inline]
    fn key(&self) -> &K {
        &self.0
    }

    fn pair_coder() -> Coder<Self> {
        Coder::pair(Coder::of(), Coder::of())
    }
}

mod sealed {
    pub trait Pair {}

    impl<K, V> Pair for (K, V) {}
}
