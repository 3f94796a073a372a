//! A directory of its own for a test, and the programs that run in it.

#![allow(dead_code, reason = "each test uses its own part of it")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Gone with everything in it when it is dropped.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    /// `name` tells it from those of the other tests of this process.
    pub(crate) fn new(name: &str) -> Self {
        let name = format!("heliostat-examples-{}-{name}", std::process::id());
        let directory = std::env::temp_dir().join(name);
        fs::create_dir_all(&directory).expect("there is a place for temporary files");
        Self(directory)
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().expect("paths of tests are text").to_owned()
    }

    /// What lies in it.
    pub(crate) fn names(&self) -> BTreeSet<String> {
        let files = fs::read_dir(&self.0).expect("it is there").flatten();
        files.map(|file| file.file_name().to_string_lossy().into_owned()).collect()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Best effort: it is not in the way of another run.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The data of the examples.
pub(crate) fn data(name: &str) -> String {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    directory.join(name).to_str().expect("paths of tests are text").to_owned()
}

pub(crate) fn run(program: &str, arguments: &[&str]) -> Output {
    Command::new(program).args(arguments).output().expect("the program was built for this test")
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("programs write text")
}

/// The last pane of each window and airport among these lines of `flight-delays`, without its
/// label.
pub(crate) fn last_panes<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut panes: BTreeMap<&str, (u64, &str)> = BTreeMap::new();
    for line in lines {
        let (seen, pane) = line.split_once(r#","pane":{"#).expect("the pane comes last");
        let (pair, _) = seen.split_once(r#","flights":"#).expect("flights follow the origin");
        let (_, index) = pane.split_once(r#""index":"#).expect("a pane has a number");
        let (index, _) = index.split_once(',').expect("something follows it");
        let index: u64 = index.parse().expect("it is a number");
        let last = panes.entry(pair).or_insert((index, seen));
        *last = (*last).max((index, seen));
    }
    panes.into_values().map(|(_, seen)| seen.to_owned()).collect()
}
