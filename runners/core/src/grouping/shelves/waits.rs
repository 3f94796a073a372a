//! What can wait on disk, and until when.

use crate::GroupingPath;
use crate::grouping::engine::Blueprint;
use crate::grouping::saved::SavedRow;
use heliostat::batch::{Meta, Windows};
use heliostat::{Interval, Timestamp, Trigger, WindowFn};

/// Until which watermark elements that come at `watermark` can do nothing but wait; `None` where
/// they may do more at once.
pub(super) fn until(
    blueprint: &Blueprint,
    meta: &Meta,
    len: usize,
    watermark: Timestamp,
) -> Option<Timestamp> {
    match blueprint.path() {
        // Before the end of a window elements do nothing but add up.
        GroupingPath::Aligned => {
            let end = earliest_end(meta, len);
            (watermark <= end).then_some(end)
        }
        // Windows that merge and holds depend on the watermark: elements wait only until there is
        // one.
        GroupingPath::General => {
            let waits =
                watermark == Timestamp::MIN && waits_for_the_end(&blueprint.windowing.trigger);
            waits.then_some(Timestamp::MIN)
        }
    }
}

/// Whether elements alone, and processing time, never make it fire before the end of a window.
fn waits_for_the_end(trigger: &Trigger) -> bool {
    match trigger {
        Trigger::Default | Trigger::AfterWatermark { early: None, .. } | Trigger::Never => true,
        Trigger::AfterWatermark { early: Some(_), .. }
        | Trigger::AfterCount(_)
        | Trigger::AfterProcessingTime(_)
        | Trigger::AfterSynchronizedProcessingTime
        | Trigger::Always
        | Trigger::Repeatedly(_)
        | Trigger::AfterAny(_)
        | Trigger::AfterAll(_)
        | Trigger::AfterEach(_)
        | Trigger::OrFinally(..) => false,
    }
}

/// The earliest end of the windows that elements lie in.
fn earliest_end(meta: &Meta, len: usize) -> Timestamp {
    let mut earliest = Timestamp::MAX;
    let mut look = |window: &Interval| earliest = earliest.min(window.max_timestamp());
    if let (Windows::ByTimestamp(window_fn), Some((first, _))) =
        (&meta.windows, meta.timestamps.range())
    {
        window_fn.assign(first, |window| look(&window));
    }
    // The first time may lie between windows.
    if earliest == Timestamp::MAX {
        let mut look = |window: &Interval| earliest = earliest.min(window.max_timestamp());
        match &meta.windows {
            Windows::Const(window) => look(window),
            Windows::ByTimestamp(_) | Windows::Each(_) | Windows::Many { .. } => {
                meta.windows.for_each(&meta.timestamps, len, |_, window| look(window));
            }
        }
    }
    earliest
}

/// When a row that was written at `watermark` is due, at the earliest.
pub(super) fn due(blueprint: &Blueprint, row: &SavedRow, watermark: Timestamp) -> Timestamp {
    let lateness = blueprint.windowing.allowed_lateness;
    match (row, &blueprint.windowing.window_fn) {
        (SavedRow::Window(row), _) => {
            let end = row.window.max_timestamp();
            if watermark <= end { end } else { row.window.expiry(lateness) }
        }
        (SavedRow::Slice(row), WindowFn::Sliding(windows)) => {
            let mut due = Timestamp::MAX;
            windows.visit(row.slice.start(), |window| {
                if watermark <= window.max_timestamp() {
                    due = due.min(window.max_timestamp());
                }
            });
            due
        }
        // Nothing else has slices: it is looked at when it is read.
        (
            SavedRow::Slice(_),
            WindowFn::Global
            | WindowFn::Fixed(_)
            | WindowFn::Sessions(_)
            | WindowFn::Calendar(_)
            | WindowFn::Custom(_),
        ) => Timestamp::MIN,
    }
}

/// What a row holds the output watermark at.
pub(super) fn hold(row: &SavedRow) -> Option<Timestamp> {
    match row {
        SavedRow::Window(row) => row.body.element_hold,
        SavedRow::Slice(_) => None,
    }
}

/// The processing time that a row waits for.
pub(super) fn deadline(row: &SavedRow, now: Timestamp) -> Option<Timestamp> {
    match row {
        SavedRow::Window(row) => row.body.trigger.next_deadline(now),
        SavedRow::Slice(_) => None,
    }
}

/// The earlier of two times, where there are two.
pub(super) fn earlier(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    one.into_iter().chain(other).min()
}
