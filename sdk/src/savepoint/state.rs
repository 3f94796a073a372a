//! The state of one step, by what kind of step it is.

use super::{CodedType, QueuedBatch, Row};
use crate::graph::{CellSpec, TimerSpec};
use crate::{BadRow, Interval, PaneInfo, StepMetrics, Timestamp, Windowing};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What one step left.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepState {
    /// What it did so far, in all runs up to here.
    pub metrics: StepMetrics,
    /// The first bad rows of a read, of which no more are told.
    pub bad_rows: Vec<BadRow>,
    /// What waits in front of it.
    pub pending: Vec<QueuedBatch>,
    /// What it remembers.
    pub kind: StepKind,
}

impl StepState {
    /// A step that remembers this and has done nothing that is counted.
    pub fn of(kind: StepKind) -> Self {
        Self { metrics: StepMetrics::default(), bad_rows: Vec::new(), pending: Vec::new(), kind }
    }
}

/// What a step remembers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum StepKind {
    /// Nothing: only its counts, and what waits in front of it.
    Stateless,
    /// A grouping, or a combine as such: its state stands under the path of the combine.
    Grouping(GroupingState),
    /// A `ParDo` with state cells, timers or sorted input.
    Keyed(KeyedState),
    /// A side input.
    View(ViewState),
    /// A read.
    Read(ReadState),
    /// A test stream.
    Script(ScriptState),
    /// An impulse.
    Impulse {
        /// Whether it has given its element.
        given: bool,
    },
    /// A write.
    Write(WriteState),
}

impl StepKind {
    /// What it is called.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Stateless => "stateless",
            Self::Grouping(_) => "grouping",
            Self::Keyed(_) => "state cells",
            Self::View(_) => "view",
            Self::Read(_) => "read",
            Self::Script(_) => "script",
            Self::Impulse { .. } => "impulse",
            Self::Write(_) => "write",
        }
    }
}

/// What a grouping remembers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GroupingState {
    /// Its input watermark.
    pub input_watermark: Timestamp,
    /// Its output watermark.
    pub output_watermark: Timestamp,
    /// The windowing of its input. Written as JSON, so that it can be read and compared by what
    /// knows nothing of windows.
    #[serde(with = "super::file::as_json")]
    pub windowing: Windowing,
    /// The type of its keys.
    pub key: CodedType,
    /// The type of what it keeps of a key and window: an accumulator, or the list of the values.
    pub accumulator: CodedType,
    /// One per key and window, and per key and slice.
    pub rows: Vec<Row>,
}

/// What a `ParDo` with state remembers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeyedState {
    /// Its input watermark.
    pub input_watermark: Timestamp,
    /// Its output watermark.
    pub output_watermark: Timestamp,
    /// The windowing of its input, written as JSON.
    #[serde(with = "super::file::as_json")]
    pub windowing: Windowing,
    /// The type of its keys.
    pub key: CodedType,
    /// The cells it declares.
    pub cells: Vec<CellSpec>,
    /// The timers it declares.
    pub timers: Vec<TimerSpec>,
    /// One per key and window.
    pub rows: Vec<Row>,
}

/// What a side input remembers: the latest pane of each window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ViewState {
    /// The watermark of the view: windows that end before it have all their panes.
    pub watermark: Timestamp,
    /// The type of a pane's element.
    pub element: CodedType,
    /// The panes, in the order of their windows.
    pub panes: Vec<ViewPane>,
}

/// The latest pane of one window of a side input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ViewPane {
    /// The window.
    pub window: Interval,
    /// Which pane it is.
    pub pane: PaneInfo,
    /// The element of the view's collection, by its coder.
    #[serde(with = "super::file::as_bytes")]
    pub element: Vec<u8>,
}

/// What a read remembers: what is left of each piece of the source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadState {
    /// The pieces, in the order of the split.
    pub pieces: Vec<ReadPiece>,
}

/// What is left of one piece of a source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadPiece {
    /// What is left to read: the restriction that the reader's `position` gave, by its coder.
    #[serde(with = "super::file::as_bytes")]
    pub restriction: Vec<u8>,
    /// The watermark of the piece.
    pub watermark: Timestamp,
    /// Until when it has nothing, in processing time, if it said so.
    pub idle_until: Option<Timestamp>,
    /// Whether it has come to its end; it is not opened again.
    pub done: bool,
}

/// How far a script has been played.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScriptState {
    /// The number of its events that were played.
    pub position: u64,
    /// The watermark of each stream, by its name.
    pub watermarks: BTreeMap<String, Timestamp>,
    /// The processing time it has reached.
    pub processing_time: Timestamp,
}

/// What a write remembers: the parts that are prepared and that nobody has committed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WriteState {
    /// The next epoch: no part of it was opened yet.
    pub epoch: u64,
    /// The committables, by their coder, in the order of epoch and shard.
    pub committables: Vec<Vec<u8>>,
}
