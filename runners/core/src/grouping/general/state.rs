//! The general path's state as rows, and back.

use super::key::{WindowState, move_hold};
use super::{General, SavedWindow};
use crate::trigger::Wakes;
use heliostat::graph::kernel::{KeyId, KeyedCells};
use heliostat::{Result, Timestamp};

impl General {
    pub(in crate::grouping) fn save(&self) -> Vec<SavedWindow> {
        let mut rows = Vec::new();
        for (id, state) in (0_u32..).zip(&self.keys) {
            let Some(state) = state else { continue };
            let mut key = Vec::new();
            self.cells.save_key(KeyId(id), &mut key);
            for (window, open) in &state.windows {
                let accumulator = open.cell.map(|cell| {
                    let mut bytes = Vec::new();
                    self.cells.save_cell(cell, &mut bytes);
                    bytes
                });
                rows.push(SavedWindow {
                    key: key.clone(),
                    window: window.clone(),
                    key_watermark: state.output_at(self.completed),
                    accumulator,
                    fresh: open.fresh,
                    element_hold: open.element_hold,
                    gc_hold: open.gc_hold,
                    last_pane: open.last_pane,
                    trigger: open.trigger.clone(),
                    wakes_at_end: open.wakes_at_end && self.watermark <= window.max_timestamp(),
                });
            }
        }
        rows
    }

    pub(in crate::grouping) fn load(
        &mut self,
        watermark: Timestamp,
        rows: Vec<SavedWindow>,
        cells: Box<dyn KeyedCells>,
    ) -> Result<()> {
        let (windowing, now) = (self.windowing.clone(), self.now);
        *self = Self::new(&windowing, self.merger.take(), cells);
        (self.watermark, self.completed, self.now) = (watermark, watermark, now);
        for row in rows {
            let key = self.cells.load_key(&row.key)?;
            let cell = row.accumulator.map(|bytes| self.cells.load_cell(&bytes)).transpose()?;
            let open = WindowState {
                cell,
                fresh: row.fresh,
                element_hold: row.element_hold,
                gc_hold: row.gc_hold,
                last_pane: row.last_pane,
                ..WindowState::new(row.trigger)
            };
            move_hold(&mut self.holds, None, open.element_hold);
            let state = self.key_state(key);
            (state.output, state.as_of) = (row.key_watermark, watermark);
            state.windows.insert(row.window.clone(), open);
            self.timers.at_expiry(key, &row.window, &windowing);
            let at_end = row.wakes_at_end && watermark <= row.window.max_timestamp();
            self.rearm(key, &row.window, Wakes { at_end });
        }
        Ok(())
    }
}
