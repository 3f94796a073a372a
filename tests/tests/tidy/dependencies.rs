//! Rule 9: a third-party crate is an architectural change, so each one has its reason in a list.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::metadata::{self, list, text};
use super::offence::{Offence, assert_none};
use super::tree::{File, Repository};

const REASONS: &str = "tests/dependencies.txt";

/// Refused anywhere in the tree, also below other crates but those that are named last.
const AVOIDED: &[(&str, &str, &[&str])] = &[
    // The benches measure against timely, which no other package uses.
    ("bincode", "unmaintained, RUSTSEC-2025-0141", &["timely"]),
    ("ciborium", "slow, no release since 2024", &[]),
    ("kanal", "stale", &[]),
    ("sled", "no stable release", &[]),
];

/// The folders whose normal dependency trees make up the core; those that exist are counted.
const CORE: &[&str] =
    &["sdk", "runners/core", "runners/direct", "runners/micro-batch", "runners/per-record"];
const CORE_CRATES_MAX: usize = 66;

/// The names in the list, and what is wrong with its lines.
pub(crate) fn listed(file: &File) -> (BTreeSet<&str>, Vec<Offence>) {
    let (mut names, mut offences) = (BTreeSet::new(), Vec::new());
    for line in &file.lines {
        let text = line.text.trim();
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        let (name, reason) = text.split_once(':').unwrap_or((text, ""));
        if reason.split_whitespace().count() < 3 {
            offences.push(file.offence(line, format!("`{name}` has no reason")));
        }
        if names.last().is_some_and(|last| *last >= name) {
            offences.push(file.offence(line, format!("`{name}` is out of order")));
        }
        names.insert(name);
    }
    (names, offences)
}

/// What the root manifest offers to all members, by version.
fn offered(repository: &Repository) -> BTreeSet<&str> {
    let lines = repository.file("Cargo.toml").map_or(&[][..], |file| &file.lines);
    let section = lines.iter().map(|line| line.text.as_str());
    let section = section.skip_while(|text| *text != "[workspace.dependencies]").skip(1);
    let section = section.take_while(|text| !text.starts_with('['));
    let names =
        section.filter(|text| !text.contains("path =")).filter_map(|text| text.split_once('='));
    names.map(|(name, _)| name.trim()).filter(|name| !name.starts_with('#')).collect()
}

fn third_party(repository: &Repository, workspace: &Value) -> Vec<Offence> {
    let Some(reasons) = repository.file(REASONS) else {
        return vec![Offence { place: REASONS.into(), what: "the list is missing".into() }];
    };
    let (listed, mut offences) = listed(reasons);
    let members = metadata::members(workspace);
    let mut used = BTreeMap::new();
    for member in &members {
        for dependency in member.dependencies.iter().filter(|dependency| dependency.third_party) {
            used.entry(dependency.name).or_insert_with(|| format!("{}/Cargo.toml", member.folder));
        }
    }
    for (name, place) in &used {
        if !listed.contains(name) {
            let what = format!("`{name}` is not in {REASONS}");
            offences.push(Offence { place: place.clone(), what });
        }
    }
    for name in listed.iter().filter(|name| !used.contains_key(*name)) {
        offences.push(reasons.offence_as_a_whole(format!("no package uses `{name}`")));
    }
    for name in offered(repository).into_iter().filter(|name| !used.contains_key(name)) {
        let what = format!("`{name}` is offered to all packages, and none uses it");
        offences.push(Offence { place: "Cargo.toml".into(), what });
    }
    offences
}

fn avoided(workspace: &Value) -> Vec<Offence> {
    let name_of = |id: &str| {
        let mut packages = list(&workspace["packages"]).iter();
        packages.find(|package| text(&package["id"]) == id).map(|package| text(&package["name"]))
    };
    let mut offences = Vec::new();
    for node in list(&workspace["resolve"]["nodes"]) {
        let Some(user) = name_of(text(&node["id"])) else { continue };
        for used in list(&node["deps"]).iter().filter_map(|it| name_of(text(&it["pkg"]))) {
            let refused =
                |(name, _, users): &&(&str, &str, &[&str])| *name == used && !users.contains(&user);
            let found = AVOIDED.iter().find(refused);
            offences.extend(found.map(|(name, why, _)| Offence {
                place: "Cargo.lock".into(),
                what: format!("`{name}` below `{user}`: {why}"),
            }));
        }
    }
    offences
}

/// The crates that an author compiles into a program with the core, ours included.
///
/// Counted as `cargo tree -e normal,no-proc-macro` over the core's packages would list them on this
/// platform, each crate and version once: dev and build dependencies are not followed, and neither
/// is a procedural macro, so derive's `syn`, `quote` and `proc-macro2` count apart. Features are
/// those of the whole workspace, and a crate that only a weak feature (`name?/feature`) mentions is
/// in the resolved graph too, so the count errs upwards.
fn core_crates(workspace: &Value) -> BTreeSet<String> {
    let packages: BTreeMap<_, _> = list(&workspace["packages"])
        .iter()
        .map(|package| (text(&package["id"]), package))
        .collect();
    let nodes: BTreeMap<_, _> = list(&workspace["resolve"]["nodes"])
        .iter()
        .map(|node| (text(&node["id"]), list(&node["deps"])))
        .collect();
    let is_macro = |id: &str| {
        let targets = packages.get(id).map_or(&[][..], |package| list(&package["targets"]));
        targets.iter().any(|target| list(&target["kind"]).iter().any(|kind| kind == "proc-macro"))
    };

    let members = metadata::members(workspace);
    let core = members.iter().filter(|member| CORE.contains(&member.folder.as_str()));
    let core: BTreeSet<_> = core.map(|member| member.name).collect();
    let ours = list(&workspace["workspace_members"]).iter().map(text);
    let mut open: Vec<_> = ours
        .filter(|id| packages.get(id).is_some_and(|it| core.contains(text(&it["name"]))))
        .collect();
    let mut seen = BTreeSet::new();
    while let Some(id) = open.pop() {
        if is_macro(id) || !seen.insert(id) {
            continue;
        }
        for dependency in nodes.get(id).copied().unwrap_or_default() {
            let normal = list(&dependency["dep_kinds"]).iter().any(|kind| kind["kind"].is_null());
            open.extend(normal.then(|| text(&dependency["pkg"])));
        }
    }
    let name =
        |id: &&str| format!("{} {}", text(&packages[id]["name"]), text(&packages[id]["version"]));
    seen.iter().map(name).collect()
}

#[test]
fn every_dependency_has_a_reason_and_a_user() {
    assert_none(
        "rule 9: third-party crates and their reasons do not agree",
        "write `name: reason` into tests/dependencies.txt, sorted, or remove what nothing uses",
        &third_party(Repository::here(), metadata::workspace()),
    );
}

#[test]
fn no_dependency_is_one_to_avoid() {
    assert_none(
        "rule 9: the lock file holds a crate that we avoid",
        "`cargo tree -i NAME` shows who brings it; take another crate",
        &avoided(metadata::workspace()),
    );
}

#[test]
fn the_core_stays_small() {
    let crates = core_crates(metadata::workspace());
    assert!(
        crates.len() <= CORE_CRATES_MAX,
        "rule 9: the core compiles {} crates, more than {CORE_CRATES_MAX}\n  {}\n\
         help: drop a dependency or one of its features, or move its user out of the core\n",
        crates.len(),
        crates.into_iter().collect::<Vec<_>>().join("\n  "),
    );
}
