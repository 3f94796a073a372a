//! Rule 47: the tree holds what is, not what somebody means to do.

use super::lines::Line;
use super::offence::{Offence, assert_none};
use super::tree::{File, Repository};

// Written in two halves, so that a plain search of the tree finds only offenders.
const PROMISES: &[&str] = &[concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];
const UNWRITTEN: &[&str] = &[concat!("to", "do!"), concat!("unimple", "mented!")];

const STATEMENTS: &[&str] =
    &["let ", "use ", "return ", "pub ", "mod ", "const ", "static ", "self.", "assert"];
const OPENINGS: &[&str] = &[
    "if ", "for ", "while ", "match ", "loop ", "fn ", "pub ", "impl ", "impl<", "struct ",
    "enum ", "trait ", "mod ", "} else",
];

pub(crate) fn promises(repository: &Repository) -> Vec<Offence> {
    let mut offences = Vec::new();
    for file in &repository.files {
        let rust = file.path.ends_with(".rs");
        for line in &file.lines {
            let words = if rust { &line.comment } else { &line.text };
            let promise =
                words.split(|c: char| !c.is_alphanumeric()).find(|word| PROMISES.contains(word));
            let issue = words.contains('#') && words.contains(|c: char| c.is_ascii_digit());
            if let Some(promise) = promise.filter(|_| !issue) {
                offences.push(file.offence(line, format!("{promise} without `(#issue)`")));
            }
            let unwritten = UNWRITTEN.iter().find(|word| holds_call(&line.code, word));
            offences.extend(unwritten.map(|word| file.offence(line, format!("`{word}`"))));
        }
    }
    offences
}

fn holds_call(code: &str, name: &str) -> bool {
    let before = code.split_once(name).map(|(before, _)| before);
    before.is_some_and(|before| !before.ends_with(|c: char| c.is_alphanumeric() || c == '_'))
}

/// A cheap guess: what ends like a statement and begins or closes like one.
fn is_code(comment: &str) -> bool {
    let comment = comment.trim();
    let begins = |words: &[&str]| words.iter().any(|word| comment.starts_with(word));
    let statement =
        comment.ends_with(';') && (begins(STATEMENTS) || calls(comment) || comment.contains(" = "));
    let attribute = comment.starts_with("#[") && comment.ends_with(']');
    let opening = comment.ends_with('{') && (begins(OPENINGS) || comment.contains(") "));
    statement || attribute || opening || comment == "}" || comment == "});"
}

/// Whether a name stands right before a parenthesis; prose leaves a space there.
fn calls(comment: &str) -> bool {
    let before = comment.split_once('(').map_or("", |(before, _)| before);
    before.ends_with(|c: char| c.is_alphanumeric() || "_!>".contains(c))
}

pub(crate) fn code_in_comments(repository: &Repository) -> Vec<Offence> {
    let mut offences = Vec::new();
    for file in repository.rust() {
        // Doc comments hold examples.
        let plain = |line: &&Line| !line.comment.starts_with(['/', '!']) && is_code(&line.comment);
        let found = file.lines.iter().filter(plain);
        offences.extend(found.map(|line| file.offence(line, "code in a comment")));
    }
    offences
}

pub(crate) fn placeholders(repository: &Repository) -> Vec<Offence> {
    let plan = |file: &&File| {
        let empty = file.lines.iter().all(|line| line.text.trim().is_empty());
        empty || file.in_src() && file.path.ends_with(".md")
    };
    let found = repository.files.iter().filter(plan);
    found.map(|file| file.offence_as_a_whole("an empty file, or a page in `src`")).collect()
}

#[test]
fn nothing_is_promised() {
    assert_none(
        "rule 47: an intention stands in the tree",
        "do it, or open an issue and name it in the same line",
        &promises(Repository::here()),
    );
}

#[test]
fn no_code_is_kept_in_comments() {
    assert_none(
        "rule 47: code stands in a comment",
        "remove it, history keeps it; if it is prose, end it like prose",
        &code_in_comments(Repository::here()),
    );
}

#[test]
fn no_file_is_a_placeholder() {
    assert_none(
        "rule 47: a file is a placeholder or a plan",
        "remove it until there is something to say; pages belong in docs/",
        &placeholders(Repository::here()),
    );
}
