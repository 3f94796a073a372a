//! Sources read in another way.

use heliostat::batch::Batch;
use heliostat::erased_io::{ErasedRead, ErasedReader};
use heliostat::graph::Functions;
use heliostat::{Fill, Result, Timestamp};

/// What goes wrong with a read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ReadMistake {
    /// One row of each piece.
    LosesARow,
    /// Rows that cannot be understood are nowhere.
    LosesBadRows,
    /// It stays where it is until the end.
    KeepsTheWatermark,
}

/// A source with a mistake around it.
pub(super) struct Misread {
    pub(super) functions: Functions,
    pub(super) path: String,
    pub(super) mistake: ReadMistake,
    pub(super) seed: u64,
}

impl ErasedRead for Misread {
    fn split(&self) -> Result<Vec<Vec<u8>>> {
        self.functions.read(&self.path).split()
    }

    fn open(&self, restriction: &[u8]) -> Result<Box<dyn ErasedReader>> {
        let reader = self.functions.read(&self.path).open(restriction)?;
        let Self { mistake, seed, .. } = *self;
        Ok(Box::new(MisreadPiece { reader, mistake, seed, made: false }))
    }
}

struct MisreadPiece {
    reader: Box<dyn ErasedReader>,
    mistake: ReadMistake,
    seed: u64,
    made: bool,
}

impl ErasedReader for MisreadPiece {
    fn fill(&mut self, rows: &mut Batch, bad_rows: &mut Batch, limit: usize) -> Result<Fill> {
        let fill = self.reader.fill(rows, bad_rows, limit)?;
        match self.mistake {
            ReadMistake::LosesARow => {
                let count = u32::try_from(rows.len()).unwrap_or(0);
                if !self.made && 0 < count {
                    self.made = true;
                    let one = u32::try_from(self.seed % u64::from(count)).unwrap_or(0);
                    let others: Vec<u32> = (0..count).filter(|&at| at != one).collect();
                    *rows = rows.select(&others);
                }
            }
            ReadMistake::LosesBadRows => bad_rows.clear(),
            ReadMistake::KeepsTheWatermark => {}
        }
        Ok(fill)
    }

    fn watermark(&self) -> Timestamp {
        match self.mistake {
            ReadMistake::KeepsTheWatermark => Timestamp::MIN,
            ReadMistake::LosesARow | ReadMistake::LosesBadRows => self.reader.watermark(),
        }
    }

    fn position(&self) -> Vec<u8> {
        self.reader.position()
    }
}
