//! Output written as case lines, leaving out what a case need not write.

use std::fmt;

use super::expectation::Output;
use super::pane::{Dropped, DroppedBecause, Pane, PaneInfo, PaneWindow, TIMINGS};
use super::time::render_time;

/// The `pane` line that expects this pane.
pub fn render_pane(pane: &Pane) -> String {
    let key = render_key(pane.key.as_deref());
    let mut line = format!("pane {key}{} {}", pane.value, pane.window);
    let info = pane.info;
    if info != PaneInfo::NO_FIRING {
        let (timing, _) = TIMINGS
            .iter()
            .find(|(_, timing)| *timing == info.timing)
            .expect("the table of timings names each of them");
        line.push_str(&format!(" {timing} {}", info.index));
        if info.nonspeculative != info.timing.usual_nonspeculative(info.index) {
            line.push_str(&format!("/{}", info.nonspeculative));
        }
        line.push_str(if info.first { " first" } else { "" });
        line.push_str(if info.last { " last" } else { "" });
    }
    if pane.timestamp != pane.window.max_timestamp() {
        line.push_str(&format!(" @{}", render_time(pane.timestamp)));
    }
    line
}

/// The `dropped` line that expects this element in the second output.
pub fn render_dropped(dropped: &Dropped) -> String {
    let key = render_key(dropped.key.as_deref());
    let because = match dropped.because {
        DroppedBecause::Late => "late",
        DroppedBecause::Closed => "closed",
    };
    let time = render_time(dropped.timestamp);
    format!("dropped {key}{} @{time} {} {because}", dropped.value, dropped.window)
}

/// The `drop` line that expects these counts, empty if nothing was dropped.
pub fn render_drops(late: u64, closed: u64) -> String {
    match (late, closed) {
        (0, 0) => String::new(),
        (late, 0) => format!("drop late={late}"),
        (0, closed) => format!("drop closed={closed}"),
        (late, closed) => format!("drop late={late} closed={closed}"),
    }
}

/// The whole tail of a case that expects this output.
pub fn render_output(output: &Output) -> String {
    let mut lines = Vec::new();
    if let Some(panes) = &output.panes {
        lines.extend(panes.iter().map(render_pane));
        if panes.is_empty() {
            lines.push("no panes".into());
        }
    }
    let drops = render_drops(output.late, output.closed);
    if !drops.is_empty() {
        lines.push(drops);
    }
    if let Some(dropped) = &output.dropped {
        lines.extend(dropped.iter().map(render_dropped));
        if dropped.is_empty() {
            lines.push("no dropped".into());
        }
    }
    if let Some(trigger) = &output.trigger {
        lines.push(format!("strategy trigger {trigger}"));
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

impl fmt::Display for Pane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&render_pane(self))
    }
}

impl fmt::Display for Dropped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&render_dropped(self))
    }
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&render_output(self))
    }
}

impl fmt::Display for PaneWindow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PaneWindow::Global => f.write_str("global"),
            PaneWindow::Interval { start, end } => {
                write!(f, "[{},{})", render_time(*start), render_time(*end))
            }
        }
    }
}

fn render_key(key: Option<&str>) -> String {
    let bare = |c: char| c.is_alphanumeric() || "_-.".contains(c);
    match key {
        None => String::new(),
        Some(key) if !key.is_empty() && key.chars().all(bare) => format!("{key}="),
        Some(key) => {
            let escaped = key.replace('\\', "\\\\").replace('"', "\\\"");
            format!("\"{}\"=", escaped.replace('\n', "\\n").replace('\t', "\\t"))
        }
    }
}
