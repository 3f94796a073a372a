//! Elements written in the program.

use crate::batch::{Batch, ColumnExt, Meta, Timestamps};
use crate::graph::Composite;
use crate::graph::erase::batches;
use crate::{Element, PCollection, Pipeline, Timestamp};
use std::marker::PhantomData;
use std::panic::Location;

impl Pipeline {
    /// These elements, at timestamp MIN in the global window (model.md 1.4).
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// let pipeline = Pipeline::new();
    /// let numbers = pipeline.create([1, 2, 3]).collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// assert_eq!(result.collected(&numbers).len(), 3);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    pub fn create<T: Element>(&self, elements: impl IntoIterator<Item = T>) -> PCollection<T> {
        self.create_timestamped(elements.into_iter().map(|element| (element, Timestamp::MIN)))
    }

    /// These elements at these timestamps, in the global window.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// let pipeline = Pipeline::new();
    /// let seen = pipeline.create_timestamped([(7, Timestamp::secs(1))]).windowed().collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// assert_eq!(result.collected(&seen)[0].timestamp, Timestamp::secs(1));
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    pub fn create_timestamped<T: Element>(
        &self,
        elements: impl IntoIterator<Item = (T, Timestamp)>,
    ) -> PCollection<T> {
        let (values, at): (Vec<T>, Vec<Timestamp>) = elements.into_iter().unzip();
        let timestamps = match at.split_first() {
            Some((first, rest)) if rest.iter().any(|other| other != first) => Timestamps::each(at),
            Some((first, _)) => Timestamps::Const(*first),
            None => Timestamps::Const(Timestamp::MIN),
        };
        let caller = Location::caller();
        self.builder.composite(("Create", Composite::Named), &[], caller, |id| {
            let code = batches::<(), T>(
                move |impulse: &mut Batch, out: &mut Batch, _done: &mut usize| {
                    impulse.clear();
                    out.values.typed_mut::<T>().extend_from_slice(&values);
                    out.meta = Meta::at(timestamps.clone());
                    Ok(())
                },
                PhantomData,
            );
            let impulse = self.impulse(caller);
            impulse.element_wise::<T>("Values", code, false, caller).made_by(id)
        })
    }
}
