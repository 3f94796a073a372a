//! A source whose events are there when they are due, and never before.

use super::{Schedule, Start};
use heliostat::Result;
use heliostat::graph::ReadSpec;
use heliostat::prelude::*;
use std::fmt;
use std::marker::PhantomData;

/// Gives each event of a schedule once it is due; its pieces have them in turn. What is due while
/// nobody asks waits here, and counts as late from when it was due.
pub struct Paced<T, F> {
    schedule: Schedule,
    start: Start,
    pieces: u64,
    make: F,
    element: PhantomData<fn() -> T>,
}

/// Where a piece is in the schedule.
pub struct PacedReader<T, F> {
    schedule: Schedule,
    start: Start,
    pieces: u64,
    make: F,
    next: u64,
    latest: Timestamp,
    element: PhantomData<fn() -> T>,
}

impl<T, F: Fn(u64, u64) -> T> Paced<T, F> {
    /// In so many pieces; `make` makes the element of an event's number, and of when it was given, in
    /// nanoseconds after the start.
    pub fn new((schedule, start): (Schedule, Start), pieces: usize, make: F) -> Self {
        Self { schedule, start, pieces: pieces as u64, make, element: PhantomData }
    }
}

impl<T: Element, F: Fn(u64, u64) -> T + Clone + Send + Sync + 'static> Read for Paced<T, F> {
    type Element = T;
    /// The next event.
    type Restriction = u64;
    type Reader = PacedReader<T, F>;

    fn spec(&self) -> ReadSpec {
        ReadSpec {
            boundedness: Boundedness::Unbounded,
            has_watermark_policy: true,
            ..ReadSpec::bounded("events when they are due")
        }
    }

    fn split(&self) -> Result<Vec<u64>> {
        Ok((0..self.pieces).collect())
    }

    fn open(&self, next: u64) -> Result<PacedReader<T, F>> {
        let Self { schedule, start, pieces, ref make, element } = *self;
        let (make, latest) = (make.clone(), Timestamp::MIN);
        Ok(PacedReader { schedule, start, pieces, make, next, latest, element })
    }
}

impl<T: Element, F: Fn(u64, u64) -> T + Send + 'static> Reader for PacedReader<T, F> {
    type Element = T;
    type Restriction = u64;

    fn fill(&mut self, rows: &mut Rows<'_, T>, limit: usize) -> Result<Fill> {
        let given = self.start.ago();
        let come = given.map_or(0, |now| self.schedule.come(now));
        while self.next < come && rows.len() < limit {
            self.latest = self.schedule.at(self.next);
            rows.push((self.make)(self.next, given.unwrap_or_default()), self.latest);
            self.next += self.pieces;
        }
        Ok(if self.schedule.events <= self.next {
            Fill::Done
        } else if self.next < come {
            Fill::More
        } else {
            Fill::Idle(self.start.wakes(self.schedule.due(self.next)))
        })
    }

    fn position(&self) -> u64 {
        self.next
    }

    fn watermark(&self) -> Timestamp {
        self.latest
    }
}

impl<T, F> fmt::Debug for Paced<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Paced").field("schedule", &self.schedule).finish_non_exhaustive()
    }
}

impl<T, F> fmt::Debug for PacedReader<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PacedReader").field("next", &self.next).finish_non_exhaustive()
    }
}
