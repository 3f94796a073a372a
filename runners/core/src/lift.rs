//! Reduces the values of a bundle before they are exchanged (model.md 8).
//!
//! Whether a combine may be lifted the plan knows ([`Lifting`](crate::Lifting)). Where it is, each
//! worker puts what goes into the grouping through a [`Lifter`] first, and the grouping takes the
//! accumulators that come of it: a key and window once per bundle, unless there are too many.

use heliostat::batch::{Batch, Meta, Timestamps, Windows};
use heliostat::graph::kernel::{
    Afterwards, Entries, LiftKernels, PaneColumn, PaneId, PaneTables, SKIP,
};
use heliostat::{DropCounts, Duration, Interval, Timestamp, Windowing};
use std::collections::BTreeMap;
use std::fmt;

/// A lifter that holds more keys and windows ships them. It looks behind each batch.
pub const LIFT_ENTRIES_MAX: usize = 1 << 16;

/// Reduces what one worker sends into one grouping.
pub struct Lifter {
    tables: Box<dyn PaneTables>,
    lateness: Duration,
    entries_max: usize,
    /// The table of each window that the bundle in hand has brought.
    open: BTreeMap<Interval, PaneId>,
    /// The table each element of the batch in hand goes to.
    column: Vec<u32>,
    /// An empty batch of what is shipped.
    partials: Batch,
    drops: DropCounts,
    /// Of them, those of bundles that succeeded.
    committed: DropCounts,
}

impl Lifter {
    /// A lifter in front of a grouping with this windowing; `seed` keys its hashes.
    pub fn new(windowing: &Windowing, kernels: &dyn LiftKernels, seed: u64) -> Self {
        Self {
            tables: kernels.partial_tables(seed),
            lateness: windowing.allowed_lateness,
            entries_max: LIFT_ENTRIES_MAX,
            open: BTreeMap::new(),
            column: Vec::new(),
            partials: Batch { values: kernels.partials().empty(), meta: Meta::default() },
            drops: DropCounts::default(),
            committed: DropCounts::default(),
        }
    }

    /// The same with another limit than [`LIFT_ENTRIES_MAX`].
    #[must_use]
    pub fn with_entries_max(self, entries_max: usize) -> Self {
        Self { entries_max, ..self }
    }

    /// Takes one batch of the bundle in hand and leaves it empty. What is too late for the
    /// grouping, whose input watermark is `watermark`, is dropped and counted. Gives all that it
    /// holds if that has become too much.
    #[must_use = "what it gives goes into the grouping"]
    pub fn add(&mut self, batch: &mut Batch, watermark: Timestamp) -> Option<Batch> {
        if let Windows::Const(window) = &batch.meta.windows {
            let window = window.clone();
            if self.is_late(&window, watermark) {
                self.drops.late += batch.len() as u64;
            } else if !batch.is_empty() {
                let table = self.table(&window);
                self.tables.add(batch.values.as_mut(), PaneColumn::All(table));
            }
        } else {
            if !self.assign(batch, watermark) {
                *batch = batch.exploded();
                self.assign(batch, watermark);
            }
            let late = self.column.iter().filter(|&&table| table == SKIP).count();
            self.drops.late += late as u64;
            self.tables.add(batch.values.as_mut(), PaneColumn::Each(&self.column));
        }
        batch.clear();
        let entries: usize = self.open.values().map(|&table| self.tables.entries(table)).sum();
        if self.entries_max < entries { self.flush() } else { None }
    }

    /// All that it holds, at the latest when the bundle ends: a key, its accumulator, a window and
    /// the window's last timestamp.
    #[must_use = "what it gives goes into the grouping"]
    pub fn flush(&mut self) -> Option<Batch> {
        let mut shipped = self.partials.empty_like();
        for (window, table) in std::mem::take(&mut self.open) {
            let (before, count) = (shipped.len(), self.tables.entries(table));
            let values = shipped.values.as_mut();
            // What is closed next need not be cleared first.
            self.tables.fire(table, Entries::All, Afterwards::Keep, values);
            self.tables.close(table);
            let meta = Meta {
                timestamps: Timestamps::Const(window.max_timestamp()),
                windows: Windows::Const(window),
                ..Meta::default()
            };
            if before == 0 {
                shipped.meta = meta;
            } else {
                shipped.meta.append(before, meta, count);
            }
        }
        (!shipped.is_empty()).then_some(shipped)
    }

    /// Forgets what it holds, and how much of the bundle in hand it has dropped: the bundle failed.
    pub fn discard(&mut self) {
        for table in std::mem::take(&mut self.open).into_values() {
            self.tables.close(table);
        }
        self.drops = self.committed;
    }

    /// Keeps what it has dropped: the bundle in hand succeeded, and everything was flushed.
    pub fn commit(&mut self) {
        self.committed = self.drops;
    }

    /// How many elements it has dropped so far.
    pub fn drops(&self) -> DropCounts {
        self.drops
    }

    /// Finds the table of each element, unless some lie in other than one window.
    fn assign(&mut self, batch: &Batch, watermark: Timestamp) -> bool {
        let mut column = std::mem::take(&mut self.column);
        column.clear();
        let mut one_each = true;
        // Neighbours mostly share a window.
        let mut last: Option<(Interval, u32)> = None;
        let meta = &batch.meta;
        meta.windows.for_each(&meta.timestamps, batch.len(), |index, window| {
            one_each &= index == column.len();
            if last.as_ref().is_none_or(|(known, _)| known != window) {
                let late = self.is_late(window, watermark);
                let table = if late { SKIP } else { self.table(window).0 };
                last = Some((window.clone(), table));
            }
            column.extend(last.as_ref().map(|(_, table)| *table));
        });
        one_each &= column.len() == batch.len();
        self.column = column;
        one_each
    }

    fn is_late(&self, window: &Interval, watermark: Timestamp) -> bool {
        window.is_expired(self.lateness, watermark)
    }

    fn table(&mut self, window: &Interval) -> PaneId {
        match self.open.get(window) {
            Some(table) => *table,
            None => {
                let table = self.tables.open();
                self.open.insert(window.clone(), table);
                table
            }
        }
    }
}

impl fmt::Debug for Lifter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lifter")
            .field("windows", &self.open.len())
            .field("drops", &self.drops)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
