//! Elements as values that hold their own metadata.

use crate::batch::{Batch, ColumnExt};
use crate::graph::erase::batches;
use crate::{Element, PCollection, Windowed};
use std::marker::PhantomData;
use std::panic::Location;

impl<T: Element> PCollection<T> {
    /// Each element with its timestamp, window and pane; once for each of its windows.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// let pipeline = Pipeline::new();
    /// let panes = pipeline.create([("a".to_string(), 1)]).sum_per_key().windowed().collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// let pane = &result.collected(&panes)[0];
    /// assert_eq!(pane.value, ("a".to_string(), 1));
    /// assert_eq!(pane.pane, PaneInfo::ON_TIME_AND_ONLY);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    pub fn windowed(&self) -> PCollection<Windowed<T>> {
        let code = batches::<T, Windowed<T>>(
            |input: &mut Batch, out: &mut Batch, done: &mut usize| {
                let (values, meta) = (input.values.typed::<T>(), &input.meta);
                let seen = out.values.typed_mut::<Windowed<T>>();
                let mut counts = vec![0; values.len()];
                meta.windows.for_each(&meta.timestamps, values.len(), |index, window| {
                    counts[index] += 1;
                    seen.push(Windowed {
                        value: values[index].clone(),
                        timestamp: meta.timestamps.at(index),
                        window: window.clone(),
                        pane: *meta.panes.at(index),
                    });
                });
                *done += values.len();
                let many = counts.iter().any(|&count| count != 1);
                let meta = std::mem::take(&mut input.meta);
                out.meta = if many { meta.exploded(&counts) } else { meta };
                input.clear();
                Ok(())
            },
            PhantomData,
        );
        self.element_wise("Windowed", code, false, Location::caller())
    }
}
