//! The mean of numbers.

use super::group_by_key::DroppedOutput;
use crate::{Element, Key, Mean, Number, PCollection};
use std::panic::Location;

impl<N: Number> PCollection<N> {
    /// The mean of all elements; NaN for none.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// let pipeline = Pipeline::new();
    /// let mean = pipeline.create([1, 2]).mean_globally().collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// assert_eq!(result.collected(&mean), [1.5]);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    pub fn mean_globally(&self) -> PCollection<f64> {
        self.global("Mean globally", Mean, Location::caller())
    }
}

impl<K: Element, N: Number> PCollection<(K, N)> {
    /// The mean of each key's values.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// let pipeline = Pipeline::new();
    /// let means = pipeline.create([('a', 1), ('a', 2)]).mean_per_key().collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// assert_eq!(result.collected(&means), [('a', 1.5)]);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    pub fn mean_per_key(&self) -> PCollection<(K, f64)>
    where
        K: Key,
    {
        self.combined("Mean per key", Mean, DroppedOutput::Counted, Location::caller()).0
    }
}
