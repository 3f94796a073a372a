//! The one file that a savepoint is: sections with checksums, and an end that nothing can be cut
//! from. `docs/savepoint-format.md` describes every byte.

pub(super) mod as_bytes;
pub(super) mod as_json;
mod reading;
#[cfg(test)]
mod tests;
mod writing;

use super::Savepoint;
use crate::{Error, Result};
use std::fs::{self, File};
use std::io::{BufWriter, ErrorKind, Write};
use std::path::Path;

/// The first bytes of every savepoint.
const MAGIC: [u8; 8] = *b"HELIOSAV";

/// The version of the form that is written, and the only one that is read.
pub const FORMAT_VERSION: u32 = 2;

/// The section that says who wrote it.
const HEADER: &str = "header";
/// In front of the path of a step, whose section it is.
const STEP: &str = "step ";
/// The last section: how many there are, and a checksum of all of them.
const END: &str = "end";

/// The file is written under a name of its own first, with this at its end.
const UNFINISHED: &str = ".unfinished";

impl Savepoint {
    /// The bytes of the file.
    ///
    /// # Panics
    /// Never for a savepoint that a runner makes: its parts are far below 2^64 bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        writing::write(self, &mut bytes).expect("memory takes all that is written to it");
        bytes
    }

    /// The savepoint that a file's bytes are.
    ///
    /// # Errors
    /// If they are not a whole savepoint of this version, down to the last bit; the message says
    /// which part is damaged.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        reading::read(bytes)
    }

    /// Writes the file, in place of one of that name, and gives its size in bytes. At no time is
    /// there half a file of that name.
    ///
    /// # Errors
    /// If it cannot be written; what had the name is then as it was.
    pub fn write_to(&self, path: impl AsRef<Path>) -> Result<u64> {
        let path = path.as_ref();
        let unfinished = unfinished(path);
        let written = self.write_unfinished(&unfinished).and_then(|size| {
            fs::rename(&unfinished, path)?;
            sync_directory(path);
            Ok(size)
        });
        written.map_err(|error| {
            // Best effort: there is nothing else that could be done about it.
            let _ = fs::remove_file(&unfinished);
            cannot_write(path, &error)
        })
    }

    /// Says whether a savepoint can be written there, before there is one. What has that name is
    /// left alone.
    ///
    /// # Errors
    /// If it cannot.
    pub fn try_path(path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let text = path.as_os_str().to_string_lossy();
        if path.is_dir() || path.file_name().is_none() || text.ends_with(std::path::is_separator) {
            return Err(cannot_write(path, &ErrorKind::IsADirectory.into()));
        }
        if path.exists() && !path.is_file() {
            return Err(cannot_write(path, &std::io::Error::other("it is not a regular file")));
        }
        let unfinished = unfinished(path);
        let tried = File::create(&unfinished).and_then(|_| fs::remove_file(&unfinished));
        tried.map_err(|error| cannot_write(path, &error))
    }

    /// Reads the file.
    ///
    /// # Errors
    /// If there is none, or if it is no whole savepoint of this version.
    pub fn read_from(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let context = || format!("cannot read the savepoint `{}`", path.display());
        let bytes = fs::read(path).map_err(|error| Error::from(error).context(context()))?;
        Self::from_bytes(&bytes).map_err(|error| error.context(context()))
    }

    fn write_unfinished(&self, path: &Path) -> std::io::Result<u64> {
        let mut file = BufWriter::new(File::create(path)?);
        writing::write(self, &mut file)?;
        file.flush()?;
        let file = file.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        file.sync_all()?;
        Ok(file.metadata()?.len())
    }
}

fn unfinished(path: &Path) -> std::path::PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(UNFINISHED);
    path.with_file_name(name)
}

/// The new name is only durable with its directory. Not every system can do that.
fn sync_directory(path: &Path) {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    if let Ok(directory) = File::open(directory.unwrap_or(Path::new("."))) {
        let _ = directory.sync_all();
    }
}

fn cannot_write(path: &Path, error: &std::io::Error) -> Error {
    Error::new(format!("cannot write the savepoint `{}`: {error}", path.display()))
}
