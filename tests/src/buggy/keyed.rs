//! Code with state and timers, called in another way.

use heliostat::batch::Batch;
use heliostat::graph::kernel::{KeyGroups, KeyId};
use heliostat::graph::{
    DueTimer, Functions, KeyedFn, KeyedWork, Moment, RowId, SavedCell, TimerRequest, ViewValue,
};
use heliostat::{Interval, Result, Str, Timestamp};

/// What goes wrong with state and timers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeyedMistake {
    /// A bundle finds nothing of what the one before it left.
    ForgetsState,
    /// State of windows that merge is gone.
    MergesNothing,
    /// A timer that is cleared fires.
    ClearsNothing,
    /// No watermark is held for a timer's output.
    HoldsNothing,
    /// A timer that is set by one that fires is not.
    LoopsNothing,
    /// Timers of a family are one.
    ForgetsTags,
    /// Processing time stays where it was first seen.
    StopsTheClock,
}

/// The code of a step with a mistake around it.
pub(super) struct Keyed {
    pub(super) functions: Functions,
    pub(super) path: String,
    pub(super) mistake: KeyedMistake,
}

impl KeyedFn for Keyed {
    fn setup(&self, seed: u64) -> Result<Box<dyn KeyedWork>> {
        let work = self.functions.keyed(&self.path).setup(seed)?;
        Ok(Box::new(DisturbedWork { work, mistake: self.mistake, now: None }))
    }

    fn key_groups(&self, seed: u64) -> Box<dyn KeyGroups> {
        self.functions.keyed(&self.path).key_groups(seed)
    }
}

struct DisturbedWork {
    work: Box<dyn KeyedWork>,
    mistake: KeyedMistake,
    /// Processing time as it was first seen.
    now: Option<Timestamp>,
}

impl DisturbedWork {
    fn seen_at(&mut self, moment: Moment) -> Moment {
        if self.mistake != KeyedMistake::StopsTheClock {
            return moment;
        }
        Moment { now: *self.now.get_or_insert(moment.now), ..moment }
    }

    fn time(&self, now: Timestamp) -> Timestamp {
        self.now.unwrap_or(now)
    }
}

impl KeyedWork for DisturbedWork {
    fn start_bundle(&mut self) -> Result<()> {
        self.work.start_bundle()?;
        if self.mistake == KeyedMistake::ForgetsState {
            for row in self.work.open_rows() {
                self.work.wipe(row);
            }
        }
        Ok(())
    }

    fn finish_bundle(&mut self, out: &mut [Batch]) -> Result<()> {
        self.work.finish_bundle(out)
    }

    fn teardown(&mut self) -> Result<()> {
        self.work.teardown()
    }

    fn renew(&mut self) -> Result<()> {
        self.work.renew()
    }

    fn see(&mut self, sides: &[ViewValue]) {
        self.work.see(sides);
    }

    fn rows(&mut self, input: &Batch, rows: &mut Vec<RowId>) {
        self.work.rows(input, rows);
    }

    fn opened(&mut self) -> &mut Vec<RowId> {
        self.work.opened()
    }

    fn process(
        &mut self,
        input: &mut Batch,
        rows: &[RowId],
        moment: Moment,
        out: &mut [Batch],
        done: &mut usize,
    ) -> Result<()> {
        let moment = self.seen_at(moment);
        self.work.process(input, rows, moment, out, done)
    }

    fn on_timer(&mut self, due: &DueTimer, moment: Moment, out: &mut [Batch]) -> Result<()> {
        let moment = self.seen_at(moment);
        let asked = self.work.timer_requests().len();
        self.work.on_timer(due, moment, out)?;
        if self.mistake == KeyedMistake::LoopsNothing {
            self.work.timer_requests().truncate(asked);
        }
        Ok(())
    }

    fn on_window_expiration(
        &mut self,
        row: RowId,
        moment: Moment,
        out: &mut [Batch],
    ) -> Result<()> {
        let moment = self.seen_at(moment);
        self.work.on_window_expiration(row, moment, out)
    }

    fn describe(&mut self, out: &mut [Batch]) {
        self.work.describe(out);
    }

    fn timer_requests(&mut self) -> &mut Vec<TimerRequest> {
        let requests = self.work.timer_requests();
        match self.mistake {
            KeyedMistake::ClearsNothing => requests.retain(|request| request.set.is_some()),
            KeyedMistake::HoldsNothing => {
                let settings = requests.iter_mut().filter_map(|request| request.set.as_mut());
                settings.for_each(|setting| setting.holds = false);
            }
            KeyedMistake::ForgetsTags => {
                requests.iter_mut().for_each(|request| request.tag = Str::from(""));
            }
            KeyedMistake::ForgetsState
            | KeyedMistake::MergesNothing
            | KeyedMistake::LoopsNothing
            | KeyedMistake::StopsTheClock => {}
        }
        requests
    }

    fn key(&self, row: RowId) -> KeyId {
        self.work.key(row)
    }

    fn window(&self, row: RowId) -> &Interval {
        self.work.window(row)
    }

    fn is_empty(&self, row: RowId, now: Timestamp) -> bool {
        self.work.is_empty(row, self.time(now))
    }

    fn has_emptied(&self) -> bool {
        self.work.has_emptied()
    }

    fn wipe(&mut self, row: RowId) {
        self.work.wipe(row);
    }

    fn commit(&mut self) {
        self.work.commit();
    }

    fn roll_back(&mut self) {
        self.work.roll_back();
    }

    fn mark(&mut self) {
        self.work.mark();
    }

    fn undo_to_mark(&mut self) {
        self.work.undo_to_mark();
    }

    fn close(&mut self, row: RowId) {
        self.work.close(row);
    }

    fn row_in(&mut self, row: RowId, window: &Interval) -> RowId {
        self.work.row_in(row, window)
    }

    fn merge(&mut self, into: RowId, from: RowId, now: Timestamp) -> Result<()> {
        if self.mistake == KeyedMistake::MergesNothing {
            self.work.wipe(from);
            return Ok(());
        }
        self.work.merge(into, from, self.time(now))
    }

    fn open_rows(&self) -> Vec<RowId> {
        self.work.open_rows()
    }

    fn save_key(&self, row: RowId, out: &mut Vec<u8>) {
        self.work.save_key(row, out);
    }

    fn save_cells(&self, row: RowId, now: Timestamp) -> Vec<SavedCell> {
        self.work.save_cells(row, self.time(now))
    }

    fn load_row(&mut self, key: &[u8], window: Interval, cells: &[SavedCell]) -> Result<RowId> {
        self.work.load_row(key, window, cells)
    }

    fn bytes(&self) -> usize {
        self.work.bytes()
    }
}
