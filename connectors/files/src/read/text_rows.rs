//! Each line is a row.

use super::format::{Begin, Format, Parse, Parsed};
use super::line_reader::LineReader;
use super::source::FileRead;
use heliostat::Result;
use std::path::Path;

/// Lines as they are, without their breaks; see [`read_lines`].
///
/// ```
/// use heliostat_files::{FileRead, TextRows, read_lines};
///
/// let lines: FileRead<TextRows> = read_lines("a.txt");
/// assert_eq!(lines.path().to_str(), Some("a.txt"));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct TextRows;

/// Reads the lines of a file. An empty line is a row too, but the nothing after the last line break
/// is not.
///
/// ```
/// use heliostat::{Read, Reader, Rows};
/// use heliostat_files::read_lines;
///
/// let path = std::env::temp_dir().join(format!("heliostat-lines-{}.txt", std::process::id()));
/// std::fs::write(&path, "one\r\n\ntwo\n")?;
///
/// let source = read_lines(&path);
/// let mut reader = source.open(source.split()?.remove(0))?;
/// let (mut lines, mut times, mut bad) = (Vec::new(), Vec::new(), Vec::new());
/// reader.fill(&mut Rows::new(&mut lines, &mut times, &mut bad), 10)?;
/// assert_eq!(lines, ["one", "", "two"]);
/// # std::fs::remove_file(&path)?;
/// # Ok::<(), heliostat::Error>(())
/// ```
pub fn read_lines(path: impl AsRef<Path>) -> FileRead<TextRows> {
    FileRead::new(path.as_ref(), TextRows)
}

impl Format for TextRows {
    type Row = String;
}

impl Begin<String> for TextRows {
    type Parser = Self;

    fn spans_lines(&self) -> bool {
        false
    }

    fn begin(&self, _lines: &mut LineReader) -> Result<Self> {
        Ok(Self)
    }
}

impl Parse<String> for TextRows {
    fn parse(&mut self, lines: &mut LineReader) -> Result<Parsed<String>> {
        Ok(match lines.text() {
            Ok(text) => Parsed::Row(text.to_owned()),
            Err(reason) => Parsed::Bad(reason),
        })
    }
}
