//! Rule 11: in the author's API transforms are verbs and data are nouns.

use super::offence::{Offence, assert_none};
use super::tree::Repository;

/// Words that say only what kind of thing a thing is.
const SUFFIXES: &[&str] =
    &["Transform", "Source", "Sink", "Reader", "Writer", "Manager", "Handler"];

/// Names that are such a word and nothing else: the graph's enum, and the contracts' parts.
/// Behind them their erased and built-in counterparts, which no author names.
const BARE: &[&str] =
    &["Transform", "Reader", "Writer", "ErasedReader", "ErasedWriter", "SequenceReader"];

const KINDS: &[&str] = &["struct ", "enum ", "trait ", "type ", "union "];

pub(crate) fn suffixes(repository: &Repository) -> Vec<Offence> {
    let mut offences = Vec::new();
    for file in repository.rust().filter(|file| file.path.starts_with("sdk/src/")) {
        for line in file.lines.iter().filter(|line| !line.in_test) {
            let Some(item) = line.code.trim_start().strip_prefix("pub ") else { continue };
            let name = KINDS.iter().find_map(|kind| item.strip_prefix(kind));
            let name = name.and_then(|name| name.split(|c: char| !c.is_alphanumeric()).next());
            let Some(name) = name.filter(|name| !BARE.contains(name)) else { continue };
            if let Some(suffix) = SUFFIXES.iter().find(|suffix| name.ends_with(**suffix)) {
                offences.push(file.offence(line, format!("`{name}` ends in {suffix}")));
            }
        }
    }
    offences
}

#[test]
fn public_types_of_the_sdk_are_named_for_what_they_are() {
    assert_none(
        "rule 11: a public type of the sdk is named for its kind",
        "drop the suffix: `ReadLines`, not `LineSource`; a transform is a method, a verb",
        &suffixes(Repository::here()),
    );
}
