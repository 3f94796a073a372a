//! What a grouping remembers per key and window, holds included (model.md 5.4).

use std::collections::{BTreeMap, BTreeSet};

use super::super::trigger::{Node, Sight};
use super::super::windowing::Windowing;
use crate::case::{Number, PaneInfo, PaneWindow, TIMESTAMP_MAX, TimestampCombiner, Trigger};

/// One key.
#[derive(Debug)]
pub(super) struct KeyState {
    pub(super) windows: BTreeMap<PaneWindow, WindowState>,
    /// The key's own, as of the last completed watermark advance (model.md 5.1).
    pub(super) output_watermark: i64,
}

impl KeyState {
    pub(super) fn new(output_watermark: i64) -> Self {
        Self { windows: BTreeMap::new(), output_watermark }
    }

    /// The smallest hold of all its windows. Pending event timers hold nothing: each of them lies
    /// at the input watermark or behind it.
    pub(super) fn first_hold(&self) -> Option<i64> {
        let holds = self.windows.values().flat_map(|state| [state.element_hold, state.gc_hold]);
        holds.flatten().min()
    }
}

/// One window of a key.
#[derive(Clone, Debug)]
pub(super) struct WindowState {
    pub(super) active: bool,
    pub(super) buffer: Vec<Number>,
    /// The emptiness flag, the other way round: an element came since the previous pane.
    pub(super) new_elements: bool,
    pub(super) element_hold: Option<i64>,
    pub(super) gc_hold: Option<i64>,
    pub(super) last_pane: Option<PaneInfo>,
    pub(super) trigger: Node,
    /// The event timers that are pending: at the window's max timestamp and at `gc(w)`, if at all.
    pub(super) timers: BTreeSet<i64>,
}

impl WindowState {
    pub(super) fn new(trigger: &Trigger) -> Self {
        Self {
            active: false,
            buffer: Vec::new(),
            new_elements: false,
            element_hold: None,
            gc_hold: None,
            last_pane: None,
            trigger: Node::new(trigger),
            timers: BTreeSet::new(),
        }
    }

    /// Sets the event timers of a window that is seen now; `gc` is `gc(w)`.
    pub(super) fn set_timers(&mut self, sight: &Sight, gc: i64) {
        self.timers.insert(gc);
        if sight.wants_end_of_window {
            self.timers.insert(sight.window_max);
        }
    }

    /// Takes the event timers before the watermark: whether there was one.
    pub(super) fn take_due_timers(&mut self, watermark: i64) -> bool {
        let pending = self.timers.split_off(&watermark);
        let due = std::mem::replace(&mut self.timers, pending);
        !due.is_empty()
    }

    pub(super) fn is_closed(&self) -> bool {
        self.trigger.finished
    }

    /// The hold of an element. `moment` is the key's output watermark, what the trigger sees, and
    /// `gc(w)`.
    pub(super) fn hold(
        &mut self,
        windowing: &Windowing,
        window: PaneWindow,
        timestamp: i64,
        moment: (i64, &Sight, i64),
    ) {
        let (output_watermark, sight, gc) = moment;
        let combiner = windowing.timestamp;
        let hold = match combiner {
            TimestampCombiner::EndOfWindow => window.max_timestamp(),
            TimestampCombiner::Earliest | TimestampCombiner::Latest => timestamp,
        };
        if output_watermark <= hold && window.max_timestamp() >= sight.input_watermark {
            self.element_hold = combined(combiner, self.element_hold, Some(hold));
        } else if gc >= sight.input_watermark {
            self.gc_hold = Some(gc_hold(gc));
        }
    }
}

/// A hold at the expiry of a window.
pub(super) fn gc_hold(gc: i64) -> i64 {
    gc.min(TIMESTAMP_MAX - 1)
}

/// "Combine two" of model.md 2.5, where there may be one or none.
pub(super) fn combined(
    combiner: TimestampCombiner,
    one: Option<i64>,
    other: Option<i64>,
) -> Option<i64> {
    let both = [one, other].into_iter().flatten();
    match combiner {
        TimestampCombiner::Earliest => both.min(),
        TimestampCombiner::Latest | TimestampCombiner::EndOfWindow => both.max(),
    }
}
