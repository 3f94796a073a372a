//! Rule 44: tests neither wait, nor time themselves, nor are switched off.

use super::offence::{Offence, assert_none};
use super::tree::Repository;

// Written in two halves, so that a plain search of the tree finds only offenders.
const ANYWHERE: &[(&str, &str)] = &[
    (concat!("#[", "ignore"), "a test that is switched off"),
    (concat!("should", "_panic"), "a test that is content with any panic"),
];

const IN_TESTS: &[(&str, &str)] = &[
    (concat!("thread::", "sleep"), "a test that waits"),
    (concat!("time::", "sleep"), "a test that waits"),
    (concat!("Instant", "::now"), "a test that asks the time"),
    (concat!("SystemTime", "::now"), "a test that asks the time"),
    (concat!(".elap", "sed()"), "a timed assertion"),
];

pub(crate) fn habits(repository: &Repository) -> Vec<Offence> {
    let mut offences = Vec::new();
    for file in repository.rust() {
        for line in &file.lines {
            let banned = ANYWHERE.iter().chain(IN_TESTS.iter().filter(|_| line.in_test));
            let found = banned.into_iter().find(|(word, _)| line.code.contains(word));
            offences.extend(found.map(|(_, what)| file.offence(line, *what)));
        }
    }
    offences
}

#[test]
fn tests_do_not_wait_and_are_never_off() {
    assert_none(
        "rule 44: a test cannot be trusted",
        "drive it with a `Clock`, `Seed` and script; catch a panic with `catch_unwind` and compare it",
        &habits(Repository::here()),
    );
}
