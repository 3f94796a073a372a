//! The windowing a case can write. What it does not write stays `None`.

use super::cursor::Cursor;
use super::error::CaseError;
use super::time::{parse_duration, parse_time};
use super::trigger::{Trigger, parse_trigger};

/// A `window` line and the stream it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamWindow {
    /// The tagged stream it windows before the flatten. `None`: it windows what the flatten gives.
    pub stream: Option<String>,
    /// What the line says.
    pub spec: WindowSpec,
}

/// A windowing, as far as it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WindowSpec {
    /// How windows are assigned. `None`: windows stay, only the rest is configured.
    pub function: Option<WindowFunction>,
    /// `lateness D`, in milliseconds.
    pub lateness: Option<i64>,
    /// `accumulating` or `discarding`.
    pub accumulation: Option<Accumulation>,
    /// `timestamp earliest|latest|end_of_window`.
    pub timestamp: Option<TimestampCombiner>,
    /// `closing always|if_nonempty`.
    pub closing: Option<Closing>,
    /// `on_time always|if_nonempty`.
    pub on_time: Option<OnTime>,
    /// `trigger=T`, written inside the window.
    pub trigger: Option<Trigger>,
    /// `unsafe`: the trigger may lose data, and that is accepted.
    pub unsafe_trigger: bool,
}

/// How windows are assigned. All lengths are milliseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WindowFunction {
    /// `global`: one window for everything.
    Global,
    /// `fixed SIZE [offset D]`: windows of one size, end to end.
    Fixed {
        /// The length of a window.
        size: i64,
        /// Where windows start, counted from 1970.
        offset: i64,
    },
    /// `sliding SIZE every PERIOD [offset D]`: windows that overlap.
    Sliding {
        /// The length of a window.
        size: i64,
        /// From one window's start to the next one's.
        period: i64,
        /// Where windows start, counted from 1970.
        offset: i64,
    },
    /// `sessions GAP`: windows that end when nothing comes for a while.
    Sessions {
        /// How long nothing must come.
        gap: i64,
    },
    /// `days N [zone Z] [start T]`, and likewise weeks, months and years.
    Calendar {
        /// What is counted.
        unit: CalendarUnit,
        /// How many of them a window takes.
        count: u32,
        /// The time zone by name. `None`: UTC.
        zone: Option<String>,
        /// From where units are counted. `None`: from 1970.
        start: Option<i64>,
    },
    /// `custom NAME`: a window function that the harness knows by name.
    Custom {
        /// Its name.
        name: String,
    },
}

/// What a calendar window counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CalendarUnit {
    /// `days`
    Days,
    /// `weeks`
    Weeks,
    /// `months`
    Months,
    /// `years`
    Years,
}

/// What a pane holds of what earlier panes held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accumulation {
    /// All of it.
    Accumulating,
    /// Nothing of it.
    Discarding,
}

/// Which timestamp a pane carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimestampCombiner {
    /// The smallest of its elements.
    Earliest,
    /// The largest of its elements.
    Latest,
    /// The last one in the window.
    EndOfWindow,
}

/// Whether an expiring window emits an empty last pane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closing {
    /// Always.
    Always,
    /// Only if it holds something new.
    IfNonempty,
}

/// Whether the on-time firing emits an empty pane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnTime {
    /// Always.
    Always,
    /// Only if it holds something new.
    IfNonempty,
}

const FUNCTIONS: &str = "global, fixed, sliding, sessions, days, weeks, months, years, custom";
const OPTIONS: &str = "lateness, accumulating, discarding, timestamp, closing, on_time, trigger, \
                       unsafe";

/// Reads a windowing up to the end of the line, or of the step.
pub(super) fn parse_window(cursor: &mut Cursor<'_>) -> Result<WindowSpec, CaseError> {
    let mut spec = WindowSpec::default();
    let mut any = false;
    while !matches!(cursor.peek(), None | Some('|')) {
        any = true;
        let mut ahead = cursor.clone();
        let word = ahead.keyword("a window")?;
        if let Some(function) = parse_function(&mut ahead, &word)? {
            set_once(&ahead, &mut spec.function, "a window function", function)?;
        } else if !parse_option(&mut ahead, &word, &mut spec)? {
            let (what, names) = if spec == WindowSpec::default() {
                ("a window", FUNCTIONS)
            } else {
                ("an option of a window", OPTIONS)
            };
            return Err(ahead.unknown(cursor.word(what)?, what, names));
        }
        *cursor = ahead;
    }
    if any { Ok(spec) } else { Err(cursor.error(format!("no window; it is one of {FUNCTIONS}"))) }
}

fn parse_function(
    cursor: &mut Cursor<'_>,
    word: &str,
) -> Result<Option<WindowFunction>, CaseError> {
    let bracketed = word != "custom" && cursor.eat('(');
    let mut function = match word {
        "global" => WindowFunction::Global,
        "fixed" => {
            let size = parse_duration(cursor)?;
            WindowFunction::Fixed { size, offset: parse_offset(cursor)? }
        }
        "sliding" => {
            let size = parse_duration(cursor)?;
            if !(cursor.eat('/') || cursor.eat(',') || cursor.eat_word("every")) {
                return Err(cursor.error("no period; write sliding SIZE every PERIOD"));
            }
            let period = parse_duration(cursor)?;
            WindowFunction::Sliding { size, period, offset: parse_offset(cursor)? }
        }
        "sessions" => WindowFunction::Sessions { gap: parse_duration(cursor)? },
        "days" => parse_calendar(cursor, CalendarUnit::Days)?,
        "weeks" => parse_calendar(cursor, CalendarUnit::Weeks)?,
        "months" => parse_calendar(cursor, CalendarUnit::Months)?,
        "years" => parse_calendar(cursor, CalendarUnit::Years)?,
        "custom" => WindowFunction::Custom { name: cursor.word("a name")?.into() },
        _ => return Ok(None),
    };
    if bracketed {
        cursor.expect(')')?;
        // An offset may stand behind the bracket as well as in it.
        if let WindowFunction::Fixed { offset, .. } | WindowFunction::Sliding { offset, .. } =
            &mut function
            && *offset == 0
        {
            *offset = parse_offset(cursor)?;
        }
    }
    Ok(Some(function))
}

fn parse_offset(cursor: &mut Cursor<'_>) -> Result<i64, CaseError> {
    cursor.eat(',');
    if !cursor.eat_word("offset") {
        return Ok(0);
    }
    cursor.eat('=');
    parse_time(cursor)
}

fn parse_calendar(
    cursor: &mut Cursor<'_>,
    unit: CalendarUnit,
) -> Result<WindowFunction, CaseError> {
    let mut count = 1;
    if cursor.peek().is_some_and(|next| next.is_ascii_digit()) {
        let word = cursor.word("a count")?;
        count = word.parse().map_err(|_| {
            cursor.error(format!("`{word}` is not a count; write a whole number, such as days 1"))
        })?;
    }
    let (mut zone, mut start) = (None, None);
    loop {
        cursor.eat(',');
        if cursor.eat_word("zone") {
            cursor.eat('=');
            let name = cursor.path("a time zone")?.into();
            set_once(cursor, &mut zone, "zone", name)?;
        } else if cursor.eat_word("start") {
            cursor.eat('=');
            let time = parse_time(cursor)?;
            set_once(cursor, &mut start, "start", time)?;
        } else {
            return Ok(WindowFunction::Calendar { unit, count, zone, start });
        }
    }
}

/// Reads what follows an option's word. False if there is no such option.
fn parse_option(
    cursor: &mut Cursor<'_>,
    word: &str,
    spec: &mut WindowSpec,
) -> Result<bool, CaseError> {
    match word {
        "accumulating" => {
            set_once(cursor, &mut spec.accumulation, "a mode", Accumulation::Accumulating)?;
        }
        "discarding" => {
            set_once(cursor, &mut spec.accumulation, "a mode", Accumulation::Discarding)?;
        }
        "unsafe" => spec.unsafe_trigger = true,
        "lateness" => {
            cursor.eat('=');
            let lateness = parse_duration(cursor)?;
            set_once(cursor, &mut spec.lateness, word, lateness)?;
        }
        "timestamp" => {
            cursor.eat('=');
            let combiner = cursor.choose("a timestamp combiner", &COMBINERS)?;
            set_once(cursor, &mut spec.timestamp, word, combiner)?;
        }
        "closing" => {
            cursor.eat('=');
            let closing = cursor.choose("a closing behaviour", &CLOSINGS)?;
            set_once(cursor, &mut spec.closing, word, closing)?;
        }
        "on_time" => {
            cursor.eat('=');
            let on_time = cursor.choose("an on-time behaviour", &ON_TIMES)?;
            set_once(cursor, &mut spec.on_time, word, on_time)?;
        }
        "trigger" => {
            cursor.eat('=');
            let trigger = parse_trigger(cursor)?;
            set_once(cursor, &mut spec.trigger, word, trigger)?;
        }
        _ => return Ok(false),
    }
    Ok(true)
}

const COMBINERS: [(&str, TimestampCombiner); 3] = [
    ("earliest", TimestampCombiner::Earliest),
    ("latest", TimestampCombiner::Latest),
    ("end_of_window", TimestampCombiner::EndOfWindow),
];
const CLOSINGS: [(&str, Closing); 2] =
    [("always", Closing::Always), ("if_nonempty", Closing::IfNonempty)];
const ON_TIMES: [(&str, OnTime); 2] =
    [("always", OnTime::Always), ("if_nonempty", OnTime::IfNonempty)];

fn set_once<T>(
    cursor: &Cursor<'_>,
    place: &mut Option<T>,
    what: &str,
    value: T,
) -> Result<(), CaseError> {
    if place.is_some() {
        return Err(cursor.error(format!("{what} is written twice; keep one of them")));
    }
    *place = Some(value);
    Ok(())
}
