//! The state of a keyed step as rows of a savepoint, and back.

use super::Keyed;
use super::sorted::Sorted;
use crate::queued::{queued, unqueued};
use heliostat::batch::Batch;
use heliostat::graph::{EdgeType, Moment, RowId, SavedCell, TimerRequest, TimerSetting};
use heliostat::savepoint::{CodedType, KeyedState, QueuedBatch, Row, RowCell, RowTimer};
use heliostat::{Error, Result, Str, Timestamp};

impl Keyed {
    /// All rows, in an order from which they can be taken up again. Only between bundles.
    pub(crate) fn save(&self, key: CodedType, output_watermark: Timestamp) -> KeyedState {
        let rows = self.rows_in_use().map(|row| self.save_row(row));
        KeyedState {
            input_watermark: self.moment.watermark,
            output_watermark,
            windowing: self.windowing.clone(),
            key,
            cells: self.spec.cells.clone(),
            timers: self.spec.timers.clone(),
            rows: rows.collect(),
        }
    }

    fn save_row(&self, id: RowId) -> Row {
        let mut key = Vec::new();
        self.work.save_key(id, &mut key);
        let mut row = Row::of(key, Some(self.window(id)));
        row.cells = self
            .work
            .save_cells(id, self.moment.now)
            .into_iter()
            .map(|SavedCell { cell, written, bytes }| RowCell {
                id: self.spec.cells[cell as usize].id.clone(),
                written,
                bytes,
            })
            .collect();
        row.timers = self
            .timers
            .of(id)
            .map(|(timer, tag, TimerSetting { at, output, holds })| {
                let spec = &self.spec.timers[timer as usize];
                let (id, tag) = (spec.id.clone(), tag.as_str().to_owned());
                RowTimer { id, tag, domain: spec.domain, at, output, holds }
            })
            .collect();
        row.timers.sort_by(|a, b| (&a.id, &a.tag).cmp(&(&b.id, &b.tag)));
        row
    }

    /// What waits to be sorted, in the order of the rows: that of their ids is another one once a
    /// row was closed.
    pub(crate) fn save_sorted(&self, edge: &dyn EdgeType) -> Vec<QueuedBatch> {
        let Some(sorted) = &self.sorted else { return Vec::new() };
        let batches = self.rows_in_use().filter_map(|row| sorted.batch(row));
        batches.map(|batch| queued(QueuedBatch::TIME_SORTED, batch, edge)).collect()
    }

    /// Replaces all state by what [`Keyed::save`] gave.
    ///
    /// # Errors
    /// If it is not what `save` gave for such a step.
    pub(crate) fn load(
        &mut self,
        saved: &KeyedState,
        waiting: &[QueuedBatch],
        edge: &dyn EdgeType,
    ) -> Result<()> {
        self.moment = Moment { watermark: saved.input_watermark, ..self.moment };
        self.forget_all();
        for row in &saved.rows {
            self.load_row(row)?;
        }
        for queued in waiting.iter().filter(|queued| queued.queue == QueuedBatch::TIME_SORTED) {
            self.load_sorted(unqueued(queued, edge)?);
        }
        self.commit();
        Ok(())
    }

    fn forget_all(&mut self) {
        for row in self.work.open_rows() {
            self.touched.push(row);
            self.work.wipe(row);
            self.timers.clear(row);
        }
        if let Some(sorted) = &mut self.sorted {
            *sorted = Sorted::default();
        }
        self.emptied = true;
        self.commit();
    }

    /// How many rows there are.
    pub(crate) fn saved_rows(&self) -> usize {
        self.rows_in_use().count()
    }

    /// An estimate of the bytes that all cells take.
    pub(crate) fn bytes(&self) -> usize {
        self.work.bytes()
    }

    /// All rows but those whose cells have outlived their time meanwhile.
    fn rows_in_use(&self) -> impl Iterator<Item = RowId> {
        self.work.open_rows().into_iter().filter(|&row| !self.is_empty(row))
    }

    fn load_row(&mut self, saved: &Row) -> Result<()> {
        let window = saved.window.clone().ok_or_else(|| damaged("a row has no window"))?;
        let mut cells = Vec::with_capacity(saved.cells.len());
        for RowCell { id, written, bytes } in &saved.cells {
            let cell = self.spec.cells.iter().position(|cell| cell.id == *id);
            let cell = cell.ok_or_else(|| damaged(&format!("there is no cell `{id}`")))?;
            let cell = u32::try_from(cell).map_err(Error::from)?;
            cells.push(SavedCell { cell, written: *written, bytes: bytes.clone() });
        }
        let row = self.work.load_row(&saved.key, window, &cells)?;
        self.take_opened();
        self.take_part_in_merges(row);
        self.touched.push(row);
        for RowTimer { id, tag, at, output, holds, .. } in &saved.timers {
            let timer = self.spec.timers.iter().position(|timer| timer.id == *id);
            let timer = timer.ok_or_else(|| damaged(&format!("there is no timer `{id}`")))?;
            let timer = u32::try_from(timer).map_err(Error::from)?;
            let set = Some(TimerSetting { at: *at, output: *output, holds: *holds });
            self.timers.request(TimerRequest { row, timer, tag: Str::from(tag.as_str()), set }, 0);
        }
        Ok(())
    }

    fn load_sorted(&mut self, batch: Batch) {
        let mut rows = Vec::new();
        self.work.rows(&batch, &mut rows);
        self.take_opened();
        self.touched.extend_from_slice(&rows);
        if let Some(sorted) = &mut self.sorted {
            sorted.keep(&batch, &rows, self.work.as_ref(), self.lateness);
        }
    }
}

fn damaged(why: &str) -> Error {
    Error::new(format!("the saved state of a step is damaged: {why}"))
}
