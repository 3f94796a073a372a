//! Elements that wait to be given in the order of their timestamps (model.md 6.5).

use super::number;
use heliostat::batch::Batch;
use heliostat::graph::{KeyedWork, Moment, RowId};
use heliostat::{Duration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// What waits, by row.
#[derive(Default)]
pub(super) struct Sorted {
    rows: BTreeMap<RowId, Waiting>,
    /// Each row that has something waiting, by the time it is flushed: once the watermark has
    /// passed that.
    flush: BTreeSet<(Timestamp, RowId)>,
    /// The same by the smallest timestamp, at which the watermark is held.
    oldest: BTreeSet<(Timestamp, RowId)>,
    /// What the rows that the bundle in hand changed had before.
    undo: Vec<(RowId, Option<Waiting>)>,
}

struct Waiting {
    /// In the order it came.
    batch: Batch,
    oldest: Timestamp,
    flush: Timestamp,
}

impl Waiting {
    fn of(batch: Batch, row: RowId, work: &dyn KeyedWork, lateness: Duration) -> Option<Self> {
        let timestamps = (0..batch.len()).map(|at| batch.meta.timestamps.at(at));
        let oldest = timestamps.min()?;
        let flush = (oldest + lateness).min(work.window(row).expiry(lateness));
        Some(Self { batch, oldest, flush })
    }

    fn copied(&self) -> Self {
        Self { batch: self.batch.copied(), ..*self }
    }
}

impl Sorted {
    /// Puts each element to what waits in its row.
    pub(super) fn keep(
        &mut self,
        batch: &Batch,
        rows: &[RowId],
        work: &dyn KeyedWork,
        lateness: Duration,
    ) {
        let mut picked: BTreeMap<RowId, Vec<u32>> = BTreeMap::new();
        for (at, &row) in rows.iter().enumerate() {
            picked.entry(row).or_default().push(number(at));
        }
        for (row, picked) in picked {
            let mut more = batch.select(&picked);
            let mut all = self.remember(row);
            match &mut all {
                Some(waiting) => waiting.append(&mut more),
                None => all = Some(more),
            }
            self.put(row, all.and_then(|all| Waiting::of(all, row, work, lateness)));
        }
    }

    /// Takes out what a row has that nothing can still come in front of once the watermark is
    /// `watermark`, in the order of timestamps.
    pub(super) fn take(
        &mut self,
        row: RowId,
        watermark: Timestamp,
        work: &dyn KeyedWork,
        lateness: Duration,
    ) -> Option<Batch> {
        let all = self.remember(row)?;
        let timestamps = &all.meta.timestamps;
        // Elements are let in up to their lateness: before that, one may still come in front.
        let expiry = work.window(row).expiry(lateness);
        let settled = |at: usize| (timestamps.at(at) + lateness).min(expiry) <= watermark;
        let (mut ready, kept): (Vec<u32>, Vec<u32>) =
            (0..number(all.len())).partition(|&at| settled(at as usize));
        ready.sort_by_key(|&at| timestamps.at(at as usize));
        let (ready, kept) = (all.select(&ready), all.select(&kept));
        self.put(row, Waiting::of(kept, row, work, lateness));
        Some(ready)
    }

    /// What a row has; kept aside until the bundle is committed.
    fn remember(&mut self, row: RowId) -> Option<Batch> {
        let now = self.rows.get(&row);
        if self.undo.iter().all(|(known, _)| *known != row) {
            self.undo.push((row, now.map(Waiting::copied)));
        }
        self.put(row, None).map(|waiting| waiting.batch)
    }

    fn put(&mut self, row: RowId, new: Option<Waiting>) -> Option<Waiting> {
        let old = self.rows.remove(&row);
        if let Some(old) = &old {
            self.flush.remove(&(old.flush, row));
            self.oldest.remove(&(old.oldest, row));
        }
        if let Some(new) = new {
            self.flush.insert((new.flush, row));
            self.oldest.insert((new.oldest, row));
            self.rows.insert(row, new);
        }
        old
    }

    /// What waits in a row.
    pub(super) fn batch(&self, row: RowId) -> Option<&Batch> {
        self.rows.get(&row).map(|waiting| &waiting.batch)
    }

    /// The row to flush next, unless a timer at `first_timer` comes before it.
    pub(super) fn next_due(&self, moment: Moment, first_timer: Option<Timestamp>) -> Option<RowId> {
        let &(at, row) = self.flush.first()?;
        let comes_first = first_timer.is_none_or(|timer| at <= timer);
        (at < moment.watermark && comes_first).then_some(row)
    }

    pub(super) fn has_due(&self, moment: Moment) -> bool {
        self.flush.first().is_some_and(|(at, _)| *at < moment.watermark)
    }

    pub(super) fn has_any(&self, row: RowId) -> bool {
        self.rows.contains_key(&row)
    }

    /// The smallest timestamp that waits.
    pub(super) fn oldest(&self) -> Option<Timestamp> {
        self.oldest.first().map(|(at, _)| *at)
    }

    pub(super) fn commit(&mut self) {
        self.undo.clear();
    }

    pub(super) fn roll_back(&mut self) {
        for (row, before) in std::mem::take(&mut self.undo) {
            self.put(row, before);
        }
    }
}
