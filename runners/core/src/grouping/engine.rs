//! An engine at work: all that a grouping, or a shelf of one, has in memory.

use super::aligned::Aligned;
use super::general::{ClosedOut, General};
use super::saved::SavedRow;
use super::{Drops, Extent, Panes, late_firings};
use crate::GroupingPath;
use heliostat::batch::{Batch, Meta};
use heliostat::graph::kernel::{Kernels, PaneTable};
use heliostat::{Interval, MergeWindows, OpenWindows, Result, Timestamp, Windowing};
use std::sync::Arc;

/// What engines of a grouping are made from.
pub(super) struct Blueprint {
    pub(super) windowing: Windowing,
    pub(super) path: GroupingPath,
    pub(super) kernels: Arc<dyn Kernels>,
    /// What merges its windows, where they do.
    pub(super) merger: Option<Arc<dyn MergeWindows>>,
    /// What hashes are keyed with.
    pub(super) seed: u64,
}

#[expect(clippy::large_enum_variant, reason = "there are few")]
pub(super) enum Engine {
    Aligned(Aligned),
    General(General),
}

impl Blueprint {
    /// Which engine it is of.
    pub(super) fn path(&self) -> GroupingPath {
        match (self.path, late_firings(&self.windowing)) {
            (GroupingPath::Aligned, Some(_)) => GroupingPath::Aligned,
            (GroupingPath::Aligned | GroupingPath::General, _) => GroupingPath::General,
        }
    }

    /// An engine without state, which is at this watermark and processing time.
    pub(super) fn engine(&self, watermark: Timestamp, now: Timestamp) -> Engine {
        let Self { windowing, path, kernels, merger, seed } = self;
        match (path, late_firings(windowing)) {
            (GroupingPath::Aligned, Some(late)) => {
                let tables = kernels.pane_tables(*seed);
                Engine::Aligned(Aligned::new(windowing, late, tables, watermark))
            }
            (GroupingPath::Aligned | GroupingPath::General, _) => {
                let merger = merger.clone().filter(|_| windowing.merges_windows());
                let cells = kernels.keyed_cells(*seed);
                Engine::General(General::new(windowing, merger, cells, (watermark, now)))
            }
        }
    }
}

impl Engine {
    /// Takes one batch of the bundle in hand and leaves it empty.
    pub(super) fn add(&mut self, batch: &mut Batch, kernels: &dyn Kernels, drops: &mut Drops) {
        let sliced = match self {
            Self::Aligned(aligned) => aligned.takes_slices(&batch.meta, batch.len()),
            Self::General(_) => false,
        };
        if !sliced && !batch.meta.windows.one_each() {
            *batch = batch.exploded();
        }
        match self {
            Self::Aligned(aligned) => {
                let panes = if sliced {
                    aligned.assign_slices(&batch.meta, batch.len(), drops)
                } else {
                    aligned.assign(&batch.meta, batch.len(), drops)
                };
                drops.take_values(kernels, &*batch.values);
                aligned.add(batch.values.as_mut(), panes);
            }
            Self::General(general) => {
                general.assign(batch, drops);
                drops.take_values(kernels, &*batch.values);
                general.add(batch.values.as_mut());
            }
        }
        batch.clear();
    }

    pub(super) fn takes_whole(&self, extent: &Interval) -> bool {
        match self {
            Self::Aligned(aligned) => aligned.takes_whole(extent),
            Self::General(_) => false,
        }
    }

    pub(super) fn take_whole(&mut self, extent: Extent<'_>, table: PaneTable) -> Option<PaneTable> {
        match self {
            Self::Aligned(aligned) => aligned.take_whole(extent, table),
            Self::General(_) => None,
        }
    }

    pub(super) fn set_now(&mut self, now: Timestamp) {
        match self {
            Self::Aligned(_) => {}
            Self::General(general) => general.set_now(now),
        }
    }

    /// Ends the bundle in hand.
    pub(super) fn end_bundle(
        &mut self,
        panes: &mut Panes,
        kernels: &dyn Kernels,
        drops: &mut Drops,
    ) -> Result<()> {
        match self {
            Self::Aligned(aligned) => aligned.end_bundle(panes),
            Self::General(general) => {
                if let Some(ClosedOut { values, records }) = general.end_bundle(panes)? {
                    records.into_iter().for_each(|record| drops.push(record));
                    drops.take_values(kernels, &*values);
                }
            }
        }
        Ok(())
    }

    /// Ends a bundle that fires nothing.
    ///
    /// # Errors
    /// If a window function asks for merges that its contract does not allow.
    pub(super) fn end_quiet_bundle(
        &mut self,
        kernels: &dyn Kernels,
        drops: &mut Drops,
    ) -> Result<()> {
        let mut nothing = Panes::new(Batch::of(Vec::<()>::new(), Meta::default()));
        self.end_bundle(&mut nothing, kernels, drops)
    }

    /// The watermark it is at.
    pub(super) fn watermark(&self) -> Timestamp {
        match self {
            Self::Aligned(aligned) => aligned.watermark(),
            Self::General(general) => general.watermark(),
        }
    }

    /// Moves the watermark where that makes nothing due.
    pub(super) fn stand_at(&mut self, watermark: Timestamp) {
        match self {
            Self::Aligned(aligned) => aligned.stand_at(watermark),
            Self::General(general) => general.stand_at(watermark),
        }
    }

    /// Whether it has no state.
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Aligned(aligned) => aligned.is_empty(),
            Self::General(general) => general.is_empty(),
        }
    }

    pub(super) fn advance(&mut self, to: Timestamp, panes: &mut Panes) {
        match self {
            Self::Aligned(aligned) => aligned.advance(to, panes),
            Self::General(general) => general.advance(to, panes),
        }
    }

    pub(super) fn fire_overdue(&mut self, panes: &mut Panes) {
        match self {
            Self::Aligned(_) => {}
            Self::General(general) => general.fire_overdue(panes),
        }
    }

    pub(super) fn next_deadline(&self) -> Option<Timestamp> {
        match self {
            Self::Aligned(_) => None,
            Self::General(general) => general.next_deadline(),
        }
    }

    /// The earliest hold that may be behind the watermark.
    pub(super) fn hold(&self) -> Option<Timestamp> {
        match self {
            // Every hold of an aligned window is at its end or its expiry, never behind the
            // watermark.
            Self::Aligned(_) => None,
            Self::General(general) => general.hold(),
        }
    }

    pub(super) fn open_windows(&self) -> OpenWindows {
        match self {
            Self::Aligned(aligned) => aligned.open_windows(),
            Self::General(general) => general.open_windows(),
        }
    }

    /// How many rows [`Engine::save`] gives, about.
    pub(super) fn saved_rows(&self) -> u64 {
        match self {
            Self::Aligned(aligned) => aligned.saved_rows(),
            Self::General(general) => general.open_windows().windows,
        }
    }

    /// Gives all state, row by row; only between bundles.
    ///
    /// # Errors
    /// Those of `each`.
    pub(super) fn save(
        &self,
        windowing: &Windowing,
        each: &mut dyn FnMut(SavedRow) -> Result<()>,
    ) -> Result<()> {
        match self {
            Self::Aligned(aligned) => aligned.save(windowing, each),
            Self::General(general) => general.save(each),
        }
    }

    /// Takes a row that [`Engine::save`] gave at the watermark it is at, in the order it came.
    ///
    /// # Errors
    /// If it is not one of such a grouping.
    pub(super) fn load(&mut self, row: SavedRow) -> Result<()> {
        match self {
            Self::Aligned(aligned) => aligned.load(row),
            Self::General(general) => general.load(row),
        }
    }

    /// An estimate of the bytes its state takes.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Aligned(aligned) => aligned.bytes(),
            Self::General(general) => general.bytes(),
        }
    }
}
