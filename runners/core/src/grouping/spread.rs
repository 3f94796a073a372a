//! What the extremes of a batch's timestamps say of where its elements lie: mostly all of it.

use heliostat::batch::{Meta, Timestamps, Windows};
use heliostat::{Interval, SlidingWindows, Timestamp, WindowFn};

/// Where elements lie among windows or slices that are laid end to end.
pub(crate) enum Spread {
    /// All in this one.
    One(Interval),
    /// In these two, which meet, as they do where a batch goes over an edge.
    Two(Interval, Interval),
    /// Nobody knows without looking at each.
    More,
}

/// Among which windows the elements of a batch lie.
pub(crate) fn spread_of(meta: &Meta) -> Spread {
    match &meta.windows {
        Windows::Const(window) => Spread::One(window.clone()),
        Windows::ByTimestamp(window_fn) => spread(&meta.timestamps, |at| tile_at(window_fn, at)),
        Windows::Each(_) | Windows::Many { .. } => Spread::More,
    }
}

/// Appends `before` or `behind` for each element, by the side of the edge it lies on.
pub(crate) fn on_both_sides(
    (before, behind): (u32, u32),
    edge: Timestamp,
    timestamps: &Timestamps,
    column: &mut Vec<u32>,
) {
    if let Timestamps::Each { at, .. } = timestamps {
        column.extend(at.iter().map(|&at| if at < edge { before } else { behind }));
    }
}

/// Where elements with these timestamps lie; `at` finds the window or slice of one of them, if all
/// times between two of the same one are in it too.
pub(crate) fn spread(
    timestamps: &Timestamps,
    at: impl Fn(Timestamp) -> Option<Interval>,
) -> Spread {
    let Some((min, max)) = timestamps.range() else { return Spread::More };
    match (at(min), at(max)) {
        (Some(first), Some(second)) if first == second => Spread::One(first),
        (Some(first), Some(second)) if first.end() == second.start() => Spread::Two(first, second),
        _ => Spread::More,
    }
}

/// The window of a timestamp, if windows are laid end to end.
fn tile_at(window_fn: &WindowFn, timestamp: Timestamp) -> Option<Interval> {
    match window_fn {
        WindowFn::Global => Some(Interval::GLOBAL),
        WindowFn::Fixed(fixed) => Some(fixed.window_at(timestamp)),
        WindowFn::Calendar(calendar) => Some(calendar.window_at(timestamp)),
        WindowFn::Sliding(_) | WindowFn::Sessions(_) | WindowFn::Custom(_) => None,
    }
}

/// The windows, if they may overlap and their slices tell them apart: not where they are so long
/// that both ends of several are cut to the ends of time.
pub(crate) fn sliding_in_slices(window_fn: &WindowFn) -> Option<SlidingWindows> {
    let WindowFn::Sliding(windows) = window_fn else { return None };
    let told_apart = windows.size() <= Timestamp::END_OF_GLOBAL_WINDOW - Timestamp::MIN;
    told_apart.then_some(*windows)
}
