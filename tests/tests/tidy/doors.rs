//! Rule 1: doors open one way; each package names only the packages it may know.

use super::lines::Line;
use super::metadata::{self, Declared, Member};
use super::offence::{Offence, assert_none};
use super::tree::{File, Repository};

/// What the packages of one folder may name, by folder.
struct Door {
    from: &'static str,
    to: &'static [&'static str],
    /// Only behind a feature (`optional = true`).
    behind_a_feature: &'static [&'static str],
    /// Only for its own tests, by path and without a version.
    in_tests: &'static [&'static str],
}

const CLOSED: Door = Door { from: "", to: &[], behind_a_feature: &[], in_tests: &[] };

/// The first row that matches wins; `x/*` is any folder in `x`, but `runners/*` is not the core.
const DOORS: &[Door] = &[
    Door {
        from: "sdk",
        to: &["sdk/derive"],
        in_tests: &["runners/direct", "connectors/files"],
        ..CLOSED
    },
    Door { from: "sdk/derive", ..CLOSED },
    Door { from: "runners/core", to: &["sdk"], ..CLOSED },
    Door { from: "runners/*", to: &["sdk", "runners/core"], ..CLOSED },
    Door { from: "connectors/*", to: &["sdk"], ..CLOSED },
    Door { from: "tests", to: &["sdk"], behind_a_feature: &["runners/*"], ..CLOSED },
    Door { from: "capability-matrix", to: &["sdk", "runners/core", "tests"], ..CLOSED },
    Door {
        from: "examples/*",
        to: &["sdk", "runners/core", "tests", "capability-matrix"],
        ..CLOSED
    },
    Door { from: "examples", to: &["sdk", "runners/*", "connectors/*"], ..CLOSED },
    Door { from: "benches", to: &["*"], ..CLOSED },
];

/// Words that code of a folder may not hold, and the one place where it may.
const UNKNOWN: &[(&str, &[&str], &str)] = &[
    ("sdk/src/", &["heliostat_direct", "heliostat_runner_core"], ""),
    ("runners/core/src/", &["std::net", "tokio::net"], ""),
    ("runners/core/src/", &["std::thread", "thread::spawn"], "runners/core/src/host/real.rs"),
    ("connectors/", &["heliostat_direct", "heliostat_runner_core"], ""),
];

fn opens(pattern: &str, folder: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some("") => true,
        Some(parent) => {
            let child = folder.strip_prefix(parent);
            child.is_some_and(|child| !child.contains('/')) && folder != "runners/core"
        }
        None => pattern == folder,
    }
}

fn may_name(door: &Door, dependency: &Declared<'_>, folder: &str) -> bool {
    let among = |patterns: &[&str]| patterns.iter().any(|pattern| opens(pattern, folder));
    among(door.to)
        || among(door.behind_a_feature) && dependency.optional
        || among(door.in_tests) && dependency.kind == Some("dev") && dependency.path_only
}

fn dependencies_against_the_drawing(
    members: &[Member<'_>],
    repository: &Repository,
) -> Vec<Offence> {
    let mut offences = Vec::new();
    for member in members {
        let Some(door) = DOORS.iter().find(|door| opens(door.from, &member.folder)) else {
            let what = format!("the drawing does not know `{}`", member.folder);
            offences.push(Offence { place: format!("{}/Cargo.toml", member.folder), what });
            continue;
        };
        for dependency in &member.dependencies {
            let Some(other) = members.iter().find(|other| other.name == dependency.name) else {
                continue;
            };
            if !may_name(door, dependency, &other.folder) {
                let kind = dependency.kind.map(|kind| format!("{kind}-")).unwrap_or_default();
                let what = format!("`{}` as a {kind}dependency", dependency.name);
                offences.push(at_its_line(repository, &member.folder, dependency.name, what));
            }
        }
    }
    offences
}

fn at_its_line(repository: &Repository, folder: &str, name: &str, what: String) -> Offence {
    let path = format!("{folder}/Cargo.toml");
    let names = |line: &&Line| {
        let rest = line.text.strip_prefix(name);
        rest.is_some_and(|rest| rest.starts_with([' ', '.', '=']))
    };
    let file = repository.file(&path);
    let line = file.and_then(|file| Some((file, file.lines.iter().find(names)?)));
    match line {
        Some((file, line)) => file.offence(line, what),
        None => Offence { place: path, what },
    }
}

pub(crate) fn words_behind_a_door(repository: &Repository) -> Vec<Offence> {
    let mut offences = Vec::new();
    for (folder, words, except) in UNKNOWN {
        let closed = |file: &&File| file.path.starts_with(folder) && file.path != *except;
        for file in repository.rust().filter(closed) {
            for line in file.lines.iter().filter(|line| !line.in_test) {
                let word = words.iter().find(|word| line.code.contains(**word));
                offences.extend(word.map(|word| file.offence(line, format!("knows `{word}`"))));
            }
        }
    }
    offences
}

#[test]
fn packages_depend_in_one_direction() {
    let members = metadata::members(metadata::workspace());
    assert_none(
        "rule 1: a package names one that it may not know",
        "move the code to where it may know both, or change the drawing in ARCHITECTURE.md and `DOORS`",
        &dependencies_against_the_drawing(&members, Repository::here()),
    );
}

#[test]
fn code_does_not_reach_through_closed_doors() {
    assert_none(
        "rule 1: code knows something that its package must not know",
        "ask through the sdk's contracts; threads and time go through `Host`",
        &words_behind_a_door(Repository::here()),
    );
}

#[test]
fn a_door_tells_folders_apart() {
    for (pattern, folder, open) in [
        ("runners/*", "runners/direct", true),
        ("runners/*", "runners/core", false),
        ("runners/*", "runners", false),
        ("examples/*", "examples", false),
        ("*", "runners/core", true),
        ("sdk", "sdk/derive", false),
    ] {
        assert_eq!(opens(pattern, folder), open, "{pattern} {folder}");
    }
}
