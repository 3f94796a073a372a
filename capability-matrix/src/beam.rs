//! What Beam's projects say of their own runners: declared by them, executed by nobody here.

use std::fmt;

use heliostat::{Capability, Question};
use serde::{Deserialize, Serialize};

/// What Beam's matrix says, row by row.
///
/// ```
/// use heliostat_capability_matrix::{Beam, Declared};
///
/// let beam = Beam::published();
/// let flink = beam.runners.iter().position(|runner| runner == "Flink").expect("it has a column");
/// let lateness = beam.rows.iter().find(|row| row.claim == "allowed lateness").expect("a row");
/// assert_eq!(lateness.declared[flink], Declared::Yes);
/// ```
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Beam {
    /// What was read, and when.
    pub read: String,
    /// The columns.
    pub runners: Vec<String>,
    /// The rows, in the order of the page.
    pub rows: Vec<BeamRow>,
}

/// A row of Beam's matrix, which is coarser than ours.
///
/// ```
/// for row in heliostat_capability_matrix::Beam::published().rows {
///     assert!(!row.ids.is_empty(), "{} claims something that we name, too", row.claim);
/// }
/// ```
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct BeamRow {
    question: String,
    /// What it claims, in our words.
    pub claim: String,
    /// The capabilities of ours that it is about.
    pub ids: Vec<String>,
    /// By column.
    pub declared: Vec<Declared>,
    /// What it says of differences.
    pub note: Option<String>,
}

/// What a project declares of its runner.
///
/// ```
/// use heliostat_capability_matrix::Declared;
///
/// assert_eq!(Declared::Nothing.to_string(), "says nothing");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Declared {
    /// Can do it.
    Yes,
    /// Can do some of it.
    Partial,
    /// Cannot.
    No,
    /// Its cell is empty.
    Nothing,
}

impl Beam {
    /// The matrix that Beam publishes.
    ///
    /// # Panics
    /// If the file of this crate that holds it is damaged.
    pub fn published() -> Self {
        serde_json::from_str(include_str!("../beam.json")).expect("beam.json is read by a test")
    }

    /// The rows that answer a question.
    pub(crate) fn rows_of(&self, question: Question) -> impl Iterator<Item = &BeamRow> {
        let name = question.to_string();
        self.rows.iter().filter(move |row| row.question == name)
    }
}

impl BeamRow {
    /// The capabilities of ours that it is about.
    ///
    /// # Panics
    /// If an id is none of them.
    pub fn capabilities(&self) -> impl Iterator<Item = Capability> {
        self.ids.iter().map(|id| {
            let known = Capability::ALL.iter().find(|capability| capability.to_string() == *id);
            *known.unwrap_or_else(|| panic!("beam.json names `{id}`, which is no capability"))
        })
    }
}

impl fmt::Display for Declared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Yes => "yes",
            Self::Partial => "partial",
            Self::No => "no",
            Self::Nothing => "says nothing",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_a_cell_for_each_runner_and_names_capabilities_that_there_are() {
        let beam = Beam::published();
        for row in &beam.rows {
            assert_eq!(row.declared.len(), beam.runners.len(), "{}", row.claim);
            assert_ne!(row.capabilities().count(), 0, "{}", row.claim);
        }
        let questions =
            [Question::What, Question::Where, Question::When, Question::How, Question::Operations];
        let of_questions = questions.into_iter().map(|question| beam.rows_of(question).count());
        assert_eq!(of_questions.sum::<usize>(), beam.rows.len(), "a row answers no question");
    }
}
