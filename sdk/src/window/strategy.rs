//! The windowing of a collection: window function, trigger, lateness and the rest (model.md 2.6).

use super::{Interval, WindowFn};
use crate::{Duration, Timestamp, Trigger};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Whether a pane repeats what earlier panes of its key and window held (model.md 4.4).
///
/// ```
/// use heliostat::Accumulation;
///
/// assert_eq!(Accumulation::default(), Accumulation::Discarding);
/// assert_eq!(Accumulation::Accumulating.to_string(), "accumulating");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Accumulation {
    /// A pane holds only what came since the pane before it.
    #[default]
    Discarding,
    /// A pane holds everything so far.
    Accumulating,
}

/// Whether an empty pane is emitted when a window is closed for good (model.md 4.3).
///
/// ```
/// assert_eq!(heliostat::ClosingBehavior::default(), heliostat::ClosingBehavior::IfNonEmpty);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClosingBehavior {
    /// Only with new elements.
    #[default]
    IfNonEmpty,
    /// Always.
    Always,
}

/// Whether an empty on-time pane is emitted (model.md 4.3).
///
/// ```
/// assert_eq!(heliostat::OnTimeBehavior::default(), heliostat::OnTimeBehavior::Always);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum OnTimeBehavior {
    /// Always.
    #[default]
    Always,
    /// Only with new elements.
    IfNonEmpty,
}

/// Which timestamp a pane gets (model.md 2.5).
///
/// ```
/// use heliostat::{Interval, Timestamp, TimestampCombiner};
///
/// let window = Interval::new(Timestamp::secs(0), Timestamp::secs(10));
/// let earliest = TimestampCombiner::Earliest;
/// let first = earliest.assign(Timestamp::secs(4), &window);
/// assert_eq!(earliest.combine(first, Timestamp::secs(2)), Timestamp::secs(2));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum TimestampCombiner {
    /// The last millisecond of the window.
    #[default]
    EndOfWindow,
    /// The smallest of its elements.
    Earliest,
    /// The largest of its elements.
    Latest,
}

impl TimestampCombiner {
    /// The output time that one element asks for.
    pub fn assign(self, timestamp: Timestamp, window: &Interval) -> Timestamp {
        match self {
            Self::EndOfWindow => window.max_timestamp(),
            Self::Earliest | Self::Latest => timestamp,
        }
    }

    /// The output time of two elements of one window.
    pub fn combine(self, a: Timestamp, b: Timestamp) -> Timestamp {
        match self {
            Self::EndOfWindow | Self::Latest => a.max(b),
            Self::Earliest => a.min(b),
        }
    }
}

/// Whether the windows of a collection still have to grow together at a grouping.
///
/// ```
/// assert_eq!(heliostat::MergeStatus::default(), heliostat::MergeStatus::NonMerging);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum MergeStatus {
    /// They never do.
    #[default]
    NonMerging,
    /// The next grouping merges them.
    NeedsMerge,
    /// A grouping has merged them; they stay as they are (model.md S9).
    AlreadyMerged,
}

/// How a collection is cut into windows and when its groupings emit.
///
/// ```
/// use heliostat::{Duration, Trigger, WindowFn, Windowing};
///
/// let default = Windowing::default();
/// assert_eq!(default.window_fn, WindowFn::Global);
/// assert_eq!(default.trigger, Trigger::Default);
/// assert_eq!(default.allowed_lateness, Duration::ZERO);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Windowing {
    /// Where an element lies.
    pub window_fn: WindowFn,
    /// Whether its windows still merge.
    pub merge_status: MergeStatus,
    /// When a pane is emitted.
    pub trigger: Trigger,
    /// What a pane repeats.
    pub accumulation: Accumulation,
    /// How long behind its end a window still takes elements.
    pub allowed_lateness: Duration,
    /// Which timestamp a pane gets.
    pub timestamp_combiner: TimestampCombiner,
    /// Whether the last pane comes even if it is empty.
    pub closing_behavior: ClosingBehavior,
    /// Whether the on-time pane comes even if it is empty.
    pub on_time_behavior: OnTimeBehavior,
    /// Which fields an author has ever named.
    pub specified: Specified,
}

/// Which of the fields that preflight asks about an author has named (model.md 2.6).
///
/// ```
/// use heliostat::{Window, Windowing, secs};
///
/// let change = Window::fixed(secs(10)).accumulating().change();
/// let specified = change.applied_to(&Windowing::default()).specified;
/// assert!(specified.accumulation && !specified.trigger);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "independent marks, one per field of Windowing")]
pub struct Specified {
    /// A trigger was given.
    pub trigger: bool,
    /// Accumulating or discarding was said.
    pub accumulation: bool,
    /// A lateness was given.
    pub allowed_lateness: bool,
    /// `allow_unsafe_trigger()` was said; travels to later groupings.
    pub unsafe_trigger: bool,
}

impl Windowing {
    /// The windowing behind a grouping: merged windows stay, the trigger goes on as its
    /// continuation, all else is kept (model.md 2.6, 3.6).
    #[must_use]
    pub fn after_grouping(&self) -> Self {
        Self {
            merge_status: match self.merge_status {
                MergeStatus::NonMerging => MergeStatus::NonMerging,
                MergeStatus::NeedsMerge | MergeStatus::AlreadyMerged => MergeStatus::AlreadyMerged,
            },
            trigger: self.trigger.continuation(),
            ..self.clone()
        }
    }

    /// Whether a grouping of it merges windows: those that one has merged stay as they are.
    pub fn merges_windows(&self) -> bool {
        self.merge_status == MergeStatus::NeedsMerge
    }

    /// Whether a key and window can see more than one pane.
    pub fn many_panes(&self) -> bool {
        let late_panes =
            self.allowed_lateness > Duration::ZERO && self.window_fn != WindowFn::Global;
        self.trigger != Trigger::Default || late_panes
    }
}

/// What a `window` step changes; what is `None` is inherited (model.md S8).
///
/// ```
/// use heliostat::{Accumulation, Window, Windowing, secs};
///
/// let change = Window::fixed(secs(10)).accumulating().change();
/// let windowing = change.applied_to(&Windowing::default());
/// assert_eq!(windowing.accumulation, Accumulation::Accumulating);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct WindowingChange {
    /// A new window function: elements are assigned anew.
    pub window_fn: Option<WindowFn>,
    /// A new trigger.
    pub trigger: Option<Trigger>,
    /// A new mode.
    pub accumulation: Option<Accumulation>,
    /// A lateness; the larger of it and the inherited one holds.
    pub allowed_lateness: Option<Duration>,
    /// A new timestamp combiner.
    pub timestamp_combiner: Option<TimestampCombiner>,
    /// A new closing behaviour.
    pub closing_behavior: Option<ClosingBehavior>,
    /// A new on-time behaviour.
    pub on_time_behavior: Option<OnTimeBehavior>,
    /// Whether windows that a grouping has merged merge again at the next one.
    pub merge_again: bool,
    /// Whether triggers that can lose data are let through from here on.
    pub allow_unsafe_trigger: bool,
}

impl WindowingChange {
    /// The windowing behind the step, given the one before it.
    pub fn applied_to(&self, before: &Windowing) -> Windowing {
        let merge_status = match &self.window_fn {
            None if self.merge_again && before.merge_status == MergeStatus::AlreadyMerged => {
                MergeStatus::NeedsMerge
            }
            None => before.merge_status,
            Some(window_fn) if window_fn.merges() => MergeStatus::NeedsMerge,
            Some(_) => MergeStatus::NonMerging,
        };
        Windowing {
            window_fn: self.window_fn.clone().unwrap_or_else(|| before.window_fn.clone()),
            merge_status,
            trigger: self.trigger.clone().unwrap_or_else(|| before.trigger.clone()),
            accumulation: self.accumulation.unwrap_or(before.accumulation),
            allowed_lateness: self
                .allowed_lateness
                .map_or(before.allowed_lateness, |new| new.max(before.allowed_lateness)),
            timestamp_combiner: self.timestamp_combiner.unwrap_or(before.timestamp_combiner),
            closing_behavior: self.closing_behavior.unwrap_or(before.closing_behavior),
            on_time_behavior: self.on_time_behavior.unwrap_or(before.on_time_behavior),
            specified: Specified {
                trigger: before.specified.trigger || self.trigger.is_some(),
                accumulation: before.specified.accumulation || self.accumulation.is_some(),
                allowed_lateness: before.specified.allowed_lateness
                    || self.allowed_lateness.is_some(),
                unsafe_trigger: before.specified.unsafe_trigger || self.allow_unsafe_trigger,
            },
        }
    }
}

impl fmt::Display for Accumulation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Discarding => "discarding",
            Self::Accumulating => "accumulating",
        })
    }
}

impl fmt::Display for TimestampCombiner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::EndOfWindow => "end of window",
            Self::Earliest => "earliest",
            Self::Latest => "latest",
        })
    }
}

impl fmt::Display for Windowing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", self.window_fn, self.trigger)?;
        if self.allowed_lateness != Duration::ZERO {
            write!(f, ", lateness {}", self.allowed_lateness)?;
        }
        write!(f, ", {}", self.accumulation)?;
        if self.timestamp_combiner != TimestampCombiner::EndOfWindow {
            write!(f, ", timestamp {}", self.timestamp_combiner)?;
        }
        if self.closing_behavior == ClosingBehavior::Always {
            f.write_str(", closing always")?;
        }
        if self.on_time_behavior == OnTimeBehavior::IfNonEmpty {
            f.write_str(", on time if nonempty")?;
        }
        Ok(())
    }
}
