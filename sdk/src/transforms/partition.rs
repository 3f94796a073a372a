//! One collection as several.

use crate::graph::build::Code;
use crate::graph::{ParDoSpec, Transform, erase};
use crate::{Element, PCollection};
use std::panic::Location;

impl<T: Element> PCollection<T> {
    /// The elements in `parts` collections: each goes to the one whose number `part_of` gives for
    /// it, counted from 0. `part_of` is given the number of parts as well (model.md 9.1).
    ///
    /// A number that is no part fails the bundle.
    ///
    /// # Panics
    /// If there are no parts.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// let pipeline = Pipeline::new();
    /// let numbers = pipeline.create([1, 2, 3, 4, 6]);
    /// let by_rest = numbers.partition(3, |n, parts| *n as usize % parts);
    /// let by_rest: Vec<_> = by_rest.iter().map(PCollection::collect).collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// let sums: Vec<i32> =
    ///     by_rest.iter().map(|part| result.collected(part).iter().sum()).collect();
    /// assert_eq!(sums, [3 + 6, 1 + 4, 2]);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    pub fn partition(
        &self,
        parts: usize,
        part_of: impl Fn(&T, usize) -> usize + Send + Sync + 'static,
    ) -> Vec<PCollection<T>> {
        assert!(0 < parts, "a partition needs at least one part");
        let transform = Transform::ParDo(ParDoSpec::default());
        let step = self.builder.step("Partition", transform, &[self.id()], Location::caller());
        let code = erase::partition(move |element: &T| part_of(element, parts));
        self.builder.code(step, Code::Step(code));
        let edge = self.builder.edge(self.id());
        let output = |part| {
            let id = self.builder.output::<T>(step, &format!("part {part}"), edge.clone());
            PCollection::new(&self.builder, id, step)
        };
        (0..parts).map(output).collect()
    }
}
