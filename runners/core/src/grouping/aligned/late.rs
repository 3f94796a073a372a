//! What an open window remembers, and how it fires behind its end.

use super::super::{LateFirings, Panes};
use heliostat::batch::{Each, Meta, Timestamps, Windows};
use heliostat::graph::kernel::{Afterwards, Entries, PaneId, PaneTables};
use heliostat::{Duration, Interval, PaneInfo, PaneTiming, Timestamp};

/// An open window.
#[derive(Default)]
pub(super) struct Pane {
    /// `None` while all it has is in slices.
    pub(super) table: Option<PaneId>,
    /// `None` until the watermark passes its end.
    pub(super) late: Option<LatePane>,
}

/// What a window remembers behind its end; entries are numbered as in its table.
#[derive(Default)]
pub(super) struct LatePane {
    /// Panes each entry has shown.
    pub(super) shown: Vec<u32>,
    /// Elements each entry has got since its last pane.
    pub(super) fresh: Vec<u32>,
    /// The entries that have got some, in the order they did.
    pub(super) dirty: Vec<u32>,
}

impl Pane {
    /// The next time at which something is to be done about it.
    pub(super) fn due(&self, window: &Interval, lateness: Duration) -> Timestamp {
        match self.late {
            None => window.max_timestamp(),
            Some(_) => window.expiry(lateness),
        }
    }

    /// The label of an entry's pane number `shown`, counted from 1.
    pub(super) fn label_of(&self, shown: u32) -> PaneInfo {
        let index = u64::from(shown - 1);
        PaneInfo {
            timing: if shown == 1 { PaneTiming::OnTime } else { PaneTiming::Late },
            index,
            non_speculative_index: i64::from(shown - 1),
            is_first: shown == 1,
            is_last: false,
        }
    }
}

impl LatePane {
    pub(super) fn got_element(&mut self, entry: u32) {
        let at = entry as usize;
        if self.fresh.len() <= at {
            self.fresh.resize(at + 1, 0);
            self.shown.resize(at + 1, 0);
        }
        if self.fresh[at] == 0 {
            self.dirty.push(entry);
        }
        self.fresh[at] = self.fresh[at].saturating_add(1);
    }

    /// The dirty entries that fire now; the others stay.
    pub(super) fn take_due(&mut self, late: LateFirings) -> Vec<u32> {
        match late {
            LateFirings::AtOnce => std::mem::take(&mut self.dirty),
            LateFirings::Count(count) => {
                let (due, rest) = self.dirty.iter().partition(|&&entry| {
                    // What has shown no pane yet is past its end and fires as if on time.
                    self.shown[entry as usize] == 0 || count <= self.fresh[entry as usize]
                });
                self.dirty = rest;
                due
            }
        }
    }
}

pub(super) fn fire_late(
    tables: &mut dyn PaneTables,
    after: Afterwards,
    (window, pane): (&Interval, &mut Pane),
    (entries, is_last): (&[u32], bool),
    panes: &mut Panes,
) {
    if entries.is_empty() {
        return;
    }
    let late = pane.late.as_mut().expect("only windows past their end fire late");
    let table = pane.table.expect("only windows before their end are without a table");
    tables.fire(table, Entries::Some(entries), after, panes.values());
    let labels = entries.iter().map(|&entry| {
        let at = entry as usize;
        let shown = late.shown[at];
        late.shown[at] += 1;
        late.fresh[at] = 0;
        PaneInfo {
            timing: PaneTiming::Late,
            index: u64::from(shown),
            non_speculative_index: i64::from(shown),
            is_first: shown == 0,
            is_last,
        }
    });
    let labels = Each::Each(labels.collect());
    panes.late += entries.len() as u64;
    panes.describe(pane_meta(window, labels), entries.len());
}

pub(super) fn pane_meta(window: &Interval, panes: Each<PaneInfo>) -> Meta {
    Meta {
        timestamps: Timestamps::Const(window.max_timestamp()),
        windows: Windows::Const(window.clone()),
        panes,
        ..Meta::default()
    }
}
