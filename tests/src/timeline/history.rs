//! What happened in a run, by event: elements, watermarks, panes.

use crate::case::{
    Case, Dropped, Element, Event, Pane, PaneWindow, TIMESTAMP_MAX, TIMESTAMP_MIN, Timing,
    WatermarkTo, WindowFunction,
};

/// Events are numbered as in the script; the number after the last one is its end.
pub(super) struct History {
    /// For each event, and for the end, the processing time at which it came; none if the script
    /// does not move it.
    pub(super) processing: Option<Vec<i64>>,
    /// How many events there are, and the end if anything happened at it.
    pub(super) events: usize,
    pub(super) elements: Vec<Came>,
    /// Where the watermark went; it begins at the beginning of time.
    pub(super) watermark: Vec<(usize, i64)>,
    pub(super) panes: Vec<Fired>,
    /// Which events are nothing but processing time.
    pub(super) only_time: Vec<bool>,
}

/// An element that came.
pub(super) struct Came {
    pub(super) event: usize,
    pub(super) at: i64,
    pub(super) key: String,
    pub(super) text: String,
    pub(super) dropped: bool,
}

/// A pane that fired.
pub(super) struct Fired {
    pub(super) event: usize,
    /// The event of the firing before, or of the first element.
    pub(super) since: usize,
    pub(super) window: PaneWindow,
    pub(super) timing: Timing,
    pub(super) value: String,
    pub(super) label: String,
}

impl History {
    pub(super) fn of(case: &Case, panes: Vec<(usize, Pane)>, dropped: &[Dropped]) -> Self {
        let events = case.events.len();
        let watermark = watermarks(case);
        let ended_by_itself = watermark.last().is_none_or(|(event, _)| *event == events)
            || panes.iter().any(|(event, _)| *event == events);
        let mut elements = elements(case);
        cross_out(&mut elements, dropped);
        let several = elements.iter().any(|element| element.key != elements[0].key);
        let panes = fired(case, panes, &elements, several);
        if several {
            for element in &mut elements {
                element.text = format!("{}={}", element.key, element.text);
            }
        }
        let only_time = |event: &Event| matches!(event, Event::Processing { .. });
        Self {
            processing: processing(case),
            events: events + usize::from(ended_by_itself),
            elements,
            watermark,
            panes,
            only_time: case.events.iter().map(only_time).collect(),
        }
    }
}

fn processing(case: &Case) -> Option<Vec<i64>> {
    let first = case.events.iter().find_map(|event| match event {
        Event::Processing { to } => Some(*to),
        Event::Add { .. } | Event::Watermark { .. } => None,
    });
    // What comes before the script says anything about time came just then.
    let mut now = first?;
    let mut times = Vec::new();
    for event in &case.events {
        if let Event::Processing { to } = event {
            now = *to;
        }
        times.push(now);
    }
    times.push(now);
    Some(times)
}

fn position(case: &Case, stream: Option<&String>) -> usize {
    stream.and_then(|name| case.streams.iter().position(|it| it == name)).unwrap_or_default()
}

/// The smallest watermark of all streams, whenever it moves.
fn watermarks(case: &Case) -> Vec<(usize, i64)> {
    let mut of_streams = vec![TIMESTAMP_MIN; case.streams.len().max(1)];
    let mut moves = Vec::new();
    let mut last = TIMESTAMP_MIN;
    for (number, event) in case.events.iter().enumerate() {
        let Event::Watermark { stream, to } = event else { continue };
        let to = match to {
            WatermarkTo::Time(time) => *time,
            WatermarkTo::End => TIMESTAMP_MAX,
        };
        match stream {
            None => of_streams.fill(to),
            Some(_) => of_streams[position(case, stream.as_ref())] = to,
        }
        let smallest = of_streams.iter().copied().min().unwrap_or(to);
        if last < smallest {
            last = smallest;
            moves.push((number, smallest));
        }
    }
    if last < TIMESTAMP_MAX {
        moves.push((case.events.len(), TIMESTAMP_MAX));
    }
    moves
}

fn elements(case: &Case) -> Vec<Came> {
    let mut watermarks = vec![TIMESTAMP_MIN; case.streams.len().max(1)];
    let mut elements = Vec::new();
    for (event, what) in case.events.iter().enumerate() {
        match what {
            Event::Add { stream, elements: bundle } => {
                let now = watermarks[position(case, stream.as_ref())];
                elements.extend(bundle.iter().map(|element| came(event, element, now)));
            }
            Event::Watermark { stream, to: WatermarkTo::Time(to) } => match stream {
                None => watermarks.fill(*to),
                Some(_) => watermarks[position(case, stream.as_ref())] = *to,
            },
            Event::Watermark { to: WatermarkTo::End, .. } | Event::Processing { .. } => {}
        }
    }
    elements
}

fn came(event: usize, element: &Element, watermark: i64) -> Came {
    Came {
        event,
        at: element.timestamp.unwrap_or(watermark),
        key: element.key.clone(),
        text: element.value.to_string(),
        dropped: false,
    }
}

/// A window that has dropped an element drops what comes later too, so of equal elements those that
/// came last were dropped.
fn cross_out(elements: &mut [Came], dropped: &[Dropped]) {
    for drop in dropped {
        let is_it = |element: &&mut Came| {
            !element.dropped
                && element.at == drop.timestamp
                && element.text == drop.value.to_string()
                && drop.key.as_ref().is_none_or(|key| *key == element.key)
        };
        if let Some(element) = elements.iter_mut().rev().find(is_it) {
            element.dropped = true;
        }
    }
}

fn merges(case: &Case) -> bool {
    match case.window().and_then(|window| window.function.as_ref()) {
        Some(WindowFunction::Sessions { .. }) => true,
        Some(WindowFunction::Custom { name }) => name != "parity",
        Some(
            WindowFunction::Global
            | WindowFunction::Fixed { .. }
            | WindowFunction::Sliding { .. }
            | WindowFunction::Calendar { .. },
        )
        | None => false,
    }
}

fn holds(window: PaneWindow, at: i64) -> bool {
    match window {
        PaneWindow::Global => true,
        PaneWindow::Interval { start, end } => start <= at && at < end,
    }
}

fn fired(
    case: &Case,
    mut panes: Vec<(usize, Pane)>,
    elements: &[Came],
    several: bool,
) -> Vec<Fired> {
    panes.sort_by(|(a, first), (b, second)| {
        (a, first.window, first.info.index, &first.key).cmp(&(
            b,
            second.window,
            second.info.index,
            &second.key,
        ))
    });
    let merges = merges(case);
    let within = |inner: PaneWindow, outer: PaneWindow| match (inner, outer) {
        (PaneWindow::Interval { start, end }, outer) => {
            merges && holds(outer, start) && holds(outer, end - 1)
        }
        (PaneWindow::Global, _) => false,
    };
    let mut all = Vec::new();
    for (at, (event, pane)) in panes.iter().enumerate() {
        let before = panes[..at].iter().rev().find(|(_, other)| {
            other.key == pane.key
                && (other.window == pane.window || within(other.window, pane.window))
        });
        let of_key = |element: &&Came| pane.key.as_ref().is_none_or(|key| *key == element.key);
        let inside = |element: &&Came| holds(pane.window, element.at) && !element.dropped;
        let first = elements.iter().filter(inside).find(of_key);
        let first = first.or_else(|| elements.iter().find(inside)).map(|element| element.event);
        let since = before.map(|(event, _)| *event).or(first).unwrap_or(*event);
        let name = match pane.info.timing {
            Timing::Early => "EARLY",
            Timing::OnTime => "ON_TIME",
            Timing::Late => "LATE",
            Timing::Unknown => continue,
        };
        let key = pane.key.as_ref().filter(|_| several);
        all.push(Fired {
            event: *event,
            since: since.min(*event),
            window: pane.window,
            timing: pane.info.timing,
            value: key.map(|key| format!("{key}=")).unwrap_or_default() + &pane.value.to_string(),
            label: format!("{name} {}", pane.info.index),
        });
    }
    all
}
