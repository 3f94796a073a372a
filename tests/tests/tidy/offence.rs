//! What a rule found, and the one assertion that shows all of it.

use std::fmt::Write;

/// One line that breaks a rule.
#[derive(Debug, PartialEq)]
pub(crate) struct Offence {
    /// `path:line`, or only `path` where a whole file offends.
    pub(crate) place: String,
    pub(crate) what: String,
}

/// Fails with every offence and the remedy.
#[track_caller]
pub(crate) fn assert_none(rule: &str, remedy: &str, offences: &[Offence]) {
    let mut list = String::new();
    for Offence { place, what } in offences {
        writeln!(list, "  {place}: {what}").expect("a string takes every write");
    }
    assert!(offences.is_empty(), "{rule}\n{list}help: {remedy}\n");
}
