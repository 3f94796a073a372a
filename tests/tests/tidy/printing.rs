//! Only programs print: examples, commands, benches, and what `launch` makes of a pipeline.

use super::offence::{Offence, assert_none};
use super::tree::{File, Repository};

const PRINTS: &[&str] = &["println!", "eprintln!", "print!", "eprint!"];

fn may_print(file: &File) -> bool {
    let path = file.path.as_str();
    let programs = ["examples/", "benches/", "sdk/src/launch.rs", "sdk/src/launch/"];
    programs.iter().any(|program| path.starts_with(program))
        || path.contains("/src/bin/")
        || path.contains("/examples/")
        || path.ends_with("/src/main.rs")
        || path.ends_with("/build.rs")
}

pub(crate) fn prints(repository: &Repository) -> Vec<Offence> {
    let mut offences = Vec::new();
    for file in repository.rust().filter(|file| !may_print(file)) {
        for line in file.lines.iter().filter(|line| !line.in_test) {
            let print = PRINTS.iter().find(|print| line.code.contains(**print));
            offences.extend(print.map(|print| file.offence(line, format!("`{print}`"))));
        }
    }
    offences
}

#[test]
fn only_programs_print() {
    assert_none(
        "rule 40: a library prints",
        "return the words, or write them to a `Write` that the program passes in",
        &prints(Repository::here()),
    );
}
