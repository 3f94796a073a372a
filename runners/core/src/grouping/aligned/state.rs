//! The aligned path's state as rows, and back.

use super::super::saved::SavedWindow;
use super::Aligned;
use crate::trigger::machine_for;
use heliostat::graph::kernel::{PaneTables, SKIP};
use heliostat::{Result, Timestamp, Windowing};

impl Aligned {
    pub(in crate::grouping) fn save(&self, windowing: &Windowing) -> Vec<SavedWindow> {
        let mut rows = Vec::new();
        for (window, pane) in &self.open {
            let count = u32::try_from(self.tables.entries(pane.table)).unwrap_or(SKIP);
            for entry in 0..count {
                let (mut key, mut accumulator) = (Vec::new(), Vec::new());
                self.tables.save_key(pane.table, entry, &mut key);
                self.tables.save_accumulator(pane.table, entry, &mut accumulator);
                let at = entry as usize;
                let (shown, fresh) = match &pane.late {
                    None => (0, 1),
                    Some(late) => (late.shown[at], late.fresh[at]),
                };
                // The machine this entry would have on the general path.
                let mut trigger = machine_for(&windowing.trigger);
                trigger.replay(shown, fresh);
                rows.push(SavedWindow {
                    key,
                    window: window.clone(),
                    key_watermark: self.watermark,
                    accumulator: Some(accumulator),
                    fresh: 0 < fresh,
                    element_hold: pane.late.is_none().then(|| window.max_timestamp()),
                    gc_hold: (pane.late.is_some() && 0 < fresh)
                        .then(|| window.expiry(self.lateness)),
                    last_pane: (0 < shown).then(|| pane.label_of(shown)),
                    trigger,
                    wakes_at_end: pane.late.is_none(),
                });
            }
        }
        rows
    }

    pub(in crate::grouping) fn load(
        &mut self,
        watermark: Timestamp,
        rows: Vec<SavedWindow>,
        tables: Box<dyn PaneTables>,
    ) -> Result<()> {
        self.tables = tables;
        self.open.clear();
        self.next_due = Timestamp::MAX;
        self.watermark = watermark;
        for row in rows {
            let table = self.pane(&row.window);
            let entry = self.tables.load(table, &row.key, row.accumulator.as_deref())?;
            let pane = self.open.get_mut(&row.window).expect("it was just opened");
            if let Some(late) = &mut pane.late {
                late.shown.push(
                    row.last_pane
                        .map_or(0, |pane| u32::try_from(pane.index + 1).unwrap_or(u32::MAX)),
                );
                late.fresh.push(row.trigger.gathered());
                if row.fresh {
                    late.dirty.push(entry);
                }
            }
        }
        Ok(())
    }
}
