//! What must come of a case, and the lines that say it.

use super::cursor::Cursor;
use super::error::CaseError;
use super::pane::{Dropped, Pane, parse_dropped, parse_pane};
use super::trigger::{Trigger, parse_trigger};

/// What must come of a case: one of three, never mixed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// The pipeline runs to its end and gives this.
    Output(Output),
    /// Preflight refuses the pipeline with problems of exactly these codes.
    Refused(Vec<String>),
    /// Building the script, or the run, ends with an error that contains this text.
    Fails(String),
}

/// What a run gives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Output {
    /// All panes; only the order within one key and window is asserted. `None`: not asserted,
    /// which only a case about the `strategy` may leave open.
    pub panes: Option<Vec<Pane>>,
    /// How many elements were dropped because their window had expired.
    pub late: u64,
    /// How many elements were dropped because their window's trigger had finished.
    pub closed: u64,
    /// All that the second output holds, in any order. `None`: not asserted.
    pub dropped: Option<Vec<Dropped>>,
    /// The trigger of the output's windowing. `None`: not asserted.
    pub trigger: Option<Trigger>,
}

/// The expectation lines read so far.
#[derive(Debug, Default)]
pub(super) struct Draft {
    panes: Vec<Pane>,
    no_panes: bool,
    drops: Option<(u64, u64)>,
    dropped: Vec<Dropped>,
    no_dropped: bool,
    strategy: Option<Trigger>,
    refused: Option<Vec<String>>,
    fails: Option<String>,
}

impl Draft {
    /// Reads what follows `word`. False if no expectation starts with it.
    pub(super) fn line(&mut self, word: &str, cursor: &mut Cursor<'_>) -> Result<bool, CaseError> {
        match word {
            "pane" => self.panes.push(parse_pane(cursor)?),
            "dropped" => self.dropped.push(parse_dropped(cursor)?),
            "no" => match cursor.choose("what there can be none of", &NONE_OF)? {
                NoneOf::Panes => self.no_panes = true,
                NoneOf::Dropped => self.no_dropped = true,
            },
            "drop" => once(cursor, word, &mut self.drops, parse_drops)?,
            "strategy" => once(cursor, word, &mut self.strategy, |cursor| {
                cursor.eat_word("trigger");
                cursor.eat('=');
                parse_trigger(cursor)
            })?,
            "refused" => once(cursor, word, &mut self.refused, parse_codes)?,
            "fails" => once(cursor, word, &mut self.fails, |cursor| cursor.quoted())?,
            _ => return Ok(false),
        }
        self.check_nothing_mixed(cursor)?;
        Ok(true)
    }

    fn has_output(&self) -> bool {
        let counted = self.drops.is_some() || self.strategy.is_some();
        let listed = !self.panes.is_empty() || !self.dropped.is_empty();
        counted || listed || self.no_panes || self.no_dropped
    }

    fn check_nothing_mixed(&self, cursor: &Cursor<'_>) -> Result<(), CaseError> {
        if self.no_panes && !self.panes.is_empty() {
            return Err(cursor.error("`no panes` beside a pane; keep one of them"));
        }
        if self.no_dropped && !self.dropped.is_empty() {
            return Err(cursor.error("`no dropped` beside a dropped element; keep one of them"));
        }
        let kinds = [self.has_output(), self.refused.is_some(), self.fails.is_some()];
        if 1 < kinds.iter().filter(|kind| **kind).count() {
            return Err(cursor.error(
                "an output, a refusal and a failure exclude each other; make two cases of it",
            ));
        }
        Ok(())
    }

    /// What all lines together expect; `end` is the end of the file.
    pub(super) fn finish(self, end: &Cursor<'_>) -> Result<Expectation, CaseError> {
        let has_output = self.has_output();
        if let Some(codes) = self.refused {
            return Ok(Expectation::Refused(codes));
        }
        if let Some(text) = self.fails {
            return Ok(Expectation::Fails(text));
        }
        if !has_output {
            return Err(end.error(
                "the case expects nothing; end it with pane lines, `no panes`, `refused` or `fails`",
            ));
        }
        let panes_known = self.no_panes || !self.panes.is_empty();
        if !panes_known && self.strategy.is_none() {
            return Err(end.error("nothing about panes; write pane lines or `no panes`"));
        }
        let (late, closed) = self.drops.unwrap_or_default();
        let dropped_known = self.no_dropped || !self.dropped.is_empty();
        Ok(Expectation::Output(Output {
            panes: panes_known.then_some(self.panes),
            late,
            closed,
            dropped: dropped_known.then_some(self.dropped),
            trigger: self.strategy,
        }))
    }
}

#[derive(Clone, Copy)]
enum NoneOf {
    Panes,
    Dropped,
}

const NONE_OF: [(&str, NoneOf); 2] = [("panes", NoneOf::Panes), ("dropped", NoneOf::Dropped)];

fn once<T>(
    cursor: &mut Cursor<'_>,
    word: &str,
    place: &mut Option<T>,
    read: impl Fn(&mut Cursor<'_>) -> Result<T, CaseError>,
) -> Result<(), CaseError> {
    if place.is_some() {
        return Err(cursor.error(format!("a second `{word}` line; write all of it in one")));
    }
    *place = Some(read(cursor)?);
    Ok(())
}

fn parse_drops(cursor: &mut Cursor<'_>) -> Result<(u64, u64), CaseError> {
    let (mut late, mut closed) = (None, None);
    while !cursor.at_end() || (late, closed) == (None, None) {
        let place = match cursor.choose("a cause of drops", &[("late", true), ("closed", false)])? {
            true => &mut late,
            false => &mut closed,
        };
        cursor.expect('=')?;
        let word = cursor.word("a count")?;
        let count: u64 = word
            .parse()
            .map_err(|_| cursor.error(format!("`{word}` is not a count; write drop late=1")))?;
        if place.replace(count).is_some() {
            return Err(cursor.error("a cause of drops is written twice; keep one of them"));
        }
    }
    Ok((late.unwrap_or(0), closed.unwrap_or(0)))
}

fn parse_codes(cursor: &mut Cursor<'_>) -> Result<Vec<String>, CaseError> {
    let mut codes = Vec::new();
    while codes.is_empty() || !cursor.at_end() {
        let code = cursor.word("the code of a problem, such as unsafe-trigger,")?;
        if !code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-') {
            return Err(cursor.error(format!("`{code}` is not a code; codes are like-this")));
        }
        codes.push(code.into());
        cursor.eat(',');
    }
    Ok(codes)
}
