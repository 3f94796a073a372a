//! A file as a sink: its parts grow beside it, and are joined when all is done.

use super::temp_file::{TempFile, rename};
use super::writer::FileWriter;
use heliostat::graph::{SinkStyle, WriteSpec};
use heliostat::{Completion, Element, Error, Result, Write, Written};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt::Display;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Adds an element to the bytes of a file, without the line break.
pub(super) type Encode<T> = fn(&T, &mut Vec<u8>) -> Result<()>;

/// A file as a sink; made by [`json_lines`] and [`lines`].
///
/// The file appears at the end of a run, whole, in place of what had its name. A run that was
/// stopped leaves that alone and writes `NAME.partial`; one that failed leaves nothing. One that
/// left a savepoint leaves its parts where they are, as files whose names begin with a dot, until
/// the run that goes on from it has come to its end.
///
/// ```
/// use heliostat::{Completion, Write, Writer};
/// use heliostat_files::lines;
///
/// let path = std::env::temp_dir().join(format!("heliostat-write-{}.txt", std::process::id()));
/// let sink = lines(&path);
/// let mut writer = sink.open(0, 0)?;
/// writer.write(&mut vec![1, 2])?;
/// let part = writer.prepare()?;
/// assert!(!path.exists());
///
/// let written = sink.commit(vec![part], Completion::Complete)?;
/// assert_eq!(written.elements, 2);
/// assert_eq!(std::fs::read_to_string(&path)?, "1\n2\n");
/// # std::fs::remove_file(&path)?;
/// # Ok::<(), heliostat::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct FileWrite<T> {
    path: PathBuf,
    encode: Encode<T>,
    /// The paths of the parts that an earlier run has left, which its savepoint still names.
    earlier: Arc<Mutex<BTreeSet<String>>>,
}

/// A part of a file that has no name yet.
///
/// ```
/// use heliostat_files::FilePart;
///
/// let part = FilePart { path: ".a.txt.17-0.part-0-0".into(), elements: 3 };
/// assert_eq!(part.clone(), part);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilePart {
    /// Where it lies.
    pub path: String,
    /// How many elements it has.
    pub elements: u64,
}

/// Writes each element as one line of JSON.
///
/// ```
/// use heliostat::{Completion, Write, Writer};
/// use heliostat_files::json_lines;
///
/// let path = std::env::temp_dir().join(format!("heliostat-out-{}.jsonl", std::process::id()));
/// let sink = json_lines(&path);
/// let mut writer = sink.open(0, 0)?;
/// writer.write(&mut vec![("OSL".to_owned(), 12.5)])?;
/// sink.commit(vec![writer.prepare()?], Completion::Complete)?;
/// assert_eq!(std::fs::read_to_string(&path)?, "[\"OSL\",12.5]\n");
/// # std::fs::remove_file(&path)?;
/// # Ok::<(), heliostat::Error>(())
/// ```
pub fn json_lines<T: Element>(path: impl AsRef<Path>) -> FileWrite<T> {
    let encode: Encode<T> = |element, bytes| {
        serde_json::to_writer(bytes, element).map_err(|error| {
            let name = std::any::type_name::<T>();
            Error::from(error).context(format!("cannot write a `{name}` as JSON"))
        })
    };
    FileWrite::new(path.as_ref(), encode)
}

/// Writes each element as a line, as it prints itself.
///
/// ```
/// use heliostat::{Completion, Write};
/// use heliostat_files::lines;
///
/// let path = std::env::temp_dir().join(format!("heliostat-empty-{}.txt", std::process::id()));
/// let written = lines::<String>(&path).commit(Vec::new(), Completion::Complete)?;
/// assert_eq!(written.elements, 0);
/// assert_eq!(std::fs::read_to_string(&path)?, "");
/// # std::fs::remove_file(&path)?;
/// # Ok::<(), heliostat::Error>(())
/// ```
pub fn lines<T: Element + Display>(path: impl AsRef<Path>) -> FileWrite<T> {
    let encode: Encode<T> = |element, bytes| Ok(write!(bytes, "{element}")?);
    FileWrite::new(path.as_ref(), encode)
}

impl<T> FileWrite<T> {
    fn new(path: &Path, encode: Encode<T>) -> Self {
        Self { path: path.to_owned(), encode, earlier: Arc::default() }
    }

    /// Where it appears.
    fn destination(&self, completion: Completion) -> PathBuf {
        match completion {
            Completion::Complete => self.path.clone(),
            Completion::Interrupted => {
                let mut name = self.path.file_name().unwrap_or_default().to_owned();
                name.push(".partial");
                self.path.with_file_name(name)
            }
        }
    }

    fn earlier(&self) -> MutexGuard<'_, BTreeSet<String>> {
        // A set of names is whole whoever panicked beside it.
        self.earlier.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The parts that are gone behind a commit: all of a run that came to its end. What an
    /// earlier run has left must outlive one that was stopped: its savepoint can be used again.
    fn spent<'a>(&self, parts: &'a [FilePart], completion: Completion) -> Vec<&'a FilePart> {
        let earlier = self.earlier();
        let is_spent = |part: &&FilePart| match completion {
            Completion::Complete => true,
            Completion::Interrupted => !earlier.contains(&part.path),
        };
        parts.iter().filter(is_spent).collect()
    }

    /// Lets `parts` appear at `destination`. The first part that is spent is the last to be used
    /// and the first to be gone: as long as it is there, nothing has appeared.
    fn join(&self, parts: &[FilePart], spent: &[&FilePart], destination: &Path) -> Result<()> {
        let first = spent.first().map(|part| Path::new(&part.path));
        let is_done = first.is_some_and(|first| !first.exists()) && destination.exists();
        if !is_done && let (Some(only), [_]) = (first, parts) {
            return rename(only, destination);
        }
        if !is_done {
            let mut joined = TempFile::beside(&self.path, "joined")?;
            for part in parts {
                joined.append(Path::new(&part.path))?;
            }
            joined.appear_as(destination)?;
        }
        remove(spent);
        Ok(())
    }
}

/// Best effort: a part that stays behind is in nobody's way.
fn remove(parts: &[&FilePart]) {
    for part in parts {
        let _ = fs::remove_file(&part.path);
    }
}

impl<T: Element> Write for FileWrite<T> {
    type Element = T;
    type Committable = FilePart;
    type Writer = FileWriter<T>;

    fn spec(&self) -> WriteSpec {
        WriteSpec { style: SinkStyle::AtEnd, about: self.path.display().to_string() }
    }

    fn open(&self, epoch: u64, shard: u32) -> Result<FileWriter<T>> {
        let temp = TempFile::beside(&self.path, &format!("part-{epoch}-{shard}"))?;
        Ok(FileWriter::new(temp, self.encode))
    }

    fn commit(&self, parts: Vec<FilePart>, completion: Completion) -> Result<Written> {
        let destination = self.destination(completion);
        self.join(&parts, &self.spent(&parts, completion), &destination)?;
        let elements = parts.iter().map(|part| part.elements).sum();
        Ok(Written { place: destination.display().to_string(), elements })
    }

    fn recover(&self, pending: &[FilePart]) -> Result<()> {
        for part in pending {
            if !Path::new(&part.path).is_file() {
                let file = self.path.display();
                return Err(Error::new(format!(
                    "cannot go on with `{file}`: its part `{}`, which the savepoint names, is \
                     gone\n  help: if a run from this savepoint has come to its end, the part is \
                     in `{file}`; if not, start anew",
                    part.path
                )));
            }
        }
        self.earlier().extend(pending.iter().map(|part| part.path.clone()));
        Ok(())
    }

    fn discard(&self, parts: Vec<FilePart>) {
        remove(&self.spent(&parts, Completion::Interrupted));
    }
}
