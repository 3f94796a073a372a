//! Whether it pays to reduce: only if enough values find their key there already.

/// A sample has at least so many elements.
const SAMPLE_ELEMENTS: u64 = 4_096;

/// For so many bundles behind a sample that says no, nothing is reduced.
const BUNDLES_UNTIL_NEXT: u32 = 15;

/// Looks, now and then, at how many elements come out of how many.
#[derive(Debug)]
pub(super) struct Pays {
    sample: u64,
    taken: u64,
    shipped: u64,
    /// For so many bundles it does not.
    not_for: u32,
}

impl Default for Pays {
    fn default() -> Self {
        Self::of(SAMPLE_ELEMENTS)
    }
}

impl Pays {
    /// With samples of at least so many elements.
    pub(super) fn of(sample: u64) -> Self {
        Self { sample, taken: 0, shipped: 0, not_for: 0 }
    }

    pub(super) fn now(&self) -> bool {
        self.not_for == 0
    }

    pub(super) fn took(&mut self, elements: usize) {
        self.taken += elements as u64;
    }

    /// At the end of a bundle, or where it became too much for one.
    pub(super) fn shipped(&mut self, entries: usize) {
        self.shipped += entries as u64;
        if 0 < self.not_for {
            self.not_for -= 1;
            return;
        }
        if self.sample <= self.taken {
            // An element in a table costs about as much as it saves by not being exchanged.
            if self.taken < 2 * self.shipped {
                self.not_for = BUNDLES_UNTIL_NEXT;
            }
            (self.taken, self.shipped) = (0, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{BUNDLES_UNTIL_NEXT, Pays};

    #[test]
    fn a_sample_in_which_few_come_together_turns_it_off_for_a_while() {
        let mut pays = Pays::of(10);
        pays.took(9);
        pays.shipped(9);
        assert!(pays.now(), "too few to tell");
        pays.took(11);
        pays.shipped(1);
        assert!(pays.now(), "ten of twenty are not too many");
        pays.took(10);
        pays.shipped(6);
        for _ in 0..BUNDLES_UNTIL_NEXT {
            assert!(!pays.now());
            pays.shipped(0);
        }
        assert!(pays.now(), "the next sample");
    }
}
