//! One piece of a read: an open reader, how far it is, and a way back.

use crate::caught;
use heliostat::batch::Batch;
use heliostat::erased_io::{ErasedRead, ErasedReader};
use heliostat::{Fill, Result, Timestamp};

/// A part of a read that is read by itself.
pub struct Piece {
    /// What it was opened from, or is to be opened from again.
    pub(super) restriction: Vec<u8>,
    pub(super) reader: Option<Box<dyn ErasedReader>>,
    pub(super) watermark: Timestamp,
    /// The watermark it had before its reader was opened, which the reader need not know.
    pub(super) floor: Timestamp,
    pub(super) idle_until: Option<Timestamp>,
    /// It has given all it has.
    pub(super) done: bool,
    /// The last of what it gave is through: only now its watermark may leave for the end of time.
    pub(super) through: bool,
    /// Since when it has had nothing to give.
    pub(super) quiet_since: Option<Timestamp>,
}

impl Piece {
    /// Whether it is worth asking at this time.
    pub(super) fn is_ready(&self, now: Timestamp) -> bool {
        !self.done && self.idle_until.is_none_or(|until| until <= now)
    }

    /// Reads at most so many rows into empty batches.
    ///
    /// # Errors
    /// What the source says.
    pub fn fill(&mut self, rows: &mut Batch, bad_rows: &mut Batch, limit: usize) -> Result<()> {
        let reader = self.reader.as_mut().expect("a piece that is not done is open");
        self.idle_until = None;
        match caught(|| reader.fill(rows, bad_rows, limit))? {
            Fill::More => {}
            Fill::Idle(until) => self.idle_until = Some(until),
            Fill::Done => self.done = true,
        }
        Ok(())
    }

    /// Notes whether it gave something at this time.
    pub fn gave(&mut self, something: bool, now: Timestamp) {
        let before = self.quiet_since.filter(|_| !something);
        // One that has nothing for a while is not asked before that is over.
        let is_quiet = !something || self.idle_until.is_some();
        self.quiet_since = before.or(is_quiet.then_some(now));
    }

    /// Whether it may have more at once.
    pub fn has_more(&self) -> bool {
        !self.done && self.idle_until.is_none()
    }

    /// Remembers where it is, for [`Piece::go_back`].
    ///
    /// # Errors
    /// If the reader's `position` panics.
    pub fn stay(&mut self) -> Result<()> {
        if let Some(reader) = &self.reader {
            self.restriction = caught(|| Ok(reader.position()))?;
        }
        Ok(())
    }

    /// Opens it again where it was when it was last told to [`stay`](Piece::stay).
    ///
    /// # Errors
    /// What the source says.
    pub fn go_back(&mut self, source: &dyn ErasedRead) -> Result<()> {
        self.reader = Some(caught(|| source.open(&self.restriction))?);
        (self.idle_until, self.done) = (None, false);
        // The new reader need not know how far the old one was.
        self.floor = self.watermark;
        Ok(())
    }
}
