//! What workers and their coordinator tell each other, beside elements.

use crate::worker::WorkerPart;
use heliostat::{BadRow, RunError, StopCause, Timestamp};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Bad rows that a source gave, the first of a bundle.
pub(crate) struct BadRows {
    pub(crate) source: usize,
    pub(crate) rows: Vec<BadRow>,
}

/// Seen by all workers and the coordinator.
#[derive(Default)]
pub(crate) struct Control {
    /// The first failure: it ends the run.
    failure: Mutex<Option<RunError>>,
    has_failed: AtomicBool,
    /// Why the run is to stop.
    stop: Mutex<Option<StopCause>>,
    /// How many savepoints were asked for, times two, and one more if the run is to stop behind them:
    /// what all workers see in the same order.
    orders: AtomicU64,
    /// What workers have of a savepoint.
    saved: Mutex<Vec<(usize, WorkerPart)>>,
    /// How many barriers of a script everything on each worker is behind.
    quiet: Vec<AtomicU64>,
    /// How many bundles reads have given, and how many elements.
    pub(crate) read_bundles: AtomicU64,
    pub(crate) elements: AtomicU64,
    /// How many bundles there were of all stages.
    bundles: AtomicU64,
    /// How many workers are done.
    done: AtomicUsize,
    /// How far the reads of each worker are.
    watermarks: Vec<AtomicI64>,
    bad_rows: Mutex<Vec<BadRows>>,
    /// For how many microseconds each root was held up by each slot.
    held: Mutex<BTreeMap<(usize, usize), u64>>,
    /// How far the unbounded reads of each worker are, by worker and source; one that nobody waits for
    /// is at the end of time.
    reads: Vec<Vec<AtomicI64>>,
}

impl Control {
    pub(crate) fn of(workers: usize, sources: usize) -> Self {
        let read = |_| AtomicI64::new(Timestamp::MAX.millis());
        let reads = (0..workers).map(|_| (0..sources).map(read).collect()).collect();
        let watermarks = (0..workers).map(|_| AtomicI64::new(Timestamp::MIN.millis())).collect();
        let quiet = (0..workers).map(|_| AtomicU64::new(0)).collect();
        Self { quiet, watermarks, reads, ..Self::default() }
    }

    /// Ends the run with this error, unless another was first.
    pub(crate) fn fail(&self, error: RunError) {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
        self.has_failed.store(true, Ordering::Release);
    }

    pub(crate) fn has_failed(&self) -> bool {
        self.has_failed.load(Ordering::Acquire)
    }

    pub(crate) fn take_failure(&self) -> Option<RunError> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Lets sources give nothing more, and the run end behind what they gave.
    pub(crate) fn stop(&self, cause: StopCause) {
        self.stop.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(cause);
        self.orders.fetch_or(1, Ordering::AcqRel);
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.orders.load(Ordering::Acquire) & 1 == 1
    }

    /// Asks for a savepoint; says whether there will be one, which is not so of a run that stops.
    pub(crate) fn ask_for_savepoint(&self) -> bool {
        let ask = |orders: u64| (orders & 1 == 0).then_some(orders + 2);
        self.orders.fetch_update(Ordering::AcqRel, Ordering::Acquire, ask).is_ok()
    }

    /// How many savepoints were asked for.
    pub(crate) fn savepoints(&self) -> u64 {
        self.orders.load(Ordering::Acquire) / 2
    }

    pub(crate) fn give_part(&self, worker: usize, part: WorkerPart) {
        self.saved.lock().unwrap_or_else(PoisonError::into_inner).push((worker, part));
    }

    pub(crate) fn take_parts(&self) -> Vec<(usize, WorkerPart)> {
        std::mem::take(&mut self.saved.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn stop_cause(&self) -> Option<StopCause> {
        *self.stop.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes how many barriers of a script everything on a worker is behind; says whether that is
    /// news.
    pub(crate) fn set_quiet(&self, worker: usize, barriers: u64) -> bool {
        self.quiet[worker].swap(barriers, Ordering::AcqRel) != barriers
    }

    /// Whether everything is behind so many barriers.
    pub(crate) fn is_quiet(&self, barriers: u64) -> bool {
        self.quiet.iter().all(|passed| barriers <= passed.load(Ordering::Acquire))
    }

    pub(crate) fn set_watermark(&self, worker: usize, watermark: Timestamp) {
        self.watermarks[worker].store(watermark.millis(), Ordering::Relaxed);
    }

    /// The smallest watermark of all reads.
    pub(crate) fn watermark(&self) -> Timestamp {
        let all = self.watermarks.iter().map(|it| it.load(Ordering::Relaxed));
        Timestamp::from_millis(all.min().unwrap_or(Timestamp::MAX.millis()))
    }

    pub(crate) fn note_done(&self) {
        self.done.fetch_add(1, Ordering::AcqRel);
    }

    /// Whether all workers are done.
    pub(crate) fn is_done(&self) -> bool {
        self.done.load(Ordering::Acquire) == self.quiet.len()
    }

    pub(crate) fn read_bundles(&self) -> u64 {
        self.read_bundles.load(Ordering::Relaxed)
    }

    pub(crate) fn elements(&self) -> u64 {
        self.elements.load(Ordering::Relaxed)
    }

    /// The number of the bundle that begins.
    pub(crate) fn next_bundle(&self) -> u64 {
        self.bundles.fetch_add(1, Ordering::Relaxed) + 1
    }

    pub(crate) fn bundles(&self) -> u64 {
        self.bundles.load(Ordering::Relaxed)
    }

    /// Notes how far a read is on a worker.
    pub(crate) fn set_read(&self, worker: usize, source: usize, watermark: Timestamp) {
        self.reads[worker][source].store(watermark.millis(), Ordering::Relaxed);
    }

    /// How far the slowest of all unbounded reads is that somebody waits for.
    pub(crate) fn slowest_read(&self) -> Timestamp {
        let all = self.reads.iter().flatten().map(|it| it.load(Ordering::Relaxed));
        Timestamp::from_millis(all.min().unwrap_or(Timestamp::MAX.millis()))
    }

    /// Notes that a slot held up a root.
    pub(crate) fn add_held(&self, root: usize, slot: usize, micros: u64) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        *held.entry((root, slot)).or_default() += micros;
    }

    /// For how many microseconds each root was held up by each slot.
    pub(crate) fn held(&self) -> BTreeMap<(usize, usize), u64> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn tell_bad_rows(&self, rows: BadRows) {
        self.bad_rows.lock().unwrap_or_else(PoisonError::into_inner).push(rows);
    }

    pub(crate) fn take_bad_rows(&self) -> Vec<BadRows> {
        std::mem::take(&mut self.bad_rows.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
