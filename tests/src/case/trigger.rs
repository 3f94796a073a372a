//! The triggers a case can write, as a tree.

use std::fmt;

use super::cursor::Cursor;
use super::error::CaseError;
use super::time::{parse_duration, parse_time, render_time};

/// A trigger as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// `default`: at the end of the window, then for each late bundle.
    Default,
    /// `after_watermark(early=T, late=T)`: at the end of the window, with firings around it.
    AfterWatermark {
        /// What fires before the end of the window, again and again.
        early: Option<Box<Trigger>>,
        /// What fires after it, again and again. `None`: the on-time firing is the last.
        late: Option<Box<Trigger>>,
    },
    /// `after_count(n)`: once the pane holds this many elements.
    AfterCount(u32),
    /// `after_processing_time(d, align=P, offset=O)`: this long after the pane's first element.
    AfterProcessingTime {
        /// Milliseconds after the first element.
        delay: i64,
        /// The grid that the deadline is rounded up to.
        align: Option<Align>,
    },
    /// `after_synchronized_processing_time`: when upstream has caught up with the first element.
    AfterSynchronizedProcessingTime,
    /// `never`: only what is left over when the window expires.
    Never,
    /// `always`: with every bundle.
    Always,
    /// `repeatedly(T)`: again from the start whenever it finishes.
    Repeatedly(Box<Trigger>),
    /// `after_any(T, ..)`: with the first of them.
    AfterAny(Vec<Trigger>),
    /// `after_all(T, ..)`: once all of them are ready.
    AfterAll(Vec<Trigger>),
    /// `after_each(T, ..)`: one after the other.
    AfterEach(Vec<Trigger>),
    /// `or_finally(T, T)`: the first one, until the second one fires.
    OrFinally(Box<Trigger>, Box<Trigger>),
}

/// A grid in processing time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Align {
    /// Milliseconds between two grid points.
    pub period: i64,
    /// Where the grid starts.
    pub offset: i64,
}

#[derive(Clone, Copy)]
enum Name {
    Default,
    AfterWatermark,
    AfterCount,
    AfterProcessingTime,
    AfterSynchronizedProcessingTime,
    Never,
    Always,
    Repeatedly,
    AfterAny,
    AfterAll,
    AfterEach,
    OrFinally,
}

const NAMES: [(&str, Name); 12] = [
    ("default", Name::Default),
    ("after_watermark", Name::AfterWatermark),
    ("after_count", Name::AfterCount),
    ("after_processing_time", Name::AfterProcessingTime),
    ("after_synchronized_processing_time", Name::AfterSynchronizedProcessingTime),
    ("never", Name::Never),
    ("always", Name::Always),
    ("repeatedly", Name::Repeatedly),
    ("after_any", Name::AfterAny),
    ("after_all", Name::AfterAll),
    ("after_each", Name::AfterEach),
    ("or_finally", Name::OrFinally),
];

/// Reads a trigger, of any depth.
pub(super) fn parse_trigger(cursor: &mut Cursor<'_>) -> Result<Trigger, CaseError> {
    let trigger = match cursor.choose("a trigger", &NAMES)? {
        Name::AfterWatermark => return after_watermark(cursor),
        Name::AfterCount => Trigger::AfterCount(count(cursor)?),
        Name::AfterProcessingTime => after_processing_time(cursor)?,
        Name::Repeatedly => Trigger::Repeatedly(Box::new(only_argument(cursor)?)),
        Name::AfterAny => Trigger::AfterAny(arguments(cursor)?),
        Name::AfterAll => Trigger::AfterAll(arguments(cursor)?),
        Name::AfterEach => Trigger::AfterEach(arguments(cursor)?),
        Name::OrFinally => or_finally(cursor)?,
        Name::Default => without_arguments(cursor, Trigger::Default)?,
        Name::Never => without_arguments(cursor, Trigger::Never)?,
        Name::Always => without_arguments(cursor, Trigger::Always)?,
        Name::AfterSynchronizedProcessingTime => {
            without_arguments(cursor, Trigger::AfterSynchronizedProcessingTime)?
        }
    };
    Ok(trigger)
}

/// Reads a trigger on its own.
pub(crate) fn parse_trigger_text(text: &str) -> Result<Trigger, CaseError> {
    let mut cursor = Cursor::new(text, "a trigger", 1);
    let trigger = parse_trigger(&mut cursor)?;
    cursor.end()?;
    Ok(trigger)
}

fn without_arguments(cursor: &mut Cursor<'_>, trigger: Trigger) -> Result<Trigger, CaseError> {
    if cursor.eat('(') {
        cursor.expect(')')?;
    }
    Ok(trigger)
}

fn count(cursor: &mut Cursor<'_>) -> Result<u32, CaseError> {
    cursor.expect('(')?;
    let word = cursor.word("a number of elements")?;
    let count = word.parse().map_err(|_| {
        cursor.error(format!("`{word}` is not a number of elements; write after_count(1)"))
    })?;
    cursor.expect(')')?;
    Ok(count)
}

/// Its firings stand in brackets or, where nothing else can follow, just after it.
fn after_watermark(cursor: &mut Cursor<'_>) -> Result<Trigger, CaseError> {
    let bracketed = cursor.eat('(');
    let (mut early, mut late) = (None, None);
    loop {
        let (firing, word) = if cursor.eat_word("early") {
            (&mut early, "early")
        } else if cursor.eat_word("late") {
            (&mut late, "late")
        } else {
            break;
        };
        cursor.expect('=')?;
        if firing.is_some() {
            return Err(cursor.error(format!("`{word}=` is written twice; keep one of them")));
        }
        *firing = Some(Box::new(parse_trigger(cursor)?));
        if bracketed && !cursor.eat(',') {
            break;
        }
    }
    if bracketed {
        cursor.expect(')')?;
    }
    Ok(Trigger::AfterWatermark { early, late })
}

fn after_processing_time(cursor: &mut Cursor<'_>) -> Result<Trigger, CaseError> {
    cursor.expect('(')?;
    let delay = parse_duration(cursor)?;
    let mut align = None;
    if cursor.eat(',') {
        if !cursor.eat_word("align") {
            return Err(cursor.error("after a delay only `align=PERIOD` can follow"));
        }
        cursor.expect('=')?;
        let period = parse_duration(cursor)?;
        let mut offset = 0;
        if cursor.eat(',') {
            if !cursor.eat_word("offset") {
                return Err(cursor.error("after `align=PERIOD` only `offset=TIME` can follow"));
            }
            cursor.expect('=')?;
            offset = parse_time(cursor)?;
        }
        align = Some(Align { period, offset });
    }
    cursor.expect(')')?;
    Ok(Trigger::AfterProcessingTime { delay, align })
}

fn arguments(cursor: &mut Cursor<'_>) -> Result<Vec<Trigger>, CaseError> {
    cursor.expect('(')?;
    let mut arguments = vec![parse_trigger(cursor)?];
    while cursor.eat(',') {
        arguments.push(parse_trigger(cursor)?);
    }
    cursor.expect(')')?;
    Ok(arguments)
}

fn only_argument(cursor: &mut Cursor<'_>) -> Result<Trigger, CaseError> {
    cursor.expect('(')?;
    let argument = parse_trigger(cursor)?;
    cursor.expect(')')?;
    Ok(argument)
}

fn or_finally(cursor: &mut Cursor<'_>) -> Result<Trigger, CaseError> {
    cursor.expect('(')?;
    let main = parse_trigger(cursor)?;
    cursor.expect(',')?;
    let until = parse_trigger(cursor)?;
    cursor.expect(')')?;
    Ok(Trigger::OrFinally(Box::new(main), Box::new(until)))
}

impl fmt::Display for Trigger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Trigger::Default => f.write_str("default"),
            Trigger::AfterWatermark { early: None, late: None } => f.write_str("after_watermark"),
            Trigger::AfterWatermark { early, late } => {
                let early = early.iter().map(|early| format!("early={early}"));
                let firings: Vec<String> =
                    early.chain(late.iter().map(|late| format!("late={late}"))).collect();
                write!(f, "after_watermark({})", firings.join(", "))
            }
            Trigger::AfterCount(count) => write!(f, "after_count({count})"),
            Trigger::AfterProcessingTime { delay, align: None } => {
                write!(f, "after_processing_time({})", render_time(*delay))
            }
            Trigger::AfterProcessingTime { delay, align: Some(Align { period, offset }) } => {
                let [delay, period, offset] =
                    [delay, period, offset].map(|time| render_time(*time));
                write!(f, "after_processing_time({delay}, align={period}, offset={offset})")
            }
            Trigger::AfterSynchronizedProcessingTime => {
                f.write_str("after_synchronized_processing_time")
            }
            Trigger::Never => f.write_str("never"),
            Trigger::Always => f.write_str("always"),
            Trigger::Repeatedly(trigger) => write!(f, "repeatedly({trigger})"),
            Trigger::AfterAny(triggers) => write!(f, "after_any({})", list(triggers)),
            Trigger::AfterAll(triggers) => write!(f, "after_all({})", list(triggers)),
            Trigger::AfterEach(triggers) => write!(f, "after_each({})", list(triggers)),
            Trigger::OrFinally(main, until) => write!(f, "or_finally({main}, {until})"),
        }
    }
}

fn list(triggers: &[Trigger]) -> String {
    let triggers: Vec<String> = triggers.iter().map(Trigger::to_string).collect();
    triggers.join(", ")
}
