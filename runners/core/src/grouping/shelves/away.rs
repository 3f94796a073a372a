//! A shelf on disk.

use super::log::{Blocks, Log};
use super::record::{Elements, Head};
use super::waits::{self, earlier};
use crate::grouping::Drops;
use crate::grouping::engine::{Blueprint, Engine};
use crate::grouping::saved::SavedRow;
use heliostat::batch::Batch;
use heliostat::graph::EdgeType;
use heliostat::{Result, Timestamp, WindowFn};

/// What lies on it, and all that must be known of it while it lies there.
pub(super) struct Away {
    log: Log,
    /// The watermark that the log was last written at.
    watermark: Timestamp,
    /// Nothing on it is due before the watermark passes this.
    pub(super) due: Timestamp,
    /// The earliest hold of what is on it.
    pub(super) hold: Option<Timestamp>,
    /// The processing time when it left memory; what was due by then counts as not past.
    left: Timestamp,
    /// The processing time that something on it waits for.
    pub(super) deadline: Option<Timestamp>,
    /// How many rows and elements it has.
    pub(super) rows: u64,
    /// About how many bytes it takes in memory when it is brought there.
    pub(super) bytes: usize,
}

/// An engine on its way to disk.
pub(super) struct Saving<'a> {
    pub(super) blueprint: &'a Blueprint,
    /// The watermark it is at.
    pub(super) watermark: Timestamp,
    /// The processing time; if something is overdue, that.
    pub(super) now: Timestamp,
}

impl<'a> Saving<'a> {
    pub(super) fn of(blueprint: &'a Blueprint, engine: &Engine, now: Timestamp) -> Self {
        let now = engine.next_deadline().map_or(now, |deadline| deadline.min(now));
        Self { blueprint, watermark: engine.watermark(), now }
    }
}

impl Default for Away {
    fn default() -> Self {
        Self {
            log: Log::default(),
            watermark: Timestamp::MIN,
            due: Timestamp::MAX,
            hold: None,
            left: Timestamp::MIN,
            deadline: None,
            rows: 0,
            bytes: 0,
        }
    }
}

impl Away {
    pub(super) fn is_empty(&self) -> bool {
        self.log.is_empty()
    }

    /// The bytes it takes in memory where it is.
    pub(super) fn bytes_in_memory(&self) -> usize {
        self.log.bytes()
    }

    /// Puts a row on it that an engine saved.
    pub(super) fn push_row(
        &mut self,
        row: SavedRow,
        of: &Saving<'_>,
        blocks: &mut Blocks,
    ) -> Result<()> {
        self.mark(of.watermark, blocks)?;
        self.left = of.now;
        self.due = self.due.min(waits::due(of.blueprint, &row, of.watermark));
        self.hold = earlier(self.hold, waits::hold(&row));
        self.deadline = earlier(self.deadline, waits::deadline(&row, of.now));
        let row = row.into_row();
        self.rows += 1;
        self.bytes += row.bytes();
        self.log.push(&Head::Row(row), &[], blocks)
    }

    /// Puts elements on it that wait.
    pub(super) fn push_elements(
        &mut self,
        (batch, bytes): (&Batch, usize),
        (window_fn, edge): (&WindowFn, &dyn EdgeType),
        (due, watermark): (Timestamp, Timestamp),
        blocks: &mut Blocks,
    ) -> Result<()> {
        self.mark(watermark, blocks)?;
        self.due = self.due.min(due);
        self.rows += batch.len() as u64;
        self.bytes += bytes;
        let (elements, values) = Elements::of(batch, window_fn, edge);
        self.log.push(&Head::Elements(elements), &values, blocks)
    }

    fn mark(&mut self, watermark: Timestamp, blocks: &mut Blocks) -> Result<()> {
        if self.log.is_empty() || self.watermark != watermark {
            self.log.push(&Head::At(watermark), &[], blocks)?;
            self.watermark = watermark;
        }
        Ok(())
    }

    /// An engine with what lies on it, at the watermark and processing time of now.
    pub(super) fn engine(
        &self,
        blueprint: &Blueprint,
        (watermark, now): (Timestamp, Timestamp),
        blocks: &Blocks,
    ) -> Result<Engine> {
        let mut engine = None;
        let (kernels, window_fn) = (blueprint.kernels.as_ref(), &blueprint.windowing.window_fn);
        // What waits is not dropped.
        let mut drops = Drops::default();
        self.log.read(blocks, |head, body| {
            let at_work = engine.get_or_insert_with(|| blueprint.engine(Timestamp::MIN, self.left));
            match head {
                Head::At(at) => at_work.stand_at(at),
                Head::Row(row) => at_work.load(SavedRow::from_row(row)?)?,
                Head::Elements(elements) => {
                    let mut batch = elements.batch(body, window_fn, kernels.values())?;
                    at_work.add(&mut batch, kernels, &mut drops);
                    at_work.end_quiet_bundle(kernels, &mut drops)?;
                }
            }
            Ok(())
        })?;
        debug_assert!(drops.counts == Drops::default().counts, "what waits is not late");
        let mut engine = engine.unwrap_or_else(|| blueprint.engine(watermark, now));
        engine.stand_at(watermark.max(self.watermark));
        engine.set_now(now);
        Ok(engine)
    }

    /// Leaves nothing on it.
    pub(super) fn clear(&mut self, blocks: &mut Blocks) {
        self.log.clear(blocks);
        *self = Self::default();
    }
}
