//! Pieces of rows that come out of order, some of them too late and some of them bad.

use super::switch::{Kind, Step, meet, meet_or_panic};
use heliostat::graph::ReadSpec;
use heliostat::prelude::*;
use heliostat::{Seed, Timestamp};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Something that can fail to be copied.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Item(pub(crate) u64);

impl Clone for Item {
    fn clone(&self) -> Self {
        meet_or_panic((Kind::Clone, Step::Element));
        Self(self.0)
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Numbers {
    pub(crate) seed: u64,
    pub(crate) pieces: u64,
    /// Of each piece.
    pub(crate) rows: u64,
    pub(crate) boundedness: Boundedness,
    /// Whether it lends its rows.
    pub(crate) lends: bool,
}

pub(crate) struct Numbering {
    numbers: Numbers,
    piece: u64,
    next: u64,
    watermark: i64,
}

impl Read for Numbers {
    type Element = (u64, Item);
    type Restriction = (u64, u64, i64);
    type Reader = Numbering;

    fn spec(&self) -> ReadSpec {
        ReadSpec {
            boundedness: self.boundedness,
            has_watermark_policy: self.boundedness == Boundedness::Unbounded,
            ..ReadSpec::bounded("numbers")
        }
    }

    fn split(&self) -> Result<Vec<(u64, u64, i64)>> {
        Ok((0..self.pieces).map(|piece| (piece, 0, 0)).collect())
    }

    fn open(&self, (piece, next, watermark): (u64, u64, i64)) -> Result<Numbering> {
        meet((Kind::Open, Step::Read))?;
        Ok(Numbering { numbers: *self, piece, next, watermark })
    }
}

impl Numbering {
    fn row(&mut self, rows: &mut Rows<'_, (u64, Item)>) {
        let mut chance = Seed::new(self.numbers.seed ^ self.piece << 40 ^ self.next << 20);
        let disorder = chance.below(40).cast_signed();
        let at = 4 * self.next.cast_signed() + 40 - disorder;
        if chance.below(8) == 0 {
            let (file, reason) = ("numbers".to_owned(), "odd".to_owned());
            rows.reject(BadRow { file, line: self.next + 1, reason });
        } else {
            let row = (chance.below(4), Item(chance.below(1_000)));
            rows.push(row, Timestamp::from_millis(at));
        }
        self.next += 1;
        // Not all of the disorder is promised: some rows are late.
        self.watermark = self.watermark.max(at - 3);
    }
}

impl Reader for Numbering {
    type Element = (u64, Item);
    type Restriction = (u64, u64, i64);

    fn fill(&mut self, rows: &mut Rows<'_, (u64, Item)>, limit: usize) -> Result<Fill> {
        meet((Kind::FillFirst, Step::Read))?;
        let last = self.numbers.rows.min(self.next + limit as u64);
        if self.numbers.lends {
            let (mut values, mut times, mut bad) = (Vec::new(), Vec::new(), Vec::new());
            let mut own = Rows::new(&mut values, &mut times, &mut bad);
            while self.next < last {
                self.row(&mut own);
            }
            let len = values.len();
            rows.lend(&Arc::new(values), 0..len, times);
            bad.into_iter().for_each(|row| rows.reject(row));
        }
        while self.next < last {
            self.row(rows);
        }
        meet((Kind::FillLast, Step::Read))?;
        Ok(if self.next == self.numbers.rows { Fill::Done } else { Fill::More })
    }

    fn position(&self) -> (u64, u64, i64) {
        meet_or_panic((Kind::Position, Step::Read));
        (self.piece, self.next, self.watermark)
    }

    fn watermark(&self) -> Timestamp {
        meet_or_panic((Kind::Watermark, Step::Read));
        Timestamp::from_millis(self.watermark)
    }
}
