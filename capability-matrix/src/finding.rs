//! What stands in one cell.

use std::fmt;

use serde::Serialize;

/// What is known of a capability of a runner, for one kind of input.
///
/// ```
/// use heliostat_capability_matrix::Finding;
///
/// assert_eq!(Finding::Planned.to_string(), "not built yet");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// Declared, and all its cases pass.
    Yes,
    /// All its cases pass; a reason says what differs beyond them.
    Partial,
    /// Not declared, and refused by name.
    No,
    /// No pipeline can ask for it yet.
    Planned,
    /// Nothing showed it.
    Unverified,
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

/// What is known of a capability of a runner.
///
/// ```
/// use heliostat_capability_matrix::{Cell, Finding};
///
/// let cell = Cell {
///     bounded: Finding::Yes,
///     unbounded: Finding::No,
///     reason: None,
///     cases: vec!["bounded/sums-in-windows"],
/// };
/// assert_eq!(cell.bounded.max(cell.unbounded), Finding::No);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cell {
    /// For bounded input.
    pub bounded: Finding,
    /// For unbounded input.
    pub unbounded: Finding,
    /// Why it is partial, where it is.
    pub reason: Option<String>,
    /// The cases and checks that show it, by name.
    pub cases: Vec<&'static str>,
}
