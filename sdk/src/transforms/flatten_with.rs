//! Two collections as one.

use crate::{Element, PCollection, Pipeline};
use std::rc::Rc;

impl<T: Element> PCollection<T> {
    /// The elements of both; see [`Pipeline::flatten`] for more than two.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// let pipeline = Pipeline::new();
    /// let both = pipeline.create([1]).flatten_with(&pipeline.create([2])).collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// assert_eq!(result.collected(&both).len(), 2);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    pub fn flatten_with(&self, other: &Self) -> Self {
        let pipeline = Pipeline { builder: Rc::clone(&self.builder) };
        pipeline.flatten([self.clone(), other.clone()])
    }
}
