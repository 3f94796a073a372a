//! The house style that a machine can hold, as tests: each lists every offender with its place.
//!
//! The rules are numbered as in the style guide that CONTRIBUTING.md sums up. Every rule is a
//! function from the repository to its offences, so that `catches.rs` can show it offenders.

#[path = "tidy/tree.rs"]
mod tree;
#[path = "tidy/lines.rs"]
mod lines;
#[path = "tidy/offence.rs"]
mod offence;
#[path = "tidy/metadata.rs"]
mod metadata;

#[path = "tidy/doors.rs"]
mod doors;
#[path = "tidy/dependencies.rs"]
mod dependencies;
#[path = "tidy/layout.rs"]
mod layout;
#[path = "tidy/names.rs"]
mod names;
#[path = "tidy/wire.rs"]
mod wire;
#[path = "tidy/tests_are_tables.rs"]
mod tests_are_tables;
#[path = "tidy/intentions.rs"]
mod intentions;
#[path = "tidy/places.rs"]
mod places;
#[path = "tidy/examples.rs"]
mod examples;
#[path = "tidy/printing.rs"]
mod printing;
#[path = "tidy/readme.rs"]
mod readme;

#[path = "tidy/catches.rs"]
mod catches;
