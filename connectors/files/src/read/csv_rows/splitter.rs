//! Splits a record into its fields.
//!
//! A field that begins with a quote ends at the next single one; two of them mean one. Quotes
//! elsewhere mean themselves, as they do for the `csv` crate, unless line breaks are refused and
//! they look like the end of a value that began on an earlier line.
//!
//! That crate's own reader is not used because it takes lines to be what quotes make of them: one
//! stray quote would spoil all that follows, and lines would lose their numbers.

use super::LineBreaks;
use crate::read::line_reader::{LINE_BYTES_MAX, LineReader};
use ::csv::StringRecord;
use heliostat::Result;

pub(super) struct Splitter {
    line_breaks: LineBreaks,
    record: StringRecord,
    /// The quoted field that is being put together.
    quoted: String,
}

/// Why lines are no record.
pub(super) enum Refusal {
    Line(String),
    /// Of the field with this number, counted from 0.
    Quote(usize, Fault),
}

pub(super) enum Fault {
    NotClosedHere,
    NeverClosed,
    NotOpenedHere,
}

/// How text ended.
#[derive(PartialEq, Eq)]
enum End {
    Closed,
    /// Inside of quotes.
    Open,
    /// At a field that looks like the second half of a quoted one.
    SecondHalf,
}

impl Splitter {
    pub(super) fn new(line_breaks: LineBreaks) -> Self {
        Self { line_breaks, record: StringRecord::new(), quoted: String::new() }
    }

    /// What was split last; empty if the line was.
    pub(super) fn record(&self) -> &StringRecord {
        &self.record
    }

    /// Splits the line that was read, together with those that quotes join to it. If they are no
    /// record, then only the first of them is used up.
    pub(super) fn split(&mut self, lines: &mut LineReader) -> Result<Result<(), Refusal>> {
        self.record.clear();
        let text = match lines.text() {
            Ok(text) => text,
            Err(reason) => return Ok(Err(Refusal::Line(reason))),
        };
        if text.is_empty() {
            return Ok(Ok(()));
        }
        let end = self.fields(text);
        let field = self.record.len();
        let fault = match (end, self.line_breaks) {
            (End::Closed, _) => return Ok(Ok(())),
            (End::SecondHalf, _) => Fault::NotOpenedHere,
            (End::Open, LineBreaks::Refused) => Fault::NotClosedHere,
            (End::Open, LineBreaks::Kept) => {
                let second = lines.next();
                if self.join(lines)? {
                    return Ok(Ok(()));
                }
                lines.go_to(second)?;
                Fault::NeverClosed
            }
        };
        Ok(Err(Refusal::Quote(field, fault)))
    }

    /// Goes on with the following lines until the record ends, if it does.
    fn join(&mut self, lines: &mut LineReader) -> Result<bool> {
        while self.quoted.len() < LINE_BYTES_MAX {
            self.quoted.push_str(lines.line_break());
            if !lines.advance()? {
                break;
            }
            let Ok(text) = lines.text() else { break };
            let end = match self.rest_of_quoted(text) {
                None => End::Open,
                Some("") => End::Closed,
                Some(rest) => self.fields(&rest[1..]),
            };
            if end == End::Closed {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Adds the fields of `text` as far as they are whole.
    #[inline]
    fn fields(&mut self, text: &str) -> End {
        let mut rest = text;
        loop {
            let behind = match rest.strip_prefix('"') {
                Some(quoted) => {
                    self.quoted.clear();
                    match self.rest_of_quoted(quoted) {
                        Some(behind) => behind,
                        None => return End::Open,
                    }
                }
                None => {
                    let (field, behind) = rest.split_at(up_to(rest, b','));
                    if self.line_breaks == LineBreaks::Refused && is_second_half(field) {
                        return End::SecondHalf;
                    }
                    self.record.push_field(field);
                    behind
                }
            };
            if behind.is_empty() {
                return End::Closed;
            }
            rest = &behind[1..];
        }
    }

    /// Takes `text` up to the comma behind the closing quote, and adds the field. None if the
    /// quote does not close.
    fn rest_of_quoted<'a>(&mut self, text: &'a str) -> Option<&'a str> {
        let mut rest = text;
        loop {
            let (inside, behind) = rest.split_at(up_to(rest, b'"'));
            self.quoted.push_str(inside);
            rest = behind.strip_prefix('"')?;
            match rest.strip_prefix('"') {
                Some(more) => {
                    self.quoted.push('"');
                    rest = more;
                }
                None => break,
            }
        }
        let (stray, behind) = rest.split_at(up_to(rest, b','));
        self.quoted.push_str(stray);
        self.record.push_field(&self.quoted);
        Some(behind)
    }
}

/// How many bytes come before the first `byte`. Fields are short, so that a plain loop is quickest.
#[inline]
fn up_to(text: &str, byte: u8) -> usize {
    text.bytes().position(|other| other == byte).unwrap_or(text.len())
}

/// Whether an unquoted field ends with a quote that would close one: all others of its quotes come
/// in pairs.
#[inline]
fn is_second_half(field: &str) -> bool {
    field.ends_with('"') && !field.bytes().filter(|byte| *byte == b'"').count().is_multiple_of(2)
}

impl Refusal {
    /// Names the field as the header does.
    pub(super) fn in_words(self, header: &StringRecord) -> String {
        let (field, fault) = match self {
            Self::Line(reason) => return reason,
            Self::Quote(field, fault) => (field, fault),
        };
        let name = match header.get(field) {
            Some(name) => format!("field `{name}`"),
            None => format!("field {}", field + 1),
        };
        let help = "use `.multi_line()` if values hold line breaks";
        match fault {
            Fault::NotClosedHere => format!("{name}: its quote is not closed on this line; {help}"),
            Fault::NotOpenedHere => format!("{name}: its quote is not opened on this line; {help}"),
            Fault::NeverClosed => format!("{name}: its quote is never closed"),
        }
    }
}
