//! The end of a branch: elements into a sink.

use crate::graph::build::{Builder, Caller, Code, Edge};
use crate::graph::{Composite, ParDoSpec, Transform, TransformId};
use crate::io::{Collected, Commit, MemoryWrite, TypedWrite, WriteParts};
use crate::{Element, PCollection, Windowing, Write, Written};
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

    /// Lets the step take what a savepoint has under this path, which it had before it was
    /// renamed or moved. Ends with its name, if it is to have one:
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_files::lines;
    ///
    /// let pipeline = Pipeline::new();
    /// pipeline.create([1]).write(lines("numbers.txt")).formerly("Write").named("Numbers");
    /// let graph = pipeline.graph();
    /// assert_eq!(graph.find("Numbers").expect("it was just built").formerly, ["Write"]);
    /// ```
    #[must_use = "the path is noted at once; what it returns can still be named"]
    pub fn formerly(self, path: &str) -> Self {
        self.builder.formerly(self.step, path);
        self
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
        let builder = &self.builder;
        let composite = Composite::Write(sink.spec());
        let sink = Arc::new(sink);
        let step = builder.composite((name, composite), &[self.id()], caller, |id| {
            builder.code(id, Code::Write(Arc::new(TypedWrite(Arc::clone(&sink)))));
            self.parts(Arc::clone(&sink), caller).reshuffled(caller).committed(sink, caller);
            id
        });
        WriteStep { builder: Rc::clone(builder), step }
    }

    /// A part of the sink for each bundle, by number and committable.
    fn parts<W: Write<Element = T>>(
        &self,
        sink: Arc<W>,
        caller: Caller,
    ) -> PCollection<(u32, W::Committable)> {
        let transform = Transform::ParDo(ParDoSpec::default());
        let step = self.builder.step("Parts", transform, &[self.id()], caller);
        self.builder.code(step, Code::Step(Arc::new(WriteParts(sink))));
        let edge = self.builder.edge(self.id());
        // A part holds elements of many windows: it lies in none of them.
        let edge = Edge { windowing: Windowing::default(), ..edge };
        let id = self.builder.output::<(u32, W::Committable)>(step, "out", edge);
        PCollection::new(&self.builder, id, step)
    }
}

impl<C: Element> PCollection<(u32, C)> {
    fn committed<W: Write<Committable = C>>(&self, sink: Arc<W>, caller: Caller) {
        let spec = ParDoSpec { stable_input: true, commits: true, ..ParDoSpec::default() };
        let step = self.builder.step("Commit", Transform::ParDo(spec), &[self.id()], caller);
        self.builder.code(step, Code::Step(Arc::new(Commit(sink))));
        self.builder.output::<Written>(step, "out", self.builder.edge(self.id()));
    }
}
