//! The cases of the model, inside the library.

use std::sync::OnceLock;

use crate::case::{Case, parse};

const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/cases.rs"));

/// All cases, by name; a name is the file's path below `tests/cases`, without its ending.
///
/// ```
/// let cases = heliostat_conformance::cases();
/// assert!(cases.iter().any(|case| case.name == "panes/default-on-time-and-last"));
/// assert!(cases.iter().all(|case| case.from.is_some()));
/// ```
///
/// # Panics
/// If a file does not follow the grammar; the message names the line.
pub fn cases() -> &'static [Case] {
    static CASES: OnceLock<Vec<Case>> = OnceLock::new();
    CASES.get_or_init(|| {
        let parsed = FILES.iter().map(|(name, text)| parse(text, name));
        parsed.map(|case| case.unwrap_or_else(|error| panic!("{error}"))).collect()
    })
}

/// The version of the cases and checks, which stands in the matrices that are computed with them.
///
/// ```
/// assert!(heliostat_conformance::suite().starts_with("0."));
/// ```
pub fn suite() -> &'static str {
    env!("CARGO_PKG_VERSION")
}
