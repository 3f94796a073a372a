//! What is wrong with a case file, and on which line.

use std::error::Error;
use std::fmt;

/// A mistake in a case file. Prints as `cases/x.case:7: what is wrong; what to do`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseError {
    /// The name that the file was parsed under.
    pub name: String,
    /// The line of the mistake, counted from one.
    pub line: usize,
    /// What is wrong, and what could stand there instead.
    pub message: String,
}

impl fmt::Display for CaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.name, self.line, self.message)
    }
}

impl Error for CaseError {}
