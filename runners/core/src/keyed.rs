//! A step with state and timers at work (model.md 6): which elements it takes, which of its timers
//! are due, when its windows are garbage.

mod fire;
mod merging;
mod saved;
mod sorted;
mod timers;

pub use self::fire::Sides;

use self::merging::Merging;
use self::sorted::Sorted;
use self::timers::Timers;
use crate::stage::Outputs;
use heliostat::batch::{Batch, Windows};
use heliostat::graph::{KeyedWork, Moment, ParDoSpec, RowId, ViewValue};
use heliostat::{Duration, Interval, MergeWindows, Result, Timestamp, Windowing};
use std::sync::Arc;

/// With every bundle so many rows are looked at for cells that have outlived their time.
const SWEPT_ROWS: usize = 16;

/// What the engine of a keyed step is made from.
pub(crate) struct KeyedSettings {
    pub(crate) spec: ParDoSpec,
    /// The windowing of its input.
    pub(crate) windowing: Windowing,
    /// What merges its windows, where they do.
    pub(crate) merger: Option<Arc<dyn MergeWindows>>,
}

/// All keys and windows of a step on one worker. What a bundle changes can be undone until it is
/// committed.
pub(crate) struct Keyed {
    work: Box<dyn KeyedWork>,
    spec: ParDoSpec,
    windowing: Windowing,
    lateness: Duration,
    timers: Timers,
    merging: Option<Merging>,
    sorted: Option<Sorted>,
    moment: Moment,
    /// By row.
    is_open: Vec<bool>,
    /// The rows that the bundle in hand has to do with, as often as it has.
    touched: Vec<RowId>,
    /// Those that it opened.
    opened: Vec<RowId>,
    /// Whether the bundle in hand took something out of a row besides its cells.
    emptied: bool,
    /// Where the next sweep begins.
    swept: usize,
    /// The rows of the batch in hand.
    rows: Vec<RowId>,
    /// Elements that the bundle in hand brought too late.
    late: u64,
}

impl Keyed {
    pub(crate) fn new(settings: KeyedSettings, work: Box<dyn KeyedWork>) -> Self {
        let KeyedSettings { spec, windowing, merger } = settings;
        let merger = merger.filter(|_| windowing.merges_windows());
        Self {
            work,
            lateness: windowing.allowed_lateness,
            timers: Timers::new(&spec.timers),
            merging: merger.map(Merging::new),
            sorted: spec.time_sorted_input.then(Sorted::default),
            spec,
            windowing,
            moment: Moment { watermark: Timestamp::MIN, now: Timestamp::MIN },
            is_open: Vec::new(),
            touched: Vec::new(),
            opened: Vec::new(),
            emptied: false,
            swept: 0,
            rows: Vec::new(),
            late: 0,
        }
    }

    /// Moves the input watermark and processing time, without firing what is due by them.
    pub(crate) fn set_moment(&mut self, moment: Moment) {
        self.moment = moment;
    }

    pub(crate) fn see(&mut self, sides: &[ViewValue]) {
        self.work.see(sides);
    }

    pub(crate) fn start_bundle(&mut self) -> Result<()> {
        self.late = 0;
        self.work.start_bundle()
    }

    pub(crate) fn finish_bundle(&mut self, out: &mut [Batch]) -> Result<()> {
        self.work.finish_bundle(out)
    }

    pub(crate) fn teardown(&mut self) -> Result<()> {
        self.work.teardown()
    }

    /// Takes all elements of a batch; those of expired windows are dropped and counted.
    pub(crate) fn process(
        &mut self,
        batch: &mut Batch,
        out: &mut Outputs,
        done: &mut usize,
    ) -> Result<()> {
        if !batch.meta.windows.one_each() {
            *batch = batch.exploded();
        }
        self.drop_late(batch);
        if batch.is_empty() {
            return Ok(());
        }
        let mut rows = std::mem::take(&mut self.rows);
        rows.clear();
        self.work.rows(batch, &mut rows);
        self.take_opened();
        self.touched.extend_from_slice(&rows);
        if self.merging.is_some() {
            self.merge(batch, &mut rows)?;
        }
        let outcome = match &mut self.sorted {
            Some(sorted) => {
                sorted.keep(batch, &rows, self.work.as_ref(), self.lateness);
                Ok(())
            }
            None => self.take(batch, &rows, out, done),
        };
        self.rows = rows;
        batch.clear();
        outcome?;
        self.take_requests(None)
    }

    /// Gives the author's code elements, each with its row. Where it takes them one by one, what fails
    /// leaves no trace.
    fn take(
        &mut self,
        batch: &mut Batch,
        rows: &[RowId],
        out: &mut Outputs,
        done: &mut usize,
    ) -> Result<()> {
        if !out.one_by_one() {
            return self.work.process(batch, rows, self.moment, out.own(), done);
        }
        // What callbacks have put out must not wait for what elements put out.
        self.work.describe(out.own());
        for (index, row) in rows.iter().enumerate() {
            let (work, moment) = (self.work.as_mut(), self.moment);
            work.mark();
            let taken = out.take_one(batch, index, |one, given| {
                work.process(one, std::slice::from_ref(row), moment, given, &mut 0)
            });
            if taken {
                self.take_requests(None)?;
            } else {
                self.work.undo_to_mark();
            }
            *done += 1;
        }
        Ok(())
    }

    /// Drops what lies in windows that have expired (model.md S18), and what comes too late to be
    /// sorted in (6.5).
    fn drop_late(&mut self, batch: &mut Batch) {
        let Moment { watermark, .. } = self.moment;
        let (lateness, sorted) = (self.lateness, self.sorted.is_some());
        let is_late = |at: Timestamp, window: &Interval| {
            window.is_expired(lateness, watermark) || sorted && at + lateness < watermark
        };
        // Of windows that follow from time, the earliest expires first; mostly there is only one.
        let timestamps = &batch.meta.timestamps;
        if let Some((min, max)) = timestamps.range()
            && let Some(first) = window_at(&batch.meta.windows, min)
        {
            if window_at(&batch.meta.windows, max).as_ref() == Some(&first) {
                batch.meta.windows = Windows::Const(first.clone());
            }
            if !is_late(min, &first) {
                return;
            }
        }
        let mut kept: Vec<u32> = Vec::new();
        let timestamps = &batch.meta.timestamps;
        batch.meta.windows.for_each(timestamps, batch.len(), |at, window| {
            if !is_late(timestamps.at(at), window) {
                kept.push(number(at));
            }
        });
        if kept.len() < batch.len() {
            self.late += (batch.len() - kept.len()) as u64;
            *batch = batch.select(&kept);
        }
    }

    /// Takes up the rows that were just opened.
    fn take_opened(&mut self) {
        let mut opened = std::mem::take(self.work.opened());
        for row in opened.drain(..) {
            self.open(row);
        }
        *self.work.opened() = opened;
    }

    fn open(&mut self, row: RowId) {
        let at = row.0 as usize;
        if self.is_open.len() <= at {
            self.is_open.resize(at + 1, false);
        }
        self.is_open[at] = true;
        self.opened.push(row);
        let window = self.work.window(row);
        let expiry = window.expiry(self.lateness);
        let holds = self.spec.on_window_expiration.then(|| window.max_timestamp());
        self.timers.open(row, expiry, holds);
    }

    /// Keeps what the bundle changed; rows with nothing in them are forgotten.
    pub(crate) fn commit(&mut self) {
        self.work.commit();
        self.timers.commit();
        if let Some(sorted) = &mut self.sorted {
            sorted.commit();
        }
        if let Some(merging) = &mut self.merging {
            merging.commit();
        }
        // A row that had something in it still has, unless something was taken out.
        let emptied = self.work.has_emptied() || self.emptied;
        let mut looked_at =
            std::mem::take(if emptied { &mut self.touched } else { &mut self.opened });
        for row in looked_at.drain(..) {
            self.close_if_empty(row);
        }
        if emptied {
            self.touched = looked_at;
        } else {
            self.opened = looked_at;
        }
        self.touched.clear();
        self.opened.clear();
        self.emptied = false;
        self.sweep();
    }

    /// Forgets a few of the rows whose cells have all outlived their time.
    fn sweep(&mut self) {
        if self.spec.cells.iter().all(|cell| cell.time_to_live.is_none()) {
            return;
        }
        for _ in 0..SWEPT_ROWS.min(self.is_open.len()) {
            let at = self.swept % self.is_open.len();
            self.swept = at + 1;
            self.close_if_empty(RowId(number(at)));
        }
    }

    /// Whether a row has neither state nor timers, nor elements that wait.
    fn is_empty(&self, row: RowId) -> bool {
        let waits = self.timers.has_any(row)
            || self.sorted.as_ref().is_some_and(|sorted| sorted.has_any(row));
        !waits && self.work.is_empty(row, self.moment.now)
    }

    fn close_if_empty(&mut self, row: RowId) {
        if !self.is_open[row.0 as usize] || !self.is_empty(row) {
            return;
        }
        self.timers.close(row);
        if let Some(merging) = &mut self.merging {
            merging.close(self.work.key(row), self.work.window(row));
        }
        self.is_open[row.0 as usize] = false;
        self.work.close(row);
    }

    /// Undoes what the bundle in hand changed, and gives the author's code a new start.
    ///
    /// # Errors
    /// What the author's `setup` says.
    pub(crate) fn roll_back(&mut self) -> Result<()> {
        self.work.roll_back();
        self.timers.roll_back();
        if let Some(sorted) = &mut self.sorted {
            sorted.roll_back();
        }
        if let Some(merging) = &mut self.merging {
            merging.roll_back();
        }
        self.work.timer_requests().clear();
        // Rows that it opened are forgotten, the last one first: then the next try opens the same
        // again, and their order does not show that there was another.
        for row in std::mem::take(&mut self.opened).into_iter().rev() {
            self.close_if_empty(row);
        }
        self.touched.clear();
        self.emptied = false;
        self.work.renew()
    }

    /// Whether elements wait to be given in the order of their timestamps.
    pub(crate) fn sorts(&self) -> bool {
        self.sorted.is_some()
    }

    /// How many elements of the bundle in hand came too late.
    pub(crate) fn late(&self) -> u64 {
        self.late
    }

    /// Nothing that it will give is earlier: its input watermark, held by timers and by what waits.
    pub(crate) fn output_watermark(&self) -> Timestamp {
        let sorted = self.sorted.as_ref().and_then(Sorted::oldest);
        let held = [self.timers.hold(), sorted].into_iter().flatten().min();
        held.map_or(self.moment.watermark, |held| held.min(self.moment.watermark))
    }

    pub(crate) fn next_deadline(&self) -> Option<Timestamp> {
        self.timers.next_deadline()
    }

    /// The window of a row, which is what side inputs are looked up by.
    fn window(&self, row: RowId) -> Interval {
        self.work.window(row).clone()
    }
}

/// The window of an element at this time, where time says it.
fn window_at(windows: &Windows, at: Timestamp) -> Option<Interval> {
    match windows {
        Windows::Const(window) => Some(window.clone()),
        Windows::ByTimestamp(window_fn) if window_fn.partitions() => {
            let mut found = None;
            window_fn.assign(at, |window| found = Some(window));
            found
        }
        Windows::ByTimestamp(_) | Windows::Each(_) | Windows::Many { .. } => None,
    }
}

fn number(index: usize) -> u32 {
    u32::try_from(index).expect("a batch has fewer than 2^32 elements")
}
