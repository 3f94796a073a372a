//! What is remembered about one key and its windows.

use crate::trigger::Machine;
use heliostat::graph::kernel::CellId;
use heliostat::{Interval, PaneInfo, Timestamp};
use std::cmp::Ordering;
use std::collections::{BTreeMap, VecDeque};

/// The windows of one key.
pub(super) struct KeyState {
    /// Its own output watermark, as of `as_of` (model.md 5.1).
    pub(super) output: Timestamp,
    pub(super) as_of: Timestamp,
    pub(super) windows: Windows,
}

/// Windows by extent. They are mostly few, come at the back and go at the front.
#[derive(Default)]
pub(super) struct Windows(VecDeque<(Interval, WindowState)>);

impl Windows {
    /// Where a window is, or where it would be.
    #[inline]
    fn find(&self, window: &Interval) -> Result<usize, usize> {
        let Some(last) = self.0.len().checked_sub(1) else { return Err(0) };
        match self.0[last].0.cmp(window) {
            Ordering::Equal => Ok(last),
            Ordering::Less => Err(last + 1),
            Ordering::Greater => self.0.binary_search_by(|(known, _)| known.cmp(window)),
        }
    }

    pub(super) fn get_mut(&mut self, window: &Interval) -> Option<&mut WindowState> {
        let at = self.find(window).ok()?;
        Some(&mut self.0[at].1)
    }

    /// The state of a window, made by `new` if it has none.
    #[inline]
    pub(super) fn get_or_insert_with(
        &mut self,
        window: &Interval,
        new: impl FnOnce() -> WindowState,
    ) -> &mut WindowState {
        let at = self.find(window).unwrap_or_else(|at| {
            self.0.insert(at, (window.clone(), new()));
            at
        });
        &mut self.0[at].1
    }

    pub(super) fn insert(&mut self, window: Interval, state: WindowState) {
        match self.find(&window) {
            Ok(at) => self.0[at].1 = state,
            Err(at) => self.0.insert(at, (window, state)),
        }
    }

    pub(super) fn remove(&mut self, window: &Interval) -> Option<WindowState> {
        let at = self.find(window).ok()?;
        self.0.remove(at).map(|(_, state)| state)
    }

    /// Gives the state of one window to another, which has none.
    pub(super) fn rename(&mut self, from: &Interval, into: &Interval) -> Option<&mut WindowState> {
        let mut at = self.find(from).ok()?;
        let behind = at.checked_sub(1).is_none_or(|before| self.0[before].0 < *into);
        let before = self.0.get(at + 1).is_none_or(|(next, _)| into < next);
        if behind && before {
            self.0[at].0 = into.clone();
        } else {
            let (_, state) = self.0.remove(at)?;
            at = self.find(into).unwrap_or_else(|at| at);
            self.0.insert(at, (into.clone(), state));
        }
        Some(&mut self.0[at].1)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&Interval, &WindowState)> {
        self.0.iter().map(|(window, state)| (window, state))
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &WindowState> {
        self.0.iter().map(|(_, state)| state)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
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

    /// Takes its element hold from all holds, without forgetting it.
    pub(super) fn let_go(&mut self, holds: &mut BTreeMap<Timestamp, usize>) {
        move_hold(holds, self.held.take(), None);
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
        Self { output: completed, as_of: completed, windows: Windows::default() }
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
