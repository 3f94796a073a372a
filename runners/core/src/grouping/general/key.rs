//! What is remembered about one key and its windows.

use crate::trigger::Machine;
use heliostat::graph::kernel::CellId;
use heliostat::{Interval, PaneInfo, Timestamp};
use std::collections::BTreeMap;

/// The windows of one key.
pub(super) struct KeyState {
    /// Its own output watermark, as of `as_of` (model.md 5.1).
    pub(super) output: Timestamp,
    pub(super) as_of: Timestamp,
    pub(super) windows: BTreeMap<Interval, WindowState>,
}

/// One key and window.
pub(super) struct WindowState {
    /// `None` while there is nothing in it.
    pub(super) cell: Option<CellId>,
    /// Elements have come since the last pane.
    pub(super) fresh: bool,
    pub(super) element_hold: Option<Timestamp>,
    /// What stands for it among all holds: the same, or while it lags an earlier one that the
    /// watermark has not passed either.
    pub(super) held: Option<Timestamp>,
    pub(super) gc_hold: Option<Timestamp>,
    pub(super) last_pane: Option<PaneInfo>,
    /// Finished: the window is closed, and remembered until it expires.
    pub(super) trigger: Machine,
    /// The trigger asked to be looked at when the watermark passes the end.
    pub(super) wakes_at_end: bool,
    /// The processing time at which it is looked at next.
    pub(super) deadline: Option<Timestamp>,
    /// The bundle in hand has already noted it.
    pub(super) touched: bool,
    /// The session it has grown from, whose end its timers stand at: they are set anew when the
    /// watermark gets there, and not whenever it grows.
    pub(super) lags: Option<Interval>,
}

impl WindowState {
    /// A window that nothing has come for yet.
    pub(super) fn new(trigger: Machine) -> Self {
        Self {
            cell: None,
            fresh: false,
            element_hold: None,
            held: None,
            gc_hold: None,
            last_pane: None,
            trigger,
            wakes_at_end: false,
            deadline: None,
            touched: false,
            lags: None,
        }
    }

    /// Moves its element hold.
    pub(super) fn hold(&mut self, holds: &mut BTreeMap<Timestamp, usize>, to: Option<Timestamp>) {
        if self.element_hold != to {
            self.element_hold = to;
            self.hold_exactly(holds);
        }
    }

    /// Lets its element hold stand among all holds.
    pub(super) fn hold_exactly(&mut self, holds: &mut BTreeMap<Timestamp, usize>) {
        move_hold(holds, self.held, self.element_hold);
        self.held = self.element_hold;
    }
}

impl KeyState {
    /// A key without state after the advance to `completed`.
    pub(super) fn new(completed: Timestamp) -> Self {
        Self { output: completed, as_of: completed, windows: BTreeMap::new() }
    }

    /// Its output watermark after the advance to `completed`: its holds have not changed since it
    /// was last touched, so it can be found now (model.md 5.1).
    pub(super) fn output_at(&self, completed: Timestamp) -> Timestamp {
        if self.as_of == completed {
            return self.output;
        }
        let held = self
            .windows
            .values()
            .flat_map(|window| window.element_hold.into_iter().chain(window.gc_hold))
            .min()
            .unwrap_or(Timestamp::MAX);
        self.output.max(completed.min(held))
    }

    pub(super) fn bring_up_to(&mut self, completed: Timestamp) {
        self.output = self.output_at(completed);
        self.as_of = completed;
    }
}

/// Lets go of one hold and takes another.
fn move_hold(
    holds: &mut BTreeMap<Timestamp, usize>,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
) {
    if from == to {
        return;
    }
    if let Some(from) = from {
        let count = holds.get_mut(&from).expect("a hold that is let go of was taken");
        *count -= 1;
        if *count == 0 {
            holds.remove(&from);
        }
    }
    if let Some(to) = to {
        *holds.entry(to).or_default() += 1;
    }
}
