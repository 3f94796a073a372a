//! What a round tells while a run goes: how much went through, how far it is, what it keeps.

use super::DropCounts;
use crate::Timestamp;
use serde::{Deserialize, Serialize, Serializer};

/// What one round of a run did, and how far the run is behind it.
///
/// As JSON it also has what follows from its fields: the elements of all reads together, elements
/// per second, and the rows and bytes of all state together.
///
/// ```
/// use heliostat::{DropCounts, ReadProgress, RoundProgress, RunEvent, Timestamp};
///
/// let watermark = Timestamp::secs(60);
/// let read = ReadProgress { step: "Read".into(), elements: 500, bad_rows: 0, watermark };
/// let round = RoundProgress {
///     round: 3,
///     reads: vec![read],
///     processed: 1_500,
///     watermark,
///     state: Vec::new(),
///     dropped: DropCounts::default(),
///     read_micros: 600,
///     settle_micros: 300,
///     commit_micros: 100,
/// };
/// assert_eq!((round.elements(), round.micros()), (500, 1_000));
/// assert_eq!(round.elements_per_second(), 500_000);
/// let json = serde_json::to_string(&RunEvent::Round(round)).expect("an event is plain data");
/// assert!(json.starts_with(r#"{"event":"round","round":3,"elements":500,"#));
/// ```
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct RoundProgress {
    /// Which one it is; the first of a run is 1.
    pub round: u64,
    /// All reads, in the order of the graph.
    pub reads: Vec<ReadProgress>,
    /// Elements that steps took since the round before; every step that takes an element counts it.
    pub processed: u64,
    /// How far the slowest read, grouping or step behind an exchange is.
    pub watermark: Timestamp,
    /// All that keeps state: groupings and steps with state, in the order data meets them.
    pub state: Vec<StateProgress>,
    /// Elements that steps dropped since the round before.
    pub dropped: DropCounts,
    /// How long it took to read, and to do what follows up to the next grouping or exchange.
    pub read_micros: u64,
    /// How long everything behind that took.
    pub settle_micros: u64,
    /// How long sinks took over what they were handed.
    pub commit_micros: u64,
}

/// What a read gave in a round, and how far it is.
///
/// ```
/// use heliostat::{ReadProgress, Timestamp};
///
/// let watermark = Timestamp::MAX;
/// let read = ReadProgress { step: "Read".into(), elements: 0, bad_rows: 0, watermark };
/// assert_eq!(read.watermark, Timestamp::MAX, "it is at its end");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadProgress {
    /// Its path.
    pub step: String,
    /// Elements it gave since the round before.
    pub elements: u64,
    /// Rows it could not understand since the round before.
    pub bad_rows: u64,
    /// How far it is.
    pub watermark: Timestamp,
}

/// What a grouping or a step keeps behind a round, and how far it is.
///
/// ```
/// use heliostat::{StateProgress, Timestamp};
///
/// let watermark = Timestamp::MAX;
/// let state = StateProgress { step: "Sum".into(), rows: 7, bytes: Some(400), watermark };
/// assert_eq!(state.bytes.map(|bytes| bytes / state.rows), Some(57));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateProgress {
    /// Its path.
    pub step: String,
    /// Pairs of a key and a window, or a slice that windows share, as they were last counted. A
    /// runner need not count them in every round.
    pub rows: u64,
    /// An estimate of the bytes they take in memory. `None` where it is not known.
    pub bytes: Option<u64>,
    /// How far it is: nothing that comes out of it is earlier.
    pub watermark: Timestamp,
}

impl RoundProgress {
    /// Elements that all reads gave since the round before.
    pub fn elements(&self) -> u64 {
        self.reads.iter().map(|read| read.elements).sum()
    }

    /// How long the round took.
    pub fn micros(&self) -> u64 {
        self.read_micros + self.settle_micros + self.commit_micros
    }

    /// [`RoundProgress::elements`] in a second of this round.
    pub fn elements_per_second(&self) -> u64 {
        self.per_second(self.elements())
    }

    /// [`RoundProgress::processed`] in a second of this round.
    pub fn processed_per_second(&self) -> u64 {
        self.per_second(self.processed)
    }

    fn per_second(&self, count: u64) -> u64 {
        let per_second = u128::from(count) * 1_000_000 / u128::from(self.micros().max(1));
        u64::try_from(per_second).unwrap_or(u64::MAX)
    }
}

/// A line of JSON: the fields and what follows from them, in the order people look for it.
#[derive(Serialize)]
struct Line<'a> {
    round: u64,
    elements: u64,
    elements_per_second: u64,
    processed: u64,
    processed_per_second: u64,
    watermark: Timestamp,
    reads: &'a [ReadProgress],
    state_rows: u64,
    state_bytes: u64,
    state: &'a [StateProgress],
    dropped: DropCounts,
    read_micros: u64,
    settle_micros: u64,
    commit_micros: u64,
}

impl Serialize for RoundProgress {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let line = Line {
            round: self.round,
            elements: self.elements(),
            elements_per_second: self.elements_per_second(),
            processed: self.processed,
            processed_per_second: self.processed_per_second(),
            watermark: self.watermark,
            reads: &self.reads,
            state_rows: self.state.iter().map(|state| state.rows).sum(),
            state_bytes: self.state.iter().filter_map(|state| state.bytes).sum(),
            state: &self.state,
            dropped: self.dropped,
            read_micros: self.read_micros,
            settle_micros: self.settle_micros,
            commit_micros: self.commit_micros,
        };
        line.serialize(serializer)
    }
}
