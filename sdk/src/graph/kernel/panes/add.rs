//! A whole batch of values into one table.

use super::{PaneId, Tables};
use crate::graph::kernel::Fold;
use crate::{Element, Key};

impl<K: Key, V: Element, F: Fold<V>> Tables<K, V, F> {
    /// Adds all values to one table.
    pub(super) fn add_to(&mut self, values: &mut Vec<(K, V)>, pane: PaneId) {
        let (fold, hasher) = (self.fold.as_ref(), &self.hasher);
        let table = self.panes[pane.0 as usize].as_mut().expect("the pane is open");
        let mut rest = values.drain(..);
        if size_of::<K>() == 0
            && let Some((key, first)) = rest.next()
        {
            // All keys of such a type are equal.
            let entry = table.change(hasher, key, || fold.create(), |it| fold.add(it, first));
            let (_, accumulator) = &mut table.entries_mut()[entry as usize];
            rest.by_ref().for_each(|(_, value)| fold.add(accumulator, value));
        }
        for (key, value) in rest {
            let add = |accumulator: &mut F::Accumulator| fold.add(accumulator, value);
            table.change(hasher, key, || fold.create(), add);
        }
    }

    /// The same for large keys: all hashes, then all entries, then all values. Through the hash and the
    /// comparison of text lead paths that no processor foretells; one after the other they would keep it
    /// from looking for the next key while one is still on its way from memory.
    pub(super) fn add_in_passes(&mut self, values: &mut Vec<(K, V)>, pane: PaneId) {
        let (fold, hasher) = (self.fold.as_ref(), &self.hasher);
        let (hashes, found) = (&mut self.hashes, &mut self.found);
        let table = self.panes[pane.0 as usize].as_mut().expect("the pane is open");
        hashes.clear();
        hashes.extend(values.iter().map(|(key, _)| key.table_hash(hasher)));
        table.find_all(values, hashes, found);
        for ((key, value), (&hash, &found)) in values.drain(..).zip(hashes.iter().zip(&*found)) {
            let add = |accumulator: &mut F::Accumulator| fold.add(accumulator, value);
            match table.entries_mut().get_mut(found as usize) {
                Some((_, accumulator)) => add(accumulator),
                None => drop(table.change_hashed(hash, key, || fold.create(), add)),
            }
        }
    }
}
