//! The aligned path's state as rows, and back.

use super::super::saved::{SavedRow, SavedSlice, SavedWindow, WindowBody, damaged};
use super::Aligned;
use crate::trigger::machine_for;
use heliostat::graph::kernel::{PaneId, SKIP};
use heliostat::{Result, Windowing};
use std::ops::Range;

impl Aligned {
    pub(in crate::grouping) fn save(
        &self,
        windowing: &Windowing,
        each: &mut dyn FnMut(SavedRow) -> Result<()>,
    ) -> Result<()> {
        self.save_windows(windowing, each)?;
        for slice in self.all_slices() {
            for entry in self.entries_of(slice.table) {
                let (key, accumulator) = self.save_entry(slice.table, entry);
                let slice = slice.extent.clone();
                each(SavedRow::Slice(SavedSlice { key, slice, accumulator }))?;
            }
        }
        Ok(())
    }

    fn save_windows(
        &self,
        windowing: &Windowing,
        each: &mut dyn FnMut(SavedRow) -> Result<()>,
    ) -> Result<()> {
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
                each(SavedRow::Window(SavedWindow { key, window, accumulator, body }))?;
            }
        }
        Ok(())
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

    pub(in crate::grouping) fn load(&mut self, row: SavedRow) -> Result<()> {
        let row = match row {
            SavedRow::Window(row) => row,
            SavedRow::Slice(row) => {
                let windows =
                    self.sliding().ok_or_else(|| damaged(&"its windows share nothing"))?;
                let table = self.slice(&windows, &row.slice);
                self.tables.load(table, &row.key, Some(&row.accumulator))?;
                return Ok(());
            }
        };
        let table = self.pane(&row.window);
        let entry = self.tables.load(table, &row.key, row.accumulator.as_deref())?;
        let pane = self.open.get_mut(&row.window).expect("it was just opened");
        if let Some(late) = &mut pane.late {
            let shown = row.body.last_pane.map_or(0, |pane| pane.index + 1);
            late.shown.push(u32::try_from(shown).unwrap_or(u32::MAX));
            late.fresh.push(row.body.trigger.gathered());
            if row.body.fresh {
                late.dirty.push(entry);
            }
        }
        Ok(())
    }
}
