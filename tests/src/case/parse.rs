//! A case file read line by line.

use std::collections::BTreeMap;

use super::cursor::Cursor;
use super::error::CaseError;
use super::event::{Event, parse_add, parse_processing, parse_watermark};
use super::expectation::Draft;
use super::step::{Step, parse_steps};
use super::trigger::{Trigger, parse_trigger};
use super::window::{StreamWindow, parse_window};
use super::{Boundedness, Bundling, Case};

const LINES: &str = "from, pipeline, stream, streams, bundling, window, trigger, requires, add, \
                     watermark, processing, pane, no, drop, dropped, refused, fails, strategy";

/// Reads a case from the text of its file. `name` is what errors call it, usually its path.
///
/// The lines of a case, in capitals what varies, in brackets what may be left out:
/// ```text
/// # The description.
/// from       FREE TEXT
/// pipeline   STEP | STEP ...
/// stream     bounded|unbounded
/// streams    TAG TAG ...
/// bundling   exact|any
/// window     [on TAG] SPEC [OPTION ...]
/// trigger    TRIGGER [unsafe]
/// requires   CAPABILITY ...
///
/// add        [on TAG] KEY=NUMBER [@TIME] ...
/// watermark  [on TAG] TIME|end
/// processing TIME
///
/// pane       [KEY=]VALUE WINDOW [TIMING INDEX[/NONSPECULATIVE] [first] [last]] [@TIME]
/// no         panes|dropped
/// drop       late=N closed=M
/// dropped    [KEY=]NUMBER @TIME WINDOW late|closed
/// strategy   trigger TRIGGER
/// refused    CODE ...
/// fails      "PART OF THE ERROR"
/// ```
/// A stream that a step reads as a side input goes through no step itself; the untagged `window`
/// and `trigger` are those of the others.
///
/// What a pane does not write is asserted as its default: no flags, the non-speculative index equal
/// to the index (-1 if early), the window's max timestamp; without a timing, what an element has
/// that no grouping made. A number is an i64 or a decimal, a value a number, `[1,2]` or `none`.
///
/// # Errors
/// An unknown word, a line out of place or a case without expectation is reported with its line.
pub fn parse(text: &str, name: &str) -> Result<Case, CaseError> {
    let mut reader = Reader::default();
    let mut last = 0;
    for (number, line) in (1..).zip(text.lines()) {
        last = number;
        let trimmed = line.trim();
        if let Some(comment) = trimmed.strip_prefix('#') {
            if reader.seen.is_empty() {
                reader.description.push(comment.trim().into());
            }
            continue;
        }
        if !trimmed.is_empty() {
            reader.line(&mut Cursor::new(without_comment(trimmed), name, number))?;
        }
    }
    reader.finish(name, &Cursor::new("", name, last.max(1)))
}

/// Takes a comment off the end of a line. In free text and inside quotes `#` is a letter.
fn without_comment(line: &str) -> &str {
    if line.starts_with("from") {
        return line;
    }
    let (mut quoted, mut escaped, mut after_space) = (false, false, false);
    for (at, character) in line.char_indices() {
        match character {
            '#' if !quoted && after_space => return &line[..at],
            '"' if !escaped => quoted = !quoted,
            _ => {}
        }
        escaped = quoted && character == '\\' && !escaped;
        after_space = character.is_whitespace();
    }
    line
}

/// The parts of a file, in the order they must come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    #[default]
    Header,
    Events,
    Expectations,
}

/// What the lines so far said.
#[derive(Debug, Default)]
struct Reader {
    part: Part,
    /// The header lines there were, and where.
    seen: BTreeMap<String, usize>,
    description: Vec<String>,
    from: Option<String>,
    steps: Vec<Step>,
    streams: Vec<String>,
    boundedness: Boundedness,
    bundling: Bundling,
    windows: Vec<StreamWindow>,
    trigger: Option<(Trigger, bool)>,
    requires: Vec<String>,
    events: Vec<Event>,
    expectation: Draft,
}

impl Reader {
    fn line(&mut self, cursor: &mut Cursor<'_>) -> Result<(), CaseError> {
        let mut ahead = cursor.clone();
        let word = ahead.keyword("a line")?;
        let part = if self.header(&word, &mut ahead)? {
            Part::Header
        } else if self.event(&word, &mut ahead)? {
            Part::Events
        } else if self.expectation.line(&word, &mut ahead)? {
            Part::Expectations
        } else {
            return Err(ahead.unknown(cursor.word("a line")?, "the start of a line", LINES));
        };
        ahead.end()?;
        if part < self.part {
            return Err(ahead.error(format!(
                "`{word}` comes too late; a case has its header first, then its events, then its \
                 expectations"
            )));
        }
        self.part = part;
        Ok(())
    }

    fn header(&mut self, word: &str, cursor: &mut Cursor<'_>) -> Result<bool, CaseError> {
        match word {
            "from" => self.from = Some(cursor.take_rest().into()),
            "pipeline" => self.steps = parse_steps(cursor)?,
            "stream" => self.boundedness = cursor.choose("the kind of a stream", &BOUNDEDNESS)?,
            "streams" => self.streams = parse_words(cursor, "the name of a stream")?,
            "bundling" => self.bundling = cursor.choose("a bundling", &BUNDLING)?,
            "requires" => self.requires = parse_words(cursor, "a capability")?,
            "trigger" => {
                self.trigger = Some((parse_trigger(cursor)?, cursor.eat_word("unsafe")));
            }
            "window" => {
                let stream = cursor.stream()?;
                let spec = parse_window(cursor)?;
                cursor.end()?;
                let line = stream.as_ref().map(|stream| format!("window on {stream}"));
                self.windows.push(StreamWindow { stream, spec });
                if let Some(line) = line {
                    self.once(&line, cursor)?;
                    return Ok(true);
                }
            }
            _ => return Ok(false),
        }
        self.once(word, cursor)?;
        Ok(true)
    }

    fn once(&mut self, word: &str, cursor: &Cursor<'_>) -> Result<(), CaseError> {
        match self.seen.insert(word.into(), cursor.line()) {
            None => Ok(()),
            Some(first) => Err(cursor.error(format!(
                "a second `{word}` line, after line {first}; a header line is written once"
            ))),
        }
    }

    fn event(&mut self, word: &str, cursor: &mut Cursor<'_>) -> Result<bool, CaseError> {
        let event = match word {
            "add" => parse_add(cursor)?,
            "watermark" => parse_watermark(cursor)?,
            "processing" => parse_processing(cursor)?,
            _ => return Ok(false),
        };
        match &event {
            Event::Add { stream: None, .. } if !self.streams.is_empty() => {
                return Err(cursor.error(format!(
                    "elements without a stream; write add on one of {}",
                    self.streams.join(", ")
                )));
            }
            Event::Add { stream: Some(stream), .. }
            | Event::Watermark { stream: Some(stream), .. } => {
                self.check_stream(stream, cursor)?;
            }
            Event::Add { .. } | Event::Watermark { .. } | Event::Processing { .. } => {}
        }
        self.events.push(event);
        Ok(true)
    }

    fn check_stream(&self, stream: &str, cursor: &Cursor<'_>) -> Result<(), CaseError> {
        if self.streams.iter().any(|known| known == stream) {
            return Ok(());
        }
        if self.streams.is_empty() {
            return Err(cursor.error(format!(
                "no stream `{stream}`; declare it with a line `streams {stream} ...`"
            )));
        }
        Err(cursor.unknown(stream, "a stream of this case", &self.streams.join(", ")))
    }

    /// The streams that steps read are there, and one is left for the pipeline.
    fn check_sides(&self, name: &str) -> Result<(), CaseError> {
        let line = self.seen.get("pipeline").copied().unwrap_or(1);
        let cursor = Cursor::new("", name, line);
        let sides: Vec<&str> = self.steps.iter().filter_map(Step::side).collect();
        for side in &sides {
            self.check_stream(side, &cursor)?;
        }
        if !sides.is_empty() && self.streams.iter().all(|it| sides.contains(&it.as_str())) {
            return Err(cursor.error("each stream is a side input; name one that is none"));
        }
        Ok(())
    }

    fn finish(self, name: &str, end: &Cursor<'_>) -> Result<Case, CaseError> {
        for window in &self.windows {
            if let Some(stream) = &window.stream {
                let line = self.seen.get(&format!("window on {stream}"));
                self.check_stream(stream, &Cursor::new("", name, line.copied().unwrap_or(1)))?;
            }
        }
        if self.steps.is_empty() {
            return Err(end.error("no `pipeline` line; write one, such as pipeline group_by_key"));
        }
        self.check_sides(name)?;
        let unsafe_trigger =
            self.trigger.as_ref().is_some_and(|(_, unsafe_trigger)| *unsafe_trigger);
        Ok(Case {
            name: name.into(),
            description: self.description,
            from: self.from,
            steps: self.steps,
            streams: self.streams,
            boundedness: self.boundedness,
            bundling: self.bundling,
            windows: self.windows,
            trigger: self.trigger.map(|(trigger, _)| trigger),
            unsafe_trigger,
            requires: self.requires,
            events: self.events,
            expectation: self.expectation.finish(end)?,
        })
    }
}

const BOUNDEDNESS: [(&str, Boundedness); 2] =
    [("bounded", Boundedness::Bounded), ("unbounded", Boundedness::Unbounded)];
const BUNDLING: [(&str, Bundling); 2] = [("exact", Bundling::Exact), ("any", Bundling::Any)];

fn parse_words(cursor: &mut Cursor<'_>, what: &str) -> Result<Vec<String>, CaseError> {
    let mut words: Vec<String> = Vec::new();
    while words.is_empty() || !cursor.at_end() {
        let word = cursor.word(what)?;
        if words.iter().any(|known| known == word) {
            return Err(cursor.error(format!("`{word}` is written twice; keep one of them")));
        }
        words.push(word.into());
        cursor.eat(',');
    }
    Ok(words)
}
