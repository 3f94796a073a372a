//! From key to accumulator, in the order the keys first came.

use crate::Key;
use foldhash::fast::FixedState;

/// Slots of a new table, a power of two.
const SLOTS_MIN: usize = 8;

/// A table holds fewer keys, so that half a hash finds the slot of each.
const KEYS_MAX: usize = 1 << 31;

const EMPTY: u64 = u64::MAX;

/// The number of no entry.
pub(super) const UNKNOWN: u32 = u32::MAX;

/// Which bits of a slot are of the hash; in the others is the number of an entry.
const OF_HASH: u64 = 0xFFFF_FFFF_0000_0000;

/// A dense array of entries, and an array of slots that finds them by hash.
///
/// The first slot for a hash is its upper bits, the next ones follow. A slot repeats half of the
/// hash, so that keys are compared only where they are nearly surely equal, and never to grow.
/// Keys that come first, as frequent ones do, have the first slot and are found in one step.
pub(super) struct Table<K, A> {
    /// Invariant: a power of two of them, at most three quarters not empty.
    slots: Vec<u64>,
    /// How many bits of a hash are not the number of its first slot.
    shift: u32,
    entries: Vec<(K, A)>,
}

impl<K: Key, A> Table<K, A> {
    pub(super) fn new() -> Self {
        Self { slots: vec![EMPTY; SLOTS_MIN], shift: shift(SLOTS_MIN), entries: Vec::new() }
    }

    pub(super) fn entries(&self) -> &[(K, A)] {
        &self.entries
    }

    pub(super) fn entries_mut(&mut self) -> &mut [(K, A)] {
        &mut self.entries
    }

    /// Changes the accumulator of `key`, made by `create` if it is new, and returns its entry.
    #[inline]
    pub(super) fn change(
        &mut self,
        hasher: &FixedState,
        key: K,
        create: impl FnOnce() -> A,
        change: impl FnOnce(&mut A),
    ) -> u32 {
        let hash = key.table_hash(hasher);
        self.change_hashed(hash, key, create, change)
    }

    /// The same where the hash is known.
    #[inline]
    pub(super) fn change_hashed(
        &mut self,
        hash: u64,
        key: K,
        create: impl FnOnce() -> A,
        change: impl FnOnce(&mut A),
    ) -> u32 {
        match self.find(hash, &key) {
            Ok(entry) => {
                change(&mut self.entries[entry as usize].1);
                entry
            }
            Err(at) => {
                let mut accumulator = create();
                change(&mut accumulator);
                self.insert(at, hash, (key, accumulator))
            }
        }
    }

    /// The entry of each key that is found by its first slot, as most are; [`UNKNOWN`] for the others.
    /// Looked for in two passes without a branch, so that many are on their way from memory at once.
    pub(super) fn find_all<V>(&self, keys: &[(K, V)], hashes: &[u64], found: &mut Vec<u32>) {
        found.clear();
        found.extend(hashes.iter().map(|&hash| {
            let slot = self.slots[first_slot(hash, self.shift)];
            if (slot ^ hash) & OF_HASH == 0 { slot as u32 } else { UNKNOWN }
        }));
        for ((key, _), found) in keys.iter().zip(found) {
            let known = self.entries.get(*found as usize).is_some_and(|(known, _)| known == key);
            *found = if known { *found } else { UNKNOWN };
        }
    }

    /// Moves all entries out, in the order their keys first came, and keeps the room as `clear` does.
    pub(super) fn take_entries(&mut self, into: impl FnOnce(std::vec::Drain<'_, (K, A)>)) {
        let count = self.entries.len();
        into(self.entries.drain(..));
        self.reset(count);
    }

    /// The entry of `key`, or the slot where it would be.
    #[inline(always)]
    fn find(&self, hash: u64, key: &K) -> Result<u32, usize> {
        let mut at = first_slot(hash, self.shift);
        loop {
            let Some(&slot) = self.slots.get(at) else {
                at = 0;
                continue;
            };
            if (slot ^ hash) & OF_HASH == 0
                && let Some((known, _)) = self.entries.get(entry(slot))
                && known == key
            {
                return Ok(slot as u32);
            }
            if slot == EMPTY {
                return Err(at);
            }
            at += 1;
        }
    }

    /// Merges all entries of `from` into it; what is new follows its own, in that order.
    pub(super) fn merge(&mut self, hasher: &FixedState, from: &Self, merge: impl Fn(&mut A, &A))
    where
        A: Clone,
    {
        if self.entries.is_empty() {
            self.slots.clone_from(&from.slots);
            self.shift = from.shift;
            self.entries.extend_from_slice(&from.entries);
            return;
        }
        for (key, accumulator) in &from.entries {
            let hash = key.table_hash(hasher);
            match self.find(hash, key) {
                Ok(entry) => merge(&mut self.entries[entry as usize].1, accumulator),
                Err(at) => {
                    self.insert(at, hash, (key.clone(), accumulator.clone()));
                }
            }
        }
    }

    /// The same with entries that nobody else needs.
    pub(super) fn take_in(
        &mut self,
        hasher: &FixedState,
        from: &mut Self,
        merge: impl Fn(&mut A, A),
    ) {
        for (key, accumulator) in from.entries.drain(..) {
            let hash = key.table_hash(hasher);
            match self.find(hash, &key) {
                Ok(entry) => merge(&mut self.entries[entry as usize].1, accumulator),
                Err(at) => {
                    self.insert(at, hash, (key, accumulator));
                }
            }
        }
    }

    /// A new entry whose key's hash leads to the empty slot `at`.
    #[cold]
    #[inline(never)]
    fn insert(&mut self, at: usize, hash: u64, entry: (K, A)) -> u32 {
        let new = self.entries.len();
        assert!(new < KEYS_MAX, "a pane has fewer than 2^31 keys");
        self.slots[at] = (hash & OF_HASH) | new as u64;
        self.entries.push(entry);
        if self.slots.len() / 4 * 3 < self.entries.len() {
            self.grow();
        }
        new as u32
    }

    fn grow(&mut self) {
        let mut slots = vec![EMPTY; 2 * self.slots.len()];
        let (shift, last) = (shift(slots.len()), slots.len() - 1);
        for &slot in self.slots.iter().filter(|&&slot| slot != EMPTY) {
            let mut at = first_slot(slot, shift);
            while slots[at] != EMPTY {
                at = (at + 1) & last;
            }
            slots[at] = slot;
        }
        (self.slots, self.shift) = (slots, shift);
    }

    /// Forgets all entries and keeps the room, unless it is so much that to empty it would cost
    /// more than the entries did.
    pub(super) fn clear(&mut self) {
        self.reset(self.entries.len());
    }

    /// The same for one that had so many entries.
    fn reset(&mut self, entries: usize) {
        if SLOTS_MIN.max(16 * entries) < self.slots.len() {
            *self = Self::new();
        }
        self.slots.fill(EMPTY);
        self.entries.clear();
    }

    /// Whether it has more room than a new one.
    pub(super) fn has_room(&self) -> bool {
        SLOTS_MIN < self.slots.len()
    }

    /// The bytes of all room it has.
    pub(super) fn bytes(&self) -> usize {
        self.slots.capacity() * size_of::<u64>() + self.entries.capacity() * size_of::<(K, A)>()
    }
}

#[inline]
fn first_slot(hash: u64, shift: u32) -> usize {
    (hash >> shift) as usize
}

fn shift(slots: usize) -> u32 {
    u64::BITS - slots.trailing_zeros()
}

/// The place of the entry that a slot names; there is none for [`EMPTY`].
#[inline]
fn entry(slot: u64) -> usize {
    slot as u32 as usize
}

#[cfg(test)]
mod tests {
    use super::{EMPTY, SLOTS_MIN, Table, UNKNOWN};
    use crate::Key;
    use foldhash::fast::FixedState;

    fn counted(keys: impl Iterator<Item = u64>) -> Table<u64, u64> {
        let (hasher, mut table) = (FixedState::with_seed(7), Table::new());
        keys.for_each(|key| {
            table.change(&hasher, key, || 0, |count| *count += 1);
        });
        table
    }

    #[test]
    fn entries_stand_in_the_order_their_keys_first_came() {
        let table = counted([5, 3, 5, 8, 3, 5].into_iter());
        assert_eq!(table.entries(), [(5, 3), (3, 2), (8, 1)]);
    }

    #[test]
    fn what_is_found_at_once_is_what_is_there() {
        let hasher = FixedState::with_seed(7);
        let table = counted((0..2_000).step_by(2));
        let keys: Vec<(u64, ())> = (0..2_000).map(|key| (key, ())).collect();
        let hashes: Vec<u64> = keys.iter().map(|(key, ())| key.table_hash(&hasher)).collect();
        let mut found = vec![7];
        table.find_all(&keys, &hashes, &mut found);
        assert_eq!(found.len(), keys.len());
        for ((key, ()), &found) in keys.iter().zip(&found) {
            let there = table.entries().get(found as usize).map(|(known, _)| known);
            assert!(found == UNKNOWN || there == Some(key), "{key} is not in entry {found}");
            assert!(key % 2 == 0 || found == UNKNOWN, "{key} is not there");
        }
        let found = found.iter().filter(|&&found| found != UNKNOWN).count();
        assert!(table.entries().len() / 2 < found, "most are found at once, not {found}");
    }

    #[test]
    fn what_is_merged_follows_in_its_order_and_stays_as_it_was() {
        let (hasher, mut into) = (FixedState::with_seed(7), Table::new());
        let (first, second) = (counted([5, 3, 5].into_iter()), counted([9, 3, 1, 9].into_iter()));
        into.merge(&hasher, &first, |a, b| *a += b);
        into.merge(&hasher, &second, |a, b| *a += b);
        assert_eq!(into.entries(), [(5, 2), (3, 2), (9, 2), (1, 1)]);
        assert_eq!(second.entries(), [(9, 2), (3, 1), (1, 1)]);
    }

    #[test]
    fn every_key_is_found_again_at_every_size() {
        for keys in [0, 1, 6, 7, 100, 10_000] {
            let table = counted((0..3 * keys).map(|n| n % keys.max(1)));
            let expected: Vec<_> = (0..keys).map(|key| (key, 3)).collect();
            assert_eq!(table.entries(), expected);
            let free = table.slots.iter().filter(|&&slot| slot == EMPTY).count();
            assert!(table.slots.len() / 4 <= free, "{keys} keys leave {free} slots");
        }
    }

    #[test]
    fn room_stays_while_it_is_used() {
        let mut table = counted(0..1_000);
        let room = table.slots.len();
        table.clear();
        assert_eq!((table.slots.len(), table.entries().len()), (room, 0));
        table.clear();
        assert_eq!(table.slots.len(), SLOTS_MIN);
    }
}
