//! From a window that is due to its pane.

use super::super::label::{Moment, label};
use super::super::{Panes, keeps};
use super::General;
use crate::trigger::Wakes;
use heliostat::batch::{Each, Meta, Timestamps, Windows};
use heliostat::graph::kernel::{Afterwards, CellId, KeyId};
use heliostat::{ClosingBehavior, Interval, OnTimeBehavior, PaneInfo, PaneTiming, Timestamp};

/// Panes of one pass, until their values are taken.
#[derive(Default)]
pub(super) struct Firing {
    rows: Vec<(KeyId, Option<CellId>)>,
    timestamps: Vec<Timestamp>,
    windows: Vec<Interval>,
    panes: Vec<PaneInfo>,
    /// What becomes of a cell behind its pane; `None` closes it.
    pub(super) afterwards: Vec<(CellId, Option<Afterwards>)>,
    /// Keys that may have no state left.
    pub(super) leaving: Vec<KeyId>,
}

impl General {
    /// Fires the window if its trigger says so.
    pub(super) fn look_at(&mut self, key: KeyId, window: &Interval) {
        let sight = self.sight(window);
        self.refresh(key);
        let Some(open) = self.window(key, window) else { return };
        if open.trigger.finished() || !open.trigger.should_fire(sight) {
            return;
        }
        let mut wakes = Wakes::default();
        open.trigger.on_fire(sight, &mut wakes);
        let is_last = open.trigger.finished();
        self.make_pane(key, window, is_last);
        let lateness = self.windowing.allowed_lateness;
        let closing_always = self.windowing.closing_behavior == ClosingBehavior::Always;
        let Some(open) = self.window(key, window) else { return };
        if is_last {
            open.trigger.clear();
            open.last_pane = None;
            // The same window may open anew beside what is remembered of this one.
            self.stop_lagging(key, window);
        } else if closing_always {
            // The final pane is sure to come: nothing downstream may take it for late.
            open.gc_hold = Some(window.expiry(lateness));
        }
        self.rearm(key, window, wakes);
    }

    /// The output step (model.md 4.2, 4.3, 5.5); releases the holds.
    pub(super) fn make_pane(&mut self, key: KeyId, window: &Interval, is_last: bool) {
        let state = self.keys[key.0 as usize].as_mut().expect("the key has this window");
        let output = state.output;
        let open = state.windows.get_mut(window).expect("only open windows make panes");
        let held = open.element_hold.into_iter().chain(open.gc_hold).min();
        open.hold(&mut self.holds, None);
        open.gc_hold = None;
        let empty = !open.fresh;
        open.fresh = false;
        let closing_always = self.windowing.closing_behavior == ClosingBehavior::Always;
        let on_time_always = self.windowing.on_time_behavior == OnTimeBehavior::Always;
        let info = label(Moment {
            previous: open.last_pane,
            window_max: window.max_timestamp(),
            input: self.watermark,
            output,
            is_last,
        });
        let emitted = !empty
            || (info.timing == PaneTiming::OnTime && on_time_always)
            || (is_last && closing_always);
        let keeps = keeps(self.windowing.accumulation) && !is_last;
        if let Some(cell) = open.cell {
            self.firing.afterwards.push((cell, keeps.then_some(Afterwards::Keep)));
        }
        if emitted {
            let max = window.max_timestamp();
            self.firing.rows.push((key, open.cell));
            self.firing.timestamps.push(held.map_or(max, |held| held.min(max)));
            self.firing.windows.push(window.clone());
            self.firing.panes.push(info);
            if !is_last {
                open.last_pane = Some(info);
            }
        }
        if !keeps {
            open.cell = None;
        }
    }

    /// Takes the values of the panes that were made, then lets go of what they leave.
    pub(super) fn flush(&mut self, panes: &mut Panes) {
        let firing = &mut self.firing;
        let count = firing.rows.len();
        if 0 < count {
            self.cells.fire(&firing.rows, panes.values());
            panes.late +=
                firing.panes.iter().filter(|pane| pane.timing == PaneTiming::Late).count() as u64;
            let meta = Meta {
                timestamps: Timestamps::each(std::mem::take(&mut firing.timestamps)),
                windows: Windows::Each(std::mem::take(&mut firing.windows)),
                panes: Each::Each(std::mem::take(&mut firing.panes)),
                ..Meta::default()
            };
            panes.describe(meta, count);
            firing.rows.clear();
        }
        for (cell, afterwards) in firing.afterwards.drain(..) {
            match afterwards {
                Some(afterwards) => self.cells.settle(cell, afterwards),
                None => self.cells.close(cell),
            }
        }
        for key in std::mem::take(&mut firing.leaving) {
            self.leave(key);
        }
    }
}
