//! How lines become rows.

use heliostat::{Element, Result};

pub(crate) use parsing::{Begin, Parse, Parsed};

/// What the lines of a file are: [`CsvRows`](crate::CsvRows), [`JsonRows`](crate::JsonRows) or
/// [`TextRows`](crate::TextRows). A closed set; for other files write a
/// [`Read`](heliostat::Read) of your own.
///
/// ```
/// use heliostat_files::{CsvRows, Format, JsonRows};
/// use std::any::TypeId;
///
/// fn row_of<F: Format>() -> TypeId {
///     TypeId::of::<F::Row>()
/// }
/// assert_eq!(row_of::<CsvRows<(u8, u8)>>(), row_of::<JsonRows<(u8, u8)>>());
/// ```
pub trait Format: Begin<Self::Row> + Clone + Send + Sync + 'static {
    /// What one of its rows is.
    type Row: Element;
}

mod parsing {
    use super::Result;
    use crate::read::line_reader::LineReader;

    /// Makes the parser of an open file.
    pub trait Begin<T> {
        type Parser: Parse<T>;

        /// Whether a row may go on behind the end of a line, so that a line from the middle of a
        /// file does not say where a row begins.
        fn spans_lines(&self) -> bool;

        /// Takes what stands before the first row, at which `lines` is left.
        fn begin(&self, lines: &mut LineReader) -> Result<Self::Parser>;
    }

    /// Keeps what is needed from row to row.
    pub trait Parse<T>: Send + 'static {
        /// Makes a row of the line that `lines` has read, and of further ones if it spans them.
        fn parse(&mut self, lines: &mut LineReader) -> Result<Parsed<T>>;
    }

    pub enum Parsed<T> {
        Row(T),
        /// The reason, for a person.
        Bad(String),
        /// The line means nothing.
        Nothing,
    }
}
