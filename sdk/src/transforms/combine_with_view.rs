//! A combine that depends on a side input.

use super::group_by_key::DroppedOutput;
use crate::graph::{Composite, erase};
use crate::view::with_view;
use crate::{CombineFn, Element, Group, Key, PCollection, View};
use std::panic::Location;

impl<K: Element, V: Element> PCollection<(K, V)> {
    /// What a combine function, which `combine` makes of what `view` holds, makes of the values of
    /// each key, per window and pane (model.md 8).
    ///
    /// The view is read in the window of the pane, when the pane has fired; so all values of a pane
    /// are gathered first, and none is reduced before it is grouped.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// /// The sum of what is above a threshold.
    /// struct SumAbove(i64);
    ///
    /// impl CombineFn<i64> for SumAbove {
    ///     type Accumulator = i64;
    ///     type Output = i64;
    ///
    ///     fn create(&self) -> i64 {
    ///         0
    ///     }
    ///
    ///     fn add(&self, sum: &mut i64, value: &i64) {
    ///         *sum += (value - self.0).max(0);
    ///     }
    ///
    ///     fn merge(&self, sum: &mut i64, other: &i64) {
    ///         *sum += other;
    ///     }
    ///
    ///     fn extract(&self, sum: &i64) -> i64 {
    ///         *sum
    ///     }
    /// }
    ///
    /// let pipeline = Pipeline::new();
    /// let threshold = pipeline.create([10]).as_singleton();
    /// let sums = pipeline
    ///     .create([('a', 12), ('a', 9), ('a', 13)])
    ///     .combine_per_key_with(&threshold, |threshold| SumAbove(*threshold))
    ///     .collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// assert_eq!(result.collected(&sums), [('a', 5)]);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    pub fn combine_per_key_with<S: Send + Sync + 'static, C: CombineFn<V>>(
        &self,
        view: &View<S>,
        combine: impl Fn(&S) -> C + Send + Sync + 'static,
    ) -> PCollection<(K, C::Output)>
    where
        K: Key,
    {
        let caller = Location::caller();
        let composite = Composite::CombineWithView { function: erase::function_name::<C>() };
        let builder = &self.builder;
        builder.composite(("Combine per key with view", composite), &[self.id()], caller, |id| {
            let grouping = self.grouping(DroppedOutput::Counted, caller);
            let groups: PCollection<(K, Group<V>)> =
                PCollection::new(builder, grouping.groups, grouping.step);
            let code =
                with_view(move |(key, values): (K, Group<V>), view: &S, out: &mut Vec<_>| {
                    let combine = combine(view);
                    let mut accumulator = combine.create();
                    for value in values.iter() {
                        combine.add(&mut accumulator, &value?);
                    }
                    out.push((key, combine.extract(&accumulator)));
                    Ok(())
                });
            let combined = groups.reading::<(K, C::Output), S>("Fold", view, code, caller);
            builder.composite_outputs(id, &[combined.id()]);
            combined.made_by(id)
        })
    }
}
