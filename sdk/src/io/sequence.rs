//! Whole numbers in order, as fast as wanted.

use super::{Fill, Read, Reader, Rows};
use crate::graph::ReadSpec;
use crate::{Boundedness, Clock, Duration, Result, SystemClock, Timestamp};
use std::ops::Range;

/// Whole numbers in order; made by [`generate_sequence`].
///
/// ```
/// use heliostat::prelude::*;
/// use heliostat_direct::DirectRunner;
///
/// let pipeline = Pipeline::new();
/// let numbers = pipeline.read(generate_sequence(0..4)).collect();
/// let result = DirectRunner::default().run(&pipeline)?;
/// assert_eq!(result.collected(&numbers).iter().sum::<u64>(), 6);
/// # Ok::<(), heliostat::RunError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Sequence {
    range: Range<u64>,
    rate: Option<Rate>,
    start: Timestamp,
    step: Duration,
    unbounded: bool,
}

#[derive(Clone, Copy, Debug)]
struct Rate {
    elements: u64,
    per: Duration,
}

/// The numbers of `range`; bounded, all at once, at timestamp MIN, until told otherwise.
///
/// ```
/// use heliostat::{Read, generate_sequence};
///
/// assert_eq!(generate_sequence(0..10).spec().about, "numbers 0 to 9");
/// ```
pub fn generate_sequence(range: Range<u64>) -> Sequence {
    Sequence { range, rate: None, start: Timestamp::MIN, step: Duration::ZERO, unbounded: false }
}

impl Sequence {
    /// At most `elements` numbers in each stretch of `per` processing time.
    ///
    /// # Panics
    /// If either is not positive.
    #[track_caller]
    #[must_use]
    pub fn rate(mut self, elements: u64, per: Duration) -> Self {
        assert!(0 < elements, "a rate needs at least 1 element");
        assert!(Duration::ZERO < per, "a rate needs a positive time, not {per}");
        self.rate = Some(Rate { elements, per });
        self
    }

    /// Number `n` of the range gets event time `start + n * step`.
    #[must_use]
    pub fn event_time(mut self, start: Timestamp, step: Duration) -> Self {
        (self.start, self.step) = (start, step);
        self
    }

    /// Declares it unbounded: its watermark follows its event time. It still ends with its range.
    #[must_use]
    pub fn unbounded(mut self) -> Self {
        self.unbounded = true;
        self
    }

    fn timestamp(&self, number: u64) -> Timestamp {
        let steps = i64::try_from(number - self.range.start).unwrap_or(i64::MAX);
        self.start + self.step * steps
    }
}

/// Reads a [`Sequence`].
#[derive(Debug)]
pub struct SequenceReader {
    sequence: Sequence,
    next: u64,
    /// When the first number was given, and which; the rate counts from there.
    began: Option<(Timestamp, u64)>,
}

impl Read for Sequence {
    type Element = u64;
    type Restriction = (u64, u64);
    type Reader = SequenceReader;

    fn spec(&self) -> ReadSpec {
        let about = match self.range.end.checked_sub(self.range.start) {
            None | Some(0) => "no numbers".into(),
            Some(_) => format!("numbers {} to {}", self.range.start, self.range.end - 1),
        };
        ReadSpec {
            boundedness: if self.unbounded { Boundedness::Unbounded } else { Boundedness::Bounded },
            has_watermark_policy: self.unbounded,
            ..ReadSpec::bounded(about)
        }
    }

    fn split(&self) -> Result<Vec<(u64, u64)>> {
        Ok(vec![(self.range.start, self.range.end)])
    }

    fn open(&self, (next, end): (u64, u64)) -> Result<SequenceReader> {
        let mut sequence = self.clone();
        sequence.range.end = end;
        Ok(SequenceReader { sequence, next, began: None })
    }
}

impl Reader for SequenceReader {
    type Element = u64;
    type Restriction = (u64, u64);

    fn fill(&mut self, rows: &mut Rows<'_, u64>, limit: usize) -> Result<Fill> {
        let end = self.sequence.range.end;
        let mut until = end.min(self.next.saturating_add(limit as u64));
        let mut idle = None;
        if let Some(rate) = self.sequence.rate {
            let now = SystemClock.now();
            let (began, first) = *self.began.get_or_insert((now, self.next));
            let passed = (now - began).millis().max(0).unsigned_abs();
            let per = rate.per.millis().unsigned_abs();
            let due = first.saturating_add((passed / per + 1).saturating_mul(rate.elements));
            if due < until {
                until = due.max(self.next);
                let next_stretch = i64::try_from(passed / per + 1).unwrap_or(i64::MAX);
                idle = Some(began + rate.per * next_stretch);
            }
        }
        let sequence = &self.sequence;
        rows.extend(self.next..until, (self.next..until).map(|n| sequence.timestamp(n)));
        self.next = until;
        if self.next >= end {
            return Ok(Fill::Done);
        }
        Ok(idle.map_or(Fill::More, Fill::Idle))
    }

    fn position(&self) -> (u64, u64) {
        (self.next, self.sequence.range.end)
    }

    fn watermark(&self) -> Timestamp {
        if self.next == self.sequence.range.start {
            return Timestamp::MIN;
        }
        self.sequence.timestamp(self.next)
    }
}
