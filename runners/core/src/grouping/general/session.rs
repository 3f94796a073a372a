//! Sessions that grow one by one: what merging them mostly is, without asking for merges.

use super::General;
use super::merge::Element;
use crate::trigger::{Wakes, machine_for};
use heliostat::graph::kernel::KeyId;
use heliostat::{Interval, TimestampCombiner, WindowFn};

impl General {
    /// Merges what a bundle has for a key where that is one session with the only open one of the
    /// key, or with none, and says which; `None` if it is not so simple.
    pub(super) fn merge_session(&mut self, key: KeyId, elements: &[&Element]) -> Option<Interval> {
        let WindowFn::Sessions(_) = self.windowing.window_fn else { return None };
        let (first, others) = elements.split_first()?;
        let (mut start, mut end) = (first.window.start(), first.window.end());
        let (mut last_start, mut first_end) = (start, end);
        for Element { window, .. } in others {
            (start, end) = (start.min(window.start()), end.max(window.end()));
            last_start = last_start.max(window.start());
            first_end = first_end.min(window.end());
        }
        // All of them overlap, each with each.
        if first_end <= last_start {
            return None;
        }
        let alike = start == last_start && first_end == end;
        let (open, another) = {
            let windows = self.key_state(key).windows.iter();
            let mut active = windows.filter(|(_, open)| !open.trigger.finished());
            (active.next().map(|(window, _)| window.clone()), active.next().is_some())
        };
        let Some(open) = open else {
            let session = Interval::new(start, end);
            if !alike {
                self.merge_into(key, &[], &session, false);
            }
            return Some(session);
        };
        if another || end <= open.start() || open.end() <= start {
            return None;
        }
        let session = Interval::new(start.min(open.start()), end.max(open.end()));
        let known = alike && open.start() == start && open.end() == end;
        if !known {
            self.grow(key, &open, &session);
        }
        Some(session)
    }

    /// Makes the open window `from` the window `into`, which may be the same and otherwise is not
    /// open: `merge_into` for one member.
    fn grow(&mut self, key: KeyId, from: &Interval, into: &Interval) {
        let (sight, same) = (self.sight(into), from == into);
        if !same && let Some(closed) = self.remove(key, into) {
            self.close_cell(closed.cell);
        }
        let Some(state) = self.keys[key.0 as usize].as_mut() else { return };
        let output = state.output;
        let Some(open) = state.windows.rename(from, into) else { return };
        let mut trigger =
            if same { open.trigger.clone() } else { machine_for(&self.windowing.trigger) };
        let mut wakes = Wakes::default();
        trigger.on_merge(&[&open.trigger], sight, &mut wakes);
        open.trigger = trigger;
        if !same {
            open.last_pane = None;
        }
        let timer_stands = open.wakes_at_end && self.watermark <= from.max_timestamp();
        let lags = wakes.at_end && timer_stands;
        if lags && !same {
            open.lags.get_or_insert_with(|| from.clone());
        } else if !lags {
            self.timers.cancel(key, from, open, &self.windowing);
            (open.lags, open.wakes_at_end) = (None, false);
            self.timers.at_expiry(key, into, &self.windowing);
        }
        let max = into.max_timestamp();
        match self.windowing.timestamp_combiner {
            TimestampCombiner::EndOfWindow => {
                let hold = (output <= max && self.watermark <= max).then_some(max);
                if open.lags.is_some() && open.element_hold.is_some() && hold.is_some() {
                    // The watermark has passed neither, so the old one does as well.
                    open.element_hold = hold;
                } else {
                    open.hold(&mut self.holds, hold);
                }
            }
            TimestampCombiner::Earliest | TimestampCombiner::Latest => {}
        }
        let expiry = into.expiry(self.windowing.allowed_lateness);
        open.gc_hold = (self.watermark <= expiry).then_some(expiry);
        if let Some(deadline) = open.deadline.take() {
            self.timers.cancel_deadline(key, from, deadline);
        }
        self.rearm(key, into, wakes);
    }
}
