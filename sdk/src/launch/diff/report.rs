//! What a comparison found, in the author's terms.

use super::difference::{Difference, PaneDifference};
use super::input::Input;
use super::outcome::{Pane, Stage};
use super::pairing::{differ_by_rounding, first_pair, shown};
use super::recorder::writes;
use crate::batch::Batch;
use crate::graph::{EdgeType, Step};
use crate::launch::number::{counted, thousands};
use crate::testing::ScriptEvent;
use crate::{PaneInfo, RunError, Timestamp};

/// Rows of an input that are printed; the rest is counted.
const ROWS_SHOWN_MAX: usize = 40;

/// What is said of numbers that are nearly the same.
const ROUNDING: &str = "\n  note: they differ by no more than rounding; what floating-point numbers \
                        add up to depends on the order, which is nowhere promised";

/// Words about runs of one pipeline, by the names of two of them.
pub(super) struct Report<'a> {
    pub(super) stage: &'a Stage,
    /// The reference first.
    pub(super) names: [&'a str; 2],
}

impl Report<'_> {
    /// Where both differ and how: a line for each of them.
    pub(super) fn difference(&self, difference: &Difference) -> String {
        let (place, lines) = self.place_and_lines(difference);
        let counts = match difference {
            Difference::Panes(panes) => self.counts(panes),
            Difference::End(_) | Difference::Dropped { .. } => String::new(),
        };
        format!("{place}{lines}{counts}")
    }

    /// Only how both differ.
    pub(super) fn lines_of(&self, difference: &Difference) -> String {
        self.place_and_lines(difference).1
    }

    fn place_and_lines(&self, difference: &Difference) -> (String, String) {
        match difference {
            Difference::End(errors) => {
                let end = |error: &Option<RunError>| match error {
                    None => "came to its end".to_owned(),
                    Some(error) => error.to_string().replace('\n', "\n    "),
                };
                ("in how they ended".to_owned(), self.lines(errors.each_ref().map(end)))
            }
            Difference::Panes(panes) => {
                let write = self.write(panes);
                let place = format!("in what `{}` writes ({})", write.path, write.line);
                (place, self.panes(panes, self.stage.functions.edge(write.inputs[0])))
            }
            Difference::Dropped { step, counts } => {
                let count = counts.map(|it| {
                    let [late, closed] = [it.late, it.closed].map(thousands);
                    format!("{late} late, {closed} closed")
                });
                (format!("in what `{step}` dropped"), self.lines(count))
            }
        }
    }

    fn write(&self, difference: &PaneDifference) -> &Step {
        writes(&self.stage.graph).nth(difference.write).expect("it was recorded")
    }

    /// The first pane that only one has, and what the other has in its place.
    fn panes(&self, difference: &PaneDifference, edge: &dyn EdgeType) -> String {
        let pair = first_pair(difference, edge);
        let mut texts = pair.map(|pane| pane.map(|pane| pane_text(pane, edge)));
        // JSON has one form for values that are not the same, as it has none for `NaN`.
        if texts[0] == texts[1] {
            for (text, pane) in texts.iter_mut().zip(pair) {
                let encoded = pane.map(|pane| hex(&pane.value)).unwrap_or_default();
                *text = text.take().map(|text| format!("{text}, encoded 0x{encoded}"));
            }
        }
        let is_rounding = matches!(pair, [Some(a), Some(b)] if differ_by_rounding(a, b, edge));
        let note = if is_rounding { ROUNDING } else { "" };
        let lines = self.lines(texts.map(|text| text.unwrap_or_else(|| "nothing".to_owned())));
        format!("{lines}{note}")
    }

    /// How much is different in all.
    fn counts(&self, difference: &PaneDifference) -> String {
        let [(own, all), (others, all_others)] =
            [0, 1].map(|at| (difference.only[at].len() as u64, difference.counts[at]));
        let [name, other] = self.names;
        format!(
            "\n  in all, {} of {} of {name} and {} of {} of {other} have no equal on the other",
            thousands(own),
            counted(all, "pane"),
            thousands(others),
            thousands(all_others),
        )
    }

    /// A line for each of the two, behind its name.
    fn lines(&self, words: [String; 2]) -> String {
        let width = self.names.iter().map(|name| name.chars().count()).max().unwrap_or_default();
        let line = |(name, words): (&str, String)| {
            let room = width - name.chars().count();
            format!("\n  {name}: {:room$}{words}", "")
        };
        self.names.into_iter().zip(words).map(line).collect()
    }

    /// The rows of an input and the moves of watermarks between them; behind the last of them
    /// everything ends.
    pub(super) fn input(&self, input: &Input) -> String {
        let is_end = |event: &ScriptEvent| {
            matches!(event, ScriptEvent::Watermark { to: Timestamp::MAX, .. })
        };
        let last = input.events.iter().rposition(|event| !is_end(event));
        let mut lines = InputLines { text: String::new(), room: ROWS_SHOWN_MAX, more: 0, of: None };
        for event in &input.events[..last.map_or(0, |last| last + 1)] {
            self.add(&mut lines, input, event);
        }
        let InputLines { mut text, more, .. } = lines;
        if text.is_empty() {
            text += "\n  nothing at all";
        }
        if 0 < more {
            text += &format!("\n  and {}", counted(more, "more row").replace("more rows", "more"));
        }
        text
    }

    fn add(&self, lines: &mut InputLines, input: &Input, event: &ScriptEvent) {
        let stream = match event {
            ScriptEvent::Elements { stream, .. } | ScriptEvent::Watermark { stream, .. } => *stream,
            ScriptEvent::ProcessingTime { by } => {
                lines.text += &format!("\n  processing time goes on by {by}");
                lines.of = None;
                return;
            }
        };
        if !input.is_of_author(stream) {
            return;
        }
        if lines.room == 0 {
            lines.more += rows_of(event);
            return;
        }
        if lines.of != Some(stream) {
            lines.text += &self.heading(input, stream);
            lines.of = Some(stream);
        }
        match event {
            ScriptEvent::Elements { batch, .. } => {
                let edge = self.stage.functions.edge(input.streams[stream].collection);
                let shown = batch.len().min(lines.room);
                lines.text += &bundle(batch, edge, shown);
                lines.room -= shown;
                lines.more += (batch.len() - shown) as u64;
            }
            ScriptEvent::Watermark { to: Timestamp::MAX, .. } => lines.text += "\n    end",
            ScriptEvent::Watermark { to, .. } => lines.text += &format!("\n    watermark {to}"),
            ScriptEvent::ProcessingTime { .. } => {}
        }
    }

    fn heading(&self, input: &Input, stream: usize) -> String {
        let stream = &input.streams[stream];
        let step = self.stage.original.step(stream.step);
        let what = if stream.is_of_bad_rows { ", what it rejected" } else { "" };
        format!("\n  `{}` ({}){what}:", step.path, step.line)
    }
}

/// An input as far as it is printed.
struct InputLines {
    text: String,
    /// For so many rows.
    room: usize,
    /// Rows that there was no room for.
    more: u64,
    /// The stream under whose heading the next line stands.
    of: Option<usize>,
}

fn rows_of(event: &ScriptEvent) -> u64 {
    match event {
        ScriptEvent::Elements { batch, .. } => batch.len() as u64,
        ScriptEvent::Watermark { .. } | ScriptEvent::ProcessingTime { .. } => 0,
    }
}

/// The first elements of those that come at once.
fn bundle(batch: &Batch, edge: &dyn EdgeType, shown: usize) -> String {
    let lines = (0..shown).map(|index| {
        let name = if index == 0 { "bundle   " } else { "         " };
        let value = edge.show(batch.values.as_ref(), index);
        format!("\n    {name} {value}{}", time_text(batch.meta.timestamps.at(index)))
    });
    lines.collect()
}

fn pane_text(pane: &Pane, edge: &dyn EdgeType) -> String {
    let value = shown(pane, edge);
    let payload = match pane.window.payload() {
        [] => String::new(),
        bytes => format!(" with 0x{}", hex(bytes)),
    };
    let firing = match pane.pane {
        PaneInfo::NO_FIRING => String::new(),
        pane => format!(", {pane}"),
    };
    format!("{value}{}, window {}{payload}{firing}", time_text(pane.timestamp), pane.window)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// When it was; of what has no time, nothing.
fn time_text(timestamp: Timestamp) -> String {
    if timestamp == Timestamp::MIN { String::new() } else { format!(" at {timestamp}") }
}
