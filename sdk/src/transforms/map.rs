//! One element in, one out.

use crate::graph::erase;
use crate::{Element, PCollection};
use std::panic::Location;

impl<T: Element> PCollection<T> {
    /// What `f` makes of each element.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// let pipeline = Pipeline::new();
    /// let doubled = pipeline.create([21]).map(|n| n * 2).collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// assert_eq!(result.collected(&doubled), [42]);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    pub fn map<U: Element>(&self, f: impl Fn(T) -> U + Send + Sync + 'static) -> PCollection<U> {
        self.element_wise("Map", erase::map(f), false, Location::caller())
    }
}
