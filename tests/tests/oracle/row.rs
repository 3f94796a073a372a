//! A worked example of the model as one row of a table, in the model's own shorthand.

use heliostat_conformance::case::{Case, parse};

/// A row: what it shows, window and options, trigger, script, what comes out.
///
/// The script is written as model.md 0.2 does: `E(1,2)` is a bundle of values at their own
/// timestamps, `E4@0` has a timestamp of its own, `W=10` and `P=5` move time. What comes out is pane
/// lines without `pane k=`, and drops, separated by semicolons.
pub(crate) type Row<'a> = (&'a str, &'a str, &'a str, &'a str, &'a str);

/// The row as a case.
pub(crate) fn case(row: &Row<'_>) -> Case {
    let (name, window, trigger, script, expected) = row;
    let mut text = format!("pipeline group_by_key\nwindow {window}\ntrigger {trigger} unsafe\n");
    // In the global window some triggers are legal on bounded input only.
    if window.starts_with("global") {
        text.push_str("stream bounded\n");
    }
    for event in script.split_whitespace() {
        text.push_str(&line(event));
    }
    for part in expected.split(';').map(str::trim) {
        let prefix = if part.starts_with('[') { "pane k=" } else { "" };
        text.push_str(&format!("{prefix}{part}\n"));
    }
    parse(&text, name).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn line(event: &str) -> String {
    if let Some(to) = event.strip_prefix("W=") {
        return format!("watermark {to}\n");
    }
    if let Some(to) = event.strip_prefix("P=") {
        return format!("processing {to}\n");
    }
    let elements = event.strip_prefix('E').expect("an event begins with E, W or P");
    let elements = elements.trim_start_matches('(').trim_end_matches(')');
    let element = |element: &str| match element.split_once('@') {
        Some((value, at)) => format!(" k={value} @{at}"),
        None => format!(" k={element} @{element}"),
    };
    format!("add{}\n", elements.split(',').map(element).collect::<String>())
}
