//! Elements from a source.

use crate::graph::build::{Code, Edge};
use crate::graph::{Composite, Transform};
use crate::io::TypedRead;
use crate::{BadRow, PCollection, Pipeline, Read, Windowing};
use std::panic::Location;
use std::sync::Arc;

impl Pipeline {
    /// The rows of a source. Rows it cannot understand are counted, and the first few are shown.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// let pipeline = Pipeline::new();
    /// let numbers = pipeline.read(generate_sequence(0..3)).collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// assert_eq!(result.collected(&numbers).len(), 3);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    pub fn read<R: Read>(&self, source: R) -> PCollection<R::Element> {
        self.read_or_dead_letter(source).0
    }

    /// The rows of a source, and the rows it could not understand.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// let pipeline = Pipeline::new();
    /// let (numbers, bad) = pipeline.read_or_dead_letter(generate_sequence(0..3));
    /// let (numbers, bad) = (numbers.collect(), bad.collect());
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// assert_eq!(result.collected(&numbers).len(), 3);
    /// assert!(result.collected(&bad).is_empty());
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    pub fn read_or_dead_letter<R: Read>(
        &self,
        source: R,
    ) -> (PCollection<R::Element>, PCollection<BadRow>) {
        let spec = source.spec();
        let edge = Edge {
            windowing: Windowing::default(),
            boundedness: spec.boundedness,
            can_end: spec.can_end,
        };
        let transform = Transform::Composite(Composite::Read(spec));
        let step = self.builder.step("Read", transform, &[], Location::caller());
        self.builder.code(step, Code::Read(Arc::new(TypedRead(source))));
        let rows = self.builder.output::<R::Element>(step, "out", edge.clone());
        let bad_rows = self.builder.output::<BadRow>(step, "bad rows", edge);
        (
            PCollection::new(&self.builder, rows, step),
            PCollection::new(&self.builder, bad_rows, step),
        )
    }
}
