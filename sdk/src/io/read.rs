//! The contract of a source: pieces, readers, rows.

use crate::batch::Lent;
use crate::graph::ReadSpec;
use crate::{Boundedness, Element, Result, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// A source: what there is to read, in pieces that can be read independently.
///
/// ```
/// use heliostat::prelude::*;
/// use heliostat::graph::ReadSpec;
/// use heliostat_direct::DirectRunner;
///
/// /// Counts down from its number.
/// struct Countdown(u64);
///
/// struct Counting(u64);
///
/// impl Read for Countdown {
///     type Element = u64;
///     type Restriction = u64;
///     type Reader = Counting;
///
///     fn spec(&self) -> ReadSpec {
///         ReadSpec::bounded("a countdown")
///     }
///
///     fn split(&self) -> Result<Vec<u64>> {
///         Ok(vec![self.0])
///     }
///
///     fn open(&self, from: u64) -> Result<Counting> {
///         Ok(Counting(from))
///     }
/// }
///
/// impl Reader for Counting {
///     type Element = u64;
///     type Restriction = u64;
///
///     fn fill(&mut self, rows: &mut Rows<'_, u64>, limit: usize) -> Result<Fill> {
///         while self.0 > 0 && rows.len() < limit {
///             rows.push(self.0, Timestamp::secs(10 - self.0 as i64));
///             self.0 -= 1;
///         }
///         Ok(if self.0 == 0 { Fill::Done } else { Fill::More })
///     }
///
///     fn position(&self) -> u64 {
///         self.0
///     }
///
///     fn watermark(&self) -> Timestamp {
///         Timestamp::MIN
///     }
/// }
///
/// let pipeline = Pipeline::new();
/// let seen = pipeline.read(Countdown(3)).collect();
/// let result = DirectRunner::default().run(&pipeline)?;
/// let mut numbers = result.collected(&seen);
/// numbers.sort();
/// assert_eq!(numbers, [1, 2, 3]);
/// # Ok::<(), heliostat::RunError>(())
/// ```
pub trait Read: Send + Sync + 'static {
    /// What it gives.
    type Element: Element;
    /// A piece of the source, or what is left of one.
    type Restriction: Element;
    /// Reads one piece.
    type Reader: Reader<Element = Self::Element, Restriction = Self::Restriction>;

    /// What is known of it before it is opened; must not touch the world.
    fn spec(&self) -> ReadSpec;

    /// Cuts the source into pieces. Called once, before anything is read.
    ///
    /// # Errors
    /// If the source is not there or cannot be understood; the run fails before any element.
    fn split(&self) -> Result<Vec<Self::Restriction>>;

    /// Opens one piece, or what is left of it.
    ///
    /// # Errors
    /// If it cannot be opened.
    fn open(&self, restriction: Self::Restriction) -> Result<Self::Reader>;
}

/// An open piece of a source.
///
/// See [`Read`] for a whole one.
///
/// ```
/// use heliostat::{Fill, Reader, Timestamp, generate_sequence, Read};
///
/// let sequence = generate_sequence(0..3);
/// let mut pieces = sequence.split()?;
/// let reader = sequence.open(pieces.remove(0))?;
/// assert_eq!(reader.watermark(), Timestamp::MIN);
/// # Ok::<(), heliostat::Error>(())
/// ```
pub trait Reader: Send + 'static {
    /// What it gives.
    type Element: Element;
    /// What it can be opened from again.
    type Restriction: Element;

    /// Adds at most `limit` rows: at most one bundle, which succeeds or fails together.
    ///
    /// # Errors
    /// If the source fails; the run ends. A row that cannot be understood is no error: reject it.
    fn fill(&mut self, rows: &mut Rows<'_, Self::Element>, limit: usize) -> Result<Fill>;

    /// What is left to read behind the last `fill`.
    fn position(&self) -> Self::Restriction;

    /// No row to come is earlier. Asked after each `fill`, and must never go back. A bounded read
    /// is not asked: its watermark is MIN until its end.
    fn watermark(&self) -> Timestamp;
}

/// What a `fill` found out about the rest.
///
/// ```
/// use heliostat::{Fill, Timestamp};
///
/// assert_ne!(Fill::More, Fill::Idle(Timestamp::secs(5)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fill {
    /// There may be more at once.
    More,
    /// Nothing more before this processing time.
    Idle(Timestamp),
    /// It is at its end.
    Done,
}

/// Where a reader puts its rows.
///
/// ```
/// use heliostat::{Rows, Timestamp};
///
/// let (mut values, mut times, mut bad) = (Vec::new(), Vec::new(), Vec::new());
/// let mut rows = Rows::new(&mut values, &mut times, &mut bad);
/// rows.push("a", Timestamp::secs(1));
/// assert_eq!(rows.len(), 1);
/// ```
#[derive(Debug)]
pub struct Rows<'a, T> {
    /// In front of `values`.
    lent: Option<Lent<T>>,
    values: &'a mut Vec<T>,
    timestamps: &'a mut Vec<Timestamp>,
    rejected: &'a mut Vec<BadRow>,
}

impl<'a, T> Rows<'a, T> {
    /// Rows that are added to these columns.
    pub fn new(
        values: &'a mut Vec<T>,
        timestamps: &'a mut Vec<Timestamp>,
        rejected: &'a mut Vec<BadRow>,
    ) -> Self {
        Self { lent: None, values, timestamps, rejected }
    }

    /// Adds a row with its event time.
    #[inline]
    pub fn push(&mut self, value: T, timestamp: Timestamp) {
        self.values.push(value);
        self.timestamps.push(timestamp);
    }

    /// Adds many rows; cheaper than one by one.
    pub fn extend(
        &mut self,
        values: impl IntoIterator<Item = T>,
        timestamps: impl IntoIterator<Item = Timestamp>,
    ) {
        self.values.extend(values);
        self.timestamps.extend(timestamps);
        assert_eq!(self.len(), self.timestamps.len(), "each row has one event time");
    }

    /// Adds rows that are in memory and stay there: steps that only look at them, as `filter` and
    /// `flat_map_into` do, see them in their place, and only what others take is cloned.
    ///
    /// ```
    /// use heliostat::{Rows, Timestamp};
    /// use std::sync::Arc;
    ///
    /// let all = Arc::new(vec!["a", "b", "c"]);
    /// let (mut values, mut times, mut bad) = (Vec::new(), Vec::new(), Vec::new());
    /// let mut rows = Rows::new(&mut values, &mut times, &mut bad);
    /// rows.lend(&all, 1..3, [1, 2].map(Timestamp::secs));
    /// assert_eq!(rows.len(), 2);
    /// ```
    ///
    /// # Panics
    /// If there are not so many values, or not as many timestamps as values.
    pub fn lend(
        &mut self,
        all: &Arc<Vec<T>>,
        range: Range<usize>,
        timestamps: impl IntoIterator<Item = Timestamp>,
    ) where
        T: Clone,
    {
        let follows =
            self.values.is_empty() && self.lent.as_mut().is_none_or(|lent| lent.grow(all, &range));
        if !follows {
            self.values.extend_from_slice(&all[range]);
        } else if self.lent.is_none() {
            self.lent = Some(Lent::of(all, range));
        }
        self.timestamps.extend(timestamps);
        assert_eq!(self.len(), self.timestamps.len(), "each row has one event time");
    }

    /// What was lent, if that is all there is; else all is among the values now.
    pub(super) fn into_lent(self) -> Option<Lent<T>>
    where
        T: Clone,
    {
        let lent = self.lent?;
        if self.values.is_empty() {
            return Some(lent);
        }
        self.values.splice(0..0, lent.values().iter().cloned());
        None
    }

    /// Says that a row could not be understood: it is counted, shown, and available as an output.
    pub fn reject(&mut self, row: BadRow) {
        self.rejected.push(row);
    }

    /// How many rows this bundle has, rejected ones not counted.
    pub fn len(&self) -> usize {
        self.lent.as_ref().map_or(0, |lent| lent.values().len()) + self.values.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A row that a source could not understand.
///
/// ```
/// use heliostat::BadRow;
///
/// let row = BadRow { file: "a.csv".into(), line: 7, reason: "no such month".into() };
/// assert_eq!(row.to_string(), "a.csv:7: no such month");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BadRow {
    /// The file, or whatever the source calls the place.
    pub file: String,
    /// Counted from 1.
    pub line: u64,
    /// Why it is bad.
    pub reason: String,
}

impl fmt::Display for BadRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.reason)
    }
}

impl ReadSpec {
    /// A read that is all there.
    pub fn bounded(about: impl Into<String>) -> Self {
        Self {
            boundedness: Boundedness::Bounded,
            can_end: true,
            has_watermark_policy: false,
            about: about.into(),
        }
    }
}
