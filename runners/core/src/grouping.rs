//! The grouping engine: elements in, panes out (model.md 5.6).
//!
//! Two paths with one meaning. The *general* path takes any trigger, mode and timestamp combiner,
//! and keeps state per key and window. The *aligned* path takes the common windowings in which all
//! keys of a window fire together: it keeps one table per open pane, so that a watermark never
//! costs work per key. A property test holds the two equal.

mod aligned;
mod drops;
mod engine;
mod general;
mod label;
mod panes;
mod path;
mod saved;
mod shelves;
mod spread;

use drops::Drops;
use engine::{Blueprint, Engine};
use heliostat::batch::Batch;
use heliostat::graph::kernel::{Kernels, PaneTable};
use heliostat::savepoint::GroupingState;
use heliostat::{
    Accumulation, DropCounts, Interval, MergeWindows, OpenWindows, Result, SlidingWindows,
    Timestamp, Windowing,
};
use panes::Panes;
use path::{LateFirings, late_firings};
use saved::SavedRow;
use shelves::Shelves;
use std::fmt;
use std::path::Path;
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
    /// There is more to come of the same call, which is to be made again: what is on disk is fired
    /// part by part.
    pub more: bool,
}

/// One grouping at work: state of all keys and windows on one worker.
pub struct Grouping {
    blueprint: Blueprint,
    state: State,
    /// The input watermark, as of the last completed advance.
    watermark: Timestamp,
    /// The processing time.
    now: Timestamp,
    drops: Drops,
    /// How much it holds, where someone asks.
    weight: Option<Weight>,
}

/// About how many bytes a grouping holds.
struct Weight {
    /// So many when that was last looked at.
    seen: usize,
    /// And so many have come since.
    since: usize,
}

/// Where the state of a grouping is.
#[expect(clippy::large_enum_variant, reason = "there is one per grouping and worker")]
enum State {
    /// In memory.
    Whole(Engine),
    /// In memory as far as it may be, the rest on disk.
    Shelved(Shelves),
}

/// What a lifter keeps a table for.
#[derive(Clone, Copy)]
pub(crate) enum Extent<'a> {
    Window(&'a Interval),
    Slice(&'a SlidingWindows, &'a Interval),
}

impl Grouping {
    /// A grouping without state. `dropped` is an empty batch for what it does not take, if that
    /// output is wanted.
    pub fn new(settings: GroupingSettings, code: GroupingCode, dropped: Option<Batch>) -> Self {
        let GroupingSettings { windowing, path, seed } = settings;
        let GroupingCode { kernels, merger } = code;
        let blueprint = Blueprint { windowing, path, kernels, merger, seed };
        Self {
            state: State::Whole(blueprint.engine(Timestamp::MIN, Timestamp::MIN)),
            blueprint,
            watermark: Timestamp::MIN,
            now: Timestamp::MIN,
            drops: Drops::into(dropped),
            weight: None,
        }
    }

    /// Which engine it took.
    pub fn path(&self) -> GroupingPath {
        self.blueprint.path()
    }

    /// Takes one batch of the bundle in hand and leaves it empty.
    ///
    /// # Errors
    /// If what is on disk can not be read or written.
    pub fn add(&mut self, batch: &mut Batch) -> Result<()> {
        let kernels = self.blueprint.kernels.as_ref();
        let bytes = || kernels.values().estimated_bytes(&*batch.values);
        if let Some(weight) = &mut self.weight {
            weight.since = weight.since.saturating_add(bytes());
        }
        match &mut self.state {
            State::Whole(engine) => {
                engine.add(batch, kernels, &mut self.drops);
                Ok(())
            }
            State::Shelved(shelves) => {
                let bytes = bytes();
                shelves.add(&self.blueprint, (batch, bytes), &mut self.drops)
            }
        }
    }

    /// Whether it can take all that a lifter on the same worker has for a window or slice as it is.
    pub(crate) fn takes_whole(&self, extent: &Interval) -> bool {
        match &self.state {
            State::Whole(engine) => engine.takes_whole(extent),
            State::Shelved(_) => false,
        }
    }

    /// Takes it, if it can: part of the bundle in hand. May give an empty table back.
    pub(crate) fn take_whole(&mut self, extent: Extent<'_>, table: PaneTable) -> Option<PaneTable> {
        if let Some(weight) = &mut self.weight {
            weight.since = weight.since.saturating_add(table.bytes());
        }
        match &mut self.state {
            State::Whole(engine) => engine.take_whole(extent, table),
            State::Shelved(_) => None,
        }
    }

    /// Moves processing time, without firing what is due by it.
    pub fn set_now(&mut self, now: Timestamp) {
        self.now = now;
        match &mut self.state {
            State::Whole(engine) => engine.set_now(now),
            State::Shelved(shelves) => shelves.set_now(now),
        }
    }

    /// Ends the bundle in hand: windows are merged where they do, and triggers are looked at once
    /// per key and window it touched. `panes` is an empty batch of the output's type.
    ///
    /// # Errors
    /// If a window function asks for merges that its contract does not allow; if what is on disk
    /// can not be read or written.
    pub fn end_bundle(&mut self, panes: Batch) -> Result<Fired> {
        let mut panes = Panes::new(panes);
        let (blueprint, drops) = (&self.blueprint, &mut self.drops);
        match &mut self.state {
            State::Whole(engine) => {
                engine.end_bundle(&mut panes, blueprint.kernels.as_ref(), drops)?;
            }
            State::Shelved(shelves) => shelves.end_bundle(blueprint, &mut panes, drops)?,
        }
        Ok(panes.fired())
    }

    /// Moves the input watermark; does nothing if it is not ahead of where it is. Where state is on
    /// disk it may be done in several parts: until the last of them is fired, the watermark is where
    /// it was.
    ///
    /// # Errors
    /// If what is on disk can not be read or written.
    pub fn advance(&mut self, to: Timestamp, panes: Batch) -> Result<Fired> {
        if to <= self.watermark {
            return Ok(Fired::default());
        }
        let mut panes = Panes::new(panes);
        let is_over = match &mut self.state {
            State::Whole(engine) => {
                engine.advance(to, &mut panes);
                true
            }
            State::Shelved(shelves) => shelves.advance(&self.blueprint, to, &mut panes)?,
        };
        if is_over {
            self.watermark = to;
        }
        let fired = panes.fired();
        if !fired.panes.is_empty() {
            self.weight = None;
        }
        Ok(Fired { more: !is_over, ..fired })
    }

    /// Fires what processing time has made due.
    ///
    /// # Errors
    /// If what is on disk can not be read or written.
    pub fn fire_overdue(&mut self, panes: Batch) -> Result<Fired> {
        let mut panes = Panes::new(panes);
        match &mut self.state {
            State::Whole(engine) => engine.fire_overdue(&mut panes),
            State::Shelved(shelves) => shelves.fire_overdue(&self.blueprint, &mut panes)?,
        }
        Ok(panes.fired())
    }

    /// The processing time that something waits for: it is due once that has passed.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        match &self.state {
            State::Whole(engine) => engine.next_deadline(),
            State::Shelved(shelves) => shelves.next_deadline(),
        }
    }

    /// The input watermark it was last advanced to.
    pub fn input_watermark(&self) -> Timestamp {
        self.watermark
    }

    /// No pane to come is earlier: the input watermark, held by what is still to come.
    pub fn output_watermark(&self) -> Timestamp {
        let hold = match &self.state {
            State::Whole(engine) => engine.hold(),
            State::Shelved(shelves) => shelves.hold(),
        };
        hold.map_or(self.watermark, |hold| hold.min(self.watermark))
    }

    /// How many elements it has not taken so far.
    pub fn drops(&self) -> DropCounts {
        self.drops.counts
    }

    /// The elements it did not take since the last call, where they are wanted.
    pub fn take_dropped(&mut self) -> Option<Batch> {
        self.drops.take()
    }

    /// What is open now.
    ///
    /// # Errors
    /// If what is on disk can not be read.
    pub fn open_windows(&self) -> Result<OpenWindows> {
        match &self.state {
            State::Whole(engine) => Ok(engine.open_windows()),
            State::Shelved(shelves) => shelves.open_windows(&self.blueprint),
        }
    }

    /// Whether some of its state is on disk, or was.
    pub fn is_on_disk(&self) -> bool {
        matches!(self.state, State::Shelved(_))
    }

    /// How many rows [`Grouping::save`] writes, about.
    pub fn saved_rows(&self) -> u64 {
        match &self.state {
            State::Whole(engine) => engine.saved_rows(),
            State::Shelved(shelves) => shelves.saved_rows(),
        }
    }

    /// All state, in a form that a grouping with the same windowing can go on from, whatever its
    /// path. Only between bundles.
    ///
    /// # Errors
    /// If what is on disk can not be read.
    pub fn save(&self) -> Result<GroupingState> {
        let mut rows = Vec::new();
        let mut each = |row: SavedRow| {
            rows.push(row.into_row());
            Ok(())
        };
        match &self.state {
            State::Whole(engine) => engine.save(&self.blueprint.windowing, &mut each)?,
            State::Shelved(shelves) => shelves.save(&self.blueprint, &mut each)?,
        }
        Ok(GroupingState {
            input_watermark: self.watermark,
            output_watermark: self.output_watermark(),
            windowing: self.blueprint.windowing.clone(),
            key: self.blueprint.kernels.key_type(),
            accumulator: self.blueprint.kernels.accumulator_type(),
            rows,
        })
    }

    /// Replaces all state by what [`Grouping::save`] gave. `seed` keys hashes from now on.
    ///
    /// # Errors
    /// If it is not what `save` gave for such a grouping.
    pub fn load(&mut self, saved: &GroupingState, seed: u64) -> Result<()> {
        self.blueprint.seed = seed;
        self.watermark = saved.input_watermark;
        let mut engine = self.blueprint.engine(self.watermark, self.now);
        for row in &saved.rows {
            engine.load(SavedRow::from_row(row.clone())?)?;
        }
        self.state = State::Whole(engine);
        self.weight = None;
        Ok(())
    }

    /// An estimate of the bytes its state takes in memory.
    pub fn bytes(&self) -> usize {
        match &self.state {
            State::Whole(engine) => engine.bytes(),
            State::Shelved(shelves) => shelves.bytes(),
        }
    }

    /// The same, as it was when last looked at unless much may have changed: so much that it
    /// matters to a limit.
    pub(crate) fn weight(&mut self, limit: usize) -> usize {
        match &self.weight {
            Some(Weight { seen, since }) if *since <= limit / LOOKS_PER_LIMIT => seen + since,
            Some(_) | None => {
                let seen = self.bytes();
                self.weight = Some(Weight { seen, since: 0 });
                seen
            }
        }
    }

    /// Moves state to disk until at most about so many bytes of it are in memory; from now on it
    /// stays within that by itself, but for what a bundle brings. Only between bundles.
    ///
    /// # Errors
    /// If that can not be written.
    pub(crate) fn keep_within(&mut self, limit: usize, room: &Path) -> Result<()> {
        if let State::Whole(engine) = &self.state {
            let shelves = Shelves::of(&self.blueprint, engine, (self.watermark, self.now), room)?;
            self.state = State::Shelved(shelves);
        }
        if let State::Shelved(shelves) = &mut self.state {
            shelves.keep_within(&self.blueprint, limit)?;
        }
        self.weight = None;
        Ok(())
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

/// How much of a limit may come before it is looked again how much there is.
const LOOKS_PER_LIMIT: usize = 32;

/// Whether a mode keeps what a pane showed.
fn keeps(accumulation: Accumulation) -> bool {
    accumulation == Accumulation::Accumulating
}

#[cfg(test)]
mod tests;
