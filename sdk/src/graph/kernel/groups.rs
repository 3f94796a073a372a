//! Which key group an element belongs to: where it goes when a collection is exchanged by key.

use crate::batch::{Column, ColumnExt};
use crate::savepoint::key_group;
use crate::{Coder, KeyedInput};
use foldhash::fast::FixedState;
use hashbrown::HashMap;

/// The dictionary of a worker forgets everything once it knows so many keys.
const KNOWN_KEYS_MAX: usize = 1 << 15;

/// Finds the key groups of whole columns, on one worker.
pub trait KeyGroups: Send {
    /// Appends the key group of each value, in order.
    fn find(&mut self, values: &dyn Column, groups: &mut Vec<u32>);
}

/// For pairs. The pinned hash of a key is computed once, as long as the key is known.
pub(crate) struct TypedKeyGroups<I: KeyedInput> {
    known: HashMap<I::Key, u32, FixedState>,
    coder: Coder<I::Key>,
    /// Room for the bytes of one key.
    bytes: Vec<u8>,
}

impl<I: KeyedInput> TypedKeyGroups<I> {
    /// `seed` keys its hashes.
    pub(crate) fn new(seed: u64) -> Self {
        let known = HashMap::with_hasher(FixedState::with_seed(seed));
        Self { known, coder: Coder::of(), bytes: Vec::new() }
    }

    fn group(&mut self, key: &I::Key) -> u32 {
        if let Some(group) = self.known.get(key) {
            return *group;
        }
        self.bytes.clear();
        self.coder.encode_all(std::slice::from_ref(key), &mut self.bytes, None);
        let group = key_group(&self.bytes);
        if self.known.len() == KNOWN_KEYS_MAX {
            self.known.clear();
        }
        self.known.insert(key.clone(), group);
        group
    }
}

impl<I: KeyedInput> KeyGroups for TypedKeyGroups<I> {
    fn find(&mut self, values: &dyn Column, groups: &mut Vec<u32>) {
        groups.extend(values.typed::<I>().iter().map(|element| self.group(element.key())));
    }
}
