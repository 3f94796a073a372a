//! The repository as the rules see it: its text files, found once.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use super::lines::{self, Line};
use super::offence::Offence;

/// The files a rule looks at.
#[derive(Debug)]
pub(crate) struct Repository {
    /// Sorted by path.
    pub(crate) files: Vec<File>,
}

/// A text file.
#[derive(Debug)]
pub(crate) struct File {
    /// From the root, with `/`.
    pub(crate) path: String,
    pub(crate) lines: Vec<Line>,
}

impl Repository {
    /// This repository.
    pub(crate) fn here() -> &'static Self {
        static HERE: OnceLock<Repository> = OnceLock::new();
        HERE.get_or_init(|| {
            let mut paths = listed_by_git().unwrap_or_else(walked);
            paths.sort();
            paths.dedup();
            let read = |path: String| {
                // Neither removed and not yet committed files nor pictures are text.
                let text = fs::read_to_string(root().join(&path)).ok()?;
                Some(File::new(path, &text))
            };
            Self { files: paths.into_iter().filter_map(read).collect() }
        })
    }

    /// The Rust files.
    pub(crate) fn rust(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| file.path.ends_with(".rs"))
    }

    pub(crate) fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }
}

impl File {
    pub(crate) fn new(path: impl Into<String>, text: &str) -> Self {
        let path = path.into();
        let mut lines = if path.ends_with(".rs") { lines::rust(text) } else { lines::plain(text) };
        if is_test(&path) {
            lines.iter_mut().for_each(|line| line.in_test = true);
        }
        Self { path, lines }
    }

    /// Whether the whole file is compiled for tests only.
    pub(crate) fn is_test(&self) -> bool {
        is_test(&self.path)
    }

    /// Whether the file lies in the `src` folder of some package.
    pub(crate) fn in_src(&self) -> bool {
        self.path.contains("/src/")
    }

    pub(crate) fn offence(&self, line: &Line, what: impl Into<String>) -> Offence {
        Offence { place: format!("{}:{}", self.path, line.number), what: what.into() }
    }

    pub(crate) fn offence_as_a_whole(&self, what: impl Into<String>) -> Offence {
        Offence { place: self.path.clone(), what: what.into() }
    }
}

fn is_test(path: &str) -> bool {
    // The first `tests` is the conformance package, whose `src` is a library like any other.
    let path = path.strip_prefix("tests/").unwrap_or(path);
    path.starts_with("tests/") || path.contains("/tests/") || path.ends_with("/tests.rs")
}

/// The folder that holds the workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// What is committed and what could be: new files are judged before their first commit.
fn listed_by_git() -> Option<Vec<String>> {
    root().join(".git").exists().then_some(())?;
    let list = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    let list = String::from_utf8(list.stdout).ok()?;
    Some(list.split_terminator('\0').map(str::to_owned).collect())
}

fn walked() -> Vec<String> {
    let (root, mut folders, mut files) = (root(), vec![root()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            match (path.is_dir(), entry.file_name().to_str()) {
                (true, Some("target" | ".git")) => {}
                (true, _) => folders.push(path),
                (false, _) => {
                    let inside = path.strip_prefix(&root).expect("the walk starts at the root");
                    files.push(inside.to_string_lossy().replace('\\', "/"));
                }
            }
        }
    }
    files
}
