//! A case's events, checked and played one by one (model.md 1.6).

use std::collections::BTreeMap;

use super::window;
use super::windowing::Windowing;
use crate::case::{
    Case, Element, Event, Pane, PaneInfo, PaneWindow, TIMESTAMP_MAX, TIMESTAMP_MIN, Value,
    WatermarkTo,
};

/// One event, with nothing left to find out.
#[derive(Clone, Debug)]
pub(super) enum Played {
    /// A bundle, windowed as its stream is.
    Bundle(Vec<Pane>),
    /// The smallest watermark of all streams moved on to here.
    Watermark(i64),
    /// Processing time is this now.
    Processing(i64),
}

/// The events of a case; at the end all watermarks go to the end of time.
pub(super) fn played(case: &Case) -> Result<Vec<Played>, String> {
    let names = if case.streams.is_empty() { vec![String::new()] } else { case.streams.clone() };
    let mut watermarks: BTreeMap<&str, i64> =
        names.iter().map(|name| (name.as_str(), TIMESTAMP_MIN)).collect();
    let (mut events, mut processing) = (Vec::new(), None);
    for event in &case.events {
        match event {
            Event::Add { stream, elements } => {
                let stream = stream.as_deref().unwrap_or_default();
                events.push(Played::Bundle(bundle(case, stream, elements, watermarks[stream])?));
            }
            Event::Watermark { stream, to } => {
                for name in &names {
                    if stream.as_ref().is_none_or(|stream| stream == name) {
                        let to = target(*to)?;
                        events.extend(moved(&mut watermarks, name, to)?);
                    }
                }
            }
            Event::Processing { to } => match processing.replace(*to) {
                None if *to == 0 => {}
                before if before.unwrap_or(0) < *to => events.push(Played::Processing(*to)),
                _ => return Err("processing time must move forward".into()),
            },
        }
    }
    for name in &names {
        if watermarks[name.as_str()] < TIMESTAMP_MAX {
            events.extend(moved(&mut watermarks, name, TIMESTAMP_MAX)?);
        }
    }
    Ok(events)
}

fn target(to: WatermarkTo) -> Result<i64, String> {
    match to {
        WatermarkTo::End => Ok(TIMESTAMP_MAX),
        WatermarkTo::Time(time) if time < TIMESTAMP_MAX => Ok(time),
        WatermarkTo::Time(_) => Err("a watermark reaches the end of time only by its end".into()),
    }
}

/// Moves one stream's watermark; an event if that moves the smallest one.
fn moved<'a>(
    watermarks: &mut BTreeMap<&'a str, i64>,
    name: &'a str,
    to: i64,
) -> Result<Option<Played>, String> {
    let smallest = |watermarks: &BTreeMap<&str, i64>| {
        watermarks.values().copied().min().expect("a case has a stream")
    };
    let before = smallest(watermarks);
    if to <= watermarks.insert(name, to).expect("a stream of the case") {
        return Err("a watermark must move forward".into());
    }
    let now = smallest(watermarks);
    Ok((before < now).then_some(Played::Watermark(now)))
}

fn bundle(
    case: &Case,
    stream: &str,
    elements: &[Element],
    watermark: i64,
) -> Result<Vec<Pane>, String> {
    let function = case.window_on(stream).and_then(|spec| spec.function.as_ref());
    let mut bundle = Vec::new();
    for element in elements {
        let timestamp = element.timestamp.unwrap_or(watermark);
        if TIMESTAMP_MAX <= timestamp {
            return Err("a timestamp must be before the end of time".into());
        }
        let element = Pane {
            key: Some(element.key.clone()),
            value: Value::Number(element.value),
            window: PaneWindow::Global,
            info: PaneInfo::NO_FIRING,
            timestamp,
        };
        let windows = match function {
            Some(function) => window::assign(function, &element)?,
            None => vec![PaneWindow::Global],
        };
        bundle.extend(windows.into_iter().map(|window| Pane { window, ..element.clone() }));
    }
    Ok(bundle)
}

/// The windowing of what the streams become when they are flattened: the first one's, with the
/// largest lateness (model.md 2.6).
pub(super) fn windowing(case: &Case) -> Windowing {
    let script = Windowing::of_a_script();
    let of_stream = |name: &String| match case.window_on(name) {
        Some(spec) => script.windowed(spec),
        None => script.clone(),
    };
    let streams: Vec<Windowing> = case.streams.iter().map(of_stream).collect();
    let lateness = streams.iter().map(|windowing| windowing.lateness).max().unwrap_or(0);
    let first = streams.into_iter().next().unwrap_or(script);
    Windowing { lateness, ..first }
}
