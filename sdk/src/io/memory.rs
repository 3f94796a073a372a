//! A sink in memory, for tests and small results.

use super::{Completion, Write, Writer, Written};
use crate::graph::{SinkStyle, WriteSpec};
use crate::{Element, Result};
use std::sync::{Arc, Mutex, PoisonError};

/// What a collection held at the end of a run; read it with
/// [`RunResult::collected`](crate::RunResult::collected).
///
/// ```
/// use heliostat::prelude::*;
/// use heliostat_direct::DirectRunner;
///
/// let pipeline = Pipeline::new();
/// let doubled = pipeline.create([1, 2]).map(|n| n * 2).collect();
/// let result = DirectRunner::default().run(&pipeline)?;
/// let mut numbers = result.collected(&doubled);
/// numbers.sort();
/// assert_eq!(numbers, [2, 4]);
/// # Ok::<(), heliostat::RunError>(())
/// ```
#[derive(Debug)]
pub struct Collected<T> {
    values: Arc<Mutex<Vec<T>>>,
}

impl<T> Clone for Collected<T> {
    fn clone(&self) -> Self {
        Self { values: Arc::clone(&self.values) }
    }
}

impl<T: Element> Collected<T> {
    pub(crate) fn new() -> Self {
        Self { values: Arc::default() }
    }

    pub(crate) fn values(&self) -> Vec<T> {
        self.values.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Where such a sink writes to, for a person.
pub(crate) const MEMORY: &str = "memory";

/// Puts what it is given into a [`Collected`]; a later run replaces it.
pub(crate) struct MemoryWrite<T> {
    pub(crate) into: Collected<T>,
}

pub(crate) struct MemoryWriter<T> {
    values: Vec<T>,
}

impl<T: Element> Write for MemoryWrite<T> {
    type Element = T;
    type Committable = Vec<T>;
    type Writer = MemoryWriter<T>;

    fn spec(&self) -> WriteSpec {
        WriteSpec { style: SinkStyle::AtEnd, about: MEMORY.into() }
    }

    fn open(&self, _epoch: u64, _shard: u32) -> Result<MemoryWriter<T>> {
        Ok(MemoryWriter { values: Vec::new() })
    }

    fn commit(&self, parts: Vec<Vec<T>>, _completion: Completion) -> Result<Written> {
        let values: Vec<T> = parts.into_iter().flatten().collect();
        let elements = values.len() as u64;
        *self.into.values.lock().unwrap_or_else(PoisonError::into_inner) = values;
        Ok(Written { place: MEMORY.into(), elements })
    }
}

impl<T: Element> Writer for MemoryWriter<T> {
    type Element = T;
    type Committable = Vec<T>;

    fn write(&mut self, elements: &mut Vec<T>) -> Result<()> {
        self.values.append(elements);
        Ok(())
    }

    fn prepare(self) -> Result<Vec<T>> {
        Ok(self.values)
    }
}
