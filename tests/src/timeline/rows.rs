//! What came first, from bottom to top.

use super::history::History;
use super::scale::words;

/// Between the rows of two events, where the script does not say when they came.
const ROW: f64 = 34.0;
/// What a script that moves processing time is given in height.
const SCRIPT: f64 = 330.0;
/// The least between two events of which the latter fires something.
const FIRING: f64 = 17.0;
/// Below the first event, and above the last.
const AIR: f64 = 22.0;
/// Between the words of two marks.
const MARK: f64 = 14.0;

/// The height of each event.
#[derive(Clone, Debug)]
pub(super) struct Rows {
    /// Counted upwards from the axis.
    up: Vec<f64>,
    top: f64,
    pub(super) height: f64,
    /// Marks of the axis: an event and its words.
    marks: Vec<(usize, String)>,
    pub(super) by_processing_time: bool,
}

impl Rows {
    pub(super) fn of(history: &History, top: f64) -> Self {
        let up = match &history.processing {
            Some(times) => by_time(history, times),
            None => (0..history.events).map(|event| AIR + ROW * event as f64).collect(),
        };
        let height = up.last().copied().unwrap_or(0.0) + AIR;
        let marks = match &history.processing {
            Some(times) => marks_by_time(times, &up),
            None => (0..up.len()).map(|event| (event, (event + 1).to_string())).collect(),
        };
        let by_processing_time = history.processing.is_some();
        Self { up, top, height, marks, by_processing_time }
    }

    pub(super) fn at(&self, event: usize) -> f64 {
        let up = self.up.get(event).or(self.up.last()).copied().unwrap_or(0.0);
        self.top + self.height - up
    }

    pub(super) fn marks(&self) -> Vec<(f64, &str)> {
        self.marks.iter().map(|(event, words)| (self.at(*event), words.as_str())).collect()
    }
}

fn by_time(history: &History, times: &[i64]) -> Vec<f64> {
    let (first, last) = (times[0], times[times.len() - 1]);
    let of_milli = SCRIPT / (last - first).max(1) as f64;
    let mut up: Vec<f64> = Vec::new();
    // The last event that shows: a dot or a firing.
    let mut shown: Option<f64> = None;
    for (event, &time) in times.iter().enumerate().take(history.events) {
        let mut here = AIR + of_milli * (time - first) as f64;
        let before = up.last().copied().unwrap_or(here);
        here = here.max(before);
        let fires = history.panes.iter().any(|pane| pane.event == event);
        let is_end = history.only_time.len() == event;
        if let Some(shown) = shown.filter(|_| fires || is_end) {
            here = here.max(shown + FIRING);
        }
        if fires || history.elements.iter().any(|element| element.event == event) {
            shown = Some(here);
        }
        up.push(here);
    }
    up
}

fn marks_by_time(times: &[i64], up: &[f64]) -> Vec<(usize, String)> {
    let longest = times.iter().copied().max().unwrap_or(0);
    let mut marks: Vec<(usize, String)> = Vec::new();
    for event in 0..up.len() {
        let free = marks.last().is_none_or(|(last, _)| MARK <= up[event] - up[*last]);
        let same = 0 < event && times[event] == times[event - 1];
        if free && !same {
            marks.push((event, words(times[event], longest)));
        }
    }
    marks
}
