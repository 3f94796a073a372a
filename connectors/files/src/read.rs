//! Files as sources: one line is one row, unless the format says otherwise.

mod source;
mod event_time;
mod pattern;
mod piece;
mod reader;
mod format;
mod line_reader;
mod line_numbers;
mod input;
mod open_files;
mod text_rows;
mod csv_rows;
mod json_rows;
mod blame;

pub use csv_rows::{CsvRows, csv};
pub use event_time::{EventTime, Replayed, Timed, Untimed};
pub use format::Format;
pub use json_rows::{JsonRows, read_json_lines};
pub use piece::FilePiece;
pub use reader::FileReader;
pub use source::FileRead;
pub use text_rows::{TextRows, read_lines};
