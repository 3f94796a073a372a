//! Sinks written to in another way.

use heliostat::batch::Column;
use heliostat::erased_io::{ErasedWrite, ErasedWriter};
use heliostat::graph::Functions;
use heliostat::{Completion, Result, Written};

/// What goes wrong with a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WriteMistake {
    /// What was committed is committed again.
    CommitsTwice,
    /// One of the parts that were prepared.
    LosesAPart,
    /// A part of it is called the whole.
    CallsAllComplete,
}

/// A sink with a mistake around it.
pub(super) struct Miswritten {
    pub(super) functions: Functions,
    pub(super) path: String,
    pub(super) mistake: WriteMistake,
    pub(super) seed: u64,
}

impl Miswritten {
    fn sink(&self) -> &dyn ErasedWrite {
        self.functions.write(&self.path)
    }
}

impl ErasedWrite for Miswritten {
    fn open(&self, epoch: u64, shard: u32) -> Result<Box<dyn ErasedWriter>> {
        self.sink().open(epoch, shard)
    }

    fn commit(&self, mut parts: Vec<Vec<u8>>, completion: Completion) -> Result<Written> {
        match self.mistake {
            WriteMistake::CommitsTwice => {
                self.sink().commit(parts.clone(), completion)?;
                self.sink().commit(parts, completion)
            }
            WriteMistake::LosesAPart => {
                if let Some(at) = self.seed.checked_rem(parts.len() as u64) {
                    parts.remove(usize::try_from(at).unwrap_or(0));
                }
                self.sink().commit(parts, completion)
            }
            WriteMistake::CallsAllComplete => self.sink().commit(parts, Completion::Complete),
        }
    }

    fn parts(&self, column: &dyn Column) -> Vec<Vec<u8>> {
        self.sink().parts(column)
    }

    fn recover(&self, parts: &[Vec<u8>]) -> Result<()> {
        self.sink().recover(parts)
    }

    fn discard(&self, parts: Vec<Vec<u8>>) {
        self.sink().discard(parts);
    }
}
