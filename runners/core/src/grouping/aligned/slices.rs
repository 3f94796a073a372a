//! Sliding windows share slices: an element before the end of its windows is kept once, and a
//! window fires what its slices have together.

use super::stacks::{Shares, Stacks};
use super::{Aligned, Assigned, Drops, late_record};
use crate::grouping::{Spread, on_both_sides, sliding_in_slices, spread};
use heliostat::batch::{Meta, Windows};
use heliostat::graph::kernel::{PaneId, PaneTables, SKIP};
use heliostat::{Interval, SlidingWindows, Timestamp, WindowFn};
use std::collections::BTreeMap;

/// The slices that some window before its end still covers.
pub(super) struct Slices {
    windows: SlidingWindows,
    /// By their starts.
    pub(super) open: BTreeMap<Timestamp, Slice>,
    /// What those have together whose end is past.
    pub(super) stacks: Stacks,
}

/// A stretch between neighbouring edges of windows.
pub(super) struct Slice {
    pub(super) extent: Interval,
    pub(super) table: PaneId,
    /// The last window that covers it: it goes when that fires.
    pub(super) last: Interval,
}

/// Elements of a batch that also go to panes past their end, and to what slices have together: once
/// per such table.
#[derive(Default)]
pub(super) struct AlsoLate {
    pub(super) elements: Vec<u32>,
    pub(super) column: Vec<u32>,
}

/// What becomes of the elements of one slice while the watermark stands still.
struct Place {
    extent: Interval,
    /// The slice, or [`SKIP`] if all of its windows are past their end.
    slice: u32,
    /// The panes of those that are past it, and what has the slice together with others.
    also: Vec<u32>,
    expired: Vec<Interval>,
}

impl Slices {
    /// For windows that may overlap.
    pub(super) fn of(window_fn: &WindowFn) -> Option<Self> {
        let windows = sliding_in_slices(window_fn)?;
        Some(Self { windows, open: BTreeMap::new(), stacks: Stacks::default() })
    }

    /// Whether the elements of a batch lie in all windows of their timestamps.
    fn fit(&self, meta: &Meta, len: usize) -> bool {
        let exactly = |index: usize, given: &[Interval]| {
            let (mut given, mut same) = (given.iter(), true);
            let timestamp = meta.timestamps.at(index);
            self.windows.visit(timestamp, |window| same &= given.next() == Some(&window));
            same && given.next().is_none()
        };
        match &meta.windows {
            Windows::ByTimestamp(WindowFn::Sliding(windows)) => *windows == self.windows,
            Windows::Const(_) | Windows::ByTimestamp(_) => false,
            Windows::Each(windows) => {
                (0..len).all(|index| exactly(index, std::slice::from_ref(&windows[index])))
            }
            Windows::Many { offsets, windows } => (0..len).all(|index| {
                exactly(index, &windows[offsets[index] as usize..offsets[index + 1] as usize])
            }),
        }
    }

    fn of_window(&self, window: &Interval) -> impl Iterator<Item = &Slice> {
        self.open.range(window.start()..window.end()).map(|(_, slice)| slice)
    }

    /// A table with all that a window has besides what it has itself, and with that. Slices that no
    /// later window covers are gone, and mostly what the first of them had is that table.
    fn gather(
        &mut self,
        window: &Interval,
        own: Option<PaneId>,
        tables: &mut dyn PaneTables,
    ) -> PaneId {
        let Shares { until, own: older, common } = self.stacks.shares(window, &self.open, tables);
        let mut gathered = own;
        let mut move_in = |table: PaneId, tables: &mut dyn PaneTables| match gathered {
            None => gathered = Some(table),
            Some(into) => {
                tables.merge(into, table);
                tables.close(table);
            }
        };
        older.into_iter().for_each(|table| move_in(table, tables));
        let mut copied = Vec::new();
        for (&start, slice) in self.open.range(window.start()..window.end()) {
            let (ends, stands) = (slice.last == *window, start < until);
            match (ends, stands) {
                (true, true) => move_in(slice.table, tables),
                (true, false) => tables.close(slice.table),
                (false, true) => copied.push(slice.table),
                // All behind it are in what it is in.
                (false, false) => break,
            }
        }
        let gathered = gathered.unwrap_or_else(|| tables.open());
        copied.into_iter().chain(common.into_iter().flatten()).for_each(|table| {
            tables.merge(gathered, table);
        });
        while self.open.first_entry().is_some_and(|it| it.get().last == *window) {
            self.open.pop_first();
        }
        self.stacks.settle(&self.open, tables);
        gathered
    }
}

impl Aligned {
    /// Whether this batch can be taken slice by slice, as it is.
    pub(in crate::grouping) fn takes_slices(&self, meta: &Meta, len: usize) -> bool {
        self.slices.as_ref().is_some_and(|slices| slices.fit(meta, len))
    }

    /// Finds the slice of each element, and its panes past their end; what is too late for a
    /// window is dropped from it.
    pub(in crate::grouping) fn assign_slices(
        &mut self,
        meta: &Meta,
        len: usize,
        drops: &mut Drops,
    ) -> Assigned {
        self.column.clear();
        let Some(slices) = &self.slices else { return Assigned::Nowhere };
        let windows = slices.windows;
        if len == 0 {
            return Assigned::Nowhere;
        }
        match spread(&meta.timestamps, |at| windows.slice_at(at)) {
            Spread::One(slice) if self.watermark <= slice.max_timestamp() => {
                Assigned::One(self.slice(&windows, &slice))
            }
            Spread::Two(first, second) if self.watermark <= first.max_timestamp() => {
                let both = (self.slice(&windows, &first).0, self.slice(&windows, &second).0);
                on_both_sides(both, second.start(), &meta.timestamps, &mut self.column);
                Assigned::Several
            }
            Spread::One(_) | Spread::Two(..) | Spread::More => {
                self.assign_each_slice(&windows, meta, len, drops)
            }
        }
    }

    fn assign_each_slice(
        &mut self,
        windows: &SlidingWindows,
        meta: &Meta,
        len: usize,
        drops: &mut Drops,
    ) -> Assigned {
        self.column.reserve(len);
        // Ascending; a batch goes over few edges.
        let mut places: Vec<Place> = Vec::new();
        for index in 0..len {
            let at = meta.timestamps.at(index);
            let in_windows = at.min(Timestamp::END_OF_GLOBAL_WINDOW);
            let behind = places.partition_point(|place| place.extent.start() <= in_windows);
            let known = behind.checked_sub(1).filter(|&it| in_windows < places[it].extent.end());
            let place = match (known, windows.slice_at(at)) {
                (Some(known), _) => &places[known],
                (None, Some(slice)) => {
                    places.insert(behind, self.place(windows, slice));
                    &places[behind]
                }
                (None, None) => {
                    self.column.push(SKIP);
                    continue;
                }
            };
            self.column.push(place.slice);
            for &table in &place.also {
                let element = u32::try_from(index).expect("a batch has fewer than 2^32 elements");
                self.also_late.elements.push(element);
                self.also_late.column.push(table);
            }
            for window in &place.expired {
                drops.push(late_record(index, at, window));
            }
        }
        if self.also_late.elements.is_empty() { Assigned::Several } else { Assigned::AlsoLate }
    }

    fn place(&mut self, windows: &SlidingWindows, extent: Interval) -> Place {
        let (mut also, mut expired, mut on_time) = (Vec::new(), Vec::new(), false);
        windows.visit(extent.start(), |window| {
            if window.is_expired(self.lateness, self.watermark) {
                expired.push(window);
            } else if window.max_timestamp() < self.watermark {
                also.push(self.pane(&window).0);
            } else {
                on_time = true;
            }
        });
        let slice = if on_time { self.slice(windows, &extent).0 } else { SKIP };
        if let Some(slices) = self.slices.as_ref().filter(|_| on_time) {
            also.extend(slices.stacks.with(extent.start()).map(|table| table.0));
        }
        Place { extent, slice, also, expired }
    }

    /// The table of a slice, opened if it is not; so are its windows, as far as they are before
    /// their end.
    pub(super) fn slice(&mut self, windows: &SlidingWindows, extent: &Interval) -> PaneId {
        let slices = self.slices.as_mut().expect("the windowing has slices");
        if let Some(slice) = slices.open.get(&extent.start()) {
            return slice.table;
        }
        let mut last = None;
        windows.visit(extent.start(), |window| {
            let end = window.max_timestamp();
            if self.watermark <= end {
                last.get_or_insert_with(|| window.clone());
                self.next_due = self.next_due.min(end);
                self.open.entry(window).or_default();
            }
        });
        let table = self.tables.open();
        let last = last.expect("some window that covers a slice is before its end");
        slices.open.insert(extent.start(), Slice { extent: extent.clone(), table, last });
        table
    }

    /// The tables of the slices of a window before its end.
    pub(super) fn shared(&self, window: &Interval) -> impl Iterator<Item = PaneId> {
        let slices = self.slices.as_ref().filter(|_| self.watermark <= window.max_timestamp());
        slices.into_iter().flat_map(|slices| slices.of_window(window)).map(|slice| slice.table)
    }

    /// A table with all that a window has at its end, which is then its own.
    pub(super) fn gather(&mut self, window: &Interval, own: Option<PaneId>) -> PaneId {
        match &mut self.slices {
            None => own.expect("without slices every window has a table"),
            Some(slices) => slices.gather(window, own, &mut *self.tables),
        }
    }

    /// All slices, in order.
    pub(super) fn all_slices(&self) -> impl Iterator<Item = &Slice> {
        self.slices.iter().flat_map(|slices| slices.open.values())
    }

    /// The windows that slices are of, where there are slices.
    pub(super) fn sliding(&self) -> Option<SlidingWindows> {
        self.slices.as_ref().map(|slices| slices.windows)
    }
}
