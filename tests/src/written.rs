//! A case as the text of its file: how a generated script becomes something to keep.

use std::fmt::Write as _;

use crate::case::{
    Accumulation, Boundedness, Bundling, CalendarUnit, Case, Closing, Combine, Defaults, Element,
    Event, Expectation, OnTime, Step, TimestampCombiner, WatermarkTo, WindowFunction, WindowSpec,
    render_output, render_view,
};

/// The text of a case's file; parsing it gives the case again.
///
/// ```
/// use heliostat_conformance::{cases, case, written};
///
/// for case in cases() {
///     assert_eq!(case::parse(&written(case), &case.name)?, *case);
/// }
/// # Ok::<(), case::CaseError>(())
/// ```
pub fn written(case: &Case) -> String {
    let mut text = String::new();
    for line in &case.description {
        text.push_str(format!("# {line}").trim_end());
        text.push('\n');
    }
    header(case, &mut text);
    text.push('\n');
    for event in &case.events {
        text.push_str(&of_event(event));
        text.push('\n');
    }
    text.push('\n');
    match &case.expectation {
        Expectation::Output(output) => text.push_str(&render_output(output)),
        Expectation::Refused(codes) => {
            let _ = writeln!(text, "refused {}", codes.join(" "));
        }
        Expectation::Fails(words) => {
            let words = words.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            let _ = writeln!(text, "fails \"{words}\"");
        }
    }
    text
}

fn header(case: &Case, text: &mut String) {
    let mut line = |word: &str, rest: String| {
        let _ = writeln!(text, "{word:<10} {rest}");
    };
    if let Some(from) = &case.from {
        line("from", from.clone());
    }
    let steps: Vec<String> = case.steps.iter().map(of_step).collect();
    line("pipeline", steps.join(" | "));
    match case.boundedness {
        Boundedness::Bounded => line("stream", "bounded".into()),
        Boundedness::Unbounded => {}
    }
    if !case.streams.is_empty() {
        line("streams", case.streams.join(" "));
    }
    match case.bundling {
        Bundling::Any => line("bundling", "any".into()),
        Bundling::Exact => {}
    }
    for window in &case.windows {
        let on = window.stream.as_ref().map(|stream| format!("on {stream} ")).unwrap_or_default();
        line("window", format!("{on}{}", of_window(&window.spec)));
    }
    if let Some(trigger) = &case.trigger {
        let suffix = if case.unsafe_trigger { " unsafe" } else { "" };
        line("trigger", format!("{trigger}{suffix}"));
    }
    if !case.requires.is_empty() {
        line("requires", case.requires.join(" "));
    }
}

fn of_step(step: &Step) -> String {
    let name = |combine: &Combine| match combine {
        Combine::Sum => "sum",
        Combine::Count => "count",
        Combine::Mean => "mean",
        Combine::Min => "min",
        Combine::Max => "max",
    };
    match step {
        Step::GroupByKey => "group_by_key".into(),
        Step::CombinePerKey(combine) => format!("{}_per_key", name(combine)),
        Step::CombinePerKeyWithFanout(combine, parts) => {
            format!("{}_per_key fanout {parts}", name(combine))
        }
        Step::CombineGlobally(combine, Defaults::With) => format!("{}_globally", name(combine)),
        Step::CombineGlobally(combine, Defaults::Without) => {
            format!("{}_globally without_defaults", name(combine))
        }
        Step::ToOneKey => "to_one_key".into(),
        Step::Window(spec) => format!("window {}", of_window(spec)),
        Step::Flatten => "flatten".into(),
        Step::Reshuffle => "reshuffle".into(),
        Step::WithSide(stream, view) => format!("with_side {stream} {}", render_view(*view)),
        Step::CombineWith(stream) => format!("combine_with {stream}"),
        Step::Map => "map".into(),
        Step::WithState(stateful) => format!("with_state {stateful}"),
        Step::Windowed => "windowed".into(),
    }
}

pub(crate) fn of_window(spec: &WindowSpec) -> String {
    let mut words: Vec<String> = spec.function.iter().map(of_function).collect();
    words.extend(spec.lateness.map(|lateness| format!("lateness {lateness}")));
    words.extend(spec.accumulation.map(|mode| match mode {
        Accumulation::Accumulating => "accumulating".into(),
        Accumulation::Discarding => "discarding".into(),
    }));
    words.extend(spec.timestamp.map(|combiner| match combiner {
        TimestampCombiner::Earliest => "timestamp earliest".into(),
        TimestampCombiner::Latest => "timestamp latest".into(),
        TimestampCombiner::EndOfWindow => "timestamp end_of_window".into(),
    }));
    words.extend(spec.closing.map(|closing| match closing {
        Closing::Always => "closing always".into(),
        Closing::IfNonempty => "closing if_nonempty".into(),
    }));
    words.extend(spec.on_time.map(|on_time| match on_time {
        OnTime::Always => "on_time always".into(),
        OnTime::IfNonempty => "on_time if_nonempty".into(),
    }));
    words.extend(spec.trigger.as_ref().map(|trigger| format!("trigger={trigger}")));
    if spec.unsafe_trigger {
        words.push("unsafe".into());
    }
    words.join(" ")
}

fn of_function(function: &WindowFunction) -> String {
    let offset = |offset: i64| match offset {
        0 => String::new(),
        _ => format!(" offset {offset}"),
    };
    match function {
        WindowFunction::Global => "global".into(),
        WindowFunction::Fixed { size, offset: by } => format!("fixed {size}{}", offset(*by)),
        WindowFunction::Sliding { size, period, offset: by } => {
            format!("sliding {size} every {period}{}", offset(*by))
        }
        WindowFunction::Sessions { gap } => format!("sessions {gap}"),
        WindowFunction::Calendar { unit, count, zone, start } => {
            let unit = match unit {
                CalendarUnit::Days => "days",
                CalendarUnit::Weeks => "weeks",
                CalendarUnit::Months => "months",
                CalendarUnit::Years => "years",
            };
            let zone = zone.as_ref().map(|zone| format!(" zone {zone}")).unwrap_or_default();
            let start = start.map(|start| format!(" start {start}")).unwrap_or_default();
            format!("{unit} {count}{zone}{start}")
        }
        WindowFunction::Custom { name } => format!("custom {name}"),
    }
}

pub(crate) fn of_event(event: &Event) -> String {
    let on = |stream: &Option<String>| match stream {
        Some(stream) => format!(" on {stream}"),
        None => String::new(),
    };
    match event {
        Event::Add { stream, elements } => {
            let elements: Vec<String> = elements.iter().map(of_element).collect();
            format!("{:<10} {}", format!("add{}", on(stream)), elements.join("  "))
        }
        Event::Watermark { stream, to } => {
            let to = match to {
                WatermarkTo::Time(time) => time.to_string(),
                WatermarkTo::End => "end".into(),
            };
            format!("{:<10} {to}", format!("watermark{}", on(stream)))
        }
        Event::Processing { to } => format!("processing {to}"),
    }
}

pub(crate) fn of_element(element: &Element) -> String {
    let escaped = element.key.replace('\\', "\\\\").replace('"', "\\\"");
    let key = if element.key.chars().all(char::is_alphanumeric) && !element.key.is_empty() {
        element.key.clone()
    } else {
        format!("\"{}\"", escaped.replace('\n', "\\n").replace('\t', "\\t"))
    };
    let at = element.timestamp.map(|at| format!(" @{at}")).unwrap_or_default();
    format!("{key}={}{at}", element.value)
}
