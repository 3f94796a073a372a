//! A sink that remembers what was committed to it.

use std::sync::{Arc, Mutex, PoisonError};

use heliostat::graph::{SinkStyle, WriteSpec};
use heliostat::{Completion, Result, Write, Writer, Written};

/// What appeared at once, in order, and whether it was all there is.
pub(super) type Commit = (Vec<i64>, Completion);

/// Numbers, one commit after the other; clones share them.
#[derive(Clone, Default)]
pub(super) struct Shelf {
    commits: Arc<Mutex<Vec<Commit>>>,
}

impl Shelf {
    /// All commits so far.
    pub(super) fn commits(&self) -> Vec<Commit> {
        self.commits.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

pub(super) struct Board(Vec<i64>);

impl Write for Shelf {
    type Element = i64;
    type Committable = Vec<i64>;
    type Writer = Board;

    fn spec(&self) -> WriteSpec {
        WriteSpec { style: SinkStyle::AtEnd, about: "a shelf".into() }
    }

    fn open(&self, _epoch: u64, _shard: u32) -> Result<Board> {
        Ok(Board(Vec::new()))
    }

    fn commit(&self, parts: Vec<Vec<i64>>, completion: Completion) -> Result<Written> {
        let mut numbers: Vec<i64> = parts.into_iter().flatten().collect();
        numbers.sort_unstable();
        let elements = numbers.len() as u64;
        let mut commits = self.commits.lock().unwrap_or_else(PoisonError::into_inner);
        commits.push((numbers, completion));
        Ok(Written { place: "a shelf".into(), elements })
    }
}

impl Writer for Board {
    type Element = i64;
    type Committable = Vec<i64>;

    fn write(&mut self, numbers: &mut Vec<i64>) -> Result<()> {
        self.0.append(numbers);
        Ok(())
    }

    fn prepare(self) -> Result<Vec<i64>> {
        Ok(self.0)
    }
}
