//! Pieces of rows that come out of order within what they promise.

use super::faults::{Faults, Place};
use heliostat::graph::ReadSpec;
use heliostat::prelude::*;
use heliostat::{Seed, Timestamp};
use std::sync::Arc;

/// How far a row may be behind the one before.
const DISORDER: i64 = 20;

#[derive(Clone, Debug)]
pub(crate) struct Numbers {
    pub(crate) seed: u64,
    pub(crate) pieces: u64,
    /// Of each piece.
    pub(crate) rows: u64,
    pub(crate) boundedness: Boundedness,
    pub(crate) faults: Arc<Faults>,
}

pub(crate) struct Numbering {
    numbers: Numbers,
    piece: u64,
    next: u64,
}

impl Numbers {
    /// A row of a piece: its key, its value and its event time.
    pub(crate) fn row(&self, piece: u64, number: u64) -> ((u64, u64), i64) {
        let mut chance = Seed::new(self.seed ^ piece << 40 ^ number << 20);
        let at = 4 * number.cast_signed() + DISORDER - chance.below(20).cast_signed();
        ((chance.below(5), 1 + chance.below(1_000)), at)
    }
}

impl Read for Numbers {
    type Element = (u64, u64);
    type Restriction = (u64, u64);
    type Reader = Numbering;

    fn spec(&self) -> ReadSpec {
        ReadSpec {
            boundedness: self.boundedness,
            has_watermark_policy: self.boundedness == Boundedness::Unbounded,
            ..ReadSpec::bounded("numbers")
        }
    }

    fn split(&self) -> Result<Vec<(u64, u64)>> {
        Ok((0..self.pieces).map(|piece| (piece, 0)).collect())
    }

    fn open(&self, (piece, next): (u64, u64)) -> Result<Numbering> {
        Ok(Numbering { numbers: self.clone(), piece, next })
    }
}

impl Reader for Numbering {
    type Element = (u64, u64);
    type Restriction = (u64, u64);

    fn fill(&mut self, rows: &mut Rows<'_, (u64, u64)>, limit: usize) -> Result<Fill> {
        let last = self.numbers.rows.min(self.next + limit.min(7) as u64);
        while self.next < last {
            let (row, at) = self.numbers.row(self.piece, self.next);
            rows.push(row, Timestamp::from_millis(at));
            self.next += 1;
        }
        self.numbers.faults.meet(Place::Fill)?;
        Ok(if self.next == self.numbers.rows { Fill::Done } else { Fill::More })
    }

    fn position(&self) -> (u64, u64) {
        (self.piece, self.next)
    }

    fn watermark(&self) -> Timestamp {
        // The next rows are at most so far behind.
        Timestamp::from_millis(4 * self.next.cast_signed() + DISORDER - 20)
    }
}
