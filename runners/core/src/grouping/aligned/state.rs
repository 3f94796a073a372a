//! The aligned path's state as rows, and back.

use super::super::saved::{SavedSlice, SavedState, SavedWindow, WindowBody, damaged};
use super::Aligned;
use crate::trigger::machine_for;
use heliostat::graph::kernel::{PaneId, PaneTables, SKIP};
use heliostat::{Result, Timestamp, Windowing};
use std::ops::Range;

impl Aligned {
    pub(in crate::grouping) fn save(&self, windowing: &Windowing) -> SavedState {
        let (windows, watermark) = (self.save_windows(windowing), self.watermark);
        let mut slices = Vec::new();
        for slice in self.all_slices() {
            for entry in self.entries_of(slice.table) {
                let (key, accumulator) = self.save_entry(slice.table, entry);
                slices.push(SavedSlice { key, slice: slice.extent.clone(), accumulator });
            }
        }
        SavedState { watermark, windows, slices }
    }

    fn save_windows(&self, windowing: &Windowing) -> Vec<SavedWindow> {
        let mut rows = Vec::new();
        for (window, pane) in &self.open {
            let Some(table) = pane.table else { continue };
            for entry in self.entries_of(table) {
                let (key, accumulator) = self.save_entry(table, entry);
                let at = entry as usize;
                let (shown, fresh) = match &pane.late {
                    None => (0, 1),
                    Some(late) => (late.shown[at], late.fresh[at]),
                };
                // The machine this entry would have on the general path.
                let mut trigger = machine_for(&windowing.trigger);
                trigger.replay(shown, fresh);
                let body = WindowBody {
                    key_watermark: self.watermark,
                    fresh: 0 < fresh,
                    element_hold: pane.late.is_none().then(|| window.max_timestamp()),
                    gc_hold: (pane.late.is_some() && 0 < fresh)
                        .then(|| window.expiry(self.lateness)),
                    last_pane: (0 < shown).then(|| pane.label_of(shown)),
                    trigger,
                    wakes_at_end: pane.late.is_none(),
                };
                let (window, accumulator) = (window.clone(), Some(accumulator));
                rows.push(SavedWindow { key, window, accumulator, body });
            }
        }
        rows
    }

    fn entries_of(&self, table: PaneId) -> Range<u32> {
        0..u32::try_from(self.tables.entries(table)).unwrap_or(SKIP)
    }

    fn save_entry(&self, table: PaneId, entry: u32) -> (Vec<u8>, Vec<u8>) {
        let (mut key, mut accumulator) = (Vec::new(), Vec::new());
        self.tables.save_key(table, entry, &mut key);
        self.tables.save_accumulator(table, entry, &mut accumulator);
        (key, accumulator)
    }

    pub(in crate::grouping) fn load(
        &mut self,
        saved: SavedState,
        tables: Box<dyn PaneTables>,
    ) -> Result<()> {
        self.tables = tables;
        self.open.clear();
        self.next_due = Timestamp::MAX;
        self.watermark = saved.watermark;
        let sliding = self.clear_slices();
        for row in saved.slices {
            let windows = sliding.ok_or_else(|| damaged(&"its windows share nothing"))?;
            let table = self.slice(&windows, &row.slice);
            self.tables.load(table, &row.key, Some(&row.accumulator))?;
        }
        for row in saved.windows {
            let table = self.pane(&row.window);
            let entry = self.tables.load(table, &row.key, row.accumulator.as_deref())?;
            let pane = self.open.get_mut(&row.window).expect("it was just opened");
            if let Some(late) = &mut pane.late {
                late.shown.push(
                    row.body
                        .last_pane
                        .map_or(0, |pane| u32::try_from(pane.index + 1).unwrap_or(u32::MAX)),
                );
                late.fresh.push(row.body.trigger.gathered());
                if row.body.fresh {
                    late.dirty.push(entry);
                }
            }
        }
        Ok(())
    }
}
