//! Each line is a record of fields, and the first one names them.

mod splitter;
mod header;
mod reason;

use super::format::{Begin, Format, Parse, Parsed};
use super::line_reader::LineReader;
use super::source::FileRead;
use ::csv::StringRecord;
use heliostat::{Element, Error, Result};
use splitter::{Refusal, Splitter};
use std::marker::PhantomData;
use std::path::Path;

/// Comma-separated values with a header, each row a `T`; see [`csv()`].
///
/// ```
/// use heliostat_files::{CsvRows, FileRead, csv};
///
/// let pairs: FileRead<CsvRows<(u8, u8)>> = csv("a.csv");
/// assert_eq!(pairs.path().to_str(), Some("a.csv"));
/// ```
pub struct CsvRows<T> {
    line_breaks: LineBreaks,
    row: PhantomData<fn() -> T>,
}

/// Where a quoted value may break the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LineBreaks {
    /// Nowhere: a line is a record, so that one stray quote spoils one line.
    Refused,
    Kept,
}

impl<T> Clone for CsvRows<T> {
    fn clone(&self) -> Self {
        Self { line_breaks: self.line_breaks, row: PhantomData }
    }
}

/// Reads a file of comma-separated values, whose first line names the fields of `T`.
///
/// A header without a field that `T` needs fails the run before any row; a row that does not fit
/// is rejected.
///
/// A row is one line, so that a large file can be cut at any of them: a quote that its line does not
/// close makes a bad row, unless values may hold line breaks, which
/// [`multi_line`](FileRead::multi_line) says.
///
/// ```
/// use heliostat::{Read, Reader, Rows};
/// use heliostat_files::csv;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
/// struct Delay {
///     origin: String,
///     minutes: Option<f64>,
/// }
///
/// let path = std::env::temp_dir().join(format!("heliostat-csv-{}.csv", std::process::id()));
/// std::fs::write(&path, "minutes,origin\n12.5,OSL\n,\"Oslo, S\"\nsoon,BGO\n")?;
///
/// let source = csv::<Delay>(&path);
/// let mut reader = source.open(source.split()?.remove(0))?;
/// let (mut delays, mut times, mut bad) = (Vec::new(), Vec::new(), Vec::new());
/// reader.fill(&mut Rows::new(&mut delays, &mut times, &mut bad), 10)?;
///
/// assert_eq!(
///     delays,
///     [
///         Delay { origin: "OSL".into(), minutes: Some(12.5) },
///         Delay { origin: "Oslo, S".into(), minutes: None },
///     ]
/// );
/// assert_eq!(bad[0].line, 4);
/// assert_eq!(bad[0].reason, "field `minutes`: `soon` is not a number");
/// # std::fs::remove_file(&path)?;
/// # Ok::<(), heliostat::Error>(())
/// ```
pub fn csv<T: Element>(path: impl AsRef<Path>) -> FileRead<CsvRows<T>> {
    let format = CsvRows { line_breaks: LineBreaks::Refused, row: PhantomData };
    FileRead::new(path.as_ref(), format)
}

impl<T, E> FileRead<CsvRows<T>, E> {
    /// Lets quoted values hold line breaks. A bad row then has the number of its first line, and the
    /// file is read as a whole: from its middle, no one knows whether a line begins a row.
    ///
    /// ```
    /// use heliostat::{Read, Reader, Rows};
    /// use heliostat_files::csv;
    ///
    /// let path = std::env::temp_dir().join(format!("heliostat-multi-{}.csv", std::process::id()));
    /// std::fs::write(&path, "id,words\n1,\"two\nlines\"\n")?;
    ///
    /// let source = csv::<(u8, String)>(&path).multi_line();
    /// let mut reader = source.open(source.split()?.remove(0))?;
    /// let (mut values, mut times, mut bad) = (Vec::new(), Vec::new(), Vec::new());
    /// reader.fill(&mut Rows::new(&mut values, &mut times, &mut bad), 10)?;
    /// assert_eq!(values, [(1, "two\nlines".to_owned())]);
    /// # std::fs::remove_file(&path)?;
    /// # Ok::<(), heliostat::Error>(())
    /// ```
    #[must_use]
    pub fn multi_line(mut self) -> Self {
        self.format.line_breaks = LineBreaks::Kept;
        self
    }
}

impl<T: Element> Format for CsvRows<T> {
    type Row = T;
}

pub struct CsvParser<T> {
    /// Empty if the file is.
    header: StringRecord,
    splitter: Splitter,
    row: PhantomData<fn() -> T>,
}

impl<T: Element> Begin<T> for CsvRows<T> {
    type Parser = CsvParser<T>;

    fn spans_lines(&self) -> bool {
        self.line_breaks == LineBreaks::Kept
    }

    fn begin(&self, lines: &mut LineReader) -> Result<CsvParser<T>> {
        let splitter = Splitter::new(self.line_breaks);
        let mut parser = CsvParser { header: StringRecord::new(), splitter, row: PhantomData };
        let Some((line, split)) = parser.next_record(lines)? else { return Ok(parser) };
        let refuse = |reason: String| Error::new(format!("{}:{line}: {reason}", lines.path()));
        split.map_err(|refusal| refuse(refusal.in_words(&parser.header)))?;
        parser.header = parser.splitter.record().clone();
        let place = lines.next();
        let first = match parser.next_record(lines)? {
            Some((_, Ok(()))) => Some(parser.splitter.record()),
            Some((_, Err(_))) | None => None,
        };
        let fits = header::check::<T>(&parser.header, first);
        fits.map_err(|reason| Error::new(format!("{}:{line}: {reason}", lines.path())))?;
        lines.go_to(place)?;
        Ok(parser)
    }
}

impl<T: Element> CsvParser<T> {
    /// Splits the next line that is not empty, and returns its number.
    fn next_record(
        &mut self,
        lines: &mut LineReader,
    ) -> Result<Option<(u64, Result<(), Refusal>)>> {
        loop {
            let line = lines.next().line;
            if !lines.advance()? {
                return Ok(None);
            }
            match self.splitter.split(lines)? {
                Ok(()) if self.splitter.record().is_empty() => {}
                split => return Ok(Some((line, split))),
            }
        }
    }
}

impl<T: Element> Parse<T> for CsvParser<T> {
    #[inline]
    fn parse(&mut self, lines: &mut LineReader) -> Result<Parsed<T>> {
        if let Err(refusal) = self.splitter.split(lines)? {
            return Ok(Parsed::Bad(refusal.in_words(&self.header)));
        }
        let record = self.splitter.record();
        if record.is_empty() {
            return Ok(Parsed::Nothing);
        }
        let (found, expected) = (record.len(), self.header.len());
        if found != expected {
            let plural = if found == 1 { "" } else { "s" };
            let reason = format!("the row has {found} field{plural}, and the header {expected}");
            return Ok(Parsed::Bad(reason));
        }
        Ok(match record.deserialize(Some(&self.header)) {
            Ok(row) => Parsed::Row(row),
            Err(error) => Parsed::Bad(reason::reason::<T>(&error, &self.header, record)),
        })
    }
}
