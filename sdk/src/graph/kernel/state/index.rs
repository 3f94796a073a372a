//! From the hash of a key to its number, with removal.

/// Slots of a new index, a power of two.
const SLOTS_MIN: usize = 8;

const EMPTY: u64 = u64::MAX;

/// Which bits of a slot are of the hash; in the others is the number.
const OF_HASH: u64 = 0xFFFF_FFFF_0000_0000;

/// An array of slots. The first slot for a hash is its upper bits, the next ones follow; a slot
/// repeats half of the hash, so that keys are compared only where they are nearly surely equal.
pub(super) struct Index {
    /// Invariant: a power of two of them, at most three quarters not empty.
    slots: Vec<u64>,
    /// How many bits of a hash are not the number of its first slot.
    shift: u32,
    len: usize,
}

impl Index {
    pub(super) fn new() -> Self {
        Self { slots: vec![EMPTY; SLOTS_MIN], shift: shift(SLOTS_MIN), len: 0 }
    }

    /// The number with this hash that `is` the one that is looked for.
    #[inline(always)]
    pub(super) fn find(&self, hash: u64, mut is: impl FnMut(u32) -> bool) -> Option<u32> {
        let mut at = (hash >> self.shift) as usize;
        loop {
            let Some(&slot) = self.slots.get(at) else {
                at = 0;
                continue;
            };
            if (slot ^ hash) & OF_HASH == 0 && is(slot as u32) {
                return Some(slot as u32);
            }
            if slot == EMPTY {
                return None;
            }
            at += 1;
        }
    }

    /// Adds a number that is not there. `hash_of` says the hash of any number that is.
    pub(super) fn insert(&mut self, hash: u64, number: u32, hash_of: impl Fn(u32) -> u64) {
        if self.slots.len() / 4 * 3 <= self.len {
            let numbers: Vec<u32> = self.numbers().collect();
            self.slots = vec![EMPTY; 2 * self.slots.len()];
            self.shift = shift(self.slots.len());
            numbers.into_iter().for_each(|number| self.put(hash_of(number), number));
        }
        self.put(hash, number);
        self.len += 1;
    }

    fn numbers(&self) -> impl Iterator<Item = u32> + '_ {
        self.slots.iter().filter(|&&slot| slot != EMPTY).map(|&slot| slot as u32)
    }

    fn put(&mut self, hash: u64, number: u32) {
        let last = self.slots.len() - 1;
        let mut at = (hash >> self.shift) as usize;
        while self.slots[at] != EMPTY {
            at = (at + 1) & last;
        }
        self.slots[at] = (hash & OF_HASH) | u64::from(number);
    }

    /// Takes a number out, and moves those up that its slot was in the way of.
    pub(super) fn remove(&mut self, hash: u64, number: u32, hash_of: impl Fn(u32) -> u64) {
        let last = self.slots.len() - 1;
        let mut hole = (hash >> self.shift) as usize;
        while self.slots[hole] as u32 != number || self.slots[hole] == EMPTY {
            if self.slots[hole] == EMPTY {
                return;
            }
            hole = (hole + 1) & last;
        }
        self.len -= 1;
        let mut at = hole;
        loop {
            at = (at + 1) & last;
            let slot = self.slots[at];
            if slot == EMPTY {
                break;
            }
            let first = (hash_of(slot as u32) >> self.shift) as usize;
            // It may move if its own first slot does not lie behind the hole.
            if (at.wrapping_sub(first) & last) >= (at.wrapping_sub(hole) & last) {
                self.slots[hole] = slot;
                hole = at;
            }
        }
        self.slots[hole] = EMPTY;
    }

    pub(super) fn bytes(&self) -> usize {
        self.slots.capacity() * size_of::<u64>()
    }
}

fn shift(slots: usize) -> u32 {
    u64::BITS - slots.trailing_zeros()
}

#[cfg(test)]
mod tests {
    use super::Index;
    use crate::Seed;
    use std::collections::BTreeSet;

    #[test]
    fn what_is_in_it_is_found_and_what_is_not_is_not() {
        // Few different hashes, so that many meet.
        let hash_of = |number: u32| (u64::from(number) % 40).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let (mut index, mut known, mut chance) = (Index::new(), BTreeSet::new(), Seed::new(1));
        for _ in 0..20_000 {
            let number = u32::try_from(chance.below(150)).expect("it is small");
            if known.remove(&number) {
                index.remove(hash_of(number), number, hash_of);
            } else {
                known.insert(number);
                index.insert(hash_of(number), number, hash_of);
            }
            let asked = u32::try_from(chance.below(150)).expect("it is small");
            let found = index.find(hash_of(asked), |number| number == asked);
            assert_eq!(found.is_some(), known.contains(&asked));
            assert_eq!(index.len, known.len());
        }
    }
}
