//! Only some of the elements.

use crate::graph::erase;
use crate::{Element, PCollection};
use std::panic::Location;

impl<T: Element> PCollection<T> {
    /// The elements for which `keep` says so.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// let pipeline = Pipeline::new();
    /// let even = pipeline.create([1, 2, 3]).filter(|n| n % 2 == 0).collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// assert_eq!(result.collected(&even), [2]);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    pub fn filter(&self, keep: impl Fn(&T) -> bool + Send + Sync + 'static) -> Self {
        self.element_wise("Filter", erase::filter(keep), false, Location::caller())
    }
}
