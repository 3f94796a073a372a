//! The grouping engine: elements in, panes out (model.md 5.6).
//!
//! Two paths with one meaning. The *general* path takes any trigger, mode and timestamp combiner,
//! and keeps state per key and window. The *aligned* path takes the common windowings in which all
//! keys of a window fire together: it keeps one table per open pane, so that a watermark never
//! costs work per key. A property test holds the two equal.

mod aligned;
mod general;
mod label;
mod panes;
mod path;
mod saved;
mod spread;

use aligned::Aligned;
use general::{ClosedOut, General};
use heliostat::batch::{Batch, Column, Meta, Timestamps};
use heliostat::graph::kernel::{DropRecord, Kernels, PaneTable};
use heliostat::savepoint::GroupingState;
use heliostat::{
    Accumulation, DropCause, DropCounts, Interval, MergeWindows, OpenWindows, Result,
    SlidingWindows, Timestamp, Windowing,
};
use panes::Panes;
use path::{LateFirings, late_firings};
use saved::SavedState;
use std::fmt;
use std::sync::Arc;

pub use path::GroupingPath;
pub(crate) use spread::{Spread, on_both_sides, sliding_in_slices, spread, spread_of};

/// What a grouping is made from besides its kernels.
#[derive(Clone, Debug)]
pub struct GroupingSettings {
    /// The windowing of its input.
    pub windowing: Windowing,
    /// Which engine it takes; [`GroupingPath::of`] finds the cheapest.
    pub path: GroupingPath,
    /// What its hashes are keyed with.
    pub seed: u64,
}

/// The code a grouping calls.
#[derive(Clone)]
pub struct GroupingCode {
    /// What holds its keys and values.
    pub kernels: Arc<dyn Kernels>,
    /// What merges its windows, where they do.
    pub merger: Option<Arc<dyn MergeWindows>>,
}

/// What a bundle or a watermark made a grouping give.
#[derive(Debug, Default)]
pub struct Fired {
    /// The panes, in their order; those of a window that has many are a batch of their own.
    pub panes: Vec<Batch>,
    /// How many of their elements are in late panes.
    pub late_panes: u64,
}

/// One grouping at work: state of all keys and windows on one worker.
pub struct Grouping {
    kernels: Arc<dyn Kernels>,
    engine: Engine,
    windowing: Windowing,
    /// The input watermark, as of the last completed advance.
    watermark: Timestamp,
    drops: Drops,
    dropped: Option<Batch>,
}

#[expect(clippy::large_enum_variant, reason = "there is one per grouping and worker")]
enum Engine {
    Aligned(Aligned),
    General(General),
}

/// What a lifter keeps a table for.
#[derive(Clone, Copy)]
pub(crate) enum Extent<'a> {
    Window(&'a Interval),
    Slice(&'a SlidingWindows, &'a Interval),
}

/// Elements that were not taken.
#[derive(Default)]
struct Drops {
    counts: DropCounts,
    /// Of the batch in hand.
    records: Vec<DropRecord>,
    /// Whether anyone wants the elements themselves.
    wanted: bool,
}

impl Drops {
    fn push(&mut self, record: DropRecord) {
        match record.cause {
            DropCause::Late => self.counts.late += 1,
            DropCause::Closed => self.counts.closed += 1,
        }
        if self.wanted {
            self.records.push(record);
        }
    }
}

impl Grouping {
    /// A grouping without state. `dropped` is an empty batch for what it does not take, if that
    /// output is wanted.
    pub fn new(settings: GroupingSettings, code: GroupingCode, dropped: Option<Batch>) -> Self {
        let GroupingSettings { windowing, path, seed } = settings;
        let GroupingCode { kernels, merger } = code;
        let engine = match (path, late_firings(&windowing)) {
            (GroupingPath::Aligned, Some(late)) => {
                Engine::Aligned(Aligned::new(&windowing, late, kernels.pane_tables(seed)))
            }
            (GroupingPath::Aligned | GroupingPath::General, _) => {
                let merger = merger.filter(|_| windowing.merges_windows());
                Engine::General(General::new(&windowing, merger, kernels.keyed_cells(seed)))
            }
        };
        let drops = Drops { wanted: dropped.is_some(), ..Drops::default() };
        Self { kernels, engine, windowing, watermark: Timestamp::MIN, drops, dropped }
    }

    /// Which engine it took.
    pub fn path(&self) -> GroupingPath {
        match self.engine {
            Engine::Aligned(_) => GroupingPath::Aligned,
            Engine::General(_) => GroupingPath::General,
        }
    }

    /// Takes one batch of the bundle in hand and leaves it empty.
    pub fn add(&mut self, batch: &mut Batch) {
        let sliced = match &self.engine {
            Engine::Aligned(aligned) => aligned.takes_slices(&batch.meta, batch.len()),
            Engine::General(_) => false,
        };
        if !sliced && !batch.meta.windows.one_each() {
            *batch = batch.exploded();
        }
        match &mut self.engine {
            Engine::Aligned(aligned) => {
                let panes = if sliced {
                    aligned.assign_slices(&batch.meta, batch.len(), &mut self.drops)
                } else {
                    aligned.assign(&batch.meta, batch.len(), &mut self.drops)
                };
                push_dropped(
                    &*self.kernels,
                    &*batch.values,
                    &mut self.drops,
                    self.dropped.as_mut(),
                );
                aligned.add(batch.values.as_mut(), panes);
            }
            Engine::General(general) => {
                general.assign(batch, &mut self.drops);
                push_dropped(
                    &*self.kernels,
                    &*batch.values,
                    &mut self.drops,
                    self.dropped.as_mut(),
                );
                general.add(batch.values.as_mut());
            }
        }
        batch.clear();
    }

    /// Whether it can take all that a lifter on the same worker has for a window or slice as it is.
    pub(crate) fn takes_whole(&self, extent: &Interval) -> bool {
        match &self.engine {
            Engine::Aligned(aligned) => aligned.takes_whole(extent),
            Engine::General(_) => false,
        }
    }

    /// Takes it, if it can: part of the bundle in hand. May give an empty table back.
    pub(crate) fn take_whole(&mut self, extent: Extent<'_>, table: PaneTable) -> Option<PaneTable> {
        match &mut self.engine {
            Engine::Aligned(aligned) => aligned.take_whole(extent, table),
            Engine::General(_) => None,
        }
    }

    /// Moves processing time, without firing what is due by it.
    pub fn set_now(&mut self, now: Timestamp) {
        match &mut self.engine {
            Engine::Aligned(_) => {}
            Engine::General(general) => general.set_now(now),
        }
    }

    /// Ends the bundle in hand: windows are merged where they do, and triggers are looked at once
    /// per key and window it touched. `panes` is an empty batch of the output's type.
    ///
    /// # Errors
    /// If a window function asks for merges that its contract does not allow.
    pub fn end_bundle(&mut self, panes: Batch) -> Result<Fired> {
        let mut panes = Panes::new(panes);
        match &mut self.engine {
            Engine::Aligned(aligned) => aligned.end_bundle(&mut panes),
            Engine::General(general) => {
                if let Some(ClosedOut { values, records }) = general.end_bundle(&mut panes)? {
                    records.into_iter().for_each(|record| self.drops.push(record));
                    push_dropped(&*self.kernels, &*values, &mut self.drops, self.dropped.as_mut());
                }
            }
        }
        Ok(panes.fired())
    }

    /// Moves the input watermark; does nothing if it is not ahead of where it is.
    pub fn advance(&mut self, to: Timestamp, panes: Batch) -> Fired {
        if to <= self.watermark {
            return Fired::default();
        }
        self.watermark = to;
        let mut panes = Panes::new(panes);
        match &mut self.engine {
            Engine::Aligned(aligned) => aligned.advance(to, &mut panes),
            Engine::General(general) => general.advance(to, &mut panes),
        }
        panes.fired()
    }

    /// Fires what processing time has made due.
    pub fn fire_overdue(&mut self, panes: Batch) -> Fired {
        let mut panes = Panes::new(panes);
        match &mut self.engine {
            Engine::Aligned(_) => {}
            Engine::General(general) => general.fire_overdue(&mut panes),
        }
        panes.fired()
    }

    /// The processing time that something waits for: it is due once that has passed.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        match &self.engine {
            Engine::Aligned(_) => None,
            Engine::General(general) => general.next_deadline(),
        }
    }

    /// The input watermark it was last advanced to.
    pub fn input_watermark(&self) -> Timestamp {
        self.watermark
    }

    /// No pane to come is earlier: the input watermark, held by what is still to come.
    pub fn output_watermark(&self) -> Timestamp {
        match &self.engine {
            // Every hold of an aligned window is at its end or its expiry, never behind the
            // watermark.
            Engine::Aligned(_) => self.watermark,
            Engine::General(general) => general.output_watermark(),
        }
    }

    /// How many elements it has not taken so far.
    pub fn drops(&self) -> DropCounts {
        self.drops.counts
    }

    /// The elements it did not take since the last call, where they are wanted.
    pub fn take_dropped(&mut self) -> Option<Batch> {
        let dropped = self.dropped.as_mut().filter(|dropped| !dropped.is_empty())?;
        let empty = dropped.empty_like();
        Some(std::mem::replace(dropped, empty))
    }

    /// What is open now.
    pub fn open_windows(&self) -> OpenWindows {
        match &self.engine {
            Engine::Aligned(aligned) => aligned.open_windows(),
            Engine::General(general) => general.open_windows(),
        }
    }

    /// How many rows [`Grouping::save`] writes, about.
    pub fn saved_rows(&self) -> u64 {
        match &self.engine {
            Engine::Aligned(aligned) => aligned.saved_rows(),
            Engine::General(general) => general.open_windows().windows,
        }
    }

    /// All state, in a form that a grouping with the same windowing can go on from, whatever its
    /// path. Only between bundles.
    pub fn save(&self) -> GroupingState {
        let saved = match &self.engine {
            Engine::Aligned(aligned) => aligned.save(&self.windowing),
            Engine::General(general) => general.save(),
        };
        GroupingState {
            input_watermark: self.watermark,
            output_watermark: self.output_watermark(),
            windowing: self.windowing.clone(),
            key: self.kernels.key_type(),
            accumulator: self.kernels.accumulator_type(),
            rows: saved.into_rows(),
        }
    }

    /// Replaces all state by what [`Grouping::save`] gave. `seed` keys hashes from now on.
    ///
    /// # Errors
    /// If it is not what `save` gave for such a grouping.
    pub fn load(&mut self, saved: &GroupingState, seed: u64) -> Result<()> {
        let state = SavedState::from_rows(saved.input_watermark, &saved.rows)?;
        self.watermark = state.watermark;
        match &mut self.engine {
            Engine::Aligned(aligned) => aligned.load(state, self.kernels.pane_tables(seed)),
            Engine::General(general) => general.load(state, self.kernels.keyed_cells(seed)),
        }
    }

    /// An estimate of the bytes its state takes.
    pub fn bytes(&self) -> usize {
        match &self.engine {
            Engine::Aligned(aligned) => aligned.bytes(),
            Engine::General(general) => general.bytes(),
        }
    }
}

impl fmt::Debug for Grouping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Grouping")
            .field("path", &self.path())
            .field("watermark", &self.watermark)
            .finish_non_exhaustive()
    }
}

fn push_dropped(
    kernels: &dyn Kernels,
    values: &dyn Column,
    drops: &mut Drops,
    out: Option<&mut Batch>,
) {
    let (Some(out), false) = (out, drops.records.is_empty()) else { return };
    kernels.push_dropped(values, &drops.records, out.values.as_mut());
    let at = drops.records.iter().map(|record| record.timestamp).collect();
    let count = drops.records.len();
    let before = out.len() - count;
    out.meta.append(before, Meta::at(Timestamps::each(at)), count);
    drops.records.clear();
}

/// Whether a mode keeps what a pane showed.
fn keeps(accumulation: Accumulation) -> bool {
    accumulation == Accumulation::Accumulating
}

#[cfg(test)]
mod tests;
