//! What fires, on its way out: batches in which as much as possible is the same for all panes.

use super::Fired;
use heliostat::batch::{Batch, Column, Meta};

/// A batch with so many panes takes none of another window: what is the same for all of a batch
/// need not be written out for each.
const PANES_OF_ONE_WINDOW: usize = 256;

/// Panes on their way out.
pub(super) struct Panes {
    full: Vec<Batch>,
    out: Batch,
    pub(super) late: u64,
}

impl Panes {
    pub(super) fn new(out: Batch) -> Self {
        debug_assert!(out.is_empty(), "panes are put into an empty batch");
        Self { full: Vec::new(), out, late: 0 }
    }

    /// Where the values of the next firing go; `describe` is called behind each.
    pub(super) fn values(&mut self) -> &mut dyn Column {
        if PANES_OF_ONE_WINDOW <= self.out.len() {
            let empty = self.out.empty_like();
            self.full.push(std::mem::replace(&mut self.out, empty));
        }
        self.out.values.as_mut()
    }

    /// Describes the `count` values that were just appended.
    pub(super) fn describe(&mut self, meta: Meta, count: usize) {
        let before = self.out.len() - count;
        if before == 0 {
            self.out.meta = meta;
        } else {
            self.out.meta.append(before, meta, count);
        }
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.full.iter().map(Batch::len).sum::<usize>() + self.out.len()
    }

    pub(super) fn fired(self) -> Fired {
        let mut panes = self.full;
        panes.extend((!self.out.is_empty()).then_some(self.out));
        Fired { late_panes: self.late, panes, more: false }
    }
}
