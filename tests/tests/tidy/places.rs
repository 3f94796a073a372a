//! Nothing in the tree depends on the machine it was written on.

use super::lines::Line;
use super::offence::{Offence, assert_none};
use super::tree::Repository;

/// Beginnings of absolute paths, without the slashes around them so that this list is none itself.
const FOLDERS: &[&str] = &["work", "home", "root", "tmp", "Users"];

/// Without their ends, for the same reason.
const REGISTRIES: &[&str] = &["index", "static"];
const REGISTRY: &str = ".crates.io";

const LOCK: &str = "Cargo.lock";
const LOCKED_FROM: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Files that name the registry because that is what they are about.
const MAY_NAME_REGISTRIES: &[&str] = &[LOCK, "deny.toml"];

pub(crate) fn machine_paths(repository: &Repository) -> Vec<Offence> {
    let mut offences = Vec::new();
    for file in repository.files.iter().filter(|file| !file.path.ends_with(".csv")) {
        for line in &file.lines {
            let folder = FOLDERS.iter().find(|folder| holds_path(line, folder));
            offences.extend(folder.map(|it| file.offence(line, format!("a path in /{it}"))));
        }
    }
    offences
}

/// Whether a path begins in `folder`: not `a/folder/`, nor the middle of an address.
fn holds_path(line: &Line, folder: &str) -> bool {
    let path = format!("/{folder}/");
    let mut starts = line.text.match_indices(&path).map(|(at, _)| &line.text[..at]);
    let continues = |c: char| c.is_alphanumeric() || "_-./~$}{*<>".contains(c);
    starts.any(|before| !before.ends_with(continues))
}

pub(crate) fn registries(repository: &Repository) -> Vec<Offence> {
    let mut offences = Vec::new();
    for file in &repository.files {
        for line in &file.lines {
            let hosts =
                || REGISTRIES.iter().any(|it| line.text.contains(&format!("{it}{REGISTRY}")));
            if !MAY_NAME_REGISTRIES.contains(&file.path.as_str()) && hosts() {
                offences.push(file.offence(line, "a registry's host"));
            }
            let source = line.text.strip_prefix("source = ").filter(|_| file.path == LOCK);
            if source.is_some_and(|source| source.trim_matches('"') != LOCKED_FROM) {
                offences.push(file.offence(line, "a crate from elsewhere than crates.io"));
            }
        }
    }
    offences
}

#[test]
fn no_path_belongs_to_one_machine() {
    assert_none(
        "a path exists on one machine only",
        "write it from the repository's root; tests ask `std::env::temp_dir`",
        &machine_paths(Repository::here()),
    );
}

#[test]
fn crates_come_from_the_public_registry_unnamed() {
    assert_none(
        "a registry's host is written down",
        "cargo knows where crates come from; mirrors belong in a user's own cargo configuration",
        &registries(Repository::here()),
    );
}
