//! In what two windowings differ, as far as state knows of it.

use crate::Windowing;

/// The parts in which they differ: what it is, how it was saved, how it is now. What an author
/// has merely spelled out is no difference.
pub(super) fn differences(saved: &Windowing, now: &Windowing) -> Vec<String> {
    let mut parts = of_windows(saved, now);
    parts.extend(part("trigger", &saved.trigger, &now.trigger));
    parts.extend(part("accumulation", &saved.accumulation, &now.accumulation));
    let combiners = (&saved.timestamp_combiner, &now.timestamp_combiner);
    parts.extend(part("timestamp combiner", combiners.0, combiners.1));
    if saved.closing_behavior != now.closing_behavior {
        parts.push(debugged("closing behavior", saved.closing_behavior, now.closing_behavior));
    }
    if saved.on_time_behavior != now.on_time_behavior {
        parts.push(debugged("on-time behavior", saved.on_time_behavior, now.on_time_behavior));
    }
    parts
}

/// The parts that matter to cells and timers, which no trigger fires: which windows there are, and
/// when they expire.
pub(super) fn of_windows(saved: &Windowing, now: &Windowing) -> Vec<String> {
    let mut parts: Vec<String> =
        part("window function", &saved.window_fn, &now.window_fn).into_iter().collect();
    if parts.is_empty() && saved.merge_status != now.merge_status {
        parts.push(debugged("merging", saved.merge_status, now.merge_status));
    }
    parts.extend(part("allowed lateness", &saved.allowed_lateness, &now.allowed_lateness));
    parts
}

fn part<T: PartialEq + std::fmt::Display>(name: &str, saved: &T, now: &T) -> Option<String> {
    (saved != now).then(|| format!("{name} {saved} became {now}"))
}

fn debugged(name: &str, saved: impl std::fmt::Debug, now: impl std::fmt::Debug) -> String {
    format!("{name} {saved:?} became {now:?}")
}
