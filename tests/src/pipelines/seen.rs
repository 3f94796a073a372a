//! What a run gave, in the words of a case.

use heliostat::{DropCause, Element, Interval, PCollection, PaneTiming, RunResult, Windowed};

use super::script::Value;
use super::stream::Seen;
use super::ticks::Ticks;
use crate::case::{
    Case, Dropped, DroppedBecause, Expectation, Pane, PaneInfo, PaneWindow, Timing, Value as Held,
};

/// Reads a collection's elements with their metadata and the events they follow from.
pub(super) fn panes<T: Element>(
    collection: &PCollection<T>,
    ticks: Option<&Ticks>,
    parts: impl Fn(&T) -> (Option<String>, Held) + 'static,
) -> Seen<(usize, Pane)> {
    let pane = move |element: Windowed<T>| {
        let (key, value) = parts(&element.value);
        Pane {
            key,
            value,
            window: window(&element.window),
            info: info(element.pane),
            timestamp: element.timestamp.millis(),
        }
    };
    let elements = collection.windowed();
    let Some(ticks) = ticks.cloned() else {
        let collected = elements.collect();
        return Box::new(move |result: &RunResult| {
            result.collected(&collected).into_iter().map(|element| (0, pane(element))).collect()
        });
    };
    let collected = elements.map(move |element| (ticks.last(), element)).named("Tick it").collect();
    Box::new(move |result: &RunResult| {
        let elements = result.collected(&collected).into_iter();
        elements.map(|(event, element)| (event, pane(element))).collect()
    })
}

/// An element that a grouping dropped.
pub(super) fn dropped<V: Value>(dropped: heliostat::Dropped<(String, V)>) -> Dropped {
    let (key, value) = dropped.value;
    Dropped {
        key: Some(key),
        value: value.number(),
        timestamp: dropped.timestamp.millis(),
        window: window(&dropped.window),
        because: match dropped.cause {
            DropCause::Late => DroppedBecause::Late,
            DropCause::Closed => DroppedBecause::Closed,
        },
    }
}

/// Whether a case asserts what its last grouping dropped.
pub(super) fn wants_dropped(case: &Case) -> bool {
    match &case.expectation {
        Expectation::Output(output) => output.dropped.is_some(),
        Expectation::Refused(_) | Expectation::Fails(_) => false,
    }
}

/// Key and window together, and within them the order of their panes.
pub(crate) fn sort(panes: &mut [Pane]) {
    panes.sort_by(|a, b| {
        let place = |pane: &Pane| (pane.key.clone(), pane.window, pane.info.index, pane.timestamp);
        place(a).cmp(&place(b)).then_with(|| a.value.cmp(&b.value))
    });
}

pub(crate) fn sort_dropped(dropped: &mut [Dropped]) {
    dropped.sort_by(|a, b| {
        let place = |dropped: &Dropped| {
            let closed = dropped.because == DroppedBecause::Closed;
            (dropped.key.clone(), dropped.window, dropped.timestamp, dropped.value, closed)
        };
        place(a).cmp(&place(b))
    });
}

fn window(window: &Interval) -> PaneWindow {
    if *window == Interval::GLOBAL {
        return PaneWindow::Global;
    }
    PaneWindow::Interval { start: window.start().millis(), end: window.end().millis() }
}

fn info(pane: heliostat::PaneInfo) -> PaneInfo {
    PaneInfo {
        timing: match pane.timing {
            PaneTiming::Early => Timing::Early,
            PaneTiming::OnTime => Timing::OnTime,
            PaneTiming::Late => Timing::Late,
            PaneTiming::Unknown => Timing::Unknown,
        },
        index: i64::try_from(pane.index).unwrap_or(i64::MAX),
        nonspeculative: pane.non_speculative_index,
        first: pane.is_first,
        last: pane.is_last,
    }
}
