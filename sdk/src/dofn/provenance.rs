//! Where the elements of an output came from, until they are described.

use crate::Timestamp;
use crate::batch::{Batch, Meta, Timestamps};

/// Where one output's elements came from, until the batch is through.
#[derive(Default)]
pub(super) struct Provenance {
    /// For each element that was put out what it was made of: an element of the input, or a call.
    sources: Vec<u32>,
    /// Elements that were given a timestamp of their own.
    moved: Vec<(usize, Timestamp)>,
}

impl Provenance {
    /// One more element was made of this.
    #[inline]
    pub(super) fn push(&mut self, source: u32) {
        self.sources.push(source);
    }

    /// The next element gets this timestamp.
    pub(super) fn move_next(&mut self, timestamp: Timestamp) {
        self.moved.push((self.sources.len(), timestamp));
    }

    /// Describes the elements that were put out, and forgets them.
    pub(super) fn settle(&mut self, input: &Meta, out: &mut Batch) {
        let len = self.sources.len();
        let mut meta = input.select(&self.sources);
        if !self.moved.is_empty() {
            let mut at: Vec<Timestamp> = (0..len).map(|index| meta.timestamps.at(index)).collect();
            for &(index, timestamp) in &self.moved {
                at[index] = timestamp;
            }
            meta.move_to(Timestamps::each(at), len);
        }
        match out.len() - len {
            0 => out.meta = meta,
            before => out.meta.append(before, meta, len),
        }
        self.forget();
    }

    /// Describes nothing of what was put out.
    pub(super) fn forget(&mut self) {
        self.sources.clear();
        self.moved.clear();
    }
}
