//! The steps of a generated pipeline, as they are drawn and printed.

use std::fmt;

use super::totals::{Total, Windows};
use crate::case::WindowSpec;
use crate::written::of_window;

/// A step, and the steps before it that it takes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node {
    pub(super) verb: Verb,
    /// Places of earlier nodes, as many as the verb takes.
    pub(super) takes: Vec<usize>,
}

/// What a step does. All take and give pairs of a key and a whole number, and what they give does
/// not depend on the order in which elements of a bundle come.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Verb {
    /// A stream of the script.
    Stream(usize),
    /// Something about each element.
    Each(Each),
    /// Two collections as one.
    Flatten,
    /// Windows and triggers.
    Window(WindowSpec),
    /// A grouping of one collection.
    Grouping(Grouping),
    /// Sums of each key; `Rest` is what that drops.
    SumOrDrop,
    /// Two collections key by key.
    CoGroup,
    /// Elements kept in state until a timer, or the end of their window, gives their sum.
    Buffer(Until),
    /// The first collection, each element with what it reads of the second.
    Beside(Beside),
    /// The odd values; `Rest` is the even ones.
    Split,
    /// The second output of a step that has two.
    Rest,
    /// Nothing; says what the panes of a last collection come to.
    Total(Total, Windows),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Each {
    /// A multiple of each value, within bounds.
    Times(i64),
    /// Each value with what its metadata says mixed in.
    Stamp,
    /// Without every so-manieth value.
    Keep(i64),
    /// Each value none to three times.
    Repeat,
    /// A key of the value; one of so many.
    Rekey(i64),
    /// Over the shards anew.
    Reshuffle,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Grouping {
    /// Groups, and their values again one by one.
    Group,
    /// Groups, each as one number.
    Digest,
    Sum,
    /// Sums, first over three shards of each key.
    Fanout,
    Count,
    Min,
    Max,
    /// The largest of all keys.
    MaxOfAll,
    /// The two largest values of each key.
    Top,
    /// Each pair once.
    Distinct,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Beside {
    List,
    Multimap,
    /// A map of a side with each key once.
    Map,
    Total,
}

/// When a buffer gives what it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Until {
    /// At the end of the window.
    End,
    /// So long behind the latest element, at the end of the window at the latest.
    Latest(i64),
    /// So much processing time behind the last bundle with an element.
    Processing(i64),
    /// When the window expires.
    Expired,
}

impl Verb {
    /// What all steps of the kind are called.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Stream(_) => "stream".into(),
            Self::Each(Each::Times(_)) => "times".into(),
            Self::Each(Each::Keep(_)) => "keep".into(),
            Self::Each(Each::Rekey(_)) => "rekey".into(),
            Self::Each(each) => format!("{each:?}").to_lowercase(),
            Self::Flatten => "flatten".into(),
            Self::Window(_) => "window".into(),
            Self::Grouping(grouping) => format!("{grouping:?}").to_lowercase(),
            Self::SumOrDrop => "sum or drop".into(),
            Self::CoGroup => "co-group".into(),
            Self::Buffer(Until::Latest(_)) => "buffer until latest".into(),
            Self::Buffer(Until::Processing(_)) => "buffer until processing".into(),
            Self::Buffer(until) => format!("buffer until {until:?}").to_lowercase(),
            Self::Beside(view) => format!("beside {view:?}").to_lowercase(),
            Self::Split => "split".into(),
            Self::Rest => "rest".into(),
            Self::Total(..) => "total".into(),
        }
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())?;
        match self {
            Self::Stream(number) => write!(f, " {number}"),
            Self::Each(Each::Times(number) | Each::Keep(number) | Each::Rekey(number))
            | Self::Buffer(Until::Latest(number) | Until::Processing(number)) => {
                write!(f, " {number}")
            }
            Self::Window(spec) => write!(f, " {}", of_window(spec)),
            Self::Total(total, windows) => write!(f, " {total:?}, windows {windows:?}"),
            Self::Each(Each::Stamp | Each::Repeat | Each::Reshuffle)
            | Self::Flatten
            | Self::Grouping(_)
            | Self::SumOrDrop
            | Self::CoGroup
            | Self::Buffer(Until::End | Until::Expired)
            | Self::Beside(_)
            | Self::Split
            | Self::Rest => Ok(()),
        }
    }
}

/// What is done, then the numbers of what is taken.
impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let takes: Vec<String> = self.takes.iter().map(usize::to_string).collect();
        match takes.is_empty() {
            true => write!(f, "{}", self.verb),
            false => write!(f, "{} <- {}", self.verb, takes.join(", ")),
        }
    }
}
