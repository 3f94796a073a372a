//! Code that stands in for other code: what wraps a runner can stand between it and the author's.

use super::Functions;
use crate::graph::{KeyedFn, StepFn};
use crate::io::{ErasedRead, ErasedWrite};
use std::sync::Arc;

/// Each is for something that wraps a runner: it counts what the code does, guards it, or, as
/// `heliostat-conformance` does with wrappers that are wrong on purpose, disturbs it. What is put in
/// usually holds these `Functions` and calls what was there before.
impl Functions {
    /// The same with other code for a `ParDo` without state and timers.
    ///
    /// ```
    /// use heliostat::batch::Batch;
    /// use heliostat::graph::{StepFn, StepWork};
    /// use heliostat::prelude::*;
    /// use std::sync::Arc;
    ///
    /// struct Nothing;
    ///
    /// impl StepFn for Nothing {
    ///     fn setup(&self) -> Result<Box<dyn StepWork>> {
    ///         Err(Error::new("nothing is set up"))
    ///     }
    /// }
    ///
    /// let pipeline = Pipeline::new();
    /// pipeline.create([1]).map(|n: i64| n).named("Keep");
    /// let functions = pipeline.functions().with_step("Keep", Arc::new(Nothing));
    /// assert!(functions.step("Keep").setup().is_err());
    /// assert!(pipeline.functions().step("Keep").setup().is_ok());
    /// ```
    #[must_use]
    pub fn with_step(mut self, path: &str, code: Arc<dyn StepFn>) -> Self {
        self.steps.insert(path.to_owned(), code);
        self
    }

    /// The same with other code for a `ParDo` that works key by key; see [`with_step`](Self::with_step).
    ///
    /// ```
    /// use heliostat::graph::KeyedFn;
    /// use heliostat::graph::kernel::KeyGroups;
    /// use heliostat::graph::KeyedWork;
    /// use heliostat::prelude::*;
    /// use std::sync::Arc;
    ///
    /// struct Nothing;
    ///
    /// impl KeyedFn for Nothing {
    ///     fn setup(&self, _seed: u64) -> Result<Box<dyn KeyedWork>> {
    ///         Err(Error::new("nothing is set up"))
    ///     }
    ///
    ///     fn key_groups(&self, _seed: u64) -> Box<dyn KeyGroups> {
    ///         unreachable!("nobody asks")
    ///     }
    /// }
    ///
    /// let functions = Pipeline::new().functions().with_keyed("Count", Arc::new(Nothing));
    /// assert!(functions.keyed("Count").setup(0).is_err());
    /// ```
    #[must_use]
    pub fn with_keyed(mut self, path: &str, code: Arc<dyn KeyedFn>) -> Self {
        self.keyed.insert(path.to_owned(), code);
        self
    }

    /// The same with another source for a read; see [`with_step`](Self::with_step).
    ///
    /// ```
    /// use heliostat::erased_io::{ErasedRead, ErasedReader};
    /// use heliostat::prelude::*;
    /// use std::sync::Arc;
    ///
    /// struct Empty;
    ///
    /// impl ErasedRead for Empty {
    ///     fn split(&self) -> Result<Vec<Vec<u8>>> {
    ///         Ok(Vec::new())
    ///     }
    ///
    ///     fn open(&self, _restriction: &[u8]) -> Result<Box<dyn ErasedReader>> {
    ///         Err(Error::new("there is no piece"))
    ///     }
    /// }
    ///
    /// let functions = Pipeline::new().functions().with_read("Numbers", Arc::new(Empty));
    /// assert_eq!(functions.read("Numbers").split()?.len(), 0);
    /// # Ok::<(), Error>(())
    /// ```
    #[must_use]
    pub fn with_read(mut self, path: &str, source: Arc<dyn ErasedRead>) -> Self {
        self.reads.insert(path.to_owned(), source);
        self
    }

    /// The same with another sink for a write; see [`with_step`](Self::with_step).
    ///
    /// ```
    /// use heliostat::batch::Column;
    /// use heliostat::erased_io::{ErasedWrite, ErasedWriter};
    /// use heliostat::prelude::*;
    /// use heliostat::{Completion, Written};
    /// use std::sync::Arc;
    ///
    /// struct Nowhere;
    ///
    /// impl ErasedWrite for Nowhere {
    ///     fn open(&self, _epoch: u64, _shard: u32) -> Result<Box<dyn ErasedWriter>> {
    ///         Err(Error::new("there is nowhere to write to"))
    ///     }
    ///
    ///     fn commit(&self, _parts: Vec<Vec<u8>>, _: Completion) -> Result<Written> {
    ///         Ok(Written { place: "nowhere".into(), elements: 0 })
    ///     }
    ///
    ///     fn parts(&self, _column: &dyn Column) -> Vec<Vec<u8>> {
    ///         Vec::new()
    ///     }
    ///
    ///     fn recover(&self, _parts: &[Vec<u8>]) -> Result<()> {
    ///         Ok(())
    ///     }
    ///
    ///     fn discard(&self, _parts: Vec<Vec<u8>>) {}
    /// }
    ///
    /// let functions = Pipeline::new().functions().with_write("Shelve", Arc::new(Nowhere));
    /// let written = functions.write("Shelve").commit(Vec::new(), Completion::Complete)?;
    /// assert_eq!(written.place, "nowhere");
    /// # Ok::<(), Error>(())
    /// ```
    #[must_use]
    pub fn with_write(mut self, path: &str, sink: Arc<dyn ErasedWrite>) -> Self {
        self.writes.insert(path.to_owned(), sink);
        self
    }
}
