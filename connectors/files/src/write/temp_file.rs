//! A file beside its target that is gone unless it is kept.

use crate::io_reason::{path_text, reason};
use heliostat::{Error, Result};
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Makes names unique within the process; what an earlier process of the same id left behind is
/// stepped over.
static NEXT: AtomicU64 = AtomicU64::new(0);

#[derive(Debug)]
pub(crate) struct TempFile {
    file: File,
    path: Unkept,
}

/// Removes the file when it is dropped.
#[derive(Debug)]
struct Unkept(PathBuf);

impl Drop for Unkept {
    fn drop(&mut self) {
        if !self.0.as_os_str().is_empty() {
            // Best effort: there is nobody left to tell.
            let _ = fs::remove_file(&self.0);
        }
    }
}

impl TempFile {
    /// Creates an empty file for `target`, called after what it is, e.g. `part-0-3`.
    pub(crate) fn beside(target: &Path, role: &str) -> Result<Self> {
        let refuse =
            |reason: String| Error::new(format!("cannot write `{}`: {reason}", target.display()));
        let text = path_text(target)?;
        if target.is_dir() || text.ends_with(std::path::is_separator) {
            return Err(refuse("it is a directory".into()));
        }
        if target.exists() && !target.is_file() {
            return Err(refuse("it is not a regular file".into()));
        }
        let Some(name) = target.file_name().and_then(|name| name.to_str()) else {
            return Err(refuse("it names no file".into()));
        };
        let directory = directory_of(target);
        if !directory.is_dir() {
            return Err(refuse(format!("there is no directory `{}`", directory.display())));
        }
        loop {
            let (process, number) = (std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
            let path = directory.join(format!(".{name}.{process}-{number}.{role}"));
            match File::create_new(&path) {
                Ok(file) => return Ok(Self { file, path: Unkept(path) }),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(refuse(reason(&error))),
            }
        }
    }

    pub(crate) fn write_all(&mut self, bytes: &[u8]) -> Result<()> {
        self.file.write_all(bytes).map_err(|error| self.failed(&error))
    }

    /// Copies the file at `path` to the end.
    pub(crate) fn append(&mut self, path: &Path) -> Result<()> {
        let mut part = File::open(path).map_err(|error| {
            Error::new(format!("cannot read `{}`: {}", path.display(), reason(&error)))
        })?;
        std::io::copy(&mut part, &mut self.file).map_err(|error| self.failed(&error))?;
        Ok(())
    }

    /// Makes it durable, and leaves it where it is: a savepoint may name it.
    pub(crate) fn keep(mut self) -> Result<PathBuf> {
        self.sync()?;
        sync_directory_of(&self.path.0);
        Ok(std::mem::take(&mut self.path.0))
    }

    /// Makes it durable, and gives it the name under which it appears.
    pub(crate) fn appear_as(mut self, destination: &Path) -> Result<()> {
        self.sync()?;
        rename(&self.path.0, destination)?;
        self.path.0 = PathBuf::new();
        Ok(())
    }

    fn sync(&self) -> Result<()> {
        self.file.sync_data().map_err(|error| self.failed(&error))
    }

    fn failed(&self, error: &std::io::Error) -> Error {
        Error::new(format!("cannot write `{}`: {}", self.path.0.display(), reason(error)))
    }
}

/// Gives a durable file the name under which it appears, in place of what has that name.
pub(crate) fn rename(from: &Path, to: &Path) -> Result<()> {
    fs::rename(from, to).map_err(|error| {
        Error::new(format!("cannot write `{}`: {}", to.display(), reason(&error)))
    })?;
    sync_directory_of(to);
    Ok(())
}

/// A name is only durable with its directory. Not every system can do that.
fn sync_directory_of(path: &Path) {
    if let Ok(directory) = File::open(directory_of(path)) {
        let _ = directory.sync_all();
    }
}

fn directory_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}
