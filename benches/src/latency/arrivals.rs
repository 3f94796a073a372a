//! A sink that notes how late each element is.

use super::{Histogram, Start};
use crate::check::{Check, Row};
use heliostat::graph::{SinkStyle, WriteSpec};
use heliostat::{Completion, Element, Result, Write, Writer, Written};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, PoisonError};

/// What arrived.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrivals {
    /// All of it.
    pub check: Check,
    /// From when an element was due until it arrived.
    pub since_due: Histogram,
    /// From when the source gave it.
    pub since_given: Histogram,
}

/// What is known of an element when it arrives; times are nanoseconds after the start.
#[derive(Clone, Copy, Debug)]
pub struct Arrival {
    /// What is checked of it.
    pub row: Row,
    /// When it was due, if that counts.
    pub due: Option<u64>,
    /// When the source gave it, if that is known.
    pub given: Option<u64>,
}

impl Arrivals {
    /// Takes elements that all arrived at this time. Those that came early are not late at all.
    pub fn note(&mut self, now: u64, elements: impl Iterator<Item = Arrival>) {
        for Arrival { row, due, given } in elements {
            self.check.add_row(row);
            if let Some(due) = due {
                self.since_due.note(now.saturating_sub(due), 1);
            }
            if let Some(given) = given {
                self.since_given.note(now.saturating_sub(given), 1);
            }
        }
    }

    /// Those of both.
    #[must_use]
    pub fn with(self, other: &Self) -> Self {
        Self {
            check: self.check.with(other.check),
            since_due: self.since_due.with(&other.since_due),
            since_given: self.since_given.with(&other.since_given),
        }
    }
}

/// Where the arrivals of a run are when it has ended.
#[derive(Clone, Debug, Default)]
pub struct Noted(Arc<Mutex<Arrivals>>);

/// The sink; `F` says what is known of an element.
pub struct NotedRows<T, F> {
    noted: Noted,
    start: Start,
    arrival: F,
    element: PhantomData<fn(&T)>,
}

/// What one part noted.
pub struct NotedWriter<T, F> {
    arrivals: Arrivals,
    start: Start,
    arrival: F,
    element: PhantomData<fn(&T)>,
}

impl Noted {
    /// A sink for elements of which this is known.
    pub fn rows<T, F: Fn(&T) -> Arrival>(&self, start: Start, arrival: F) -> NotedRows<T, F> {
        NotedRows { noted: self.clone(), start, arrival, element: PhantomData }
    }

    /// What arrived in the last run.
    pub fn take(&self) -> Arrivals {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<T: Element, F: Fn(&T) -> Arrival + Clone + Send + Sync + 'static> Write for NotedRows<T, F> {
    type Element = T;
    type Committable = Arrivals;
    type Writer = NotedWriter<T, F>;

    fn spec(&self) -> WriteSpec {
        WriteSpec { style: SinkStyle::AtEnd, about: "how late elements are".into() }
    }

    fn open(&self, _epoch: u64, _shard: u32) -> Result<NotedWriter<T, F>> {
        let (arrivals, arrival) = (Arrivals::default(), self.arrival.clone());
        Ok(NotedWriter { arrivals, start: self.start, arrival, element: PhantomData })
    }

    fn commit(&self, parts: Vec<Arrivals>, _completion: Completion) -> Result<Written> {
        let all = parts.iter().fold(Arrivals::default(), Arrivals::with);
        let elements = all.check.rows;
        *self.noted.0.lock().unwrap_or_else(PoisonError::into_inner) = all;
        Ok(Written { place: "memory".into(), elements })
    }
}

impl<T: Element, F: Fn(&T) -> Arrival + Send + 'static> Writer for NotedWriter<T, F> {
    type Element = T;
    type Committable = Arrivals;

    fn write(&mut self, elements: &mut Vec<T>) -> Result<()> {
        let now = self.start.ago().unwrap_or_default();
        let Self { arrivals, arrival, .. } = self;
        arrivals.note(now, elements.drain(..).map(|element| arrival(&element)));
        Ok(())
    }

    fn prepare(self) -> Result<Arrivals> {
        Ok(self.arrivals)
    }
}

impl<T, F> fmt::Debug for NotedRows<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NotedRows").finish_non_exhaustive()
    }
}

impl<T, F> fmt::Debug for NotedWriter<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NotedWriter").finish_non_exhaustive()
    }
}
