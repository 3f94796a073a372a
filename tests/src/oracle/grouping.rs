//! A grouping: elements and time in, panes out (model.md 5.6).

mod state;
mod merging;
mod pane;

use std::collections::{BTreeMap, BTreeSet};

use super::combine::{Fold, Numbers};
use super::trigger::Sight;
use super::windowing::{MergeStatus, Windowing};
use crate::case::{
    Accumulation, Dropped, DroppedBecause, GLOBAL_WINDOW_MAX, Number, Pane, PaneWindow,
    TIMESTAMP_MIN, Value,
};
use state::{KeyState, WindowState};

/// All keys of a grouping.
#[derive(Debug)]
pub(super) struct Grouping {
    windowing: Windowing,
    fold: Fold,
    numbers: Numbers,
    /// Whether its panes have a key.
    keyed: bool,
    input_watermark: i64,
    processing_time: i64,
    keys: BTreeMap<String, KeyState>,
    /// The step's: what is told downstream.
    output_watermark: i64,
    /// What downstream was last told of it.
    pub(super) told_watermark: i64,
    pub(super) dropped: Vec<Dropped>,
    /// How often active windows became part of another one.
    pub(super) merges: u64,
    /// How many panes came of processing time alone.
    pub(super) processing_panes: u64,
}

impl Grouping {
    pub(super) fn new(windowing: Windowing, fold: Fold, numbers: Numbers, keyed: bool) -> Self {
        Self {
            windowing,
            fold,
            numbers,
            keyed,
            input_watermark: TIMESTAMP_MIN,
            processing_time: 0,
            keys: BTreeMap::new(),
            output_watermark: TIMESTAMP_MIN,
            told_watermark: TIMESTAMP_MIN,
            dropped: Vec::new(),
            merges: 0,
            processing_panes: 0,
        }
    }

    /// `gc(w)` of model.md 5.2.
    fn gc(&self, window: PaneWindow) -> i64 {
        let sum = i128::from(window.max_timestamp()) + i128::from(self.windowing.lateness);
        i64::try_from(sum.min(i128::from(GLOBAL_WINDOW_MAX))).expect("it is capped")
    }

    fn is_expired(&self, window: PaneWindow) -> bool {
        self.gc(window) < self.input_watermark
    }

    fn merging(&self) -> bool {
        self.windowing.merge_status == MergeStatus::NeedsMerge
    }

    fn sight(&self, window: PaneWindow) -> Sight {
        Sight {
            window_max: window.max_timestamp(),
            input_watermark: self.input_watermark,
            processing_time: self.processing_time,
            merging: self.merging(),
            wants_end_of_window: false,
        }
    }

    fn window(&mut self, key: &str, window: PaneWindow) -> &mut WindowState {
        let key = self.keys.get_mut(key).expect("a key that had elements");
        key.windows.get_mut(&window).expect("a window that has state")
    }

    /// A bundle: every key by itself.
    pub(super) fn process(&mut self, bundle: Vec<Pane>) -> Result<Vec<Pane>, String> {
        let mut by_key: BTreeMap<String, Vec<Pane>> = BTreeMap::new();
        for element in bundle {
            // A global combine forgets keys.
            let key = element.key.clone().filter(|_| self.keyed).unwrap_or_default();
            by_key.entry(key).or_default().push(element);
        }
        let mut panes = Vec::new();
        for (key, elements) in by_key {
            panes.extend(self.process_key(&key, elements)?);
        }
        Ok(panes)
    }

    /// `process` of model.md 5.6; the numbers are its steps.
    fn process_key(&mut self, key: &str, elements: Vec<Pane>) -> Result<Vec<Pane>, String> {
        // A key without state: its output watermark is the input watermark (5.1).
        let input_watermark = self.input_watermark;
        self.keys.entry(key.to_owned()).or_insert_with(|| KeyState::new(input_watermark));
        // 1. Elements come exploded; the expired ones are dropped.
        let (expired, kept): (Vec<Pane>, Vec<Pane>) =
            elements.into_iter().partition(|element| self.is_expired(element.window));
        for element in expired {
            let window = element.window;
            self.drop(element, window, DroppedBecause::Late);
        }
        if kept.is_empty() {
            return Ok(Vec::new());
        }
        // 2.
        let moved = if self.merging() { self.merge(key, &kept)? } else { BTreeMap::new() };
        // 3.
        let place = |element: &Pane| *moved.get(&element.window).unwrap_or(&element.window);
        let is_closed = |window: &PaneWindow| {
            self.keys[key].windows.get(window).is_some_and(WindowState::is_closed)
        };
        let open: BTreeSet<PaneWindow> =
            kept.iter().map(place).filter(|window| !is_closed(window)).collect();
        // 4.
        for element in kept {
            let window = place(&element);
            if open.contains(&window) {
                self.add(key, window, &element)?;
            } else {
                self.drop(element, window, DroppedBecause::Closed);
            }
        }
        // 5.
        let mut panes = Vec::new();
        for window in open {
            if self.should_fire(key, window) {
                panes.extend(self.emit(key, window)?);
            }
        }
        Ok(panes)
    }

    /// Step 4 for an element of an open window.
    fn add(&mut self, key: &str, window: PaneWindow, element: &Pane) -> Result<(), String> {
        let Value::Number(number) = element.value else {
            return Err(format!("a grouping of {}, which is no number", element.value));
        };
        let mut sight = self.sight(window);
        let windowing = self.windowing.clone();
        let gc = self.gc(window);
        let key = self.keys.get_mut(key).expect("a key that has elements");
        let state =
            key.windows.entry(window).or_insert_with(|| WindowState::new(&windowing.trigger));
        state.active = true;
        state.new_elements = true;
        state.hold(&windowing, window, element.timestamp, (key.output_watermark, &sight, gc));
        state.buffer.push(number);
        state.trigger.on_element(&mut sight);
        state.set_timers(&sight, gc);
        Ok(())
    }

    fn drop(&mut self, element: Pane, window: PaneWindow, because: DroppedBecause) {
        let value = match element.value {
            Value::Number(number) => number,
            Value::None | Value::Group(_) => Number::Integer(0),
        };
        let (key, timestamp) = (element.key, element.timestamp);
        self.dropped.push(Dropped { key, value, timestamp, window, because });
    }

    fn should_fire(&self, key: &str, window: PaneWindow) -> bool {
        self.keys[key].windows[&window].trigger.should_fire(&self.sight(window))
    }

    /// `emit(w)` of model.md 5.6.
    fn emit(&mut self, key: &str, window: PaneWindow) -> Result<Option<Pane>, String> {
        let (mut sight, gc) = (self.sight(window), self.gc(window));
        let state = self.window(key, window);
        state.trigger.on_fire(&mut sight);
        state.set_timers(&sight, gc);
        let is_final = state.trigger.finished;
        let pane = self.output(key, window, is_final)?;
        let discarding = self.windowing.accumulation == Accumulation::Discarding;
        let state = self.window(key, window);
        state.new_elements = false;
        if discarding || is_final {
            state.buffer.clear();
        }
        if is_final {
            state.trigger.clear();
            state.last_pane = None;
            state.active = false;
        }
        Ok(pane)
    }

    /// A watermark that moved on: `on_watermark` of model.md 5.6.
    pub(super) fn on_watermark(&mut self, watermark: i64) -> Result<Vec<Pane>, String> {
        self.input_watermark = watermark;
        let mut panes = Vec::new();
        loop {
            let mut due = Vec::new();
            for (key, state) in &mut self.keys {
                for (window, state) in &mut state.windows {
                    if state.take_due_timers(watermark) {
                        due.push((key.clone(), *window));
                    }
                }
            }
            if due.is_empty() {
                break;
            }
            panes.extend(self.on_timers(due)?);
        }
        for key in self.keys.values_mut() {
            let held = key.first_hold().map_or(watermark, |hold| hold.min(watermark));
            key.output_watermark = key.output_watermark.max(held);
        }
        Ok(panes)
    }

    /// The clock shows this from now on. Nothing fires before [`Self::on_processing_time`].
    pub(super) fn set_processing_time(&mut self, now: i64) {
        self.processing_time = now;
    }

    /// Takes the processing-time timers that are due.
    pub(super) fn on_processing_time(&mut self) -> Result<Vec<Pane>, String> {
        let (now, mut due) = (self.processing_time, Vec::new());
        for (key, state) in &mut self.keys {
            for (window, state) in &mut state.windows {
                if state.trigger.take_due_timers(now) {
                    due.push((key.clone(), *window));
                }
            }
        }
        // Those of expired windows are ignored.
        due.retain(|(_, window)| !self.is_expired(*window));
        let panes = self.on_timers(due)?;
        self.processing_panes += panes.len() as u64;
        Ok(panes)
    }

    /// `on_timers` of model.md 5.6; each window stands in the batch once.
    fn on_timers(&mut self, batch: Vec<(String, PaneWindow)>) -> Result<Vec<Pane>, String> {
        let mut panes = Vec::new();
        for (key, window) in batch {
            let state = self.window(&key, window);
            let open = state.active && !state.is_closed();
            if self.is_expired(window) {
                if open {
                    panes.extend(self.output(&key, window, true)?);
                }
                self.keys.get_mut(&key).expect("it has a window").windows.remove(&window);
                continue;
            }
            if open && self.should_fire(&key, window) {
                panes.extend(self.emit(&key, window)?);
            }
            // The timer at `gc(w)` is pending wherever there is state, so that one for a window past
            // its end need not be ensured here.
        }
        Ok(panes)
    }

    /// The step's output watermark, computed anew (model.md 5.1).
    pub(super) fn output_watermark(&mut self) -> i64 {
        let held = self.keys.values().filter_map(KeyState::first_hold).min();
        let held = held.map_or(self.input_watermark, |hold| hold.min(self.input_watermark));
        self.output_watermark = self.output_watermark.max(held);
        self.output_watermark
    }
}
