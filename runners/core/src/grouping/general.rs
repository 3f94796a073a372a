//! The general path: state per key and window, any trigger, mode and timestamp combiner.

mod key;
mod state;

use self::key::{KeyState, WindowState, move_hold};
use super::label::{Moment, label};
use super::saved::SavedWindow;
use super::{Drops, Panes, keeps};
use crate::trigger::{Sight, machine_for};
use heliostat::batch::{Batch, Column, Each, Meta, Timestamps, Windows};
use heliostat::graph::kernel::{Afterwards, CellId, DropRecord, KeyId, KeyedCells};
use heliostat::{
    ClosingBehavior, DropCause, Interval, OnTimeBehavior, OpenWindows, PaneInfo, PaneTiming,
    Result, Timestamp, Windowing,
};
use std::collections::{BTreeMap, BTreeSet};

/// All keys of all windows, on one worker.
pub(super) struct General {
    cells: Box<dyn KeyedCells>,
    windowing: Windowing,
    /// By the number of the key; `None` where a key has no state.
    keys: Vec<Option<KeyState>>,
    /// Event timers: at each the window is looked at again.
    timers: BTreeSet<(Timestamp, KeyId, Interval)>,
    /// Every element hold, counted: the step's output watermark is held by the smallest.
    holds: BTreeMap<Timestamp, usize>,
    /// The input watermark.
    watermark: Timestamp,
    /// The input watermark as of the last completed advance.
    completed: Timestamp,
    /// What the bundle in hand touched, in the order it did.
    touched: Vec<(KeyId, Interval)>,
    /// Which cells the elements of the batch in hand go to.
    placed: Vec<(u32, CellId)>,
    ids: Vec<KeyId>,
    firing: Firing,
}

/// Panes of one pass, until their values are taken.
#[derive(Default)]
struct Firing {
    rows: Vec<(KeyId, Option<CellId>)>,
    timestamps: Vec<Timestamp>,
    windows: Vec<Interval>,
    panes: Vec<PaneInfo>,
    /// What becomes of a cell behind its pane; `None` closes it.
    afterwards: Vec<(CellId, Option<Afterwards>)>,
    /// Keys that may have no state left.
    leaving: Vec<KeyId>,
}

impl General {
    pub(super) fn new(windowing: &Windowing, cells: Box<dyn KeyedCells>) -> Self {
        Self {
            cells,
            windowing: windowing.clone(),
            keys: Vec::new(),
            timers: BTreeSet::new(),
            holds: BTreeMap::new(),
            watermark: Timestamp::MIN,
            completed: Timestamp::MIN,
            touched: Vec::new(),
            placed: Vec::new(),
            ids: Vec::new(),
            firing: Firing::default(),
        }
    }

    /// Finds the cell of each element; what is too late or finds its window closed is dropped.
    pub(super) fn assign(&mut self, batch: &Batch, drops: &mut Drops) {
        let mut ids = std::mem::take(&mut self.ids);
        ids.clear();
        self.cells.keys(batch.values.as_ref(), &mut ids);
        let meta = &batch.meta;
        meta.windows.for_each(&meta.timestamps, batch.len(), |index, window| {
            let timestamp = meta.timestamps.at(index);
            let outcome = if window.expiry(self.windowing.allowed_lateness) < self.watermark {
                Err(DropCause::Late)
            } else {
                self.place(ids[index], window, timestamp)
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

    /// Steps 4 of model.md 5.6 for one element, up to its cell.
    fn place(
        &mut self,
        key: KeyId,
        window: &Interval,
        timestamp: Timestamp,
    ) -> Result<CellId, DropCause> {
        let (watermark, completed) = (self.watermark, self.completed);
        let lateness = self.windowing.allowed_lateness;
        if self.keys.len() <= key.0 as usize {
            self.keys.resize_with(key.0 as usize + 1, || None);
        }
        let state = self.keys[key.0 as usize].get_or_insert_with(|| KeyState {
            output: completed,
            as_of: completed,
            windows: BTreeMap::new(),
        });
        state.bring_up_to(completed);
        let output = state.output;
        let trigger = &self.windowing.trigger;
        let mut opened = false;
        let open = state.windows.entry(window.clone()).or_insert_with(|| {
            opened = true;
            WindowState {
                cell: None,
                fresh: false,
                element_hold: None,
                gc_hold: None,
                last_pane: None,
                trigger: machine_for(trigger),
                touched: false,
            }
        });
        if open.trigger.finished() {
            return Err(DropCause::Closed);
        }
        if opened {
            self.timers.insert((window.expiry(lateness), key, window.clone()));
            if watermark <= window.max_timestamp() {
                self.timers.insert((window.max_timestamp(), key, window.clone()));
            }
        }
        if !open.touched {
            open.touched = true;
            self.touched.push((key, window.clone()));
        }
        open.fresh = true;
        let hold = self.windowing.timestamp_combiner.assign(timestamp, window);
        if output <= hold && watermark <= window.max_timestamp() {
            let combined = match open.element_hold {
                None => hold,
                Some(held) => self.windowing.timestamp_combiner.combine(held, hold),
            };
            move_hold(&mut self.holds, open.element_hold, Some(combined));
            open.element_hold = Some(combined);
        } else {
            debug_assert!(watermark <= window.expiry(lateness), "only live windows take elements");
            open.gc_hold = Some(window.expiry(lateness));
        }
        open.trigger.on_element();
        Ok(*open.cell.get_or_insert_with(|| self.cells.open()))
    }

    /// Adds the batch whose elements were just assigned.
    pub(super) fn add(&mut self, values: &mut dyn Column) {
        self.cells.add(values, &self.placed);
        self.placed.clear();
    }

    pub(super) fn end_bundle(&mut self, panes: &mut Panes) {
        let touched = std::mem::take(&mut self.touched);
        for (key, window) in &touched {
            if let Some(open) = self.window(*key, window) {
                open.touched = false;
            }
            self.look_at(*key, window);
        }
        self.flush(panes);
    }

    pub(super) fn advance(&mut self, to: Timestamp, panes: &mut Panes) {
        self.watermark = to;
        // Handling timers sets none that are already due, so one pass is all there is.
        let mut due = Vec::new();
        while self.timers.first().is_some_and(|(at, ..)| *at < to) {
            due.extend(self.timers.pop_first());
        }
        let mut looked_at = BTreeSet::new();
        for (_, key, window) in due {
            if looked_at.insert((key, window.clone())) {
                self.on_timer(key, &window);
            }
        }
        self.flush(panes);
        self.completed = to;
    }

    fn on_timer(&mut self, key: KeyId, window: &Interval) {
        if self.watermark <= window.expiry(self.windowing.allowed_lateness) {
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

    /// Fires the window if its trigger says so.
    fn look_at(&mut self, key: KeyId, window: &Interval) {
        let sight = Sight { past_end: window.max_timestamp() < self.watermark };
        self.refresh(key);
        let Some(open) = self.window(key, window) else { return };
        if open.trigger.finished() || !open.trigger.should_fire(sight) {
            return;
        }
        open.trigger.on_fire(sight);
        let is_last = open.trigger.finished();
        self.make_pane(key, window, is_last);
        let lateness = self.windowing.allowed_lateness;
        let closing_always = self.windowing.closing_behavior == ClosingBehavior::Always;
        let Some(open) = self.window(key, window) else { return };
        if is_last {
            open.trigger.clear();
            open.last_pane = None;
        } else if closing_always {
            // The final pane is sure to come: nothing downstream may take it for late.
            open.gc_hold = Some(window.expiry(lateness));
        }
    }

    /// The output step (model.md 4.2, 4.3, 5.5); releases the holds.
    fn make_pane(&mut self, key: KeyId, window: &Interval, is_last: bool) {
        let state = self.keys[key.0 as usize].as_mut().expect("the key has this window");
        let output = state.output;
        let open = state.windows.get_mut(window).expect("only open windows make panes");
        let held = open.element_hold.into_iter().chain(open.gc_hold).min();
        move_hold(&mut self.holds, open.element_hold.take(), None);
        open.gc_hold = None;
        let empty = !open.fresh;
        open.fresh = false;
        let closing_always = self.windowing.closing_behavior == ClosingBehavior::Always;
        let on_time_always = self.windowing.on_time_behavior == OnTimeBehavior::Always;
        let info = label(Moment {
            previous: open.last_pane,
            window_max: window.max_timestamp(),
            input: self.watermark,
            output,
            is_last,
        });
        let emitted = !empty
            || (info.timing == PaneTiming::OnTime && on_time_always)
            || (is_last && closing_always);
        let keeps = keeps(self.windowing.accumulation) && !is_last;
        if let Some(cell) = open.cell {
            self.firing.afterwards.push((cell, keeps.then_some(Afterwards::Keep)));
        }
        if emitted {
            let max = window.max_timestamp();
            self.firing.rows.push((key, open.cell));
            self.firing.timestamps.push(held.map_or(max, |held| held.min(max)));
            self.firing.windows.push(window.clone());
            self.firing.panes.push(info);
            if !is_last {
                open.last_pane = Some(info);
            }
        }
        if !keeps {
            open.cell = None;
        }
    }

    /// Takes the values of the panes that were made, then lets go of what they leave.
    fn flush(&mut self, panes: &mut Panes) {
        let firing = &mut self.firing;
        let count = firing.rows.len();
        if 0 < count {
            self.cells.fire(&firing.rows, panes.out.values.as_mut());
            panes.late +=
                firing.panes.iter().filter(|pane| pane.timing == PaneTiming::Late).count() as u64;
            let meta = Meta {
                timestamps: Timestamps::each(std::mem::take(&mut firing.timestamps)),
                windows: Windows::Each(std::mem::take(&mut firing.windows)),
                panes: Each::Each(std::mem::take(&mut firing.panes)),
                ..Meta::default()
            };
            panes.describe(meta, count);
            firing.rows.clear();
        }
        for (cell, afterwards) in firing.afterwards.drain(..) {
            match afterwards {
                Some(afterwards) => self.cells.settle(cell, afterwards),
                None => self.cells.close(cell),
            }
        }
        for key in std::mem::take(&mut firing.leaving) {
            self.leave(key);
        }
    }

    /// Forgets a window that is garbage, its finished trigger included.
    fn wipe(&mut self, key: KeyId, window: &Interval) {
        let Some(state) = self.keys[key.0 as usize].as_mut() else { return };
        if let Some(gone) = state.windows.remove(window) {
            move_hold(&mut self.holds, gone.element_hold, None);
            if let Some(cell) = gone.cell {
                self.firing.afterwards.push((cell, None));
            }
        }
        self.timers.remove(&(window.max_timestamp(), key, window.clone()));
        self.timers.remove(&(window.expiry(self.windowing.allowed_lateness), key, window.clone()));
        self.firing.leaving.push(key);
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

    pub(super) fn output_watermark(&self) -> Timestamp {
        let held = self.holds.keys().next().copied();
        held.map_or(self.completed, |held| held.min(self.completed))
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
        let windows: usize = self.keys.iter().flatten().map(|state| state.windows.len()).sum();
        self.cells.bytes() + windows * (size_of::<Interval>() + size_of::<WindowState>())
    }
}
