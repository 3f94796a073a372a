//! Text, CSV and JSON lines for heliostat pipelines.
//!
//! Sources are [`csv()`], [`read_json_lines`] and [`read_lines`]; sinks are [`json_lines`] and
//! [`lines`]. A source gives all of its rows at once, or replays them in event time:
//!
//! ```
//! use heliostat::{Read, Timestamp, bounded_disorder, minutes};
//! use heliostat_files::csv;
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Clone, Serialize, Deserialize)]
//! struct Flight {
//!     departed_at: Timestamp,
//!     origin: String,
//! }
//!
//! let flights = csv::<Flight>("flights.csv")
//!     .event_time(|flight| flight.departed_at)
//!     .replay(bounded_disorder(minutes(30)));
//! assert_eq!(flights.spec().about, "flights.csv");
//! assert!(flights.spec().has_watermark_policy);
//! ```
//!
//! A path such as `logs/*.csv` stands for all files that match, a name that ends with `.gz` for a
//! packed file, and a large file is read in pieces; see [`FileRead`].
//!
//! A row that cannot be understood is rejected with its line number and a reason, and the others
//! go on; `.strict()` lets the first one fail the run. What a sink writes appears as a whole at the
//! end of a run, or not at all.

mod read;
mod write;
mod io_reason;

pub use read::{
    CsvRows, EventTime, FilePiece, FileRead, FileReader, Format, JsonRows, Replayed, TextRows,
    Timed, Untimed, csv, read_json_lines, read_lines,
};
pub use write::{FilePart, FileWrite, FileWriter, json_lines, lines};
