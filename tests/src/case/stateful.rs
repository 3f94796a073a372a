//! The small steps with state and timers that a case's pipeline can have.

use std::collections::BTreeMap;
use std::fmt;

use super::cursor::Cursor;
use super::error::CaseError;
use super::time::{parse_duration, parse_time};

/// What a step `with_state KIND [OPTION ...]` does with the elements of a key and window. What it
/// gives is a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stateful {
    /// `count [merged] [ttl=LENGTH]`: a value. Each element gives how many came so far.
    Count {
        /// Whether the cell says how two values become one: their sum.
        merged: bool,
        /// Its time to live.
        time_to_live: Option<i64>,
    },
    /// `buffer WHEN`: a bag. Each element sets the timer, which gives the sum and empties the bag.
    Buffer(When),
    /// `alarm [relative|align=PERIOD] [output=TIME] [without_hold]`: an element sets the timer to its
    /// own value, which the timer gives. A negative one sets it and then clears it, 0 clears it.
    Alarm {
        /// What the value means.
        to: AlarmTo,
        /// The output timestamp, if it is not the usual one.
        output: Option<i64>,
        /// Whether the watermark is held for it.
        holds: bool,
    },
    /// `dynamic`: an element sets the timer of its last digit to its own value, a negative one none.
    /// The timers give all firings so far in their order, each as two more digits.
    Dynamic,
    /// `looping every=PERIOD [relative]`: an element sets the timer a period behind itself, and each
    /// firing again up to the end of the window; it gives how often it fired. `relative`: behind the
    /// watermark, whatever the end.
    Looping {
        /// Between firings.
        every: i64,
        /// Whether it is counted from the watermark.
        relative: bool,
    },
    /// `ping_pong until=TIME`: an element sets timer 1 to its time and timer 2 behind `until`. Timer 1
    /// sets timer 2 to now, timer 2 sets timer 1 a millisecond later. Each gives how often both
    /// fired, with its own number as a further digit.
    PingPong {
        /// At which timer 2 stops.
        until: i64,
    },
    /// `clear_other`: an element sets timer 1 and timer 2 one and two milliseconds behind itself.
    /// Timer 1 clears timer 2. Each gives its number.
    ClearOther,
    /// `flush [mark=TIME]`: a bag, emptied by 0. What is in it when the window expires is given as a
    /// sum. `mark`: a timer at this time puts 1000 into it.
    Flush {
        /// Where the timer is set to.
        mark: Option<i64>,
    },
    /// `sorted`: takes its elements in the order of their times. Each gives all so far, as digits.
    Sorted,
    /// `combining`, `map [merged] [if_absent]`, `set`, `multimap`, `ordered_list`: keeps the elements
    /// in such a cell, and gives what is in it at the end of the window. See [`Cell`].
    Gather(Cell),
}

/// When the timer of a buffer fires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// `at=TIME`
    At(i64),
    /// `after=LENGTH`: behind the element.
    After(i64),
    /// `end`: at the end of the window.
    End,
    /// `processing=LENGTH`: of processing time.
    Processing(i64),
}

/// What the value of an element means to an alarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlarmTo {
    /// A time.
    Time,
    /// `relative`: how far behind the watermark.
    Relative,
    /// `align=PERIOD`: the same, on a multiple of this.
    Aligned(i64),
}

/// A cell that elements are kept in: positive ones are added, 0 clears it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    /// A sum. A negative element adds it to itself.
    Combining,
    /// A value, the last digit, for each key, the digits before. A negative element removes a key.
    Map {
        /// Whether the cell says how two values become one: their sum.
        merged: bool,
        /// Whether a key keeps its first value.
        if_absent: bool,
    },
    /// Different values. A negative element removes one.
    Set,
    /// Values, each a last digit, for each key, the digits before. A negative element removes a key.
    Multimap,
    /// By timestamp, given as digits. A negative element removes those from the time it names up to
    /// its own.
    OrderedList,
}

#[derive(Clone, Copy)]
enum Name {
    Count,
    Buffer,
    Alarm,
    Dynamic,
    Looping,
    PingPong,
    ClearOther,
    Flush,
    Sorted,
    Combining,
    Map,
    Set,
    Multimap,
    OrderedList,
}

const NAMES: [(&str, Name); 14] = [
    ("count", Name::Count),
    ("buffer", Name::Buffer),
    ("alarm", Name::Alarm),
    ("dynamic", Name::Dynamic),
    ("looping", Name::Looping),
    ("ping_pong", Name::PingPong),
    ("clear_other", Name::ClearOther),
    ("flush", Name::Flush),
    ("sorted", Name::Sorted),
    ("combining", Name::Combining),
    ("map", Name::Map),
    ("set", Name::Set),
    ("multimap", Name::Multimap),
    ("ordered_list", Name::OrderedList),
];

/// Reads `KIND [OPTION ...]` up to the next step.
pub(super) fn parse_stateful(cursor: &mut Cursor<'_>) -> Result<Stateful, CaseError> {
    let name = cursor.choose("a step with state", &NAMES)?;
    let mut options = Options::read(cursor)?;
    let stateful = match name {
        Name::Count => {
            Stateful::Count { merged: options.flag("merged"), time_to_live: options.time("ttl") }
        }
        Name::Buffer => Stateful::Buffer(when(&mut options, cursor)?),
        Name::Alarm => Stateful::Alarm {
            to: match (options.flag("relative"), options.time("align")) {
                (_, Some(period)) => AlarmTo::Aligned(period),
                (true, None) => AlarmTo::Relative,
                (false, None) => AlarmTo::Time,
            },
            output: options.time("output"),
            holds: !options.flag("without_hold"),
        },
        Name::Dynamic => Stateful::Dynamic,
        Name::Looping => Stateful::Looping {
            every: options.needed("every", cursor)?,
            relative: options.flag("relative"),
        },
        Name::PingPong => Stateful::PingPong { until: options.needed("until", cursor)? },
        Name::ClearOther => Stateful::ClearOther,
        Name::Flush => Stateful::Flush { mark: options.time("mark") },
        Name::Sorted => Stateful::Sorted,
        Name::Combining => Stateful::Gather(Cell::Combining),
        Name::Map => Stateful::Gather(Cell::Map {
            merged: options.flag("merged"),
            if_absent: options.flag("if_absent"),
        }),
        Name::Set => Stateful::Gather(Cell::Set),
        Name::Multimap => Stateful::Gather(Cell::Multimap),
        Name::OrderedList => Stateful::Gather(Cell::OrderedList),
    };
    options.end(cursor)?;
    Ok(stateful)
}

fn when(options: &mut Options, cursor: &Cursor<'_>) -> Result<When, CaseError> {
    let given = [
        options.time("at").map(When::At),
        options.time("after").map(When::After),
        options.flag("end").then_some(When::End),
        options.time("processing").map(When::Processing),
    ];
    let mut given = given.into_iter().flatten();
    match (given.next(), given.next()) {
        (Some(when), None) => Ok(when),
        _ => Err(cursor.error("a buffer has one of at=, after=, end and processing=")),
    }
}

/// Words behind the kind of a step: flags, and names with a time.
struct Options(BTreeMap<String, Option<i64>>);

/// Options that are lengths, and so not negative.
const LENGTHS: [&str; 5] = ["after", "align", "every", "processing", "ttl"];

impl Options {
    fn read(cursor: &mut Cursor<'_>) -> Result<Self, CaseError> {
        let mut options = BTreeMap::new();
        while !matches!(cursor.peek(), None | Some('|')) {
            let name = cursor.keyword("an option of a step")?;
            let value = match (cursor.eat('='), LENGTHS.contains(&name.as_str())) {
                (false, _) => None,
                (true, true) => Some(parse_duration(cursor)?),
                (true, false) => Some(parse_time(cursor)?),
            };
            if options.insert(name.clone(), value).is_some() {
                return Err(cursor.error(format!("`{name}` is written twice; keep one of them")));
            }
        }
        Ok(Self(options))
    }

    fn flag(&mut self, name: &str) -> bool {
        let given = self.0.get(name) == Some(&None);
        given && self.0.remove(name).is_some()
    }

    fn time(&mut self, name: &str) -> Option<i64> {
        let value = self.0.get(name).copied().flatten()?;
        self.0.remove(name);
        Some(value)
    }

    fn needed(&mut self, name: &str, cursor: &Cursor<'_>) -> Result<i64, CaseError> {
        self.time(name).ok_or_else(|| cursor.error(format!("the step needs {name}=TIME")))
    }

    /// Refuses what nobody asked for.
    fn end(self, cursor: &Cursor<'_>) -> Result<(), CaseError> {
        match self.0.into_keys().next() {
            None => Ok(()),
            Some(name) => {
                Err(cursor.error(format!("the step knows no `{name}`, or not in this form")))
            }
        }
    }
}

impl fmt::Display for Stateful {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let flag = |set: bool, name: &'static str| if set { name } else { "" };
        let option = |name: &str, value: Option<i64>| match value {
            Some(value) => format!(" {name}={value}"),
            None => String::new(),
        };
        match self {
            Self::Count { merged, time_to_live } => {
                write!(f, "count{}{}", flag(*merged, " merged"), option("ttl", *time_to_live))
            }
            Self::Buffer(When::At(at)) => write!(f, "buffer at={at}"),
            Self::Buffer(When::After(length)) => write!(f, "buffer after={length}"),
            Self::Buffer(When::End) => f.write_str("buffer end"),
            Self::Buffer(When::Processing(length)) => write!(f, "buffer processing={length}"),
            Self::Alarm { to, output, holds } => {
                let to = match to {
                    AlarmTo::Time => String::new(),
                    AlarmTo::Relative => " relative".to_owned(),
                    AlarmTo::Aligned(period) => format!(" align={period}"),
                };
                let holds = flag(!holds, " without_hold");
                write!(f, "alarm{to}{}{holds}", option("output", *output))
            }
            Self::Dynamic => f.write_str("dynamic"),
            Self::Looping { every, relative } => {
                write!(f, "looping every={every}{}", flag(*relative, " relative"))
            }
            Self::PingPong { until } => write!(f, "ping_pong until={until}"),
            Self::ClearOther => f.write_str("clear_other"),
            Self::Flush { mark } => write!(f, "flush{}", option("mark", *mark)),
            Self::Sorted => f.write_str("sorted"),
            Self::Gather(Cell::Combining) => f.write_str("combining"),
            Self::Gather(Cell::Map { merged, if_absent }) => {
                write!(f, "map{}{}", flag(*merged, " merged"), flag(*if_absent, " if_absent"))
            }
            Self::Gather(Cell::Set) => f.write_str("set"),
            Self::Gather(Cell::Multimap) => f.write_str("multimap"),
            Self::Gather(Cell::OrderedList) => f.write_str("ordered_list"),
        }
    }
}
