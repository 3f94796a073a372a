//! Event time from left to right.

use super::history::History;
use crate::case::{GLOBAL_WINDOW_MAX, PaneWindow};

/// Distances of marks on the axis, in milliseconds.
const STEPS: [i64; 26] = [
    1,
    2,
    5,
    10,
    20,
    50,
    100,
    200,
    500,
    1_000,
    2_000,
    5_000,
    10_000,
    15_000,
    30_000,
    60_000,
    120_000,
    300_000,
    600_000,
    1_800_000,
    3_600_000,
    7_200_000,
    21_600_000,
    43_200_000,
    86_400_000,
    604_800_000,
];
const MARKS_MAX: i64 = 10;

/// From times to places.
#[derive(Clone, Debug)]
pub(super) struct Scale {
    first: i64,
    last: i64,
    left: f64,
    width: f64,
}

impl Scale {
    /// All that happened lies between `left` and `left + width`, with a little air.
    pub(super) fn of(history: &History, left: f64, width: f64) -> Self {
        let far = GLOBAL_WINDOW_MAX / 2;
        let edges = history.panes.iter().flat_map(|pane| match pane.window {
            PaneWindow::Interval { start, end } => vec![start, end],
            PaneWindow::Global => Vec::new(),
        });
        let times = history.elements.iter().map(|element| element.at).chain(edges);
        let times: Vec<i64> = times.filter(|time| -far < *time && *time < far).collect();
        let first = times.iter().copied().min().unwrap_or(0);
        let last = times.iter().copied().max().unwrap_or(0).max(first + 1);
        let air = ((last - first) / 12).max(1);
        Self { first: first - air, last: last + air, left, width }
    }

    /// Where a time lies; far ones lie at the edge.
    pub(super) fn at(&self, time: i64) -> f64 {
        let time = time.clamp(self.first, self.last);
        self.left + self.width * (time - self.first) as f64 / (self.last - self.first) as f64
    }

    /// From where to where a window reaches.
    pub(super) fn span(&self, window: PaneWindow) -> (f64, f64) {
        match window {
            PaneWindow::Global => (self.left, self.left + self.width),
            PaneWindow::Interval { start, end } => (self.at(start), self.at(end)),
        }
    }

    /// The marks of the axis with their words.
    pub(super) fn marks(&self) -> Vec<(f64, String)> {
        let length = self.last - self.first;
        let step = STEPS.into_iter().find(|step| length / step < MARKS_MAX).unwrap_or(length);
        // The first multiple of the step that is not before the first time.
        let first = self.first + (-self.first).rem_euclid(step);
        let mut marks = Vec::new();
        let mut time = first;
        while time <= self.last {
            marks.push((self.at(time), words(time, self.first.abs().max(self.last))));
            time += step;
        }
        marks
    }
}

/// A time, as long as the longest one beside it makes it: bare milliseconds, seconds, minutes.
pub(super) fn words(time: i64, longest: i64) -> String {
    if longest < 1_000 {
        return time.to_string();
    }
    let sign = if time < 0 { "-" } else { "" };
    let millis = time.abs().rem_euclid(1_000);
    let fraction = if millis == 0 { String::new() } else { format!(".{millis:03}") };
    let seconds = time.abs() / 1_000;
    match longest {
        0..120_000 => format!("{sign}{seconds}{fraction}s"),
        120_000..10_800_000 => format!("{sign}{}:{:02}", seconds / 60, seconds.rem_euclid(60)),
        _ => format!("{sign}{}:{:02}h", seconds / 3_600, (seconds / 60).rem_euclid(60)),
    }
}
