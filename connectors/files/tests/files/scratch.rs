//! A directory of a test's own.

use std::fs;
use std::path::{Path, PathBuf};

/// Gone when it is dropped.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    /// `name` is unique among the tests.
    pub(crate) fn new(name: &str) -> Self {
        let directory = format!("heliostat-files-{}-{name}", std::process::id());
        let path = std::env::temp_dir().join(directory);
        fs::create_dir_all(&path).expect("the temporary directory can be written to");
        Self(path)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub(crate) fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, bytes).expect("the temporary directory can be written to");
        path
    }

    pub(crate) fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("the file was written")
    }

    /// The names of what is there, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).expect("the directory is there");
        let mut names: Vec<String> = entries
            .map(|entry| entry.expect("the directory is there").file_name())
            .map(|name| name.into_string().expect("all names here are text"))
            .collect();
        names.sort();
        names
    }

    /// `text` without the path of this directory.
    pub(crate) fn strip(&self, text: &str) -> String {
        let directory = format!("{}/", self.0.display());
        text.replace(&directory, "").replace(&self.0.display().to_string(), "DIR")
    }
}

impl AsRef<Path> for Scratch {
    fn as_ref(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
