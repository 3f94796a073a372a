//! The largest few and the smallest few.

use super::group_by_key::DroppedOutput;
use crate::{Element, Key, PCollection, Top};
use std::panic::Location;

impl<T: Element + Ord> PCollection<T> {
    /// The `count` largest elements, the largest first, as one list per pane; of none an empty
    /// list. For another order, give [`Top`] to
    /// [`combine_globally`](PCollection::combine_globally).
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// let pipeline = Pipeline::new();
    /// let top = pipeline.create([3, 1, 4, 1, 5]).top_globally(2).collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// assert_eq!(result.collected(&top), [[5, 4]]);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    pub fn top_globally(&self, count: usize) -> PCollection<Vec<T>> {
        self.global("Top globally", Top::largest(count), Location::caller())
    }

    /// The `count` smallest elements, the smallest first, as one list per pane; of none an empty
    /// list.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// let pipeline = Pipeline::new();
    /// let smallest = pipeline.create([3, 1, 4, 1, 5]).smallest_globally(3).collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// assert_eq!(result.collected(&smallest), [[1, 1, 3]]);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    pub fn smallest_globally(&self, count: usize) -> PCollection<Vec<T>> {
        self.global("Smallest globally", Top::smallest(count), Location::caller())
    }
}

impl<K: Element, V: Element + Ord> PCollection<(K, V)> {
    /// The `count` largest values of each key, the largest first. For another order, give [`Top`]
    /// to [`combine_per_key`](PCollection::combine_per_key).
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// let pipeline = Pipeline::new();
    /// let top = pipeline.create([('a', 1), ('a', 3), ('a', 2)]).top_per_key(2).collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// assert_eq!(result.collected(&top), [('a', vec![3, 2])]);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    pub fn top_per_key(&self, count: usize) -> PCollection<(K, Vec<V>)>
    where
        K: Key,
    {
        let top = Top::largest(count);
        self.combined("Top per key", top, DroppedOutput::Counted, Location::caller()).0
    }

    /// The `count` smallest values of each key, the smallest first.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// let pipeline = Pipeline::new();
    /// let smallest = pipeline.create([('a', 1), ('a', 3), ('a', 2)]).smallest_per_key(2).collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// assert_eq!(result.collected(&smallest), [('a', vec![1, 2])]);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    pub fn smallest_per_key(&self, count: usize) -> PCollection<(K, Vec<V>)>
    where
        K: Key,
    {
        let smallest = Top::smallest(count);
        self.combined("Smallest per key", smallest, DroppedOutput::Counted, Location::caller()).0
    }
}
