//! Which windows an element lies in, and which windows merge (model.md 2.2 to 2.4).

use std::collections::BTreeSet;

use super::{calendar, custom};
use crate::case::{GLOBAL_WINDOW_MAX, Pane, PaneWindow, WindowFunction};

/// Windows that become one: the members, and the window they become.
pub(super) type Merge = (BTreeSet<PaneWindow>, PaneWindow);

/// `[start, start + length)`, which ends with the global window at the latest (S36).
pub(super) fn starting_at(start: i64, length: i64) -> PaneWindow {
    let end = i128::from(start) + i128::from(length);
    let end = end.min(i128::from(GLOBAL_WINDOW_MAX) + 1);
    PaneWindow::Interval { start, end: i64::try_from(end).expect("it is capped") }
}

/// `[start, end)` of a window that is not the global one.
pub(super) fn bounds(window: PaneWindow) -> (i64, i64) {
    match window {
        PaneWindow::Interval { start, end } => (start, end),
        PaneWindow::Global => unreachable!("a global window neither grows nor merges"),
    }
}

/// The windows of an element; there may be none.
pub(super) fn assign(function: &WindowFunction, element: &Pane) -> Result<Vec<PaneWindow>, String> {
    // S36: windows are assigned by min(t, GLOBAL_WINDOW_MAX).
    let t = element.timestamp.min(GLOBAL_WINDOW_MAX);
    Ok(match function {
        WindowFunction::Global => vec![PaneWindow::Global],
        WindowFunction::Fixed { size, offset } => {
            vec![starting_at(t - (t - offset).rem_euclid(*size), *size)]
        }
        WindowFunction::Sliding { size, period, offset } => {
            let mut windows = Vec::new();
            let mut start = t - (t - offset).rem_euclid(*period);
            while start > t - size {
                windows.push(starting_at(start, *size));
                start -= period;
            }
            windows
        }
        WindowFunction::Sessions { gap } => vec![starting_at(t, *gap)],
        WindowFunction::Calendar { unit, count, zone, start } => {
            vec![calendar::block(*unit, *count, zone.as_deref(), *start, t)?]
        }
        WindowFunction::Custom { name } => vec![custom::assign(name, &element.value, t)?],
    })
}

/// Whether the windows of this function merge.
pub(super) fn merges(function: &WindowFunction) -> bool {
    match function {
        WindowFunction::Sessions { .. } => true,
        WindowFunction::Custom { name } => custom::merges(name),
        WindowFunction::Global
        | WindowFunction::Fixed { .. }
        | WindowFunction::Sliding { .. }
        | WindowFunction::Calendar { .. } => false,
    }
}

/// Which of these windows merge.
pub(super) fn merge(function: &WindowFunction, windows: &BTreeSet<PaneWindow>) -> Vec<Merge> {
    match function {
        WindowFunction::Sessions { .. } => merge_sessions(windows),
        WindowFunction::Custom { name } => custom::merge(name, windows),
        WindowFunction::Global
        | WindowFunction::Fixed { .. }
        | WindowFunction::Sliding { .. }
        | WindowFunction::Calendar { .. } => Vec::new(),
    }
}

/// Model.md 2.3.
fn merge_sessions(windows: &BTreeSet<PaneWindow>) -> Vec<Merge> {
    let mut groups: Vec<(BTreeSet<PaneWindow>, i64, i64)> = Vec::new();
    // They come in the order of their starts.
    for &window in windows {
        let (start, end) = bounds(window);
        match groups.last_mut() {
            Some((members, _, group_end)) if start < *group_end => {
                members.insert(window);
                *group_end = end.max(*group_end);
            }
            _ => groups.push((BTreeSet::from([window]), start, end)),
        }
    }
    groups.retain(|(members, ..)| members.len() >= 2);
    let merge = |(members, start, end)| (members, PaneWindow::Interval { start, end });
    groups.into_iter().map(merge).collect()
}

/// The contract of model.md 2.4, held against what a function asks for.
pub(super) fn check_merges(
    merges: &[Merge],
    active: &BTreeSet<PaneWindow>,
    known: &BTreeSet<PaneWindow>,
) -> Result<(), String> {
    let mut taken = BTreeSet::new();
    for (members, result) in merges {
        for member in members {
            if !known.contains(member) {
                return Err(format!("the merge takes {member}, which is not there"));
            }
            if !taken.insert(*member) {
                return Err(format!("two merges take {member}"));
            }
        }
        if !members.contains(result) && active.contains(result) {
            return Err(format!("the merge gives {result}, which is there and did not take part"));
        }
    }
    Ok(())
}
