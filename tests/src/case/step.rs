//! The steps a case's pipeline can be made of.

use super::cursor::Cursor;
use super::error::CaseError;
use super::side::{SideView, parse_view};
use super::stateful::{Stateful, parse_stateful};
use super::window::{WindowSpec, parse_window};

/// One step of the pipeline under test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// `group_by_key`
    GroupByKey,
    /// `sum_per_key`, `count_per_key`, `mean_per_key`, `min_per_key`, `max_per_key`
    CombinePerKey(Combine),
    /// The same, followed by `fanout N`: each key is first combined in up to `N` parts.
    CombinePerKeyWithFanout(Combine, u32),
    /// `sum_globally` (also `combine_globally`), `count_globally` and so on, each optionally
    /// followed by `without_defaults`. Keys are forgotten; its panes are keyless.
    CombineGlobally(Combine, Defaults),
    /// `to_one_key`: every value goes to the key `all`; a group becomes its values, one by one.
    ToOneKey,
    /// `window ...`: windowed anew, in the midst of the pipeline.
    Window(WindowSpec),
    /// `flatten`: the streams become one. It stands first; with several streams it is implied.
    Flatten,
    /// `reshuffle`
    Reshuffle,
    /// `with_side STREAM VIEW`: each element becomes the group of its value and of what it reads,
    /// in each of its windows, of a stream that is a side input.
    WithSide(String, SideView),
    /// `combine_with STREAM`: a combine per key that reads the stream as a list. It gives the group
    /// of the values of a pane and of what it reads.
    CombineWith(String),
    /// `map`: an identity, which must change no metadata.
    Map,
    /// `with_state ...`: a step with state or timers; its elements are whole numbers.
    WithState(Stateful),
    /// `windowed`, also `none`: nothing at all, elements are seen as the window line left them.
    Windowed,
}

impl Step {
    /// The stream that it reads as a side input.
    pub fn side(&self) -> Option<&str> {
        match self {
            Step::WithSide(stream, _) | Step::CombineWith(stream) => Some(stream),
            Step::GroupByKey
            | Step::CombinePerKey(_)
            | Step::CombinePerKeyWithFanout(..)
            | Step::CombineGlobally(..)
            | Step::ToOneKey
            | Step::Window(_)
            | Step::Flatten
            | Step::Reshuffle
            | Step::Map
            | Step::WithState(_)
            | Step::Windowed => None,
        }
    }
}

/// What a combine computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Combine {
    /// The sum, 0 if empty.
    Sum,
    /// The number of values.
    Count,
    /// The mean, `nan` if empty.
    Mean,
    /// The smallest value.
    Min,
    /// The largest value.
    Max,
}

/// Whether a global combine answers for an empty input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Defaults {
    /// With the value of an empty combine.
    With,
    /// With nothing.
    Without,
}

#[derive(Clone, Copy)]
enum Name {
    GroupByKey,
    PerKey(Combine),
    Globally(Combine),
    ToOneKey,
    Window,
    Flatten,
    Reshuffle,
    WithSide,
    CombineWith,
    Map,
    WithState,
    Windowed,
}

const NAMES: [(&str, Name); 22] = [
    ("group_by_key", Name::GroupByKey),
    ("sum_per_key", Name::PerKey(Combine::Sum)),
    ("count_per_key", Name::PerKey(Combine::Count)),
    ("mean_per_key", Name::PerKey(Combine::Mean)),
    ("min_per_key", Name::PerKey(Combine::Min)),
    ("max_per_key", Name::PerKey(Combine::Max)),
    ("combine_globally", Name::Globally(Combine::Sum)),
    ("sum_globally", Name::Globally(Combine::Sum)),
    ("count_globally", Name::Globally(Combine::Count)),
    ("mean_globally", Name::Globally(Combine::Mean)),
    ("min_globally", Name::Globally(Combine::Min)),
    ("max_globally", Name::Globally(Combine::Max)),
    ("to_one_key", Name::ToOneKey),
    ("window", Name::Window),
    ("flatten", Name::Flatten),
    ("reshuffle", Name::Reshuffle),
    ("with_side", Name::WithSide),
    ("combine_with", Name::CombineWith),
    ("map", Name::Map),
    ("with_state", Name::WithState),
    ("windowed", Name::Windowed),
    ("none", Name::Windowed),
];

const STREAM: &str = "the name of a stream";

/// Reads `STEP | STEP | ...` up to the end of the line.
pub(super) fn parse_steps(cursor: &mut Cursor<'_>) -> Result<Vec<Step>, CaseError> {
    let mut steps = vec![parse_step(cursor)?];
    while cursor.eat('|') {
        steps.push(parse_step(cursor)?);
        if steps.last() == Some(&Step::Flatten) {
            return Err(cursor.error("`flatten` joins the streams, so it can only stand first"));
        }
    }
    Ok(steps)
}

fn parse_step(cursor: &mut Cursor<'_>) -> Result<Step, CaseError> {
    let step = match cursor.choose("a step", &NAMES)? {
        Name::GroupByKey => Step::GroupByKey,
        Name::PerKey(combine) => match parse_fanout(cursor)? {
            None => Step::CombinePerKey(combine),
            Some(parts) => Step::CombinePerKeyWithFanout(combine, parts),
        },
        Name::Globally(combine) => Step::CombineGlobally(combine, parse_defaults(cursor)),
        Name::ToOneKey => Step::ToOneKey,
        Name::Window => Step::Window(parse_window(cursor)?),
        Name::Flatten => Step::Flatten,
        Name::Reshuffle => Step::Reshuffle,
        Name::WithSide => {
            let stream = cursor.word(STREAM)?.into();
            Step::WithSide(stream, parse_view(cursor)?)
        }
        Name::CombineWith => Step::CombineWith(cursor.word(STREAM)?.into()),
        Name::Map => Step::Map,
        Name::WithState => Step::WithState(parse_stateful(cursor)?),
        Name::Windowed => Step::Windowed,
    };
    Ok(step)
}

fn parse_fanout(cursor: &mut Cursor<'_>) -> Result<Option<u32>, CaseError> {
    if !cursor.eat_word("fanout") {
        return Ok(None);
    }
    let word = cursor.word("a number of parts")?;
    let parts = word.parse().map_err(|_| {
        cursor.error(format!("`{word}` is not a number of parts; write sum_per_key fanout 3"))
    })?;
    Ok(Some(parts))
}

fn parse_defaults(cursor: &mut Cursor<'_>) -> Defaults {
    if cursor.eat_word("without_defaults") { Defaults::Without } else { Defaults::With }
}
