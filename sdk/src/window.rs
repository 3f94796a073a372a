//! Where in event time an element lies, and how the elements there are grouped into panes.

mod interval;
mod fixed;
mod sliding;
mod sessions;
mod calendar;
mod custom;
mod assignment;
mod side;
mod pane;
mod strategy;
mod builder;

pub use assignment::{ByElement, ByTime, WindowsFor};
pub use builder::Window;
pub use calendar::{CalendarUnit, CalendarWindows};
pub use custom::{AssignWindows, CustomWindows, Merge, MergeWindows, Merges};
pub use fixed::FixedWindows;
pub use interval::Interval;
pub use pane::{PaneInfo, PaneTiming};
pub use sessions::SessionWindows;
pub use sliding::SlidingWindows;
pub use strategy::{
    Accumulation, ClosingBehavior, MergeStatus, OnTimeBehavior, Specified, TimestampCombiner,
    Windowing, WindowingChange,
};

use crate::{Timestamp, capability::Capability};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A rule that gives each timestamp its windows (model.md 2.2).
///
/// ```
/// use heliostat::{FixedWindows, Interval, Timestamp, WindowFn, secs};
///
/// let minutes = WindowFn::Fixed(FixedWindows::of(secs(60)));
/// let mut windows = Vec::new();
/// minutes.assign(Timestamp::secs(75), |window| windows.push(window));
/// assert_eq!(windows, [Interval::new(Timestamp::secs(60), Timestamp::secs(120))]);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum WindowFn {
    /// One window for all of time.
    #[default]
    Global,
    /// Windows of one size, laid end to end.
    Fixed(FixedWindows),
    /// Windows of one size that begin at regular times.
    Sliding(SlidingWindows),
    /// Windows that grow while elements keep coming.
    Sessions(SessionWindows),
    /// Whole days, weeks, months or years of a time zone.
    Calendar(CalendarWindows),
    /// Windows of the author's making.
    Custom(CustomWindows),
}

impl WindowFn {
    /// Calls `visit` with each window of `timestamp`.
    ///
    /// A window is assigned by `min(timestamp, END_OF_GLOBAL_WINDOW)` and ends at most one
    /// millisecond later than that (model.md S36).
    ///
    /// # Panics
    /// If the windows are of the author's making: those are assigned by element, by the code in
    /// [`Functions`](crate::graph::Functions).
    #[inline]
    pub fn assign(&self, timestamp: Timestamp, mut visit: impl FnMut(Interval)) {
        match self {
            Self::Global => visit(Interval::GLOBAL),
            Self::Fixed(fixed) => visit(fixed.window_at(timestamp)),
            Self::Sliding(sliding) => sliding.visit(timestamp, visit),
            Self::Sessions(sessions) => visit(sessions.window_at(timestamp)),
            Self::Calendar(calendar) => visit(calendar.window_at(timestamp)),
            Self::Custom(custom) => panic!("{custom} windows are not assigned by timestamp"),
        }
    }

    /// Whether windows of one key can grow together.
    pub fn merges(&self) -> bool {
        match self {
            Self::Global | Self::Fixed(_) | Self::Sliding(_) | Self::Calendar(_) => false,
            Self::Sessions(_) => true,
            Self::Custom(custom) => custom.merges(),
        }
    }

    /// Whether every element lies in exactly one window, found by its timestamp alone.
    pub fn partitions(&self) -> bool {
        match self {
            Self::Global | Self::Fixed(_) | Self::Sessions(_) | Self::Calendar(_) => true,
            Self::Sliding(_) | Self::Custom(_) => false,
        }
    }

    /// What a runner must be able to do to use it.
    pub fn capability(&self) -> Capability {
        match self {
            Self::Global => Capability::WindowGlobal,
            Self::Fixed(_) => Capability::WindowFixed,
            Self::Sliding(_) => Capability::WindowSliding,
            Self::Sessions(_) => Capability::WindowSession,
            Self::Calendar(_) => Capability::WindowCalendar,
            Self::Custom(custom) if custom.merges() => Capability::WindowCustomMerging,
            Self::Custom(_) => Capability::WindowCustom,
        }
    }
}

impl fmt::Display for WindowFn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Global => f.write_str("global"),
            Self::Fixed(fixed) => fixed.fmt(f),
            Self::Sliding(sliding) => sliding.fmt(f),
            Self::Sessions(sessions) => sessions.fmt(f),
            Self::Calendar(calendar) => calendar.fmt(f),
            Self::Custom(custom) => custom.fmt(f),
        }
    }
}
