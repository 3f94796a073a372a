//! State in windows that merge: cells are merged, timers move along (model.md 6.1).

use super::Keyed;
use crate::merges::check_merges;
use heliostat::batch::{Batch, Windows};
use heliostat::graph::kernel::KeyId;
use heliostat::graph::{RowId, TimeDomain, TimerRequest};
use heliostat::{Interval, Merge, MergeWindows, Merges, Result, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Which windows of a key are open.
pub(super) struct Merging {
    merger: Arc<dyn MergeWindows>,
    open: BTreeMap<KeyId, BTreeMap<Interval, RowId>>,
    /// What keys had before the bundle in hand.
    undo: BTreeMap<KeyId, BTreeMap<Interval, RowId>>,
}

impl Merging {
    pub(super) fn new(merger: Arc<dyn MergeWindows>) -> Self {
        Self { merger, open: BTreeMap::new(), undo: BTreeMap::new() }
    }

    pub(super) fn open(&mut self, key: KeyId, window: Interval, row: RowId) {
        self.remember(key);
        self.open.entry(key).or_default().insert(window, row);
    }

    pub(super) fn close(&mut self, key: KeyId, window: &Interval) {
        if let Some(windows) = self.open.get_mut(&key) {
            windows.remove(window);
            if windows.is_empty() {
                self.open.remove(&key);
            }
        }
    }

    fn remember(&mut self, key: KeyId) {
        let now = self.open.get(&key);
        self.undo.entry(key).or_insert_with(|| now.cloned().unwrap_or_default());
    }

    pub(super) fn commit(&mut self) {
        self.undo.clear();
    }

    pub(super) fn roll_back(&mut self) {
        for (key, before) in std::mem::take(&mut self.undo) {
            self.open.insert(key, before);
        }
    }
}

impl Keyed {
    /// Merges the windows of the elements in hand with those that are open, key by key, and puts
    /// each element into the window that its own became. Only then is a window of theirs open.
    ///
    /// # Errors
    /// If the window function breaks its contract, or what the author's merge of a cell says.
    pub(super) fn merge(&mut self, batch: &mut Batch, rows: &mut [RowId]) -> Result<()> {
        let mut new: BTreeMap<KeyId, BTreeSet<Interval>> = BTreeMap::new();
        for &row in rows.iter() {
            new.entry(self.work.key(row)).or_default().insert(self.window(row));
        }
        let mut became: BTreeMap<RowId, RowId> = BTreeMap::new();
        for (key, windows) in new {
            // A row that opens for a window of its own is one of them, and empty.
            let own: BTreeMap<Interval, RowId> = rows
                .iter()
                .map(|&row| (self.window(row), row))
                .filter(|(window, row)| self.work.key(*row) == key && windows.contains(window))
                .collect();
            self.merge_key(key, &own, &mut became)?;
        }
        for row in rows.iter_mut() {
            *row = became.get(row).copied().unwrap_or(*row);
            self.take_part_in_merges(*row);
        }
        let windows = rows.iter().map(|&row| self.window(row)).collect();
        batch.meta.windows = Windows::Each(windows);
        Ok(())
    }

    /// From now on the window of a row merges with new ones.
    pub(super) fn take_part_in_merges(&mut self, row: RowId) {
        if let Some(merging) = &mut self.merging {
            merging.open(self.work.key(row), self.work.window(row).clone(), row);
        }
    }

    /// Merges the windows of one key; notes for each row that ended which one it became.
    fn merge_key(
        &mut self,
        key: KeyId,
        own: &BTreeMap<Interval, RowId>,
        became: &mut BTreeMap<RowId, RowId>,
    ) -> Result<()> {
        let Some(merging) = &self.merging else { return Ok(()) };
        let open = merging.open.get(&key).cloned().unwrap_or_default();
        let active: BTreeSet<Interval> = open.keys().cloned().collect();
        let mut known = active.clone();
        known.extend(own.keys().cloned());
        if known.len() == active.len() {
            return Ok(());
        }
        let windows: Vec<Interval> = known.iter().cloned().collect();
        let mut merges = Merges::default();
        merging.merger.merge(&windows, &mut merges);
        check_merges(&merges, &known, &active)?;
        self.emptied = true;
        for Merge { from, into } in merges.iter() {
            let row_of = |window: &Interval| open.get(window).or_else(|| own.get(window)).copied();
            let members: Vec<RowId> = from.iter().filter_map(row_of).collect();
            let Some(&first) = members.first() else { continue };
            let target = self.work.row_in(first, into);
            self.take_opened();
            self.take_part_in_merges(target);
            self.touched.push(target);
            for row in members.into_iter().filter(|row| *row != target) {
                self.touched.push(row);
                self.work.merge(target, row, self.moment.now)?;
                self.move_timers(row, target, into);
                self.move_sorted(row, target, into);
                if let Some(merging) = &mut self.merging {
                    merging.remember(key);
                    merging.close(key, self.work.window(row));
                }
                became.insert(row, target);
            }
        }
        Ok(())
    }

    fn move_sorted(&mut self, from: RowId, to: RowId, window: &Interval) {
        let (work, lateness) = (self.work.as_ref(), self.lateness);
        let Some(sorted) = &mut self.sorted else { return };
        if let Some(mut waiting) = sorted.take(from, Timestamp::MAX, work, lateness) {
            waiting.meta.windows = Windows::Const(window.clone());
            sorted.keep(&waiting, &vec![to; waiting.len()], work, lateness);
        }
    }

    /// Of the timers of one name the earliest stays, before the end of the window it is now in.
    fn move_timers(&mut self, from: RowId, to: RowId, window: &Interval) {
        let expiry = window.expiry(self.lateness);
        let moved: Vec<_> = self.timers.of(from).collect();
        self.timers.clear(from);
        for (timer, tag, mut set) in moved {
            let mut known = self.timers.of(to).filter(|(id, with, _)| *id == timer && *with == tag);
            let earlier = known.next().is_some_and(|(.., known)| known.at <= set.at);
            drop(known);
            if earlier {
                continue;
            }
            if self.spec.timers[timer as usize].domain == TimeDomain::EventTime {
                set.at = set.at.min(expiry);
            }
            set.output = set.output.min(expiry);
            self.timers.request(TimerRequest { row: to, timer, tag, set: Some(set) }, 0);
        }
    }
}
