//! Elements as pairs.

use crate::graph::erase;
use crate::{Element, PCollection};
use std::panic::Location;

impl<T: Element> PCollection<T> {
    /// Each element behind the key that `key` finds for it.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// let pipeline = Pipeline::new();
    /// let by_parity = pipeline.create([7]).with_keys(|n| n % 2).collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// assert_eq!(result.collected(&by_parity), [(1, 7)]);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    pub fn with_keys<K: Element>(
        &self,
        key: impl Fn(&T) -> K + Send + Sync + 'static,
    ) -> PCollection<(K, T)> {
        let code = erase::map(move |element: T| (key(&element), element));
        self.element_wise("With keys", code, false, Location::caller())
    }
}

impl<K: Element, V: Element> PCollection<(K, V)> {
    /// The keys of the pairs.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// let pipeline = Pipeline::new();
    /// let keys = pipeline.create([(1, 2)]).keys().collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// assert_eq!(result.collected(&keys), [1]);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    pub fn keys(&self) -> PCollection<K> {
        let code = erase::map(|(key, _): (K, V)| key);
        self.element_wise("Keys", code, false, Location::caller())
    }

    /// The values of the pairs.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// let pipeline = Pipeline::new();
    /// let values = pipeline.create([(1, 2)]).values().collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// assert_eq!(result.collected(&values), [2]);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    pub fn values(&self) -> PCollection<V> {
        let code = erase::map(|(_, value): (K, V)| value);
        self.element_wise("Values", code, false, Location::caller())
    }
}
