//! A `DoFn` with state or timers as a runner calls it.

use super::call::{Call, Stage};
use super::provenance::Provenance;
use super::{BundleContext, Context};
use crate::batch::{Batch, ColumnExt, Meta, Timestamps, Windows};
use crate::graph::kernel::{CellColumn, KeyGroups, KeyId, Rows, TypedKeyGroups};
use crate::graph::{
    DueTimer, KeyedFn, KeyedWork, Moment, RowId, SavedCell, TimeDomain, TimerRequest, TimerSpec,
    ViewValue,
};
use crate::{DoFn, Duration, Error, FiredTimer, Interval, KeyedInput, Result, Timestamp};
use std::cell::OnceCell;
use std::marker::PhantomData;
use std::sync::Arc;

/// Makes the column of a cell for one worker.
pub(crate) type MakeColumn = Box<dyn Fn() -> Box<dyn CellColumn> + Send + Sync>;

/// The author's callback of a timer.
pub(crate) type OnTimer<D> = Box<
    dyn Fn(&D, &mut <D as DoFn>::Local, &FiredTimer, &mut Context<'_, D>) -> Result<()>
        + Send
        + Sync,
>;

/// The author's callback of a window that expires.
pub(crate) type OnExpiration<D> =
    Box<dyn Fn(&D, &mut <D as DoFn>::Local, &mut Context<'_, D>) -> Result<()> + Send + Sync>;

/// A `DoFn` with what it declared.
pub(crate) struct KeyedDoFn<D: DoFn> {
    pub(crate) dofn: Arc<D>,
    /// How many it has, the main one counted.
    pub(crate) outputs: usize,
    /// That of the windows of its input.
    pub(crate) allowed_lateness: Duration,
    pub(crate) cells: Vec<MakeColumn>,
    pub(crate) timers: Vec<TimerSpec>,
    /// In the order of `timers`.
    pub(crate) on_timers: Vec<OnTimer<D>>,
    pub(crate) on_expiration: Option<OnExpiration<D>>,
}

/// Hands a `DoFn` to runners that has declared state or timers.
pub(crate) fn keyed_fn<D: DoFn<Input: KeyedInput>>(code: KeyedDoFn<D>) -> Arc<dyn KeyedFn> {
    Arc::new(KeyedDoFnStep { code: Arc::new(code) })
}

struct KeyedDoFnStep<D: DoFn> {
    code: Arc<KeyedDoFn<D>>,
}

impl<D: DoFn<Input: KeyedInput>> KeyedFn for KeyedDoFnStep<D> {
    fn setup(&self, seed: u64) -> Result<Box<dyn KeyedWork>> {
        let local = Some(self.code.dofn.setup()?);
        Ok(Box::new(KeyedDoFnWork {
            local,
            provenance: (0..self.code.outputs).map(|_| Provenance::default()).collect(),
            state: State {
                rows: Rows::new(seed),
                columns: self.code.cells.iter().map(|make| make()).collect(),
                requests: Vec::new(),
                now: Timestamp::MIN,
            },
            sides: Vec::new(),
            calls: Calls::default(),
            code: Arc::clone(&self.code),
        }))
    }

    fn key_groups(&self, seed: u64) -> Box<dyn KeyGroups> {
        Box::new(TypedKeyGroups::<D::Input>::new(seed))
    }
}

struct KeyedDoFnWork<D: DoFn<Input: KeyedInput>> {
    code: Arc<KeyedDoFn<D>>,
    /// `None` behind the teardown.
    local: Option<D::Local>,
    provenance: Vec<Provenance>,
    state: State<<D::Input as KeyedInput>::Key>,
    sides: Vec<ViewValue>,
    calls: Calls,
}

/// What one worker remembers between elements.
struct State<K: 'static> {
    rows: Rows<K>,
    columns: Vec<Box<dyn CellColumn>>,
    requests: Vec<TimerRequest>,
    /// The processing time of the last call.
    now: Timestamp,
}

/// The callbacks whose output is not described yet.
#[derive(Default)]
struct Calls {
    timestamps: Vec<Timestamp>,
    windows: Vec<Interval>,
}

/// A callback without an element.
struct Callback {
    row: RowId,
    /// That of what it puts out.
    timestamp: Timestamp,
    stage: Stage,
    moment: Moment,
}

impl<K: crate::Key> State<K> {
    fn call<'a, D: DoFn>(
        &'a mut self,
        code: &'a KeyedDoFn<D>,
        row: RowId,
        moment: Moment,
        stage: Stage,
    ) -> Call<'a> {
        self.now = moment.now;
        Call {
            row,
            moment,
            stage,
            rows: &self.rows,
            columns: &mut self.columns,
            requests: &mut self.requests,
            timers: &code.timers,
            allowed_lateness: code.allowed_lateness,
        }
    }

    /// Gives new rows their cells.
    fn grow(&mut self) {
        let rows = self.rows.len();
        self.columns.iter_mut().for_each(|column| column.grow(rows));
    }
}

impl<D: DoFn<Input: KeyedInput>> KeyedDoFnWork<D> {
    fn call_back(
        &mut self,
        callback: Callback,
        out: &mut [Batch],
        f: impl FnOnce(&KeyedDoFn<D>, &mut D::Local, &mut Context<'_, D>) -> Result<()>,
    ) -> Result<()> {
        let Callback { row, timestamp, stage, moment } = callback;
        let window = self.window(row).clone();
        let index = u32::try_from(self.calls.timestamps.len())?;
        self.calls.timestamps.push(timestamp);
        self.calls.windows.push(window.clone());
        let meta = Meta {
            timestamps: Timestamps::Const(timestamp),
            windows: Windows::Const(window),
            ..Meta::default()
        };
        let (main, others) = out.split_first_mut().expect("a step has a main output");
        let mut context = Context::<D> {
            meta: &meta,
            index,
            window: OnceCell::new(),
            skew: self.code.dofn.allowed_skew(),
            main: main.values.typed_mut(),
            others,
            provenance: &mut self.provenance,
            sides: &self.sides,
            call: Some(self.state.call(&self.code, row, moment, stage)),
        };
        let local = self.local.as_mut().expect("callbacks come before the teardown");
        f(&self.code, local, &mut context)
    }
}

impl<D: DoFn<Input: KeyedInput>> KeyedWork for KeyedDoFnWork<D> {
    fn start_bundle(&mut self) -> Result<()> {
        let local = self.local.as_mut().expect("a bundle starts before the teardown");
        self.code.dofn.start_bundle(local)
    }

    fn finish_bundle(&mut self, out: &mut [Batch]) -> Result<()> {
        self.describe(out);
        let local = self.local.as_mut().expect("a bundle finishes before the teardown");
        self.code.dofn.finish_bundle(local, &mut BundleContext { out, dofn: PhantomData })
    }

    fn teardown(&mut self) -> Result<()> {
        self.local.take().map_or(Ok(()), |local| self.code.dofn.teardown(local))
    }

    fn renew(&mut self) -> Result<()> {
        // Best effort: what failed may have left it in any state.
        drop(self.teardown());
        self.local = Some(self.code.dofn.setup()?);
        Ok(())
    }

    fn see(&mut self, sides: &[ViewValue]) {
        self.sides.clear();
        self.sides.extend(sides.iter().map(Arc::clone));
    }

    fn rows(&mut self, input: &Batch, rows: &mut Vec<RowId>) {
        let elements = input.values.typed::<D::Input>();
        let table = &mut self.state.rows;
        rows.reserve(elements.len());
        if let Windows::Const(window) = &input.meta.windows {
            table.go_to(window);
            rows.extend(elements.iter().map(|element| table.row_of(element.key())));
            return self.state.grow();
        }
        input.meta.windows.for_each(&input.meta.timestamps, elements.len(), |at, window| {
            table.go_to(window);
            rows.push(table.row_of(elements[at].key()));
        });
        self.state.grow();
    }

    fn opened(&mut self) -> &mut Vec<RowId> {
        &mut self.state.rows.opened
    }

    fn process(
        &mut self,
        input: &mut Batch,
        rows: &[RowId],
        moment: Moment,
        out: &mut [Batch],
        done: &mut usize,
    ) -> Result<()> {
        self.describe(out);
        let Some(&first) = rows.first() else { return Ok(()) };
        let local = self.local.as_mut().expect("elements come before the teardown");
        let dofn = &*self.code.dofn;
        let (main, others) = out.split_first_mut().expect("a step has a main output");
        let mut context = Context::<D> {
            meta: &input.meta,
            index: 0,
            window: OnceCell::new(),
            skew: dofn.allowed_skew(),
            main: main.values.typed_mut(),
            others,
            provenance: &mut self.provenance,
            sides: &self.sides,
            call: Some(self.state.call(&self.code, first, moment, Stage::Open)),
        };
        let elements = input.values.typed_mut::<D::Input>().drain(..);
        for (element, &row) in elements.zip(rows) {
            if let Some(call) = &mut context.call {
                call.row = row;
            }
            dofn.process(local, element, &mut context)?;
            context.index += 1;
            *done += 1;
        }
        for (output, provenance) in out.iter_mut().zip(&mut self.provenance) {
            provenance.settle(&input.meta, output);
        }
        input.clear();
        Ok(())
    }

    fn on_timer(&mut self, due: &DueTimer, moment: Moment, out: &mut [Batch]) -> Result<()> {
        let fired = FiredTimer {
            at: due.at,
            output_timestamp: due.output,
            tag: due.tag.clone(),
            domain: self.code.timers[due.timer as usize].domain,
        };
        let stage = match fired.domain {
            TimeDomain::EventTime => Stage::Firing(due.at),
            TimeDomain::ProcessingTime => Stage::Open,
        };
        let callback = Callback { row: due.row, timestamp: due.output, stage, moment };
        self.call_back(callback, out, |code, local, context| {
            code.on_timers[due.timer as usize](&code.dofn, local, &fired, context)
        })
    }

    fn on_window_expiration(
        &mut self,
        row: RowId,
        moment: Moment,
        out: &mut [Batch],
    ) -> Result<()> {
        let timestamp = self.window(row).max_timestamp();
        let callback = Callback { row, timestamp, stage: Stage::Expiring, moment };
        self.call_back(callback, out, |code, local, context| match &code.on_expiration {
            Some(on_expiration) => on_expiration(&code.dofn, local, context),
            None => Ok(()),
        })
    }

    fn describe(&mut self, out: &mut [Batch]) {
        if self.calls.timestamps.is_empty() {
            return;
        }
        let Calls { timestamps, windows } = std::mem::take(&mut self.calls);
        let meta = Meta {
            timestamps: Timestamps::each(timestamps),
            windows: Windows::Each(windows),
            ..Meta::default()
        };
        for (output, provenance) in out.iter_mut().zip(&mut self.provenance) {
            provenance.settle(&meta, output);
        }
    }

    fn timer_requests(&mut self) -> &mut Vec<TimerRequest> {
        &mut self.state.requests
    }

    fn key(&self, row: RowId) -> KeyId {
        self.state.rows.key_id(row)
    }

    fn window(&self, row: RowId) -> &Interval {
        self.state.rows.window_of(row)
    }

    fn is_empty(&self, row: RowId, now: Timestamp) -> bool {
        self.state.columns.iter().all(|column| column.is_empty(row, now))
    }

    fn has_emptied(&self) -> bool {
        self.state.columns.iter().any(|column| column.has_emptied())
    }

    fn wipe(&mut self, row: RowId) {
        self.state.columns.iter_mut().for_each(|column| column.wipe(row));
    }

    fn commit(&mut self) {
        let now = self.state.now;
        self.state.columns.iter_mut().for_each(|column| column.commit(now));
    }

    fn roll_back(&mut self) {
        self.state.columns.iter_mut().for_each(|column| column.roll_back());
        self.state.requests.clear();
        self.provenance.iter_mut().for_each(Provenance::forget);
        self.calls = Calls::default();
    }

    fn mark(&mut self) {
        self.state.columns.iter_mut().for_each(|column| column.mark());
    }

    fn undo_to_mark(&mut self) {
        self.state.columns.iter_mut().for_each(|column| column.undo_to_mark());
        self.state.requests.clear();
        self.provenance.iter_mut().for_each(Provenance::forget);
    }

    fn close(&mut self, row: RowId) {
        self.state.columns.iter_mut().for_each(|column| column.forget(row));
        self.state.rows.close(row);
    }

    fn row_in(&mut self, row: RowId, window: &Interval) -> RowId {
        let row = self.state.rows.row_in(row, window);
        self.state.grow();
        row
    }

    fn merge(&mut self, into: RowId, from: RowId, now: Timestamp) -> Result<()> {
        self.state.now = now;
        self.state.columns.iter_mut().try_for_each(|column| column.merge(into, from, now))
    }

    fn open_rows(&self) -> Vec<RowId> {
        self.state.rows.open_rows()
    }

    fn save_key(&self, row: RowId, out: &mut Vec<u8>) {
        self.state.rows.save_key(row, out);
    }

    fn save_cells(&self, row: RowId, now: Timestamp) -> Vec<SavedCell> {
        (0..).zip(&self.state.columns).filter_map(|(cell, it)| it.save(row, cell, now)).collect()
    }

    fn load_row(&mut self, key: &[u8], window: Interval, cells: &[SavedCell]) -> Result<RowId> {
        let row = self.state.rows.load(key, &window)?;
        self.state.grow();
        for saved in cells {
            let column = self.state.columns.get_mut(saved.cell as usize).ok_or_else(|| {
                Error::new(format!("saved state has a cell {}, and the step has not", saved.cell))
            })?;
            column.load(row, saved)?;
        }
        Ok(row)
    }

    fn bytes(&self) -> usize {
        self.state.rows.bytes() + self.state.columns.iter().map(|it| it.bytes()).sum::<usize>()
    }
}

#[cfg(test)]
mod tests;
