//! The values of each key, reduced.

use super::group_by_key::DroppedOutput;
use crate::graph::Composite;
use crate::graph::build::{Caller, Code};
use crate::graph::erase;
use crate::graph::kernel::{Folded, TypedLift};
use crate::{CombineFn, Dropped, Element, Error, Group, Key, PCollection};
use std::panic::Location;
use std::sync::Arc;

impl<K: Element, V: Element> PCollection<(K, V)> {
    /// What `combine` makes of the values of each key, per window and pane (model.md 8).
    ///
    /// A tuple of combine functions gives a tuple of results in one pass; a closure of two values
    /// is a combine function too.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// let pipeline = Pipeline::new();
    /// let stats =
    ///     pipeline.create([('a', 1), ('a', 4)]).combine_per_key((Count, Mean, Max)).collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// assert_eq!(result.collected(&stats), [('a', (2, 2.5, 4))]);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    pub fn combine_per_key<C: CombineFn<V>>(&self, combine: C) -> PCollection<(K, C::Output)>
    where
        K: Key,
    {
        self.combined("Combine per key", combine, DroppedOutput::Counted, Location::caller()).0
    }

    /// The same, and the pairs that came too late for their window or found it closed.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// let pipeline = Pipeline::new();
    /// let (sums, dropped) = pipeline.create([('a', 1)]).combine_per_key_with_dropped(Sum);
    /// let (sums, dropped) = (sums.collect(), dropped.collect());
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// assert_eq!(result.collected(&sums), [('a', 1)]);
    /// assert!(result.collected(&dropped).is_empty());
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    #[expect(clippy::type_complexity, reason = "two collections, each with its element")]
    pub fn combine_per_key_with_dropped<C: CombineFn<V>>(
        &self,
        combine: C,
    ) -> (PCollection<(K, C::Output)>, PCollection<Dropped<(K, V)>>)
    where
        K: Key,
    {
        let caller = Location::caller();
        let (combined, dropped) =
            self.combined("Combine per key", combine, DroppedOutput::Given, caller);
        (combined, dropped.expect("it was asked for"))
    }

    /// Adds the composite and its expansion: a grouping, and a fold of each group.
    #[expect(clippy::type_complexity, reason = "two collections, each with its element")]
    pub(crate) fn combined<C: CombineFn<V>>(
        &self,
        name: &str,
        combine: C,
        dropped: DroppedOutput,
        caller: Caller,
    ) -> (PCollection<(K, C::Output)>, Option<PCollection<Dropped<(K, V)>>>)
    where
        K: Key,
    {
        let function = erase::function_name::<C>();
        let composite = Composite::Combine { function };
        let builder = &self.builder;
        builder.composite((name, composite), &[self.id()], caller, |id| {
            let combine = Arc::new(combine);
            builder.code(id, Code::Kernels(self.kernels(Folded(Arc::clone(&combine)))));
            let lift = TypedLift::<K, V, _>::new(Folded(Arc::clone(&combine)));
            builder.code(id, Code::Lift(Arc::new(lift)));
            let grouping = self.grouping(dropped, caller);
            let groups: PCollection<(K, Group<V>)> =
                PCollection::new(builder, grouping.groups, grouping.step);
            let fold = move |(key, group): (K, Group<V>), out: &mut Vec<(K, C::Output)>| {
                let mut accumulator = combine.create();
                for value in group.iter() {
                    combine.add(&mut accumulator, &value?);
                }
                out.push((key, combine.extract(&accumulator)));
                Ok::<(), Error>(())
            };
            let code = erase::flat_map_into(fold);
            let combined = groups.element_wise::<(K, C::Output)>("Fold", code, false, caller);
            let outputs: Vec<_> =
                [Some(combined.id()), grouping.dropped].into_iter().flatten().collect();
            builder.composite_outputs(id, &outputs);
            let dropped = grouping.dropped.map(|dropped| PCollection::new(builder, dropped, id));
            (combined.made_by(id), dropped)
        })
    }
}
