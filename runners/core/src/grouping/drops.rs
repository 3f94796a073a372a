//! What a grouping does not take.

use heliostat::batch::{Batch, Column, Meta, Timestamps};
use heliostat::graph::kernel::{DropRecord, Kernels};
use heliostat::{DropCause, DropCounts};

/// Elements that were not taken.
#[derive(Default)]
pub(super) struct Drops {
    pub(super) counts: DropCounts,
    /// Of the batch in hand.
    records: Vec<DropRecord>,
    /// The elements themselves, where anyone wants them.
    taken: Option<Batch>,
}

impl Drops {
    /// Nothing so far; what comes is put into this batch, where that is wanted.
    pub(super) fn into(taken: Option<Batch>) -> Self {
        Self { taken, ..Self::default() }
    }

    /// The elements that were taken since the last call.
    pub(super) fn take(&mut self) -> Option<Batch> {
        let taken = self.taken.as_mut().filter(|taken| !taken.is_empty())?;
        let empty = taken.empty_like();
        Some(std::mem::replace(taken, empty))
    }

    pub(super) fn push(&mut self, record: DropRecord) {
        match record.cause {
            DropCause::Late => self.counts.late += 1,
            DropCause::Closed => self.counts.closed += 1,
        }
        if self.taken.is_some() {
            self.records.push(record);
        }
    }

    /// Takes the values of the batch in hand that were dropped, where they are wanted.
    pub(super) fn take_values(&mut self, kernels: &dyn Kernels, values: &dyn Column) {
        let (Some(taken), false) = (&mut self.taken, self.records.is_empty()) else { return };
        kernels.push_dropped(values, &self.records, taken.values.as_mut());
        let at = self.records.iter().map(|record| record.timestamp).collect();
        let count = self.records.len();
        let before = taken.len() - count;
        taken.meta.append(before, Meta::at(Timestamps::each(at)), count);
        self.records.clear();
    }
}
