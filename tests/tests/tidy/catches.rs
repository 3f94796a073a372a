//! Shows each rule an offender and its innocent sibling.

use super::offence::Offence;
use super::tree::{File, Repository};
use super::{dependencies, doors, examples, intentions, layout, names, places, printing};
use super::{readme, tests_are_tables, wire};

type Rule = fn(&Repository) -> Vec<Offence>;

/// A rule, the path and text of a file, and how many offences it holds.
type Row = (Rule, &'static str, &'static str, usize);

#[track_caller]
fn check(rows: &[Row]) {
    for (rule, path, text, found) in rows {
        let offences = rule(&Repository { files: vec![File::new(*path, text)] });
        assert_eq!(offences.len(), *found, "{path}\n{text}\n{offences:#?}");
    }
}

#[test]
fn layout_is_held() {
    let blank = "\n".repeat(401);
    for (path, found) in [("sdk/src/a.rs", 1), ("sdk/src/a/tests.rs", 0), ("sdk/tests/a.rs", 0)] {
        let file = |text: &str| Repository { files: vec![File::new(path, text)] };
        assert_eq!(layout::long_files(&file(&blank)).len(), found, "{path}");
        assert_eq!(layout::long_files(&file(&blank.repeat(2))).len(), 1, "{path}");
        let excused = format!("// tidy: long because one table is best read whole\n{blank}");
        assert_eq!(layout::long_files(&file(&excused)), [], "{path}");
    }
    check(&[
        (layout::drawers, "sdk/src/utils.rs", "", 1),
        (layout::drawers, "sdk/src/common/a.rs", "", 1),
        (layout::drawers, "sdk/src/a.rs", "pub(crate) mod helpers {\n}", 1),
        (layout::drawers, "sdk/src/database.rs", "mod sharedness {}", 0),
        (layout::mod_files, "sdk/src/a/mod.rs", "", 1),
        (layout::mod_files, "sdk/src/amod.rs", "", 0),
        (layout::silent_openings, "sdk/src/a.rs", "// no\n//! late", 1),
        (layout::silent_openings, "sdk/src/a.rs", "//! Words.", 0),
        (layout::silent_openings, "sdk/tests/compile_fail/a.rs", "fn main() {}", 0),
    ]);
}

#[test]
fn names_and_knowledge_are_held() {
    check(&[
        (doors::words_behind_a_door, "runners/core/src/a.rs", "use std::thread;", 1),
        (doors::words_behind_a_door, "runners/core/src/host/real.rs", "use std::thread;", 0),
        (doors::words_behind_a_door, "runners/core/src/a.rs", "// not `std::net`", 0),
        (names::suffixes, "sdk/src/a.rs", "pub struct LineSource<T> {}", 1),
        (names::suffixes, "sdk/src/a.rs", "pub trait Sink {}", 1),
        (names::suffixes, "sdk/src/a.rs", "pub trait Reader {}\npub(crate) enum LineReader {}", 0),
        (names::suffixes, "runners/core/src/a.rs", "pub struct LineSource;", 0),
        (wire::derives, "runners/core/src/a.rs", "#[derive(Clone, Serialize)]\nstruct A;", 1),
        (wire::derives, "runners/core/src/a.rs", "#[derive(\n    Clone,\n    Deserialize,\n)]", 1),
        (wire::derives, "runners/core/src/a.rs", "#[derive(Clone)]\nfn a<T: Serialize>() {}", 0),
        (wire::derives, "sdk/src/graph/a.rs", "#[derive(Serialize)]", 0),
    ]);
}

#[test]
fn habits_are_held() {
    check(&[
        (tests_are_tables::habits, "sdk/src/a.rs", concat!("#[", "ignore]"), 1),
        (tests_are_tables::habits, "sdk/src/a.rs", concat!("#[should", "_panic]"), 1),
        (tests_are_tables::habits, "sdk/tests/a.rs", concat!("std::thread::", "sleep(a);"), 1),
        (tests_are_tables::habits, "sdk/src/clock.rs", concat!("std::thread::", "sleep(a);"), 0),
        (tests_are_tables::habits, "sdk/tests/a.rs", concat!("assert!(a.elap", "sed() < b);"), 1),
        (intentions::promises, "sdk/src/a.rs", concat!("// TO", "DO: later"), 1),
        (intentions::promises, "docs/a.md", concat!("FIX", "ME"), 1),
        (intentions::promises, "sdk/src/a.rs", concat!("// TO", "DO(#12): later"), 0),
        (intentions::promises, "sdk/src/a.rs", concat!("fn a() { to", "do!() }"), 1),
        (intentions::code_in_comments, "sdk/src/a.rs", "// let a = 1;\n// }\n// a.b(c);", 3),
        (intentions::code_in_comments, "sdk/src/a.rs", "// It fires (once);\n/// let a = 1;", 0),
        (intentions::placeholders, "sdk/src/plan.md", "# Plan", 1),
        (intentions::placeholders, "docs/a.md", "\n", 1),
        (printing::prints, "runners/direct/src/a.rs", "fn a() { println!() }", 1),
        (printing::prints, "runners/direct/src/a.rs", "#[cfg(test)]\nmod a { println!(); }", 0),
        (printing::prints, "sdk/src/launch/run.rs", "println!();", 0),
    ]);
}

#[test]
fn places_are_held() {
    check(&[
        (places::machine_paths, "a.sh", concat!("cd /ho", "me/me/a"), 1),
        (places::machine_paths, "a.rs", concat!("\"/tm", "p/a\""), 1),
        (
            places::machine_paths,
            "a.md",
            concat!("see https://a.b/ho", "me/c and docs/wo", "rk/d"),
            0,
        ),
        (places::registries, "a.toml", concat!("https://index.cra", "tes.io/"), 1),
        (places::registries, "deny.toml", concat!("https://index.cra", "tes.io/"), 0),
        (places::registries, "Cargo.lock", "source = \"registry+https://a.b/\"", 1),
    ]);
}

#[test]
fn examples_are_held() {
    const SHOWN: &str = "/// A.\n///\n/// ```\n/// assert!(true);\n/// ```\n#[derive(Clone)]\n";
    let defined = |docs: &str| {
        let files = vec![
            File::new("sdk/src/lib.rs", "mod a;\npub use a::A;"),
            File::new("sdk/src/a.rs", &format!("//! A.\n\nstruct B;\n\n{docs}pub struct A;")),
        ];
        examples::without_example(&Repository { files }).len()
    };
    assert_eq!([defined(SHOWN), defined("/// A.\n"), defined("")], [0, 1, 1]);
    check(&[
        (examples::without_example, "sdk/src/lib.rs", "pub use a::A;", 1),
        (examples::without_example, "sdk/src/lib.rs", "pub use a::module;", 0),
        (examples::examples_that_do_not_run, "sdk/src/a.rs", "/// ```rust,ignore", 1),
        (examples::examples_that_do_not_run, "docs/a.md", "```ignore", 1),
        (examples::examples_that_do_not_run, "docs/a.md", "```sh", 0),
    ]);
}

#[test]
fn lists_are_read_line_by_line() {
    let file = File::new("a.txt", "# why\nb: one good reason\na: one good reason\nc: no\n");
    let (names, offences) = dependencies::listed(&file);
    assert_eq!((names.len(), offences.len()), (3, 2), "{offences:#?}");

    let readme =
        File::new("README.md", "```rust\n```\n```sh\na \\\n  b\n```\ntext\n```sh\nc\n```\n");
    assert_eq!(readme::commands(&readme), ["a \\\n  b\n", "c\n"]);
}
