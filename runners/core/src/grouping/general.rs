//! The general path: state per key and window, any window function, trigger, mode and timestamp
//! combiner.

mod key;
mod state;
mod timers;
mod merge;
mod session;
mod fire;

use self::fire::Firing;
use self::key::{KeyState, WindowState};
use self::merge::Gathered;
use self::timers::Timers;
use super::{Drops, Panes};
use crate::trigger::{Wakes, machine_for};
use heliostat::batch::{Batch, Column};
use heliostat::graph::kernel::{CellId, DropRecord, KeyId, KeyedCells};
use heliostat::{DropCause, Interval, MergeWindows, OpenWindows, Result, Timestamp, Windowing};
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) use self::merge::ClosedOut;

/// All keys of all windows, on one worker.
pub(super) struct General {
    cells: Box<dyn KeyedCells>,
    windowing: Windowing,
    /// What merges windows, where they do.
    merger: Option<Arc<dyn MergeWindows>>,
    /// Its trigger can wait for processing time.
    deadlines: bool,
    /// By the number of the key; `None` where a key has no state.
    keys: Vec<Option<KeyState>>,
    timers: Timers,
    /// Every element hold, counted: the step's output watermark is held by the smallest.
    holds: BTreeMap<Timestamp, usize>,
    /// The input watermark.
    watermark: Timestamp,
    /// The input watermark as of the last completed advance.
    completed: Timestamp,
    /// The processing time.
    now: Timestamp,
    /// The bundle in hand, where windows merge.
    gathered: Gathered,
    /// What the bundle in hand touched, in the order it did.
    touched: Vec<(KeyId, Interval)>,
    /// Which cells the elements of the batch in hand go to.
    placed: Vec<(u32, CellId)>,
    ids: Vec<KeyId>,
    firing: Firing,
}

impl General {
    pub(super) fn new(
        windowing: &Windowing,
        merger: Option<Arc<dyn MergeWindows>>,
        cells: Box<dyn KeyedCells>,
        (watermark, now): (Timestamp, Timestamp),
    ) -> Self {
        Self {
            cells,
            windowing: windowing.clone(),
            merger,
            deadlines: machine_for(&windowing.trigger).has_deadlines(),
            keys: Vec::new(),
            timers: Timers::default(),
            holds: BTreeMap::new(),
            watermark,
            completed: watermark,
            now,
            gathered: Gathered::default(),
            touched: Vec::new(),
            placed: Vec::new(),
            ids: Vec::new(),
            firing: Firing::default(),
        }
    }

    /// Moves processing time, without looking at what is due by it.
    pub(super) fn set_now(&mut self, now: Timestamp) {
        self.now = now;
    }

    /// Finds the cell of each element; what is too late or finds its window closed is dropped.
    /// Where windows merge, cells are found when the bundle ends.
    pub(super) fn assign(&mut self, batch: &Batch, drops: &mut Drops) {
        let mut ids = std::mem::take(&mut self.ids);
        ids.clear();
        self.cells.keys(batch.values.as_ref(), &mut ids);
        let meta = &batch.meta;
        let merging = self.merger.is_some();
        meta.windows.for_each(&meta.timestamps, batch.len(), |index, window| {
            let timestamp = meta.timestamps.at(index);
            let expired = window.is_expired(self.windowing.allowed_lateness, self.watermark);
            if !expired && merging {
                self.gathered.push(ids[index], window, timestamp, index);
                return;
            }
            let outcome = match expired {
                true => Err(DropCause::Late),
                false => self.place(ids[index], window, timestamp),
            };
            match outcome {
                Ok(cell) => {
                    let index = u32::try_from(index).expect("a batch has fewer than 2^32 elements");
                    self.placed.push((index, cell));
                }
                Err(cause) => {
                    self.firing.leaving.push(ids[index]);
                    drops.push(DropRecord { index, timestamp, window: window.clone(), cause });
                }
            }
        });
        self.ids = ids;
    }

    /// Step 4 of model.md 5.6 for one element, up to its cell.
    fn place(
        &mut self,
        key: KeyId,
        window: &Interval,
        timestamp: Timestamp,
    ) -> Result<CellId, DropCause> {
        let (watermark, completed) = (self.watermark, self.completed);
        let (sight, combiner) = (self.sight(window), self.windowing.timestamp_combiner);
        let expiry = window.expiry(self.windowing.allowed_lateness);
        let at = key.0 as usize;
        if self.keys.len() <= at {
            self.keys.resize_with(at + 1, || None);
        }
        let state = self.keys[at].get_or_insert_with(|| KeyState::new(completed));
        state.bring_up_to(completed);
        let output = state.output;
        let trigger = &self.windowing.trigger;
        let mut opened = false;
        let open = state.windows.get_or_insert_with(window, || {
            opened = true;
            WindowState::new(machine_for(trigger))
        });
        if open.trigger.finished() {
            return Err(DropCause::Closed);
        }
        if opened {
            self.timers.at_expiry(key, window, &self.windowing);
        }
        if !open.touched {
            open.touched = true;
            self.touched.push((key, window.clone()));
        }
        open.fresh = true;
        let hold = combiner.assign(timestamp, window);
        if output <= hold && !sight.past_end {
            let combined = match open.element_hold {
                None => hold,
                Some(held) => combiner.combine(held, hold),
            };
            open.hold(&mut self.holds, Some(combined));
        } else if watermark <= expiry {
            open.gc_hold = Some(expiry);
        }
        let mut wakes = Wakes::default();
        open.trigger.on_element(sight, &mut wakes);
        let cell = *open.cell.get_or_insert_with(|| self.cells.open());
        if wakes.at_end && !open.wakes_at_end {
            open.wakes_at_end = true;
            self.timers.at_end(key, window, &self.windowing);
        }
        if self.deadlines {
            self.timers.at_deadline(key, window, open, self.now);
        }
        Ok(cell)
    }

    /// Adds the batch whose elements were just assigned.
    pub(super) fn add(&mut self, values: &mut dyn Column) {
        if self.merger.is_some() {
            self.gathered.take_values(values);
            return;
        }
        self.cells.add(values, &self.placed);
        self.placed.clear();
    }

    /// Merges windows, then fires what the bundle in hand made due.
    pub(super) fn end_bundle(&mut self, panes: &mut Panes) -> Result<Option<ClosedOut>> {
        let closed_out = self.merge_bundle()?;
        let mut touched = std::mem::take(&mut self.touched);
        for (key, window) in touched.drain(..) {
            let sight = self.sight(&window);
            let Some(open) = self.window(key, &window) else { continue };
            open.touched = false;
            if open.trigger.should_fire(sight) {
                self.look_at(key, &window);
            }
        }
        self.touched = touched;
        self.flush(panes);
        Ok(closed_out)
    }

    pub(super) fn advance(&mut self, to: Timestamp, panes: &mut Panes) {
        self.watermark = to;
        // Handling timers sets none that are already due, so one pass is all there is.
        for (key, window) in self.due(to) {
            self.on_timer(key, &window);
        }
        self.flush(panes);
        self.completed = to;
    }

    /// Fires what processing time made due.
    pub(super) fn fire_overdue(&mut self, panes: &mut Panes) {
        for (key, window) in self.timers.overdue(self.now) {
            if let Some(open) = self.window(key, &window) {
                open.deadline = None;
            }
            self.look_at(key, &window);
            self.rearm(key, &window, Wakes::default());
        }
        self.flush(panes);
    }

    /// The processing time at which something is due next.
    pub(super) fn next_deadline(&self) -> Option<Timestamp> {
        self.timers.next_deadline()
    }

    fn on_timer(&mut self, key: KeyId, window: &Interval) {
        if !window.is_expired(self.windowing.allowed_lateness, self.watermark) {
            self.look_at(key, window);
            return;
        }
        self.refresh(key);
        let Some(open) = self.window(key, window) else { return };
        if !open.trigger.finished() {
            self.make_pane(key, window, true);
        }
        self.wipe(key, window);
    }

    /// Forgets a window that is garbage, its finished trigger included.
    fn wipe(&mut self, key: KeyId, window: &Interval) {
        if let Some(gone) = self.remove(key, window) {
            self.close_cell(gone.cell);
        }
        self.firing.leaving.push(key);
    }

    fn close_cell(&mut self, cell: Option<CellId>) {
        if let Some(cell) = cell {
            self.firing.afterwards.push((cell, None));
        }
    }

    /// Forgets a key that has no window left.
    fn leave(&mut self, key: KeyId) {
        let at = key.0 as usize;
        if self.keys.len() <= at {
            self.keys.resize_with(at + 1, || None);
        }
        match &self.keys[at] {
            Some(state) if !state.windows.is_empty() => {}
            Some(_) | None => {
                self.cells.forget(key);
                self.keys[at] = None;
            }
        }
    }

    fn refresh(&mut self, key: KeyId) {
        if let Some(state) = self.keys[key.0 as usize].as_mut() {
            state.bring_up_to(self.completed);
        }
    }

    fn window(&mut self, key: KeyId, window: &Interval) -> Option<&mut WindowState> {
        self.keys.get_mut(key.0 as usize)?.as_mut()?.windows.get_mut(window)
    }

    /// The earliest hold of an element.
    pub(super) fn hold(&self) -> Option<Timestamp> {
        self.holds.keys().next().copied()
    }

    pub(super) fn watermark(&self) -> Timestamp {
        self.watermark
    }

    /// Moves the watermark where that makes nothing due.
    pub(super) fn stand_at(&mut self, watermark: Timestamp) {
        debug_assert!(watermark <= self.timers.next_due(), "something is due");
        (self.watermark, self.completed) = (watermark, watermark);
    }

    pub(super) fn is_empty(&self) -> bool {
        // Every window has a timer at its expiry.
        self.timers.next_due() == Timestamp::MAX
    }

    pub(super) fn open_windows(&self) -> OpenWindows {
        let mut open = OpenWindows::default();
        for window in self.keys.iter().flatten().flat_map(|state| state.windows.values()) {
            if !window.trigger.finished() {
                open.windows += 1;
                open.panes_pending += u64::from(window.fresh);
            }
        }
        open
    }

    pub(super) fn bytes(&self) -> usize {
        /// So many keys are looked at: all of them would be too many to do so often.
        const SAMPLE: usize = 256;
        let step = self.keys.len().div_ceil(SAMPLE).max(1);
        let sample = self.keys.iter().step_by(step).flatten();
        let windows = step * sample.map(|state| state.windows.len()).sum::<usize>();
        self.cells.bytes() + windows * (size_of::<Interval>() + size_of::<WindowState>())
    }
}

#[cfg(test)]
mod tests;
