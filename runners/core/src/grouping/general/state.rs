//! The general path's state as rows, and back.

use super::General;
use super::key::WindowState;
use crate::grouping::saved::{SavedRow, SavedSlice, SavedWindow, WindowBody, damaged};
use crate::trigger::{Wakes, machine_for};
use heliostat::graph::kernel::KeyId;
use heliostat::{Result, WindowFn};

impl General {
    pub(in crate::grouping) fn save(
        &self,
        each: &mut dyn FnMut(SavedRow) -> Result<()>,
    ) -> Result<()> {
        for (id, state) in (0_u32..).zip(&self.keys) {
            let Some(state) = state else { continue };
            let mut key = Vec::new();
            self.cells.save_key(KeyId(id), &mut key);
            for (window, open) in state.windows.iter() {
                let accumulator = open.cell.map(|cell| {
                    let mut bytes = Vec::new();
                    self.cells.save_cell(cell, &mut bytes);
                    bytes
                });
                let body = WindowBody {
                    key_watermark: state.output_at(self.completed),
                    fresh: open.fresh,
                    element_hold: open.element_hold,
                    gc_hold: open.gc_hold,
                    last_pane: open.last_pane,
                    trigger: open.trigger.clone(),
                    wakes_at_end: open.wakes_at_end && self.watermark <= window.max_timestamp(),
                };
                let (key, window) = (key.clone(), window.clone());
                each(SavedRow::Window(SavedWindow { key, window, accumulator, body }))?;
            }
        }
        Ok(())
    }

    pub(in crate::grouping) fn load(&mut self, row: SavedRow) -> Result<()> {
        let SavedWindow { key, window, accumulator, body: row } = match row {
            SavedRow::Window(row) => row,
            SavedRow::Slice(row) => return self.load_slice(&row),
        };
        let (watermark, windowing) = (self.watermark, &self.windowing);
        let key = self.cells.load_key(&key)?;
        let cell = accumulator.map(|bytes| self.cells.load_cell(&bytes)).transpose()?;
        let mut open = WindowState {
            cell,
            fresh: row.fresh,
            gc_hold: row.gc_hold,
            last_pane: row.last_pane,
            ..WindowState::new(row.trigger)
        };
        open.hold(&mut self.holds, row.element_hold);
        self.timers.at_expiry(key, &window, windowing);
        let state = self.key_state(key);
        (state.output, state.as_of) = (row.key_watermark, watermark);
        state.windows.insert(window.clone(), open);
        let at_end = row.wakes_at_end && watermark <= window.max_timestamp();
        self.rearm(key, &window, Wakes { at_end });
        Ok(())
    }

    /// Gives what a slice has to each window before its end that covers it.
    fn load_slice(&mut self, row: &SavedSlice) -> Result<()> {
        let (watermark, key) = (self.watermark, self.cells.load_key(&row.key)?);
        let WindowFn::Sliding(sliding) = self.windowing.window_fn.clone() else {
            return Err(damaged(&"its windows share nothing"));
        };
        let mut windows = Vec::new();
        sliding.visit(row.slice.start(), |window| windows.push(window));
        windows.retain(|window| watermark <= window.max_timestamp());
        for window in windows {
            let more = self.cells.load_cell(&row.accumulator)?;
            if let Some(open) = self.window(key, &window) {
                match open.cell {
                    None => open.cell = Some(more),
                    Some(cell) => self.cells.merge(cell, more),
                }
                continue;
            }
            let mut open = WindowState {
                cell: Some(more),
                fresh: true,
                ..WindowState::new(machine_for(&self.windowing.trigger))
            };
            open.hold(&mut self.holds, Some(window.max_timestamp()));
            self.key_state(key).windows.insert(window.clone(), open);
            self.timers.at_expiry(key, &window, &self.windowing);
            self.rearm(key, &window, Wakes { at_end: true });
        }
        Ok(())
    }
}
