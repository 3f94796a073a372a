//! The largest and the smallest.

use super::group_by_key::DroppedOutput;
use crate::{Element, Extreme, Key, Max, Min, PCollection};
use std::panic::Location;

impl<T: Extreme> PCollection<T> {
    /// The largest element; of none the smallest number, or `None` for what is no number.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// let pipeline = Pipeline::new();
    /// let max = pipeline.create([1, 3, 2]).max_globally().collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// assert_eq!(result.collected(&max), [3]);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    pub fn max_globally(&self) -> PCollection<T::Output> {
        self.global("Max globally", Max, Location::caller())
    }

    /// The smallest element; of none the largest number, or `None` for what is no number.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// let pipeline = Pipeline::new();
    /// let min = pipeline.create(["b", "a"].map(str::to_owned)).min_globally().collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// assert_eq!(result.collected(&min), [Some("a".to_owned())]);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    pub fn min_globally(&self) -> PCollection<T::Output> {
        self.global("Min globally", Min, Location::caller())
    }
}

impl<K: Element, V: Extreme> PCollection<(K, V)> {
    /// The largest value of each key.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// let pipeline = Pipeline::new();
    /// let max = pipeline.create([('a', 1), ('a', 3)]).max_per_key().collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// assert_eq!(result.collected(&max), [('a', 3)]);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    pub fn max_per_key(&self) -> PCollection<(K, V::Output)>
    where
        K: Key,
    {
        self.combined("Max per key", Max, DroppedOutput::Counted, Location::caller()).0
    }

    /// The smallest value of each key.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// let pipeline = Pipeline::new();
    /// let min = pipeline.create([('a', 1), ('a', 3)]).min_per_key().collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// assert_eq!(result.collected(&min), [('a', 1)]);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    pub fn min_per_key(&self) -> PCollection<(K, V::Output)>
    where
        K: Key,
    {
        self.combined("Min per key", Min, DroppedOutput::Counted, Location::caller()).0
    }
}
