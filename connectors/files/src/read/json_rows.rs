//! Each line is a JSON value.

use super::blame::blamed_field;
use super::format::{Begin, Format, Parse, Parsed};
use super::line_reader::LineReader;
use super::source::FileRead;
use heliostat::{Element, Result};
use std::marker::PhantomData;
use std::path::Path;

/// One JSON value of type `T` per line; see [`read_json_lines`].
///
/// ```
/// use heliostat_files::{FileRead, JsonRows, read_json_lines};
///
/// let numbers: FileRead<JsonRows<u8>> = read_json_lines("a.jsonl");
/// assert_eq!(numbers.path().to_str(), Some("a.jsonl"));
/// ```
pub struct JsonRows<T>(PhantomData<fn() -> T>);

impl<T> Clone for JsonRows<T> {
    fn clone(&self) -> Self {
        Self(PhantomData)
    }
}

/// Reads a file with one JSON value per line; empty lines mean nothing.
///
/// ```
/// use heliostat::{Read, Reader, Rows};
/// use heliostat_files::read_json_lines;
///
/// let path = std::env::temp_dir().join(format!("heliostat-json-{}.jsonl", std::process::id()));
/// std::fs::write(&path, "[1, \"a\"]\n[2]\n")?;
///
/// let source = read_json_lines::<(u8, String)>(&path);
/// let mut reader = source.open(source.split()?.remove(0))?;
/// let (mut values, mut times, mut bad) = (Vec::new(), Vec::new(), Vec::new());
/// reader.fill(&mut Rows::new(&mut values, &mut times, &mut bad), 10)?;
/// assert_eq!(values, [(1, "a".to_owned())]);
/// assert_eq!(bad[0].line, 2);
/// assert_eq!(bad[0].reason, "invalid length 1, expected a tuple of size 2 (column 3)");
/// # std::fs::remove_file(&path)?;
/// # Ok::<(), heliostat::Error>(())
/// ```
pub fn read_json_lines<T: Element>(path: impl AsRef<Path>) -> FileRead<JsonRows<T>> {
    FileRead::new(path.as_ref(), JsonRows(PhantomData))
}

impl<T: Element> Format for JsonRows<T> {
    type Row = T;
}

impl<T: Element> Begin<T> for JsonRows<T> {
    type Parser = Self;

    fn spans_lines(&self) -> bool {
        false
    }

    fn begin(&self, _lines: &mut LineReader) -> Result<Self> {
        Ok(self.clone())
    }
}

impl<T: Element> Parse<T> for JsonRows<T> {
    fn parse(&mut self, lines: &mut LineReader) -> Result<Parsed<T>> {
        let text = match lines.text() {
            Ok(text) => text,
            Err(reason) => return Ok(Parsed::Bad(reason)),
        };
        if text.trim_ascii().is_empty() {
            return Ok(Parsed::Nothing);
        }
        Ok(match serde_json::from_str(text) {
            Ok(row) => Parsed::Row(row),
            Err(error) => Parsed::Bad(reason::<T>(&error, text)),
        })
    }
}

/// Names the field that is to blame; the line is known, so only the column is kept of the place.
fn reason<T: Element>(error: &serde_json::Error, text: &str) -> String {
    let words = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    let words = words.strip_suffix(&place).unwrap_or(&words);
    let words = words.lines().next().unwrap_or(words);
    let field = error.is_data().then(|| {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        blamed_field::<T, _>(&mut deserializer)
    });
    let field = field.flatten().map_or(String::new(), |name| format!("field `{name}`: "));
    match error.column() {
        0 => format!("{field}{words}"),
        column => format!("{field}{words} (column {column})"),
    }
}
