//! When windows are looked at again: at their end, at their expiry, at a deadline.

use super::General;
use super::key::WindowState;
use crate::trigger::{Sight, Wakes};
use heliostat::graph::kernel::KeyId;
use heliostat::{Interval, Timestamp, WindowFn, Windowing};
use std::collections::BTreeSet;

/// All timers of a grouping. They carry no meaning: at each the window is looked at, and its state
/// says what is to be done (model.md 3.4).
#[derive(Default)]
pub(super) struct Timers {
    event: BTreeSet<(Timestamp, KeyId, Interval)>,
    processing: BTreeSet<(Timestamp, KeyId, Interval)>,
}

impl Timers {
    pub(super) fn at_expiry(&mut self, key: KeyId, window: &Interval, windowing: &Windowing) {
        self.event.insert((window.expiry(windowing.allowed_lateness), key, window.clone()));
    }

    /// Of a window that has a timer at its expiry.
    pub(super) fn at_end(&mut self, key: KeyId, window: &Interval, windowing: &Windowing) {
        let end = window.max_timestamp();
        if end < window.expiry(windowing.allowed_lateness) {
            self.event.insert((end, key, window.clone()));
        }
    }

    /// Sets, moves or removes the timer of the window's next deadline.
    pub(super) fn at_deadline(
        &mut self,
        key: KeyId,
        window: &Interval,
        open: &mut WindowState,
        now: Timestamp,
    ) {
        let next = open.trigger.next_deadline(now);
        if next == open.deadline {
            return;
        }
        if let Some(old) = std::mem::replace(&mut open.deadline, next) {
            self.processing.remove(&(old, key, window.clone()));
        }
        if let Some(next) = next {
            self.processing.insert((next, key, window.clone()));
        }
    }

    /// Removes all timers of a window that is gone.
    pub(super) fn cancel(
        &mut self,
        key: KeyId,
        window: &Interval,
        gone: &WindowState,
        windowing: &Windowing,
    ) {
        if let Some(grown_from) = &gone.lags {
            self.event.remove(&(grown_from.max_timestamp(), key, grown_from.clone()));
        } else {
            self.event.remove(&(window.expiry(windowing.allowed_lateness), key, window.clone()));
            if gone.wakes_at_end {
                self.event.remove(&(window.max_timestamp(), key, window.clone()));
            }
        }
        if let Some(deadline) = gone.deadline {
            self.processing.remove(&(deadline, key, window.clone()));
        }
    }

    pub(super) fn cancel_deadline(&mut self, key: KeyId, window: &Interval, deadline: Timestamp) {
        self.processing.remove(&(deadline, key, window.clone()));
    }

    /// The windows whose deadlines processing time has passed, by time.
    pub(super) fn overdue(&mut self, now: Timestamp) -> Vec<(KeyId, Interval)> {
        std::iter::from_fn(|| pop_due(&mut self.processing, now)).collect()
    }

    pub(super) fn next_due(&self) -> Timestamp {
        self.event.first().map_or(Timestamp::MAX, |(at, ..)| *at)
    }

    pub(super) fn next_deadline(&self) -> Option<Timestamp> {
        self.processing.first().map(|(at, ..)| *at)
    }
}

/// The first timer strictly before `to`: a watermark says that everything before it has come
/// (model.md S16).
fn pop_due(
    timers: &mut BTreeSet<(Timestamp, KeyId, Interval)>,
    to: Timestamp,
) -> Option<(KeyId, Interval)> {
    if timers.first().is_none_or(|(at, ..)| to <= *at) {
        return None;
    }
    timers.pop_first().map(|(_, key, window)| (key, window))
}

impl General {
    /// The windows whose event timers the watermark has passed, by time. One whose end and expiry
    /// it has both passed is there twice: it is gone after the first.
    pub(super) fn due(&mut self, to: Timestamp) -> Vec<(KeyId, Interval)> {
        let mut due = Vec::new();
        while let Some((key, window)) = pop_due(&mut self.timers.event, to) {
            if !self.catches_up(key, &window) {
                due.push((key, window));
            }
        }
        due
    }

    /// Sets the timers of the session that has grown from `window`, if there is one.
    fn catches_up(&mut self, key: KeyId, window: &Interval) -> bool {
        if !matches!(self.windowing.window_fn, WindowFn::Sessions(_)) {
            return false;
        }
        let Some(Some(state)) = self.keys.get(key.0 as usize) else { return false };
        let grown = state.windows.iter().find(|(_, open)| open.lags.as_ref() == Some(window));
        let Some(grown) = grown.map(|(grown, _)| grown.clone()) else { return false };
        self.stop_lagging(key, &grown);
        true
    }

    /// Brings the timers and the hold of a window to where they belong.
    pub(super) fn stop_lagging(&mut self, key: KeyId, window: &Interval) {
        let state = self.keys.get_mut(key.0 as usize).and_then(Option::as_mut);
        let Some(open) = state.and_then(|state| state.windows.get_mut(window)) else { return };
        let Some(from) = open.lags.take() else { return };
        self.timers.event.remove(&(from.max_timestamp(), key, from));
        self.timers.at_expiry(key, window, &self.windowing);
        self.timers.at_end(key, window, &self.windowing);
        open.hold_exactly(&mut self.holds);
    }

    pub(super) fn sight(&self, window: &Interval) -> Sight {
        Sight {
            past_end: window.max_timestamp() < self.watermark,
            now: self.now,
            merging: self.merger.is_some(),
        }
    }

    /// Keeps the timers of a window in step with its trigger, which has just changed.
    pub(super) fn rearm(&mut self, key: KeyId, window: &Interval, wakes: Wakes) {
        let (now, deadlines) = (self.now, self.deadlines);
        let state = self.keys[key.0 as usize].as_mut();
        let Some(open) = state.and_then(|state| state.windows.get_mut(window)) else { return };
        if wakes.at_end && !open.wakes_at_end {
            open.wakes_at_end = true;
            self.timers.at_end(key, window, &self.windowing);
        }
        if deadlines {
            self.timers.at_deadline(key, window, open, now);
        }
    }
}
