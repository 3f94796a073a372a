//! Rules 5 to 8: files are short, named by what they hold, and open with a sentence.

use super::offence::{Offence, assert_none};
use super::tree::{File, Repository};

const LINES_MAX: usize = 400;
const TEST_LINES_MAX: usize = 800;
/// Tests in the same file as the code they test.
const INNER_TEST_LINES_MAX: usize = 150;
const EXCUSE: &str = "// tidy: long because ";

const DRAWERS: &[&str] = &[
    "base",
    "common",
    "helper",
    "helpers",
    "manager",
    "misc",
    "shared",
    "test_utils",
    "util",
    "utils",
];

pub(crate) fn long_files(repository: &Repository) -> Vec<Offence> {
    let mut offences = Vec::new();
    for file in repository.rust() {
        let excused = file.lines.iter().any(|line| {
            let reason = line.text.trim_start().strip_prefix(EXCUSE);
            reason.is_some_and(|reason| reason.split_whitespace().count() >= 3)
        });
        let allowed = if file.is_test() { TEST_LINES_MAX } else { LINES_MAX };
        let tests = file.lines.iter().filter(|line| line.in_test).count();
        if excused {
            continue;
        }
        if file.lines.len() > allowed {
            let what = format!("{} lines, more than {allowed}", file.lines.len());
            offences.push(file.offence_as_a_whole(what));
        }
        if !file.is_test() && tests > INNER_TEST_LINES_MAX {
            let what = format!("{tests} lines of tests, more than {INNER_TEST_LINES_MAX}");
            offences.push(file.offence_as_a_whole(what));
        }
    }
    offences
}

pub(crate) fn drawers(repository: &Repository) -> Vec<Offence> {
    let mut offences = Vec::new();
    for file in repository.rust() {
        let mut parts = file.path.trim_end_matches(".rs").split('/');
        if let Some(drawer) = parts.find(|part| DRAWERS.contains(part)) {
            offences.push(file.offence_as_a_whole(format!("lies in `{drawer}`")));
        }
        for line in &file.lines {
            let inline = line.code.trim_end().strip_suffix('{');
            let name = inline
                .and_then(|code| code.split_whitespace().skip_while(|word| *word != "mod").nth(1));
            if let Some(drawer) = name.filter(|name| DRAWERS.contains(name)) {
                offences.push(file.offence(line, format!("a module `{drawer}`")));
            }
        }
    }
    offences
}

pub(crate) fn mod_files(repository: &Repository) -> Vec<Offence> {
    let mod_file = |file: &&File| file.path.ends_with("/mod.rs");
    let offence = |file: &File| file.offence_as_a_whole("a module in `mod.rs`");
    repository.rust().filter(mod_file).map(offence).collect()
}

pub(crate) fn silent_openings(repository: &Repository) -> Vec<Offence> {
    let opens = |file: &File| file.lines.first().is_some_and(|line| line.text.starts_with("//! "));
    let silent = repository.rust().filter(|file| file.in_src() && !opens(file));
    silent.map(|file| file.offence_as_a_whole("the first line is no `//!` sentence")).collect()
}

#[test]
fn files_are_short() {
    assert_none(
        "rule 5: a file is too long",
        "split it by concept, move its tests to `name/tests.rs`, or write `// tidy: long because ...`",
        &long_files(Repository::here()),
    );
}

#[test]
fn nothing_is_kept_in_drawers() {
    assert_none(
        "rule 6: a file or module is a drawer",
        "name it by the noun it holds; if there is none, the code belongs where it is used",
        &drawers(Repository::here()),
    );
}

#[test]
fn modules_lie_beside_their_folders() {
    assert_none(
        "rule 7: a module is hidden in its folder",
        "move `name/mod.rs` to `name.rs`",
        &mod_files(Repository::here()),
    );
}

#[test]
fn every_source_file_opens_with_a_sentence() {
    assert_none(
        "rule 8: a file does not say what it is",
        "begin it with one `//!` sentence that a stranger understands",
        &silent_openings(Repository::here()),
    );
}
