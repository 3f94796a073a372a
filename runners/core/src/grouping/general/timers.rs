//! When windows are looked at again: at their end, at their expiry, at a deadline.

use super::General;
use super::key::WindowState;
use crate::trigger::{Sight, Wakes};
use heliostat::graph::kernel::KeyId;
use heliostat::{Interval, Timestamp, Windowing};
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

    pub(super) fn at_end(&mut self, key: KeyId, window: &Interval) {
        self.event.insert((window.max_timestamp(), key, window.clone()));
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
        let mut timer = (window.expiry(windowing.allowed_lateness), key, window.clone());
        self.event.remove(&timer);
        if gone.wakes_at_end {
            timer.0 = window.max_timestamp();
            self.event.remove(&timer);
        }
        if let Some(deadline) = gone.deadline {
            timer.0 = deadline;
            self.processing.remove(&timer);
        }
    }

    /// The windows whose event timers the watermark has passed, by time, each once.
    pub(super) fn due(&mut self, watermark: Timestamp) -> Vec<(KeyId, Interval)> {
        take_due(&mut self.event, watermark)
    }

    /// The windows whose deadlines processing time has passed, by time, each once.
    pub(super) fn overdue(&mut self, now: Timestamp) -> Vec<(KeyId, Interval)> {
        take_due(&mut self.processing, now)
    }

    pub(super) fn next_deadline(&self) -> Option<Timestamp> {
        self.processing.first().map(|(at, ..)| *at)
    }
}

/// Strictly before `to`: a watermark says that everything before it has come (model.md S16).
fn take_due(
    timers: &mut BTreeSet<(Timestamp, KeyId, Interval)>,
    to: Timestamp,
) -> Vec<(KeyId, Interval)> {
    let mut windows = Vec::new();
    if timers.first().is_none_or(|(at, ..)| to <= *at) {
        return windows;
    }
    let mut seen = BTreeSet::new();
    while timers.first().is_some_and(|(at, ..)| *at < to) {
        let Some((_, key, window)) = timers.pop_first() else { break };
        if seen.insert((key, window.clone())) {
            windows.push((key, window));
        }
    }
    windows
}

impl General {
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
            self.timers.at_end(key, window);
        }
        if deadlines {
            self.timers.at_deadline(key, window, open, now);
        }
    }
}
