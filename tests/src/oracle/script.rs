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
    /// A bundle of a stream that is a side input.
    SideBundle(String, Vec<Pane>),
    /// The watermark of a stream that is a side input moved on to here.
    SideWatermark(String, i64),
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
                let bundle = bundle(case, stream, elements, watermarks[stream])?;
                events.push(match case.is_side(stream) {
                    true => Played::SideBundle(stream.to_owned(), bundle),
                    false => Played::Bundle(bundle),
                });
            }
            Event::Watermark { stream, to } => {
                for name in &names {
                    if stream.as_ref().is_none_or(|stream| stream == name) {
                        let to = target(*to)?;
                        events.extend(moved(case, &mut watermarks, name, to)?);
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
            events.extend(moved(case, &mut watermarks, name, TIMESTAMP_MAX)?);
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

/// Moves one stream's watermark; an event if that moves the smallest one, or is a side input's.
fn moved<'a>(
    case: &Case,
    watermarks: &mut BTreeMap<&'a str, i64>,
    name: &'a str,
    to: i64,
) -> Result<Option<Played>, String> {
    let smallest = |watermarks: &BTreeMap<&str, i64>| {
        let main = watermarks.iter().filter(|(name, _)| !case.is_side(name));
        main.map(|(_, at)| *at).min().expect("a case has a stream")
    };
    let before = smallest(watermarks);
    if to <= watermarks.insert(name, to).expect("a stream of the case") {
        return Err("a watermark must move forward".into());
    }
    if case.is_side(name) {
        return Ok(Some(Played::SideWatermark(name.to_owned(), to)));
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

/// The windowing of a stream.
pub(super) fn windowing_of(case: &Case, stream: &str) -> Windowing {
    let script = Windowing::of_a_script();
    match case.window_on(stream) {
        Some(spec) => script.windowed(spec),
        None => script,
    }
}

/// The windowing of what the streams become when they are flattened: the first one's, with the
/// largest lateness (model.md 2.6).
pub(super) fn windowing(case: &Case) -> Windowing {
    let main = case.streams.iter().filter(|name| !case.is_side(name));
    let streams: Vec<Windowing> = main.map(|name| windowing_of(case, name)).collect();
    let lateness = streams.iter().map(|windowing| windowing.lateness).max().unwrap_or(0);
    let first = streams.into_iter().next().unwrap_or_else(Windowing::of_a_script);
    Windowing { lateness, ..first }
}
