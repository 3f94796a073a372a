//! A file as a source, and what its author says about it.

use super::event_time::{EventTime, Replayed, Timed, Untimed};
use super::format::Format;
use super::line_reader::{LineReader, Place};
use super::reader::FileReader;
use crate::io_reason::path_text;
use heliostat::graph::ReadSpec;
use heliostat::{BoundedDisorder, Boundedness, Duration, Read, Result, Timestamp, minutes};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How far the watermark moves between the bundles of a replay, until told otherwise.
const STEP: Duration = minutes(1);

/// A file as a source; made by [`csv`](crate::csv), [`read_lines`](crate::read_lines) and
/// [`read_json_lines`](crate::read_json_lines).
///
/// ```
/// use heliostat::{Fill, Read, Reader, Rows, Timestamp};
/// use heliostat_files::read_lines;
///
/// let path = std::env::temp_dir().join(format!("heliostat-read-{}.txt", std::process::id()));
/// std::fs::write(&path, "one\ntwo\n")?;
///
/// let source = read_lines(&path);
/// let mut reader = source.open(source.split()?.remove(0))?;
/// let (mut lines, mut times, mut bad) = (Vec::new(), Vec::new(), Vec::new());
/// let fill = reader.fill(&mut Rows::new(&mut lines, &mut times, &mut bad), 10)?;
///
/// assert_eq!(fill, Fill::Done);
/// assert_eq!(lines, ["one", "two"]);
/// assert_eq!(times, [Timestamp::MIN, Timestamp::MIN]);
/// # std::fs::remove_file(&path)?;
/// # Ok::<(), heliostat::Error>(())
/// ```
#[derive(Clone)]
pub struct FileRead<F, E = Untimed> {
    path: PathBuf,
    pub(super) format: F,
    event_time: E,
    on_bad_row: OnBadRow,
}

/// What a row that cannot be understood does to the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnBadRow {
    Reject,
    Fail,
}

/// What is left to read of a file.
///
/// ```
/// use heliostat::Timestamp;
/// use heliostat_files::FilePiece;
///
/// let piece =
///     FilePiece { path: "a.csv".into(), offset: 120, line: 7, latest: Timestamp::secs(60) };
/// assert_eq!(piece.clone(), piece);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilePiece {
    /// The file.
    pub path: String,
    /// How many bytes lie before the next line.
    pub offset: u64,
    /// The number of the next line, counted from 1.
    pub line: u64,
    /// The largest event time before it, from which the watermark follows; MIN if there is none.
    pub latest: Timestamp,
}

impl<F> FileRead<F> {
    pub(super) fn new(path: &Path, format: F) -> Self {
        let (event_time, on_bad_row) = (Untimed, OnBadRow::Reject);
        Self { path: path.to_owned(), format, event_time, on_bad_row }
    }
}

impl<F, E> FileRead<F, E> {
    /// Lets the first row that cannot be understood fail the run, instead of rejecting it.
    ///
    /// ```
    /// use heliostat::{Read, Reader, Rows};
    /// use heliostat_files::csv;
    ///
    /// let path = std::env::temp_dir().join(format!("heliostat-fail-{}.csv", std::process::id()));
    /// std::fs::write(&path, "a,b\n1,2\n3,x\n")?;
    ///
    /// let source = csv::<(u8, u8)>(&path).strict();
    /// let mut reader = source.open(source.split()?.remove(0))?;
    /// let (mut values, mut times, mut bad) = (Vec::new(), Vec::new(), Vec::new());
    /// let rows = &mut Rows::new(&mut values, &mut times, &mut bad);
    /// let error = reader.fill(rows, 10).unwrap_err();
    /// assert!(error.to_string().ends_with(":3: field `b`: `x` is not a whole number"));
    /// # std::fs::remove_file(&path)?;
    /// # Ok::<(), heliostat::Error>(())
    /// ```
    #[must_use]
    pub fn strict(mut self) -> Self {
        self.on_bad_row = OnBadRow::Fail;
        self
    }

    /// The file.
    ///
    /// ```
    /// assert_eq!(heliostat_files::read_lines("a.txt").path().to_str(), Some("a.txt"));
    /// ```
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn timed_by<E2>(self, change: impl FnOnce(E) -> E2) -> FileRead<F, E2> {
        let Self { path, format, event_time, on_bad_row } = self;
        FileRead { path, format, event_time: change(event_time), on_bad_row }
    }
}

impl<F: Format> FileRead<F> {
    /// Says when a row happened. Without it all rows are at [`Timestamp::MIN`].
    ///
    /// ```
    /// use heliostat::{Read, Reader, Rows, Timestamp};
    /// use heliostat_files::csv;
    ///
    /// let path = std::env::temp_dir().join(format!("heliostat-times-{}.csv", std::process::id()));
    /// std::fs::write(&path, "second,word\n60,a\n")?;
    ///
    /// let source = csv::<(i64, String)>(&path).event_time(|row| Timestamp::secs(row.0));
    /// let mut reader = source.open(source.split()?.remove(0))?;
    /// let (mut values, mut times, mut bad) = (Vec::new(), Vec::new(), Vec::new());
    /// reader.fill(&mut Rows::new(&mut values, &mut times, &mut bad), 10)?;
    /// assert_eq!(times, [Timestamp::secs(60)]);
    /// # std::fs::remove_file(&path)?;
    /// # Ok::<(), heliostat::Error>(())
    /// ```
    #[must_use]
    pub fn event_time(
        self,
        of: impl Fn(&F::Row) -> Timestamp + Send + Sync + 'static,
    ) -> FileRead<F, Timed<F::Row>> {
        self.timed_by(|Untimed| Timed { of: Arc::new(of) })
    }
}

impl<F, T> FileRead<F, Timed<T>> {
    /// Reads the file as if its rows were happening: it is unbounded, its watermark follows the
    /// event time of its rows, and it ends with its last row.
    ///
    /// Only a file that tells the time can be replayed:
    /// ```compile_fail
    /// use heliostat::{bounded_disorder, minutes};
    ///
    /// heliostat_files::read_lines("a.txt").replay(bounded_disorder(minutes(30)));
    /// ```
    ///
    /// ```
    /// use heliostat::{Fill, Read, Reader, Rows, Timestamp, bounded_disorder, secs};
    /// use heliostat_files::csv;
    ///
    /// let path = std::env::temp_dir().join(format!("heliostat-play-{}.csv", std::process::id()));
    /// std::fs::write(&path, "second,word\n100,a\n90,b\n200,c\n")?;
    ///
    /// let source = csv::<(i64, String)>(&path)
    ///     .event_time(|row| Timestamp::secs(row.0))
    ///     .replay(bounded_disorder(secs(30)));
    /// let mut reader = source.open(source.split()?.remove(0))?;
    /// let mut fill = || -> heliostat::Result<(usize, Timestamp)> {
    ///     let (mut values, mut times, mut bad) = (Vec::new(), Vec::new(), Vec::new());
    ///     reader.fill(&mut Rows::new(&mut values, &mut times, &mut bad), 10)?;
    ///     Ok((values.len(), reader.watermark()))
    /// };
    /// assert_eq!(fill()?, (1, Timestamp::secs(70)));
    /// assert_eq!(fill()?, (2, Timestamp::secs(170)));
    /// # std::fs::remove_file(&path)?;
    /// # Ok::<(), heliostat::Error>(())
    /// ```
    #[must_use]
    pub fn replay(self, policy: BoundedDisorder) -> FileRead<F, Replayed<T>> {
        self.timed_by(|timed| Replayed { timed, policy, step: STEP })
    }
}

impl<F, T> FileRead<F, Replayed<T>> {
    /// How far the watermark moves before a bundle ends, which is when it is looked at; 1 minute
    /// until told otherwise. A bundle has at most 1,000 rows whatever the step is.
    ///
    /// # Panics
    /// If it is not positive.
    ///
    /// ```
    /// use heliostat::{Timestamp, bounded_disorder, hours, minutes};
    /// use heliostat_files::read_lines;
    ///
    /// let source = read_lines("a.txt")
    ///     .event_time(|line| Timestamp::secs(line.len() as i64))
    ///     .replay(bounded_disorder(minutes(30)))
    ///     .step(hours(1));
    /// assert_eq!(source.path().to_str(), Some("a.txt"));
    /// ```
    #[track_caller]
    #[must_use]
    pub fn step(mut self, step: Duration) -> Self {
        assert!(Duration::ZERO < step, "a replay needs a positive step, not {step}");
        self.event_time.step = step;
        self
    }
}

impl<F: Format, E: EventTime<F::Row>> Read for FileRead<F, E> {
    type Element = F::Row;
    type Restriction = FilePiece;
    type Reader = FileReader<F, E>;

    fn spec(&self) -> ReadSpec {
        let spec = ReadSpec::bounded(self.path.display().to_string());
        match self.event_time.replay() {
            None => spec,
            Some(_) => {
                ReadSpec { boundedness: Boundedness::Unbounded, has_watermark_policy: true, ..spec }
            }
        }
    }

    /// One piece; the file must be there, and its header must fit.
    fn split(&self) -> Result<Vec<FilePiece>> {
        let path = path_text(&self.path)?;
        let mut lines = LineReader::open(path.clone())?;
        self.format.begin(&mut lines)?;
        let Place { offset, line } = lines.next();
        Ok(vec![FilePiece { path, offset, line, latest: Timestamp::MIN }])
    }

    fn open(&self, piece: FilePiece) -> Result<FileReader<F, E>> {
        let mut lines = LineReader::open(piece.path)?;
        // Also behind the beginning, since the first line may be the header of all others.
        let parser = self.format.begin(&mut lines)?;
        lines.go_to(Place { offset: piece.offset, line: piece.line })?;
        let event_time = self.event_time.clone();
        Ok(FileReader::new(lines, parser, event_time, self.on_bad_row, piece.latest))
    }
}
