//! Windowings taken for others.

use heliostat::{
    Accumulation, CalendarWindows, ClosingBehavior, Duration, FixedWindows, MergeStatus,
    OnTimeBehavior, SessionWindows, SlidingWindows, TimestampCombiner, WindowFn, Windowing, millis,
};

pub(super) fn discards(windowing: &mut Windowing, _: u64) {
    windowing.accumulation = Accumulation::Discarding;
}

pub(super) fn accumulates(windowing: &mut Windowing, _: u64) {
    windowing.accumulation = Accumulation::Accumulating;
}

pub(super) fn allows_nothing_late(windowing: &mut Windowing, _: u64) {
    windowing.allowed_lateness = Duration::ZERO;
}

/// Twice to four times as much.
pub(super) fn allows_too_much(windowing: &mut Windowing, seed: u64) {
    let times = 2 + i64::try_from(seed % 3).unwrap_or(0);
    let lateness = windowing.allowed_lateness.millis().saturating_mul(times);
    windowing.allowed_lateness = Duration::from_millis(lateness);
}

pub(super) fn forgets_offsets(windowing: &mut Windowing, _: u64) {
    if let WindowFn::Fixed(fixed) = &mut windowing.window_fn {
        *fixed = FixedWindows::of(fixed.size());
    }
}

pub(super) fn skips_every_second_window(windowing: &mut Windowing, _: u64) {
    if let WindowFn::Sliding(sliding) = &mut windowing.window_fn {
        *sliding = SlidingWindows::of(sliding.size(), sliding.period() * 2).offset(sliding.shift());
    }
}

pub(super) fn closes_gaps(windowing: &mut Windowing, _: u64) {
    if let WindowFn::Sliding(sliding) = &mut windowing.window_fn
        && sliding.has_gaps()
    {
        *sliding = SlidingWindows::of(sliding.period(), sliding.period()).offset(sliding.shift());
    }
}

/// A millisecond more, or less where there is one.
pub(super) fn misses_the_gap(windowing: &mut Windowing, seed: u64) {
    if let WindowFn::Sessions(sessions) = &mut windowing.window_fn {
        let shorter = seed % 2 == 1 && millis(1) < sessions.gap();
        *sessions = SessionWindows::of(sessions.gap() + millis(if shorter { -1 } else { 1 }));
    }
}

pub(super) fn forgets_zones(windowing: &mut Windowing, _: u64) {
    if let WindowFn::Calendar(calendar) = &mut windowing.window_fn {
        *calendar =
            CalendarWindows::of(calendar.unit(), calendar.count()).starting(calendar.start());
    }
}

pub(super) fn knows_no_custom_windows(windowing: &mut Windowing, _: u64) {
    if let WindowFn::Custom(custom) = &windowing.window_fn
        && !custom.merges()
    {
        windowing.window_fn = WindowFn::Global;
    }
}

pub(super) fn merges_no_sessions(windowing: &mut Windowing, _: u64) {
    if matches!(windowing.window_fn, WindowFn::Sessions(_)) {
        windowing.merge_status = MergeStatus::NonMerging;
    }
}

pub(super) fn merges_no_custom_windows(windowing: &mut Windowing, _: u64) {
    if matches!(windowing.window_fn, WindowFn::Custom(_)) {
        windowing.merge_status = MergeStatus::NonMerging;
    }
}

pub(super) fn merges_again(windowing: &mut Windowing, _: u64) {
    if windowing.merge_status == MergeStatus::AlreadyMerged {
        windowing.merge_status = MergeStatus::NeedsMerge;
    }
}

pub(super) fn stamps_earliest_late(windowing: &mut Windowing, _: u64) {
    if windowing.timestamp_combiner == TimestampCombiner::Earliest {
        windowing.timestamp_combiner = TimestampCombiner::EndOfWindow;
    }
}

pub(super) fn stamps_latest_early(windowing: &mut Windowing, _: u64) {
    if windowing.timestamp_combiner == TimestampCombiner::Latest {
        windowing.timestamp_combiner = TimestampCombiner::Earliest;
    }
}

pub(super) fn stamps_ends_early(windowing: &mut Windowing, seed: u64) {
    if windowing.timestamp_combiner == TimestampCombiner::EndOfWindow {
        windowing.timestamp_combiner = if seed.is_multiple_of(2) {
            TimestampCombiner::Latest
        } else {
            TimestampCombiner::Earliest
        };
    }
}

pub(super) fn forgets_closing_panes(windowing: &mut Windowing, _: u64) {
    windowing.closing_behavior = ClosingBehavior::IfNonEmpty;
}

pub(super) fn forgets_empty_panes(windowing: &mut Windowing, _: u64) {
    windowing.on_time_behavior = OnTimeBehavior::IfNonEmpty;
}
