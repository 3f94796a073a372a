//! The end of a branch: elements into a sink.

use crate::graph::build::{Builder, Caller, Code};
use crate::graph::{Composite, Transform, TransformId};
use crate::io::{Collected, MemoryWrite, TypedWrite};
use crate::{Element, PCollection, Write};
use std::fmt;
use std::panic::Location;
use std::rc::Rc;
use std::sync::Arc;

/// A write, while it can still be named.
///
/// ```
/// use heliostat::prelude::*;
/// use heliostat_files::json_lines;
///
/// let pipeline = Pipeline::new();
/// pipeline.create([1]).write(json_lines("numbers.jsonl")).named("Numbers");
/// assert!(pipeline.graph().find("Numbers").is_some());
/// ```
pub struct WriteStep {
    builder: Rc<Builder>,
    step: TransformId,
}

impl WriteStep {
    /// Names the step.
    pub fn named(self, name: &str) {
        self.builder.rename(self.step, name);
    }
}

impl fmt::Debug for WriteStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WriteStep({:?})", self.step)
    }
}

impl<T: Element> PCollection<T> {
    /// Writes all elements to a sink, where they appear whole or not at all.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_files::json_lines;
    ///
    /// let pipeline = Pipeline::new();
    /// pipeline.create([1]).write(json_lines("numbers.jsonl"));
    /// assert!(pipeline.graph().find("Write").is_some());
    /// ```
    #[track_caller]
    pub fn write<W: Write<Element = T>>(&self, sink: W) -> WriteStep {
        self.written("Write", sink, Location::caller())
    }

    /// Keeps all elements in memory, for [`RunResult::collected`](crate::RunResult::collected).
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// let pipeline = Pipeline::new();
    /// let numbers = pipeline.create([1]).collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// assert_eq!(result.collected(&numbers), [1]);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    pub fn collect(&self) -> Collected<T> {
        let collected = Collected::new();
        let sink = MemoryWrite { into: collected.clone() };
        self.written("Collect", sink, Location::caller());
        collected
    }

    fn written<W: Write<Element = T>>(&self, name: &str, sink: W, caller: Caller) -> WriteStep {
        let transform = Transform::Composite(Composite::Write(sink.spec()));
        let step = self.builder.step(name, transform, &[self.id()], caller);
        self.builder.code(step, Code::Write(Arc::new(TypedWrite(sink))));
        WriteStep { builder: Rc::clone(&self.builder), step }
    }
}
