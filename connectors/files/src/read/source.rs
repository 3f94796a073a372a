//! A file as a source, or several, and what their author says about them.

use super::event_time::{EventTime, Replayed, Timed, Untimed};
use super::format::Format;
use super::input::is_gzip;
use super::line_numbers::LineNumbers;
use super::line_reader::{LineReader, Place};
use super::open_files::OpenFiles;
use super::pattern;
use super::piece::{FilePiece, PIECE_BYTES_MIN};
use super::reader::FileReader;
use heliostat::graph::ReadSpec;
use heliostat::{BoundedDisorder, Boundedness, Duration, Read, Result, Timestamp, minutes};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How far the watermark moves between the bundles of a replay, until told otherwise.
const STEP: Duration = minutes(1);

/// A file as a source, or several; made by [`csv`](crate::csv), [`read_lines`](crate::read_lines)
/// and [`read_json_lines`](crate::read_json_lines).
///
/// **Several files** are read where no file has the name that was given, and it holds `*`, `?` or
/// `[..]`: then it is a pattern, as a shell has it, and all files that match are read, each with its
/// own header. There must be one; folders are passed over, and so are names that are not UTF-8.
/// `**` stands for folders within folders.
///
/// **Large files** are cut into pieces of at least 16 MiB that can be read at the same time, so
/// that rows come in no order. Three kinds of files are never cut: those that are replayed, those
/// that are packed, and CSV that is [`multi_line`](FileRead::multi_line), where a line does not say
/// whether a row begins with it.
///
/// **Packed files**, whose names end with `.gz`, are unpacked as they are read.
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
    pub(super) event_time: E,
    pub(super) on_bad_row: OnBadRow,
    /// Invariant: positive.
    piece_bytes_min: u64,
    pub(super) open_files: OpenFiles,
    pub(super) line_numbers: LineNumbers,
}

/// What a row that cannot be understood does to the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnBadRow {
    Reject,
    Fail,
}

impl<F> FileRead<F> {
    pub(super) fn new(path: &Path, format: F) -> Self {
        Self {
            path: path.to_owned(),
            format,
            event_time: Untimed,
            on_bad_row: OnBadRow::Reject,
            piece_bytes_min: PIECE_BYTES_MIN,
            open_files: OpenFiles::default(),
            line_numbers: LineNumbers::default(),
        }
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

    /// Cuts a file into pieces of at least so many bytes, instead of 16 MiB; into 1,024 pieces at
    /// most. What is never cut stays whole.
    ///
    /// # Panics
    /// If it is zero.
    ///
    /// ```
    /// use heliostat::{Read, Reader, Rows};
    /// use heliostat_files::read_lines;
    ///
    /// let path = std::env::temp_dir().join(format!("heliostat-cut-{}.txt", std::process::id()));
    /// std::fs::write(&path, "one\ntwo\nthree\n")?;
    ///
    /// let source = read_lines(&path).pieces_of(7);
    /// let mut pieces = Vec::new();
    /// for piece in source.split()? {
    ///     let (mut lines, mut times, mut bad) = (Vec::new(), Vec::new(), Vec::new());
    ///     source.open(piece)?.fill(&mut Rows::new(&mut lines, &mut times, &mut bad), 10)?;
    ///     pieces.push(lines);
    /// }
    /// // The second one begins in the middle of `two`, which the first one reads to its end.
    /// assert_eq!(pieces, [vec!["one", "two"], vec!["three"]]);
    /// # std::fs::remove_file(&path)?;
    /// # Ok::<(), heliostat::Error>(())
    /// ```
    #[track_caller]
    #[must_use]
    pub fn pieces_of(mut self, bytes: u64) -> Self {
        assert!(0 < bytes, "a piece needs at least 1 byte");
        self.piece_bytes_min = bytes;
        self
    }

    /// The file, or the pattern that stands for several.
    ///
    /// ```
    /// assert_eq!(heliostat_files::read_lines("a.txt").path().to_str(), Some("a.txt"));
    /// ```
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn timed_by<E2>(self, change: impl FnOnce(E) -> E2) -> FileRead<F, E2> {
        FileRead {
            path: self.path,
            format: self.format,
            event_time: change(self.event_time),
            on_bad_row: self.on_bad_row,
            piece_bytes_min: self.piece_bytes_min,
            open_files: self.open_files,
            line_numbers: self.line_numbers,
        }
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
    /// Rows come in the order of the file, which is why it is never cut. Of several files each has
    /// a watermark of its own, which follows its own rows; that of the whole read is the smallest
    /// of them, so that no row is late because another file is further on.
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

    /// Files must be there, and their headers must fit.
    fn split(&self) -> Result<Vec<FilePiece>> {
        self.line_numbers.forget();
        let mut pieces = Vec::new();
        for path in pattern::files(&self.path)? {
            let mut lines = LineReader::open(&path, &self.open_files)?;
            self.format.begin(&mut lines)?;
            let Place { offset, line } = lines.next();
            let (line, latest) = (Some(line), Timestamp::MIN);
            let whole = FilePiece { path, offset, end: None, line, latest };
            if self.is_cut(&whole.path) {
                pieces.extend(whole.cut(lines.length()?, self.piece_bytes_min));
            } else {
                pieces.push(whole);
            }
        }
        Ok(pieces)
    }

    fn open(&self, piece: FilePiece) -> Result<FileReader<F, E>> {
        FileReader::open(self.clone(), piece)
    }
}

impl<F: Format, E: EventTime<F::Row>> FileRead<F, E> {
    /// Whether pieces of the file can be found and need no order.
    fn is_cut(&self, path: &str) -> bool {
        self.event_time.replay().is_none() && !self.format.spans_lines() && !is_gzip(path)
    }
}
