//! The contract of a sink: parts that are prepared, then committed as one.

use crate::graph::WriteSpec;
use crate::{Element, Result};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A sink: what is written appears at the commit, whole or not at all.
///
/// A run opens a writer per epoch and shard, prepares each, and commits what was prepared; a run
/// that fails discards it.
///
/// ```
/// use heliostat::prelude::*;
/// use heliostat::graph::{SinkStyle, WriteSpec};
/// use heliostat::{Completion, Written};
/// use heliostat_direct::DirectRunner;
/// use std::sync::{Arc, Mutex};
///
/// /// Remembers the largest number of the run.
/// #[derive(Clone, Default)]
/// struct Largest(Arc<Mutex<i64>>);
///
/// struct Looking(i64, u64);
///
/// impl Write for Largest {
///     type Element = i64;
///     type Committable = (i64, u64);
///     type Writer = Looking;
///
///     fn spec(&self) -> WriteSpec {
///         WriteSpec { style: SinkStyle::AtEnd, about: "the largest number".into() }
///     }
///
///     fn open(&self, _epoch: u64, _shard: u32) -> Result<Looking> {
///         Ok(Looking(i64::MIN, 0))
///     }
///
///     fn commit(&self, parts: Vec<(i64, u64)>, _: Completion) -> Result<Written> {
///         let largest = parts.iter().map(|part| part.0).max().unwrap_or(i64::MIN);
///         *self.0.lock().expect("no writer panics") = largest;
///         let elements = parts.iter().map(|part| part.1).sum();
///         Ok(Written { place: "memory".into(), elements })
///     }
/// }
///
/// impl Writer for Looking {
///     type Element = i64;
///     type Committable = (i64, u64);
///
///     fn write(&mut self, numbers: &mut Vec<i64>) -> Result<()> {
///         self.1 += numbers.len() as u64;
///         self.0 = numbers.drain(..).fold(self.0, i64::max);
///         Ok(())
///     }
///
///     fn prepare(self) -> Result<(i64, u64)> {
///         Ok((self.0, self.1))
///     }
/// }
///
/// let largest = Largest::default();
/// let pipeline = Pipeline::new();
/// pipeline.create([3, 7, 5]).write(largest.clone());
/// DirectRunner::default().run(&pipeline)?;
/// assert_eq!(*largest.0.lock().expect("no writer panics"), 7);
/// # Ok::<(), heliostat::RunError>(())
/// ```
pub trait Write: Send + Sync + 'static {
    /// What it takes.
    type Element: Element;
    /// What a prepared part is known by until it is committed.
    type Committable: Element;
    /// Writes one part.
    type Writer: Writer<Element = Self::Element, Committable = Self::Committable>;

    /// What is known of it before it is opened; must not touch the world.
    fn spec(&self) -> WriteSpec;

    /// Begins a part.
    ///
    /// # Errors
    /// If the place cannot be written to.
    fn open(&self, epoch: u64, shard: u32) -> Result<Self::Writer>;

    /// Lets the prepared parts appear, in this order. Doing it twice must change nothing.
    ///
    /// # Errors
    /// If they cannot appear; then nothing of them may.
    fn commit(&self, parts: Vec<Self::Committable>, completion: Completion) -> Result<Written>;

    /// Told, before anything is opened, which parts an earlier run had prepared and left to this
    /// one: its savepoint names them, and they are among those that this run commits, in front of
    /// its own. They may be looked at, and must stay: the savepoint can be used again.
    ///
    /// # Errors
    /// If a part is gone, so that it could not be committed; the run does not begin.
    fn recover(&self, pending: &[Self::Committable]) -> Result<()> {
        let _ = pending;
        Ok(())
    }

    /// Removes prepared parts of a run that failed; best effort. Those that it has from a
    /// savepoint are not among them.
    fn discard(&self, parts: Vec<Self::Committable>) {
        drop(parts);
    }
}

/// An open part of a sink; dropping it without `prepare` must leave nothing behind.
///
/// See [`Write`] for a whole one.
///
/// ```
/// use heliostat::{Result, Writer};
///
/// struct Counting(u64);
///
/// impl Writer for Counting {
///     type Element = String;
///     type Committable = u64;
///
///     fn write(&mut self, lines: &mut Vec<String>) -> Result<()> {
///         self.0 += lines.drain(..).count() as u64;
///         Ok(())
///     }
///
///     fn prepare(self) -> Result<u64> {
///         Ok(self.0)
///     }
/// }
///
/// let mut writer = Counting(0);
/// writer.write(&mut vec!["a".into(), "b".into()])?;
/// assert_eq!(writer.prepare()?, 2);
/// # Ok::<(), heliostat::Error>(())
/// ```
pub trait Writer: Send + 'static {
    /// What it takes.
    type Element: Element;
    /// What it is known by when it is prepared.
    type Committable: Element;

    /// Takes all of `elements`; what it leaves behind is dropped.
    ///
    /// # Errors
    /// If they cannot be written; the run fails.
    fn write(&mut self, elements: &mut Vec<Self::Element>) -> Result<()>;

    /// Makes the part durable without letting it appear.
    ///
    /// # Errors
    /// If it cannot be made durable; the run fails.
    fn prepare(self) -> Result<Self::Committable>;
}

/// Whether a run came to its end.
///
/// ```
/// use heliostat::Completion;
///
/// assert_ne!(Completion::Complete, Completion::Interrupted);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completion {
    /// All of the input went through.
    Complete,
    /// It was stopped: a sink that appears at the end appears under another name.
    Interrupted,
}

/// What a commit let appear.
///
/// ```
/// use heliostat::Written;
///
/// let written = Written { place: "out.jsonl".into(), elements: 1 };
/// assert_eq!(written.to_string(), "out.jsonl: 1 element");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// Where, for a person.
    pub place: String,
    /// How many elements.
    pub elements: u64,
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.elements == 1 { "" } else { "s" };
        write!(f, "{}: {} element{plural}", self.place, self.elements)
    }
}
