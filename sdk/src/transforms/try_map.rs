//! One element in, one out, or a dead letter.

use crate::graph::build::Code;
use crate::graph::{ParDoSpec, Transform, erase};
use crate::{DeadLetter, Element, PCollection};
use std::fmt::Display;
use std::panic::Location;

impl<T: Element> PCollection<T> {
    /// What `f` makes of each element, and the elements on which it failed.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// let pipeline = Pipeline::new();
    /// let (numbers, bad) =
    ///     pipeline.create(["7", "seven"].map(str::to_owned)).try_map(|text| text.parse::<i64>());
    /// let (numbers, bad) = (numbers.collect(), bad.collect());
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// assert_eq!(result.collected(&numbers), [7]);
    /// assert_eq!(result.collected(&bad)[0].element, "seven");
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    pub fn try_map<U: Element, E: Display>(
        &self,
        f: impl Fn(&T) -> Result<U, E> + Send + Sync + 'static,
    ) -> (PCollection<U>, PCollection<DeadLetter<T>>) {
        let code = erase::split(move |element: T| {
            f(&element).map_err(|error| DeadLetter { error: error.to_string(), element })
        });
        let transform = Transform::ParDo(ParDoSpec::default());
        let step = self.builder.step("Try map", transform, &[self.id()], Location::caller());
        self.builder.code(step, Code::Step(code));
        let edge = self.builder.edge(self.id());
        let main = self.builder.output::<U>(step, "out", edge.clone());
        let dead = self.builder.output::<DeadLetter<T>>(step, "dead letters", edge);
        (PCollection::new(&self.builder, main, step), PCollection::new(&self.builder, dead, step))
    }
}
