//! Files as sinks: a file appears whole, at the end of a run.

mod sink;
mod temp_file;
mod writer;

pub use sink::{FilePart, FileWrite, json_lines, lines};
pub use writer::FileWriter;
