//! W2 as a pipeline: a source and a sink in memory, as an author would write them.

use super::{Check, DISORDER_MILLIS, Event};
use heliostat::graph::{ReadSpec, SinkStyle, WriteSpec};
use heliostat::prelude::*;
use heliostat::{Completion, Written};
use std::sync::{Arc, Mutex, PoisonError};

/// What a sum of W2 is, and where.
type Row = Windowed<(u64, i64)>;

/// Reads events that are in memory, in their order.
#[derive(Clone, Debug)]
pub struct EventSlice(pub Arc<Vec<Event>>);

/// Where it is in the events.
#[derive(Debug)]
pub struct EventSliceReader {
    events: Arc<Vec<Event>>,
    next: u64,
    end: u64,
    latest: Timestamp,
}

/// Looks at all rows and remembers their check.
#[derive(Clone, Debug, Default)]
pub struct Summed(Arc<Mutex<Check>>);

/// The check of one part.
#[derive(Debug)]
pub struct SummedWriter(Check);

/// The whole of W2 over these events; the check is there when it has run.
pub fn pipeline(events: Arc<Vec<Event>>) -> (Pipeline, Summed) {
    let (pipeline, summed) = (Pipeline::new(), Summed::default());
    sum_per_minute(&pipeline, events).windowed().write(summed.clone());
    (pipeline, summed)
}

/// W2 without what becomes of the sums.
pub fn sum_per_minute(pipeline: &Pipeline, events: Arc<Vec<Event>>) -> PCollection<(u64, i64)> {
    pipeline.read(EventSlice(events)).window(Window::fixed(minutes(1))).sum_per_key()
}

impl Read for EventSlice {
    type Element = (u64, i64);
    type Restriction = (u64, u64);
    type Reader = EventSliceReader;

    fn spec(&self) -> ReadSpec {
        ReadSpec {
            boundedness: Boundedness::Unbounded,
            has_watermark_policy: true,
            ..ReadSpec::bounded("events in memory")
        }
    }

    fn split(&self) -> Result<Vec<(u64, u64)>> {
        Ok(vec![(0, self.0.len() as u64)])
    }

    fn open(&self, (next, end): (u64, u64)) -> Result<EventSliceReader> {
        let events = Arc::clone(&self.0);
        Ok(EventSliceReader { events, next, end, latest: Timestamp::MIN })
    }
}

impl Reader for EventSliceReader {
    type Element = (u64, i64);
    type Restriction = (u64, u64);

    fn fill(&mut self, rows: &mut Rows<'_, (u64, i64)>, limit: usize) -> Result<Fill> {
        let end = self.end.min(self.next.saturating_add(limit as u64));
        let events = &self.events[index(self.next)..index(end)];
        let mut latest = self.latest;
        let values = events.iter().map(|event| (event.key, event.value));
        rows.extend(
            values,
            events.iter().map(|event| {
                latest = latest.max(event.at);
                event.at
            }),
        );
        (self.next, self.latest) = (end, latest);
        Ok(if self.next == self.end { Fill::Done } else { Fill::More })
    }

    fn position(&self) -> (u64, u64) {
        (self.next, self.end)
    }

    fn watermark(&self) -> Timestamp {
        self.latest - millis(DISORDER_MILLIS)
    }
}

fn index(at: u64) -> usize {
    usize::try_from(at).unwrap_or(usize::MAX)
}

impl Summed {
    /// What the last run gave.
    pub fn check(&self) -> Check {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Write for Summed {
    type Element = Row;
    type Committable = Check;
    type Writer = SummedWriter;

    fn spec(&self) -> WriteSpec {
        WriteSpec { style: SinkStyle::AtEnd, about: "a check".into() }
    }

    fn open(&self, _epoch: u64, _shard: u32) -> Result<SummedWriter> {
        Ok(SummedWriter(Check::default()))
    }

    fn commit(&self, parts: Vec<Check>, _completion: Completion) -> Result<Written> {
        let all = parts.into_iter().fold(Check::default(), |all, part| Check {
            rows: all.rows + part.rows,
            sum: all.sum + part.sum,
        });
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = all;
        Ok(Written { place: "memory".into(), elements: all.rows })
    }
}

impl Writer for SummedWriter {
    type Element = Row;
    type Committable = Check;

    fn write(&mut self, rows: &mut Vec<Row>) -> Result<()> {
        rows.drain(..).for_each(|row| self.0.add_row(&row));
        Ok(())
    }

    fn prepare(self) -> Result<Check> {
        Ok(self.0)
    }
}
