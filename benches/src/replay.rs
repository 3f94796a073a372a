//! Events in memory as a source, in their order.

use heliostat::Result;
use heliostat::graph::ReadSpec;
use heliostat::prelude::*;
use std::ops::Range;
use std::sync::Arc;

/// So many events in a row belong to one piece, and the next ones to the next piece.
pub(crate) const BLOCK_EVENTS: usize = 4_096;

/// An event that was made before anything is measured.
pub trait Recorded: Send + Sync + 'static {
    /// What a pipeline reads of it.
    type Element: Element;

    /// How far it may be behind the latest event before it.
    const DISORDER: Duration;

    /// When it happened.
    fn at(&self) -> Timestamp;

    /// Gives a run of them as what a pipeline reads of them.
    fn give(
        events: &Arc<Vec<Self>>,
        range: Range<usize>,
        timestamps: impl Iterator<Item = Timestamp>,
        rows: &mut Rows<'_, Self::Element>,
    ) where
        Self: Sized;
}

/// Reads events that are in memory, in blocks that its pieces take in turn, as the partitions of a
/// topic would hold them.
#[derive(Debug)]
pub struct Replay<E> {
    events: Arc<Vec<E>>,
    pieces: usize,
}

/// Where a piece is in the events.
#[derive(Debug)]
pub struct ReplayReader<E> {
    events: Arc<Vec<E>>,
    pieces: usize,
    next: usize,
    latest: Timestamp,
}

impl<E> Replay<E> {
    /// These events, in so many pieces.
    pub fn new(events: &Arc<Vec<E>>, pieces: usize) -> Self {
        Self { events: Arc::clone(events), pieces }
    }
}

impl<E: Recorded> Read for Replay<E> {
    type Element = E::Element;
    /// The next event.
    type Restriction = u64;
    type Reader = ReplayReader<E>;

    fn spec(&self) -> ReadSpec {
        ReadSpec {
            boundedness: Boundedness::Unbounded,
            has_watermark_policy: true,
            ..ReadSpec::bounded("events in memory")
        }
    }

    fn split(&self) -> Result<Vec<u64>> {
        Ok((0..self.pieces).map(|piece| (piece * BLOCK_EVENTS) as u64).collect())
    }

    fn open(&self, next: u64) -> Result<ReplayReader<E>> {
        let next = usize::try_from(next).unwrap_or(usize::MAX);
        let (events, pieces) = (Arc::clone(&self.events), self.pieces);
        Ok(ReplayReader { events, pieces, next, latest: Timestamp::MIN })
    }
}

impl<E: Recorded> Reader for ReplayReader<E> {
    type Element = E::Element;
    type Restriction = u64;

    fn fill(&mut self, rows: &mut Rows<'_, E::Element>, limit: usize) -> Result<Fill> {
        let mut room = limit;
        while 0 < room && self.next < self.events.len() {
            let block_end = (self.next / BLOCK_EVENTS + 1) * BLOCK_EVENTS;
            let end = block_end.min(self.next + room).min(self.events.len());
            let mut latest = self.latest;
            let timestamps = self.events[self.next..end].iter().map(|event| {
                latest = latest.max(event.at());
                event.at()
            });
            E::give(&self.events, self.next..end, timestamps, rows);
            self.latest = latest;
            room -= end - self.next;
            let others = if end == block_end { (self.pieces - 1) * BLOCK_EVENTS } else { 0 };
            self.next = end + others;
        }
        Ok(if self.next < self.events.len() { Fill::More } else { Fill::Done })
    }

    fn position(&self) -> u64 {
        self.next as u64
    }

    fn watermark(&self) -> Timestamp {
        self.latest - E::DISORDER
    }
}
