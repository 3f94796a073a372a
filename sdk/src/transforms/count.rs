//! How many there are.

use super::group_by_key::DroppedOutput;
use crate::graph::erase;
use crate::{Count, Element, Key, PCollection};
use std::panic::Location;

impl<T: Element> PCollection<T> {
    /// How many elements there are; 0 for none.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// let pipeline = Pipeline::new();
    /// let count = pipeline.create(['a', 'b']).count_globally().collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// assert_eq!(result.collected(&count), [2]);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    pub fn count_globally(&self) -> PCollection<u64> {
        self.global("Count globally", Count, Location::caller())
    }

    /// How often each element occurs.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// let pipeline = Pipeline::new();
    /// let counts = pipeline.create(['a', 'a']).count_per_element().collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// assert_eq!(result.collected(&counts), [('a', 2)]);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    pub fn count_per_element(&self) -> PCollection<(T, u64)>
    where
        T: Key,
    {
        let caller = Location::caller();
        let composite = crate::graph::Composite::Named;
        self.builder.composite(("Count per element", composite), &[self.id()], caller, |id| {
            let keyed = erase::map(|element: T| (element, ()));
            let keyed = self.element_wise::<(T, ())>("Key by element", keyed, false, caller);
            let counted = keyed.combined("Count per key", Count, DroppedOutput::Counted, caller);
            counted.0.made_by(id)
        })
    }
}

impl<K: Element, V: Element> PCollection<(K, V)> {
    /// How many values each key has.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// let pipeline = Pipeline::new();
    /// let counts = pipeline.create([('a', 7), ('a', 8)]).count_per_key().collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// assert_eq!(result.collected(&counts), [('a', 2)]);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    pub fn count_per_key(&self) -> PCollection<(K, u64)>
    where
        K: Key,
    {
        self.combined("Count per key", Count, DroppedOutput::Counted, Location::caller()).0
    }
}
