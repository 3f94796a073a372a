//! Reduces the values of a bundle before they are exchanged (model.md 8).
//!
//! Whether a combine may be lifted the plan knows ([`Lifting`](crate::Lifting)). Where it is, each
//! worker puts what goes into the grouping through a [`Lifter`] first, and the grouping takes the
//! accumulators that come of it: a key and window once per bundle, unless there are too many. Where
//! windows overlap, it is a key and slice. Where hardly any values come together, they go on as they
//! are, each in an accumulator of its own, until the next sample.

mod pays;

use crate::grouping::{
    Extent, Grouping, Spread, on_both_sides, sliding_in_slices, spread, spread_of,
};
use heliostat::batch::{Batch, Meta, Timestamps, Windows};
use heliostat::graph::kernel::{LiftKernels, PaneColumn, PaneId, PaneTables, SKIP};
use heliostat::{DropCounts, Duration, Interval, SlidingWindows, Timestamp, WindowFn, Windowing};
use pays::Pays;
use std::collections::BTreeMap;
use std::fmt;

/// A lifter that holds more keys and windows ships them. It looks behind each batch.
pub const LIFT_ENTRIES_MAX: usize = 1 << 16;

/// Reduces what one worker sends into one grouping.
pub struct Lifter {
    tables: Box<dyn PaneTables>,
    lateness: Duration,
    entries_max: usize,
    /// It holds no more keys and windows than so many.
    entries_at_most: usize,
    pays: Pays,
    /// The windows, where they share slices.
    sliding: Option<SlidingWindows>,
    /// The table of each window that the bundle in hand has brought.
    windows: BTreeMap<Interval, PaneId>,
    /// The table of each slice.
    slices: BTreeMap<Interval, PaneId>,
    /// The table each element of the batch in hand goes to.
    column: Vec<u32>,
    /// An empty batch of what is shipped.
    partials: Batch,
    drops: DropCounts,
    /// Of them, those of bundles that succeeded.
    committed: DropCounts,
}

/// Where the elements of a batch go.
enum Assigned {
    All(PaneId),
    /// To the tables of `column`.
    Each,
    /// All are too late.
    Nowhere,
}

impl Lifter {
    /// A lifter in front of a grouping with this windowing; `seed` keys its hashes.
    pub fn new(windowing: &Windowing, kernels: &dyn LiftKernels, seed: u64) -> Self {
        Self {
            tables: kernels.partial_tables(seed),
            lateness: windowing.allowed_lateness,
            entries_max: LIFT_ENTRIES_MAX,
            entries_at_most: 0,
            pays: Pays::default(),
            sliding: sliding_in_slices(&windowing.window_fn),
            windows: BTreeMap::new(),
            slices: BTreeMap::new(),
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

    /// Reduces everything from now on, however much it is: the grouping is on the same worker and
    /// takes what comes of it whole.
    pub fn keep_all(&mut self) {
        self.entries_max = usize::MAX;
        self.pays = Pays::of(u64::MAX);
    }

    /// The same that looks whether it pays behind so many elements.
    #[cfg(test)]
    fn with_sample(self, elements: u64) -> Self {
        Self { pays: Pays::of(elements), ..self }
    }

    /// Takes one batch of the bundle in hand and leaves it empty. What is too late for the
    /// grouping, whose input watermark is `watermark`, is dropped and counted. Ships all that it
    /// holds if that has become too much.
    pub fn add(&mut self, batch: &mut Batch, watermark: Timestamp, shipped: &mut Vec<Batch>) {
        if !self.pays.now() {
            let mut alone = self.partials.empty_like();
            self.tables.alone(batch.values.as_mut(), alone.values.as_mut());
            alone.meta = std::mem::take(&mut batch.meta);
            shipped.push(alone);
            return;
        }
        self.pays.took(batch.len());
        let assigned = self.assign(batch, watermark).unwrap_or_else(|| {
            *batch = batch.exploded();
            self.assign(batch, watermark).expect("exploded elements lie in one window each")
        });
        self.entries_at_most = self.entries_at_most.saturating_add(batch.len());
        match assigned {
            Assigned::All(table) => self.tables.add(batch.values.as_mut(), PaneColumn::All(table)),
            Assigned::Each => {
                self.tables.add(batch.values.as_mut(), PaneColumn::Each(&self.column));
            }
            Assigned::Nowhere => {}
        }
        batch.clear();
        if self.entries_max < self.entries_at_most {
            self.entries_at_most = self.entries();
            if self.entries_max < self.entries_at_most {
                self.flush(shipped);
            }
        }
    }

    /// Moves what it holds into the grouping behind it, which is on the same worker, as far as that
    /// takes it whole; the rest is shipped.
    pub fn move_into(&mut self, grouping: &mut Grouping, shipped: &mut Vec<Batch>) {
        let is_whole = |extent: &Interval, _: &mut PaneId| grouping.takes_whole(extent);
        let windows: Vec<_> = self.windows.extract_if(.., is_whole).collect();
        for (window, table) in windows {
            let room = grouping.take_whole(Extent::Window(&window), self.tables.take(table));
            room.into_iter().for_each(|table| self.tables.keep(table));
        }
        if let Some(windows) = self.sliding {
            let is_whole = |extent: &Interval, _: &mut PaneId| grouping.takes_whole(extent);
            let slices: Vec<_> = self.slices.extract_if(.., is_whole).collect();
            for (slice, table) in slices {
                let extent = Extent::Slice(&windows, &slice);
                let room = grouping.take_whole(extent, self.tables.take(table));
                room.into_iter().for_each(|table| self.tables.keep(table));
            }
        }
        self.flush(shipped);
    }

    /// Ships all that it holds, at the latest when the bundle ends: a batch per window or slice, of
    /// keys and their accumulators.
    pub fn flush(&mut self, shipped: &mut Vec<Batch>) {
        self.pays.shipped(self.entries());
        self.entries_at_most = 0;
        for (window, table) in std::mem::take(&mut self.windows) {
            let meta = Meta {
                timestamps: Timestamps::Const(window.max_timestamp()),
                windows: Windows::Const(window),
                ..Meta::default()
            };
            shipped.extend(self.fire(table, meta));
        }
        let Some(windows) = self.sliding else { return };
        for (slice, table) in std::mem::take(&mut self.slices) {
            let meta = Meta {
                windows: Windows::ByTimestamp(WindowFn::Sliding(windows)),
                ..Meta::at(Timestamps::Const(slice.start()))
            };
            shipped.extend(self.fire(table, meta));
        }
    }

    fn fire(&mut self, table: PaneId, meta: Meta) -> Option<Batch> {
        let mut fired = Batch { meta, ..self.partials.empty_like() };
        self.tables.fire_and_close(table, fired.values.as_mut());
        (!fired.is_empty()).then_some(fired)
    }

    /// Forgets what it holds, and how much of the bundle in hand it has dropped: the bundle failed.
    pub fn discard(&mut self) {
        let windows = std::mem::take(&mut self.windows).into_values();
        for table in windows.chain(std::mem::take(&mut self.slices).into_values()) {
            self.tables.close(table);
        }
        self.entries_at_most = 0;
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

    fn entries(&self) -> usize {
        let tables = self.windows.values().chain(self.slices.values());
        tables.map(|&table| self.tables.entries(table)).sum()
    }

    /// Finds the table of each element, unless some lie in other than one window or slice.
    fn assign(&mut self, batch: &Batch, watermark: Timestamp) -> Option<Assigned> {
        self.column.clear();
        let (meta, len) = (&batch.meta, batch.len());
        if len == 0 {
            return Some(Assigned::Nowhere);
        }
        if let Windows::ByTimestamp(WindowFn::Sliding(windows)) = &meta.windows
            && self.sliding == Some(*windows)
        {
            return self.assign_slices(*windows, meta, watermark);
        }
        match spread_of(meta) {
            Spread::One(window) => Some(match self.window(&window, watermark) {
                SKIP => {
                    self.drops.late += len as u64;
                    Assigned::Nowhere
                }
                table => Assigned::All(PaneId(table)),
            }),
            Spread::Two(first, second) => {
                let both = (self.window(&first, watermark), self.window(&second, watermark));
                on_both_sides(both, second.start(), &meta.timestamps, &mut self.column);
                self.count_late();
                Some(Assigned::Each)
            }
            Spread::More => self.assign_each(meta, len, watermark),
        }
    }

    fn count_late(&mut self) {
        self.drops.late += self.column.iter().filter(|&&table| table == SKIP).count() as u64;
    }

    /// By slices, unless some window of theirs has expired.
    fn assign_slices(
        &mut self,
        windows: SlidingWindows,
        meta: &Meta,
        watermark: Timestamp,
    ) -> Option<Assigned> {
        let (earliest, _) = meta.timestamps.range()?;
        let expired = windows.earliest_at(earliest).is_expired(self.lateness, watermark);
        if expired || windows.has_gaps() {
            return None;
        }
        match spread(&meta.timestamps, |at| windows.slice_at(at)) {
            Spread::One(slice) => Some(Assigned::All(PaneId(self.slice(&slice)))),
            Spread::Two(first, second) => {
                let both = (self.slice(&first), self.slice(&second));
                on_both_sides(both, second.start(), &meta.timestamps, &mut self.column);
                Some(Assigned::Each)
            }
            Spread::More => {
                let Timestamps::Each { at, .. } = &meta.timestamps else { return None };
                let mut last: Option<(Interval, u32)> = None;
                for &at in at {
                    let known =
                        last.as_ref().filter(|(slice, _)| slice.start() <= at && at < slice.end());
                    let table = match known {
                        Some((_, table)) => *table,
                        None => {
                            let slice = windows.slice_at(at)?;
                            let table = self.slice(&slice);
                            last = Some((slice, table));
                            table
                        }
                    };
                    self.column.push(table);
                }
                Some(Assigned::Each)
            }
        }
    }

    fn assign_each(&mut self, meta: &Meta, len: usize, watermark: Timestamp) -> Option<Assigned> {
        let mut column = std::mem::take(&mut self.column);
        let mut one_each = true;
        // Neighbours mostly share a window.
        let mut last: Option<(Interval, u32)> = None;
        meta.windows.for_each(&meta.timestamps, len, |index, window| {
            one_each &= index == column.len();
            if last.as_ref().is_none_or(|(known, _)| known != window) {
                last = Some((window.clone(), self.window(window, watermark)));
            }
            column.extend(last.as_ref().map(|(_, table)| *table));
        });
        one_each &= column.len() == len;
        self.column = column;
        one_each.then(|| {
            self.count_late();
            Assigned::Each
        })
    }

    /// The table of a window, or [`SKIP`] if it has expired.
    fn window(&mut self, window: &Interval, watermark: Timestamp) -> u32 {
        if window.is_expired(self.lateness, watermark) {
            return SKIP;
        }
        if let Some(table) = self.windows.get(window) {
            return table.0;
        }
        let table = self.tables.open();
        self.windows.insert(window.clone(), table);
        table.0
    }

    fn slice(&mut self, slice: &Interval) -> u32 {
        if let Some(table) = self.slices.get(slice) {
            return table.0;
        }
        let table = self.tables.open();
        self.slices.insert(slice.clone(), table);
        table.0
    }
}

impl fmt::Debug for Lifter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lifter")
            .field("windows", &self.windows.len())
            .field("slices", &self.slices.len())
            .field("drops", &self.drops)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
