//! The handle an author builds a pipeline with.

use crate::graph::build::{Builder, Caller, Edge};
use crate::graph::{Composite, Functions, Graph, Transform};
use crate::{Element, PCollection, Windowing};
use std::fmt;
use std::panic::Location;
use std::rc::Rc;

/// A pipeline being built: add roots to it, and steps to the collections they give.
///
/// Building runs nothing. A runner runs what [`Pipeline::graph`] and [`Pipeline::functions`] hold.
///
/// ```
/// use heliostat::prelude::*;
/// use heliostat_direct::DirectRunner;
///
/// let pipeline = Pipeline::new();
/// let long_words = pipeline
///     .create(["heliostat", "keeps", "the", "beam"].map(String::from))
///     .filter(|word| word.len() > 4)
///     .collect();
/// let result = DirectRunner::default().run(&pipeline)?;
/// let mut words = result.collected(&long_words);
/// words.sort();
/// assert_eq!(words, ["heliostat", "keeps"]);
/// # Ok::<(), heliostat::RunError>(())
/// ```
#[derive(Clone, Default)]
pub struct Pipeline {
    pub(crate) builder: Rc<Builder>,
}

impl Pipeline {
    /// A pipeline without steps.
    pub fn new() -> Self {
        Self::default()
    }

    /// What has been built so far, as a value.
    pub fn graph(&self) -> Graph {
        self.builder.graph()
    }

    /// The code of what has been built so far.
    pub fn functions(&self) -> Functions {
        self.builder.functions()
    }

    /// A named part of the pipeline: the steps that `fill` adds get its name in front.
    ///
    /// ```
    /// use heliostat::prelude::*;
    ///
    /// let pipeline = Pipeline::new();
    /// pipeline.scope("Numbers", |pipeline| pipeline.create([1, 2, 3]));
    /// assert!(pipeline.graph().find("Numbers/Create").is_some());
    /// ```
    #[track_caller]
    pub fn scope<R>(&self, name: &str, fill: impl FnOnce(&Self) -> R) -> R {
        let caller = Location::caller();
        self.builder.composite((name, Composite::Named), &[], caller, |id| {
            self.builder.rename(id, name);
            fill(self)
        })
    }

    /// One empty element at the beginning of time, from which roots are made.
    pub(crate) fn impulse(&self, caller: Caller) -> PCollection<()> {
        let step = self.builder.step("Impulse", Transform::Impulse, &[], caller);
        let id = self.builder.output::<()>(step, "out", Edge::bounded());
        PCollection::new(&self.builder, id, step)
    }

    /// All elements of all collections (model.md 9.1); none for no collections.
    ///
    /// The inputs must have the same windows and triggers; preflight says so if not.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// let pipeline = Pipeline::new();
    /// let (odd, even) = (pipeline.create([1, 3]), pipeline.create([2, 4]));
    /// let all = pipeline.flatten([odd, even]).collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// let mut numbers = result.collected(&all);
    /// numbers.sort();
    /// assert_eq!(numbers, [1, 2, 3, 4]);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    pub fn flatten<T: Element>(
        &self,
        collections: impl IntoIterator<Item = PCollection<T>>,
    ) -> PCollection<T> {
        self.united(collections, Location::caller())
    }

    pub(crate) fn united<T: Element>(
        &self,
        collections: impl IntoIterator<Item = PCollection<T>>,
        caller: Caller,
    ) -> PCollection<T> {
        let inputs: Vec<_> = collections.into_iter().map(|collection| collection.id()).collect();
        let step = self.builder.step("Flatten", Transform::Flatten, &inputs, caller);
        let mut edges = inputs.iter().map(|&input| self.builder.edge(input));
        let edge = edges.next().map_or_else(Edge::bounded, |first| {
            edges.fold(first, |all, one| Edge {
                windowing: Windowing {
                    allowed_lateness: all
                        .windowing
                        .allowed_lateness
                        .max(one.windowing.allowed_lateness),
                    ..all.windowing
                },
                boundedness: all.boundedness.and(one.boundedness),
                can_end: all.can_end && one.can_end,
            })
        });
        let id = self.builder.output::<T>(step, "out", edge);
        PCollection::new(&self.builder, id, step)
    }
}

impl fmt::Debug for Pipeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pipeline").field("steps", &self.graph().steps().len()).finish()
    }
}
