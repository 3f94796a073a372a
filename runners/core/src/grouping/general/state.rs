//! The general path's state as rows, and back.

use super::key::{KeyState, WindowState, move_hold};
use super::{General, SavedWindow};
use heliostat::graph::kernel::{KeyId, KeyedCells};
use heliostat::{Result, Timestamp};
use std::collections::BTreeMap;

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
        let windowing = self.windowing.clone();
        *self = Self::new(&windowing, cells);
        (self.watermark, self.completed) = (watermark, watermark);
        for row in rows {
            let key = self.cells.load_key(&row.key)?;
            let cell = row.accumulator.map(|bytes| self.cells.load_cell(&bytes)).transpose()?;
            if self.keys.len() <= key.0 as usize {
                self.keys.resize_with(key.0 as usize + 1, || None);
            }
            let state = self.keys[key.0 as usize].get_or_insert_with(|| KeyState {
                output: row.key_watermark,
                as_of: watermark,
                windows: BTreeMap::new(),
            });
            move_hold(&mut self.holds, None, row.element_hold);
            self.timers.insert((
                row.window.expiry(windowing.allowed_lateness),
                key,
                row.window.clone(),
            ));
            if watermark <= row.window.max_timestamp() {
                self.timers.insert((row.window.max_timestamp(), key, row.window.clone()));
            }
            state.windows.insert(
                row.window,
                WindowState {
                    cell,
                    fresh: row.fresh,
                    element_hold: row.element_hold,
                    gc_hold: row.gc_hold,
                    last_pane: row.last_pane,
                    trigger: row.trigger,
                    touched: false,
                },
            );
        }
        Ok(())
    }
}
