//! Elements written in the program.

use crate::batch::{Batch, ColumnExt, Meta, Timestamps};
use crate::graph::Composite;
use crate::graph::build::Code;
use crate::graph::erase::batches;
use crate::testing::{Script, ScriptEvent};
use crate::{Element, PCollection, Pipeline, Result, Timestamp};
use std::marker::PhantomData;
use std::panic::Location;
use std::sync::Arc;

/// Elements with their timestamps, shared by the code that gives them and whoever asks for them.
struct Created<T> {
    values: Vec<T>,
    timestamps: Timestamps,
}

impl<T: Element> Script for Created<T> {
    fn events(&self) -> Result<Vec<ScriptEvent>> {
        let batch = Batch::of(self.values.clone(), Meta::at(self.timestamps.clone()));
        let end = ScriptEvent::Watermark { stream: 0, to: Timestamp::MAX };
        Ok(vec![ScriptEvent::Elements { stream: 0, batch }, end])
    }
}

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
        let created = Arc::new(Created { values, timestamps });
        self.builder.composite(("Create", Composite::Named), &[], caller, |id| {
            let script: Arc<dyn Script> = Arc::<Created<T>>::clone(&created);
            self.builder.code(id, Code::Created(script));
            let code = batches::<(), T>(
                move |impulse: &mut Batch, out: &mut Batch, _done: &mut usize| {
                    impulse.clear();
                    out.values.typed_mut::<T>().extend_from_slice(&created.values);
                    out.meta = Meta::at(created.timestamps.clone());
                    Ok(())
                },
                PhantomData,
            );
            let impulse = self.impulse(caller);
            impulse.element_wise::<T>("Values", code, false, caller).made_by(id)
        })
    }
}
