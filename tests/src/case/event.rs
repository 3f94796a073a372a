//! The script: what comes in, and how time passes.

use super::cursor::Cursor;
use super::error::CaseError;
use super::number::{Number, parse_number};
use super::time::{TIMESTAMP_MAX, parse_time};

/// One event of the script. The runner comes to rest before the next one.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// `add [on STREAM] KEY=VALUE [@T] ...`: elements that arrive as one bundle.
    Add {
        /// The tagged stream. `None` if the case has but one.
        stream: Option<String>,
        /// The bundle, never empty.
        elements: Vec<Element>,
    },
    /// `watermark [on STREAM] T|end`
    Watermark {
        /// The tagged stream. `None`: the one there is, or all of them.
        stream: Option<String>,
        /// Where it goes.
        to: WatermarkTo,
    },
    /// `processing T`: processing time, which starts at 0, becomes `T`.
    Processing {
        /// The absolute processing time in milliseconds.
        to: i64,
    },
}

/// Where a watermark goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WatermarkTo {
    /// To this time. `watermark max` is one too, and a mistake that the script must report.
    Time(i64),
    /// `end` or `inf`: nothing more will come.
    End,
}

/// One element of a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    /// Its key; empty if none was written.
    pub key: String,
    /// Its value.
    pub value: Number,
    /// Its timestamp. `None`: the watermark at that moment.
    pub timestamp: Option<i64>,
}

/// Reads what follows `add`.
pub(super) fn parse_add(cursor: &mut Cursor<'_>) -> Result<Event, CaseError> {
    let stream = cursor.stream()?;
    let mut elements = Vec::new();
    while !cursor.at_end() {
        let key = parse_key(cursor)?.unwrap_or_default();
        let value = parse_number(cursor)?;
        let timestamp = if cursor.eat('@') { Some(parse_time(cursor)?) } else { None };
        elements.push(Element { key, value, timestamp });
        cursor.eat(',');
    }
    if elements.is_empty() {
        return Err(cursor.error("a bundle without elements; write add KEY=VALUE @TIME"));
    }
    Ok(Event::Add { stream, elements })
}

/// Reads `KEY=`, or nothing if what comes next is not a key.
pub(super) fn parse_key(cursor: &mut Cursor<'_>) -> Result<Option<String>, CaseError> {
    // Its first character decides whether a mistake in it is worth reporting as one of a key.
    if cursor.peek() != Some('"') && cursor.clone().key("a key").is_err() {
        return Ok(None);
    }
    let mut ahead = cursor.clone();
    let key = ahead.key("a key")?;
    if !ahead.eat('=') {
        return Ok(None);
    }
    *cursor = ahead;
    Ok(Some(key))
}

/// Reads what follows `watermark`.
pub(super) fn parse_watermark(cursor: &mut Cursor<'_>) -> Result<Event, CaseError> {
    let stream = cursor.stream()?;
    let to = if cursor.eat_word("end") || cursor.eat_word("inf") {
        WatermarkTo::End
    } else {
        WatermarkTo::Time(parse_time(cursor)?)
    };
    Ok(Event::Watermark { stream, to })
}

/// Reads what follows `processing`.
pub(super) fn parse_processing(cursor: &mut Cursor<'_>) -> Result<Event, CaseError> {
    let to = parse_time(cursor)?;
    if to == TIMESTAMP_MAX {
        return Err(cursor.error("processing time has no end; write milliseconds"));
    }
    Ok(Event::Processing { to })
}
