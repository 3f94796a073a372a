//! What slices have together, so that a window need not merge each of its own.
//!
//! A window that fires leaves most of its slices to the next. Those that are past stand in two
//! stacks: of the *older* ones there is, for each place where a window begins, what all from there on
//! have together; of the *newer* ones, what all of them have. A window is one of the first and the
//! second, and what it takes of the first no other needs. When the older ones are used up, all there
//! are become older ones. So a slice is merged about three times, however many windows it is in: once
//! into the newer ones, once into the older ones, and once more as the newer ones go into what fires.
//! Nothing is ever taken away again, which not every combine could do.
//!
//! What older slices have together grows from place to place where keys come and go. It is kept only
//! where slices have brought half of it since the last place where it was, so that it never takes
//! more than twice what slices take. The slices between are merged by each window, which is less work
//! than to fire it. Values that are only gathered come to no less by a merge: they are left alone.
//!
//! An element that comes behind is added to everything that has its slice. Only slices are saved; what
//! they have together is made again.

use super::slices::Slice;
use heliostat::graph::kernel::{PaneId, PaneTables};
use heliostat::{Interval, Timestamp};
use std::collections::BTreeMap;

/// With fewer places in a window where windows begin, each merges its slices: to copy what slices
/// have together would cost what it spares.
const PLACES_MIN: usize = 6;

/// What slices have together is kept if it takes no more than so many times what those do that are
/// new since it was.
const GROWTH_MAX: usize = 2;

/// Invariant: what is in them is of slices that end where a window that has fired does, or before.
pub(super) struct Stacks {
    /// What the slices from each of these times up to `turn` have together.
    older: BTreeMap<Timestamp, PaneId>,
    /// Slices that begin before are older ones. While no window is waiting that begins before, the
    /// stacks are empty.
    turn: Timestamp,
    /// What those from `turn` up to `end` have together; there if there may be any.
    newer: Option<PaneId>,
    end: Timestamp,
    /// A window has fired. State that is brought from disk for one window is not worth the pains.
    is_warm: bool,
}

impl Default for Stacks {
    fn default() -> Self {
        let (turn, end) = (Timestamp::MIN, Timestamp::MIN);
        Self { older: BTreeMap::new(), turn, newer: None, end, is_warm: false }
    }
}

/// What stands for the slices of a window.
pub(super) struct Shares {
    /// Only slices that begin before stand for themselves.
    pub(super) until: Timestamp,
    /// What older slices from there on have together, if no other window needs it.
    pub(super) own: Option<PaneId>,
    /// What others need, too: of older and of newer slices.
    pub(super) common: [Option<PaneId>; 2],
}

impl Stacks {
    /// All tables that have what lies in the slice that begins there, besides its own.
    pub(super) fn with(&self, start: Timestamp) -> impl Iterator<Item = PaneId> {
        let older = (start < self.turn).then(|| self.older.range(..=start));
        let newer = self.newer.filter(|_| self.turn <= start && start < self.end);
        older.into_iter().flatten().map(|(_, table)| *table).chain(newer)
    }

    /// What stands for the slices of the next window that fires.
    pub(super) fn shares(
        &mut self,
        window: &Interval,
        slices: &BTreeMap<Timestamp, Slice>,
        tables: &mut dyn PaneTables,
    ) -> Shares {
        debug_assert!(self.end <= window.end(), "windows fire in the order of their ends");
        if self.turn <= window.start() {
            self.turn_over(window, slices, tables);
        }
        if self.turn <= window.start() {
            return Shares { until: window.end(), own: None, common: [None; 2] };
        }
        self.take_in(window.end(), slices, tables);
        let Some(older) = self.older.range(window.start()..).next() else {
            return Shares { until: self.turn, own: None, common: [None, self.newer] };
        };
        let (until, table) = (*older.0, *older.1);
        if slices.get(&until).is_some_and(|slice| slice.last == *window) {
            self.older.remove(&until);
            return Shares { until, own: Some(table), common: [None, self.newer] };
        }
        Shares { until, own: None, common: [Some(table), self.newer] }
    }

    /// Adds the slices up to a time to the newer ones.
    fn take_in(
        &mut self,
        end: Timestamp,
        slices: &BTreeMap<Timestamp, Slice>,
        tables: &mut dyn PaneTables,
    ) {
        if self.end < end {
            let newer = *self.newer.get_or_insert_with(|| tables.open());
            slices.range(self.end..end).for_each(|(_, slice)| tables.merge(newer, slice.table));
            self.end = end;
        }
    }

    /// Makes the slices of a window the older ones, if that pays.
    fn turn_over(
        &mut self,
        window: &Interval,
        slices: &BTreeMap<Timestamp, Slice>,
        tables: &mut dyn PaneTables,
    ) {
        self.clear(tables);
        let was_warm = std::mem::replace(&mut self.is_warm, true);
        if !was_warm || !tables.merges_shrink() {
            return;
        }
        let of_window: Vec<&Slice> =
            slices.range(window.start()..window.end()).map(|(_, slice)| slice).collect();
        // Slices with the same last window begin where no other window does, and go together.
        let places: Vec<&[&Slice]> =
            of_window.chunk_by(|one, next| one.last == next.last).collect();
        if places.len() < PLACES_MIN {
            return;
        }
        (self.turn, self.end) = (window.end(), window.end());
        // From the newest on; the oldest place is for this window alone.
        let (mut all, mut is_kept, mut brought) = (None, true, 0);
        for place in places[1..].iter().rev() {
            for slice in place.iter().rev() {
                brought += tables.content_bytes(slice.table);
                all = match all {
                    // It stands for itself as long as there is no other.
                    None => Some(slice.table),
                    Some(more) => {
                        let into = if is_kept { copy(more, tables) } else { more };
                        tables.merge(into, slice.table);
                        is_kept = false;
                        Some(into)
                    }
                };
            }
            if let Some(all) = all.filter(|_| !is_kept)
                && tables.content_bytes(all) <= GROWTH_MAX * brought
            {
                self.older.insert(place[0].extent.start(), all);
                (is_kept, brought) = (true, 0);
            }
        }
        if let Some(all) = all.filter(|_| !is_kept) {
            tables.close(all);
        }
    }

    /// Forgets everything if there are no slices any more that it is of.
    pub(super) fn settle(
        &mut self,
        slices: &BTreeMap<Timestamp, Slice>,
        tables: &mut dyn PaneTables,
    ) {
        if slices.first_key_value().is_none_or(|(&start, _)| self.end <= start) {
            self.clear(tables);
        }
    }

    fn clear(&mut self, tables: &mut dyn PaneTables) {
        std::mem::take(&mut self.older).into_values().for_each(|table| tables.close(table));
        self.newer.take().into_iter().for_each(|table| tables.close(table));
        (self.turn, self.end) = (Timestamp::MIN, Timestamp::MIN);
    }
}

fn copy(table: PaneId, tables: &mut dyn PaneTables) -> PaneId {
    let copy = tables.open();
    tables.merge(copy, table);
    copy
}

#[cfg(test)]
mod tests;
