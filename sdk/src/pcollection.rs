//! A typed pointer to an edge of the graph.

use crate::Element;
use crate::graph::build::{Builder, Caller, Code};
use crate::graph::{CollectionId, Composite, ParDoSpec, StepFn, Transform, TransformId};
use std::fmt;
use std::marker::PhantomData;
use std::panic::Location;
use std::rc::Rc;
use std::sync::Arc;

/// A collection of elements of one type, somewhere in a pipeline.
///
/// It holds no elements: its methods add steps to the pipeline. Cloning it lets several steps
/// read it.
///
/// ```
/// use heliostat::prelude::*;
/// use heliostat_direct::DirectRunner;
///
/// let pipeline = Pipeline::new();
/// let sums = pipeline
///     .create([("a", 1), ("b", 2), ("a", 3)].map(|(k, v)| (k.to_string(), v)))
///     .sum_per_key()
///     .collect();
/// let result = DirectRunner::default().run(&pipeline)?;
/// let mut pairs = result.collected(&sums);
/// pairs.sort();
/// assert_eq!(pairs, [("a".to_string(), 4), ("b".to_string(), 2)]);
/// # Ok::<(), heliostat::RunError>(())
/// ```
pub struct PCollection<T> {
    pub(crate) builder: Rc<Builder>,
    id: CollectionId,
    /// The outermost step that the call which made it added: what `.named` names.
    step: TransformId,
    element: PhantomData<fn() -> T>,
}

impl<T> Clone for PCollection<T> {
    fn clone(&self) -> Self {
        Self::new(&self.builder, self.id, self.step)
    }
}

impl<T> PCollection<T> {
    pub(crate) fn new(builder: &Rc<Builder>, id: CollectionId, step: TransformId) -> Self {
        Self { builder: Rc::clone(builder), id, step, element: PhantomData }
    }

    /// Its name in the graph.
    pub fn id(&self) -> CollectionId {
        self.id
    }

    /// What `.named` names.
    pub(crate) fn step(&self) -> TransformId {
        self.step
    }

    pub(crate) fn made_by(&self, step: TransformId) -> Self {
        Self::new(&self.builder, self.id, step)
    }

    /// Names the step that makes it, for errors, metrics and drawings; names must be unique
    /// among their siblings.
    ///
    /// ```
    /// use heliostat::prelude::*;
    ///
    /// let pipeline = Pipeline::new();
    /// pipeline.create([1]).map(|n| n + 1).named("Add one");
    /// assert!(pipeline.graph().find("Add one").is_some());
    /// ```
    #[must_use = "the name is given at once, but what it returns is the collection to go on with"]
    pub fn named(self, name: &str) -> Self {
        self.builder.rename(self.step, name);
        self
    }

    /// Lets the step take what a savepoint has under this path, which it had before it was
    /// renamed or moved. A former path of a step made of others is one of its parts, too.
    ///
    /// ```
    /// use heliostat::prelude::*;
    ///
    /// let pipeline = Pipeline::new();
    /// pipeline.create([1]).sum_globally().named("Total").formerly("Sum globally");
    /// let graph = pipeline.graph();
    /// assert_eq!(graph.find("Total").expect("it was just built").formerly, ["Sum globally"]);
    /// ```
    #[must_use = "the path is noted at once, but what it returns is the collection to go on with"]
    pub fn formerly(self, path: &str) -> Self {
        self.builder.formerly(self.step, path);
        self
    }
}

impl<T: Element> PCollection<T> {
    /// A named part of the pipeline: the steps that `part` adds get its name in front.
    ///
    /// ```
    /// use heliostat::prelude::*;
    ///
    /// fn cleaned(lines: PCollection<String>) -> PCollection<String> {
    ///     lines.map(|line| line.trim().to_owned()).filter(|line| !line.is_empty())
    /// }
    ///
    /// let pipeline = Pipeline::new();
    /// pipeline.create([" a ".to_owned()]).apply("Clean", cleaned);
    /// assert!(pipeline.graph().find("Clean/Filter").is_some());
    /// ```
    #[track_caller]
    pub fn apply<R>(self, name: &str, part: impl FnOnce(Self) -> R) -> R {
        let builder = Rc::clone(&self.builder);
        builder.composite((name, Composite::Named), &[self.id], Location::caller(), |id| {
            builder.rename(id, name);
            part(self)
        })
    }

    /// Adds a `ParDo` with one output.
    pub(crate) fn element_wise<U: Element>(
        &self,
        name: &str,
        code: Arc<dyn StepFn>,
        moves_timestamps: bool,
        caller: Caller,
    ) -> PCollection<U> {
        let spec = ParDoSpec { moves_timestamps, ..ParDoSpec::default() };
        self.par_do_of(name, spec, code, caller)
    }

    /// Adds a `ParDo` with one output that is more than its code.
    pub(crate) fn par_do_of<U: Element>(
        &self,
        name: &str,
        spec: ParDoSpec,
        code: Arc<dyn StepFn>,
        caller: Caller,
    ) -> PCollection<U> {
        let transform = Transform::ParDo(spec);
        let step = self.builder.step(name, transform, &[self.id], caller);
        self.builder.code(step, Code::Step(code));
        let id = self.builder.output::<U>(step, "out", self.builder.edge(self.id));
        PCollection::new(&self.builder, id, step)
    }
}

impl<T> fmt::Debug for PCollection<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PCollection<{}>({})", std::any::type_name::<T>(), self.id.0)
    }
}
