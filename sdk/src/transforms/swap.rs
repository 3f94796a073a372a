//! Pairs the other way round.

use crate::graph::erase;
use crate::{Element, PCollection};
use std::panic::Location;

impl<K: Element, V: Element> PCollection<(K, V)> {
    /// The pairs with key and value exchanged.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// let pipeline = Pipeline::new();
    /// let by_value = pipeline.create([('a', 7)]).swap().collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// assert_eq!(result.collected(&by_value), [(7, 'a')]);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    pub fn swap(&self) -> PCollection<(V, K)> {
        let code = erase::map(|(key, value): (K, V)| (value, key));
        self.element_wise("Swap", code, false, Location::caller())
    }
}
