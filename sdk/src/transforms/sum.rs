//! Numbers, added up.

use super::group_by_key::DroppedOutput;
use crate::{Element, Key, Number, PCollection, Sum};
use std::panic::Location;

impl<N: Number> PCollection<N> {
    /// The sum of all elements; 0 for none.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// let pipeline = Pipeline::new();
    /// let sum = pipeline.create([1, 2, 3]).sum_globally().collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// assert_eq!(result.collected(&sum), [6]);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    pub fn sum_globally(&self) -> PCollection<N> {
        self.global("Sum globally", Sum, Location::caller())
    }
}

impl<K: Element, N: Number> PCollection<(K, N)> {
    /// The sum of each key's values.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// let pipeline = Pipeline::new();
    /// let sums = pipeline.create([('a', 1), ('a', 2)]).sum_per_key().collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// assert_eq!(result.collected(&sums), [('a', 3)]);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    pub fn sum_per_key(&self) -> PCollection<(K, N)>
    where
        K: Key,
    {
        self.combined("Sum per key", Sum, DroppedOutput::Counted, Location::caller()).0
    }
}
