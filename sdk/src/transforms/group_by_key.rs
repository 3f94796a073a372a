//! The values of each key together.

use crate::coder::Coder;
use crate::graph::build::{Caller, Code, Edge};
use crate::graph::kernel::{Fold, Gathered, Kernels, TypedKernels};
use crate::graph::{CollectionId, Transform, TransformId};
use crate::{Dropped, Element, Group, Key, PCollection, Windowing};
use std::panic::Location;
use std::sync::Arc;

/// A grouping and its outputs.
pub(crate) struct Grouping {
    pub(crate) step: TransformId,
    pub(crate) groups: CollectionId,
    pub(crate) dropped: Option<CollectionId>,
}

/// Whether a grouping gives what it dropped as an output of its own.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum DroppedOutput {
    Counted,
    Given,
}

impl<K: Element, V: Element> PCollection<(K, V)> {
    /// The values of each key, per window and pane (model.md 5.6).
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// let pipeline = Pipeline::new();
    /// let groups = pipeline.create([(1, 'a'), (2, 'b'), (1, 'c')]).group_by_key().collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// let mut lengths: Vec<(i32, usize)> =
    ///     result.collected(&groups).iter().map(|(key, group)| (*key, group.len())).collect();
    /// lengths.sort();
    /// assert_eq!(lengths, [(1, 2), (2, 1)]);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    pub fn group_by_key(&self) -> PCollection<(K, Group<V>)>
    where
        K: Key,
    {
        let grouping = self.grouping(DroppedOutput::Counted, Location::caller());
        PCollection::new(&self.builder, grouping.groups, grouping.step)
    }

    /// The same, and the pairs that came too late for their window or found it closed.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// let pipeline = Pipeline::new();
    /// let script = TestStream::new()
    ///     .watermark(Timestamp::secs(20))
    ///     .add([((1, 'a'), Timestamp::secs(3))]);
    /// let (groups, dropped) = pipeline
    ///     .test_stream(script)
    ///     .window(Window::fixed(secs(10)))
    ///     .group_by_key_with_dropped();
    /// let (groups, dropped) = (groups.collect(), dropped.collect());
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// assert!(result.collected(&groups).is_empty());
    /// assert_eq!(result.collected(&dropped)[0].value, (1, 'a'));
    /// assert_eq!(result.collected(&dropped)[0].cause, DropCause::Late);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    #[expect(clippy::type_complexity, reason = "two collections, each with its element")]
    pub fn group_by_key_with_dropped(
        &self,
    ) -> (PCollection<(K, Group<V>)>, PCollection<Dropped<(K, V)>>)
    where
        K: Key,
    {
        let grouping = self.grouping(DroppedOutput::Given, Location::caller());
        let dropped = grouping.dropped.expect("it was asked for");
        (
            PCollection::new(&self.builder, grouping.groups, grouping.step),
            PCollection::new(&self.builder, dropped, grouping.step),
        )
    }

    pub(crate) fn grouping(&self, dropped: DroppedOutput, caller: Caller) -> Grouping
    where
        K: Key,
    {
        self.builder.recode(self.id(), Coder::pair(Coder::<K>::of(), Coder::<V>::of()));
        let step = self.builder.step("Group by key", Transform::GroupByKey, &[self.id()], caller);
        self.builder.code(step, Code::Kernels(self.kernels(Gathered)));
        let before = self.builder.edge(self.id());
        let after = Edge { windowing: before.windowing.after_grouping(), ..before.clone() };
        let coder = Coder::pair(Coder::<K>::of(), Coder::<Group<V>>::of());
        let groups = self.builder.output_with(step, "out", after, coder);
        let dropped = (dropped == DroppedOutput::Given).then(|| {
            let global = Edge { windowing: Windowing::default(), ..before };
            self.builder.output::<Dropped<(K, V)>>(step, "dropped", global)
        });
        Grouping { step, groups, dropped }
    }

    /// The kernels of a grouping of these pairs.
    pub(crate) fn kernels<F: Fold<V>>(&self, fold: F) -> Arc<dyn Kernels>
    where
        K: Key,
    {
        Arc::new(TypedKernels::<K, V, F>::new(fold))
    }
}
