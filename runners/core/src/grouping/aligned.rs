//! The aligned path: one table per open pane or slice, dropped whole, and a dirty set for late
//! panes.

mod late;
mod slices;
mod stacks;
mod state;

use self::late::{LatePane, Pane, fire_late, pane_meta};
use self::slices::{AlsoLate, Slices};
use super::{Drops, Extent, LateFirings, Panes, Spread, keeps, on_both_sides, spread_of};
use heliostat::batch::{Column, Each, Meta, Timestamps, Windows};
use heliostat::graph::kernel::{
    Afterwards, DropRecord, Entries, PaneColumn, PaneId, PaneTable, PaneTables, SKIP,
};
use heliostat::{DropCause, Duration, Interval, OpenWindows, PaneInfo, Timestamp, Windowing};
use std::collections::BTreeMap;

/// All keys of all windows, on one worker.
pub(super) struct Aligned {
    tables: Box<dyn PaneTables>,
    lateness: Duration,
    late: LateFirings,
    /// What becomes of an accumulator that fires.
    after: Afterwards,
    open: BTreeMap<Interval, Pane>,
    /// What windows before their end share, where they overlap.
    slices: Option<Slices>,
    /// The smallest time at which some pane is due.
    next_due: Timestamp,
    watermark: Timestamp,
    /// The pane each element of the batch in hand goes to, where they differ.
    column: Vec<u32>,
    entries: Vec<u32>,
    also_late: AlsoLate,
    /// The bundle in hand has brought something to a window past its end.
    got_late: bool,
}

/// Where the elements of a batch go.
pub(super) enum Assigned {
    /// All to one pane before its end.
    One(PaneId),
    /// To the panes of `column`, all of them before their end.
    Several,
    /// To the panes of `column`, some of which are past their end.
    SomeLate,
    /// To the slices of `column`, and those of `also_late` to panes past their end and to what slices
    /// have together.
    AlsoLate,
    /// None is taken.
    Nowhere,
}

impl Aligned {
    pub(super) fn new(
        windowing: &Windowing,
        late: LateFirings,
        tables: Box<dyn PaneTables>,
        watermark: Timestamp,
    ) -> Self {
        let after =
            if keeps(windowing.accumulation) { Afterwards::Keep } else { Afterwards::Clear };
        Self {
            tables,
            lateness: windowing.allowed_lateness,
            late,
            after,
            open: BTreeMap::new(),
            slices: Slices::of(&windowing.window_fn),
            next_due: Timestamp::MAX,
            watermark,
            column: Vec::new(),
            entries: Vec::new(),
            also_late: AlsoLate::default(),
            got_late: false,
        }
    }

    /// Finds the pane of each element; what is too late is dropped.
    pub(super) fn assign(&mut self, meta: &Meta, len: usize, drops: &mut Drops) -> Assigned {
        self.column.clear();
        if len == 0 {
            return Assigned::Nowhere;
        }
        match spread_of(meta) {
            Spread::One(window) if self.watermark <= window.max_timestamp() => {
                Assigned::One(self.pane(&window))
            }
            Spread::Two(first, second) if self.watermark <= first.max_timestamp() => {
                let both = (self.pane(&first).0, self.pane(&second).0);
                on_both_sides(both, second.start(), &meta.timestamps, &mut self.column);
                Assigned::Several
            }
            Spread::One(_) | Spread::Two(..) | Spread::More => self.assign_each(meta, len, drops),
        }
    }

    fn assign_each(&mut self, meta: &Meta, len: usize, drops: &mut Drops) -> Assigned {
        self.column.reserve(len);
        // Neighbours mostly share a window: its extent and pane are kept at hand.
        let mut last: Option<(Interval, u32, bool)> = None;
        let (mut taken, mut some_late) = (false, false);
        let by_timestamp = matches!(meta.windows, Windows::ByTimestamp(_));
        if by_timestamp && let Timestamps::Each { at, .. } = &meta.timestamps {
            for (index, &timestamp) in at.iter().enumerate() {
                let same = last.as_ref().is_some_and(|(window, ..)| {
                    window.start() <= timestamp && timestamp < window.end()
                });
                if !same && let Windows::ByTimestamp(window_fn) = &meta.windows {
                    window_fn.assign(timestamp, |window| last = Some(self.look_up(window)));
                }
                let (window, pane, late) = last.as_ref().expect("every time has a window");
                self.column.push(*pane);
                self.note(*pane, *late, (&mut taken, &mut some_late));
                if *pane == SKIP {
                    drops.push(late_record(index, timestamp, window));
                }
            }
        } else {
            meta.windows.for_each(&meta.timestamps, len, |index, window| {
                if last.as_ref().is_none_or(|(known, ..)| known != window) {
                    last = Some(self.look_up(window.clone()));
                }
                let (_, pane, late) = last.as_ref().expect("it was just looked up");
                self.column.push(*pane);
                self.note(*pane, *late, (&mut taken, &mut some_late));
                if *pane == SKIP {
                    drops.push(late_record(index, meta.timestamps.at(index), window));
                }
            });
        }
        match (taken, some_late) {
            (false, _) => Assigned::Nowhere,
            (true, false) => Assigned::Several,
            (true, true) => Assigned::SomeLate,
        }
    }

    fn note(&self, pane: u32, late: bool, (taken, some_late): (&mut bool, &mut bool)) {
        *taken |= pane != SKIP;
        *some_late |= late;
    }

    /// The number of a window's table, or `SKIP`, and whether the window is past its end.
    fn look_up(&mut self, window: Interval) -> (Interval, u32, bool) {
        if window.is_expired(self.lateness, self.watermark) {
            return (window, SKIP, false);
        }
        let late = window.max_timestamp() < self.watermark;
        let pane = self.pane(&window);
        (window, pane.0, late)
    }

    /// The table of a window that takes elements, opened if it is not.
    fn pane(&mut self, window: &Interval) -> PaneId {
        if let Some(Pane { table: Some(table), .. }) = self.open.get(window) {
            return *table;
        }
        let table = self.tables.open();
        let late = (window.max_timestamp() < self.watermark).then(LatePane::default);
        let pane = Pane { table: Some(table), late };
        self.next_due = self.next_due.min(pane.due(window, self.lateness));
        self.open.insert(window.clone(), pane);
        table
    }

    /// Whether a window or slice is before its end.
    pub(super) fn takes_whole(&self, extent: &Interval) -> bool {
        self.watermark <= extent.max_timestamp()
    }

    /// Adds all that a table has for a window or slice before its end; may give an empty one back.
    pub(super) fn take_whole(&mut self, extent: Extent<'_>, table: PaneTable) -> Option<PaneTable> {
        let pane = match extent {
            Extent::Window(window) => self.pane(window),
            Extent::Slice(windows, slice) => self.slice(windows, slice),
        };
        self.tables.adopt(pane, table)
    }

    /// Adds the batch whose elements were just assigned.
    pub(super) fn add(&mut self, values: &mut dyn Column, assigned: Assigned) {
        match assigned {
            Assigned::One(pane) => self.tables.add(values, PaneColumn::All(pane)),
            Assigned::Several => self.tables.add(values, PaneColumn::Each(&self.column)),
            Assigned::Nowhere => values.clear(),
            Assigned::SomeLate => {
                let column = std::mem::take(&mut self.column);
                self.add_late(values, &column);
                self.column = column;
            }
            Assigned::AlsoLate => {
                let AlsoLate { elements, column } = std::mem::take(&mut self.also_late);
                self.add_late(values.select(&elements).as_mut(), &column);
                self.tables.add(values, PaneColumn::Each(&self.column));
            }
        }
    }

    /// Adds values of which some go to windows past their end.
    fn add_late(&mut self, values: &mut dyn Column, column: &[u32]) {
        self.got_late = true;
        self.entries.clear();
        self.tables.add_noting(values, column, &mut self.entries);
        let mut late: BTreeMap<u32, &mut LatePane> = self
            .open
            .values_mut()
            .filter_map(|pane| Some((pane.table?.0, pane.late.as_mut()?)))
            .collect();
        let taken = column.iter().filter(|&&pane| pane != SKIP);
        for (pane, &entry) in taken.zip(&self.entries) {
            if let Some(late) = late.get_mut(pane) {
                late.got_element(entry);
            }
        }
    }

    /// Fires what is due of the windows past their end.
    pub(super) fn end_bundle(&mut self, panes: &mut Panes) {
        if !std::mem::take(&mut self.got_late) {
            return;
        }
        for (window, pane) in &mut self.open {
            let Some(late) = &mut pane.late else { continue };
            let due = late.take_due(self.late);
            fire_late(&mut *self.tables, self.after, (window, pane), (&due, false), panes);
        }
    }

    /// Fires the windows whose end or expiry the watermark passes, in the order of those times.
    pub(super) fn advance(&mut self, to: Timestamp, panes: &mut Panes) {
        self.watermark = to;
        if to <= self.next_due {
            return;
        }
        let mut due: Vec<(Timestamp, Interval)> = self
            .open
            .iter()
            .map(|(window, pane)| (pane.due(window, self.lateness), window.clone()))
            .filter(|(due, _)| *due < to)
            .collect();
        due.sort();
        for (_, window) in due {
            let expired = window.is_expired(self.lateness, to);
            let mut pane = self.open.remove(&window).expect("only open windows are due");
            if let Some(late) = &mut pane.late {
                let rest = std::mem::take(&mut late.dirty);
                fire_late(
                    &mut *self.tables,
                    self.after,
                    (&window, &mut pane),
                    (&rest, true),
                    panes,
                );
            } else {
                self.fire_on_time(&window, &mut pane, expired, panes);
            }
            if !expired {
                self.open.insert(window, pane);
            } else if let Some(table) = pane.table {
                self.tables.close(table);
            }
        }
        let next = self.open.iter().map(|(window, pane)| pane.due(window, self.lateness)).min();
        self.next_due = next.unwrap_or(Timestamp::MAX);
    }

    fn fire_on_time(
        &mut self,
        window: &Interval,
        pane: &mut Pane,
        expired: bool,
        panes: &mut Panes,
    ) {
        let table = self.gather(window, pane.table);
        let count = self.tables.entries(table);
        if expired {
            pane.table = None;
            self.tables.fire_and_close(table, panes.values());
        } else {
            pane.table = Some(table);
            self.tables.fire(table, Entries::All, self.after, panes.values());
        }
        let label = PaneInfo { is_last: expired, ..PaneInfo::ON_TIME_AND_ONLY };
        panes.describe(pane_meta(window, Each::Const(label)), count);
        if !expired {
            let mut late = LatePane::default();
            late.shown.resize(count, 1);
            late.fresh.resize(count, 0);
            pane.late = Some(late);
        }
    }

    pub(super) fn watermark(&self) -> Timestamp {
        self.watermark
    }

    /// Moves the watermark where that makes nothing due.
    pub(super) fn stand_at(&mut self, watermark: Timestamp) {
        debug_assert!(watermark <= self.next_due, "something is due");
        self.watermark = watermark;
    }

    pub(super) fn is_empty(&self) -> bool {
        self.open.is_empty() && self.all_slices().next().is_none()
    }

    pub(super) fn open_windows(&self) -> OpenWindows {
        let mut open = OpenWindows::default();
        for (window, pane) in &self.open {
            let tables: Vec<PaneId> = pane.table.into_iter().chain(self.shared(window)).collect();
            let entries = self.tables.keys(&tables) as u64;
            open.windows += entries;
            open.panes_pending += match &pane.late {
                None => entries,
                Some(late) => late.dirty.len() as u64,
            };
        }
        open
    }

    pub(super) fn saved_rows(&self) -> u64 {
        let own = self.open.values().filter_map(|pane| pane.table);
        let tables = own.chain(self.all_slices().map(|slice| slice.table));
        tables.map(|table| self.tables.entries(table) as u64).sum()
    }

    pub(super) fn bytes(&self) -> usize {
        self.tables.bytes()
    }
}

fn late_record(index: usize, timestamp: Timestamp, window: &Interval) -> DropRecord {
    DropRecord { index, timestamp, window: window.clone(), cause: DropCause::Late }
}
