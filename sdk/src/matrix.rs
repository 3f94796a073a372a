//! A runner's column of the capability matrix: the one form in which it is written and read.

use crate::{Capability, Error, Result, Standing};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// What is known of all capabilities of a runner.
///
/// Nobody writes it by hand: `heliostat-capability-matrix` computes it, a runner's crate ships it as
/// `matrix.json`, and [`Runner::matrix`](crate::Runner::matrix) gives it.
///
/// ```
/// use heliostat::{Capability, Finding, Matrix, Runner};
/// use heliostat_direct::DirectRunner;
///
/// let matrix = Matrix::parse(DirectRunner::default().matrix())?;
/// assert_eq!(matrix.runner, "direct");
/// assert_eq!(matrix.cell(Capability::Gbk).unbounded, Finding::Yes);
/// assert_eq!(matrix.cell(Capability::ModeRetracting).bounded, Finding::Planned);
/// # Ok::<(), heliostat::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matrix {
    /// The runner's name.
    pub runner: String,
    /// Its version when this was computed.
    pub version: String,
    /// The version of the cases that it was computed with.
    pub suite: String,
    /// By capability id. An id that is not in the vocabulary is of another version, and ignored.
    pub cells: BTreeMap<String, MatrixCell>,
}

/// What is known of a capability of a runner.
///
/// ```
/// use heliostat::{Finding, MatrixCell};
///
/// let cell = MatrixCell {
///     bounded: Finding::Yes,
///     unbounded: Finding::No,
///     reason: Some("it has no clock".into()),
///     cases: vec!["bounded/sums-in-windows".into()],
/// };
/// assert_eq!(cell.worse(), Finding::No);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatrixCell {
    /// For bounded input.
    pub bounded: Finding,
    /// For unbounded input.
    pub unbounded: Finding,
    /// Why it is partial or not there at all, in the runner's words.
    pub reason: Option<String>,
    /// The cases and checks that show it, by name.
    pub cases: Vec<String>,
}

/// What is known of a capability of a runner, for one kind of input; the worst last.
///
/// ```
/// use heliostat::Finding;
///
/// assert_eq!(Finding::Planned.to_string(), "not built yet");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// Declared, and all its cases pass.
    Yes,
    /// All its cases pass; a reason says what differs beyond them.
    Partial,
    /// Not declared, and refused by name.
    No,
    /// It is not built yet, and refused by name.
    Planned,
    /// Nothing showed it.
    Unverified,
}

impl Finding {
    /// All of them, the best first.
    pub const ALL: [Self; 5] =
        [Self::Yes, Self::Partial, Self::No, Self::Planned, Self::Unverified];
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Yes => "yes",
            Self::Partial => "partial",
            Self::No => "no",
            Self::Planned => "not built yet",
            Self::Unverified => "unverified",
        })
    }
}

impl Matrix {
    /// Reads what a runner's crate ships.
    ///
    /// # Errors
    /// If it is not the JSON of a matrix.
    ///
    /// ```
    /// let error = heliostat::Matrix::parse("{}").expect_err("a matrix is of a runner");
    /// assert!(error.to_string().contains("missing field `runner`"));
    /// ```
    pub fn parse(json: &str) -> Result<Self> {
        serde_json::from_str(json).map_err(Error::from)
    }

    /// The cell of a capability; of one that it does not know, what follows from the vocabulary.
    pub fn cell(&self, capability: Capability) -> MatrixCell {
        self.cells.get(capability.id()).cloned().unwrap_or_else(|| MatrixCell::unknown(capability))
    }
}

impl MatrixCell {
    /// What is known without a matrix.
    ///
    /// ```
    /// use heliostat::{Capability, Finding, MatrixCell};
    ///
    /// assert_eq!(MatrixCell::unknown(Capability::Gbk).bounded, Finding::Unverified);
    /// assert_eq!(MatrixCell::unknown(Capability::Sql).bounded, Finding::Planned);
    /// ```
    pub fn unknown(capability: Capability) -> Self {
        let finding = match capability.standing() {
            Standing::Expressible => Finding::Unverified,
            Standing::Planned => Finding::Planned,
        };
        Self { bounded: finding, unbounded: finding, reason: None, cases: Vec::new() }
    }

    /// The worse of its two findings.
    pub fn worse(&self) -> Finding {
        self.bounded.max(self.unbounded)
    }
}
