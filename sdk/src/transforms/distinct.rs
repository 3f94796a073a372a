//! Each element once.

use super::group_by_key::DroppedOutput;
use crate::batch::{Batch, ColumnExt};
use crate::graph::build::Caller;
use crate::graph::erase::{self, batches};
use crate::graph::{Composite, StepFn};
use crate::{CombineFn, Element, Key, PCollection};
use std::marker::PhantomData;
use std::panic::Location;
use std::sync::Arc;

impl<T: Element> PCollection<T> {
    /// Each distinct element once per window: from the first pane that shows it, and not again
    /// from later ones (model.md 9.1).
    ///
    /// In windows that merge, an element can come again for a window that has grown since.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// let pipeline = Pipeline::new();
    /// let distinct = pipeline.create([1, 2, 1]).distinct().collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// let mut numbers = result.collected(&distinct);
    /// numbers.sort();
    /// assert_eq!(numbers, [1, 2]);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    pub fn distinct(&self) -> PCollection<T>
    where
        T: Key,
    {
        let caller = Location::caller();
        self.builder.composite(("Distinct", Composite::Named), &[self.id()], caller, |id| {
            let keyed = erase::map(|element: T| (element, ()));
            let keyed = self.element_wise::<(T, ())>("Key by element", keyed, false, caller);
            let element = |(element, _): (T, Option<()>)| element;
            first_of_each(&keyed, element, caller).made_by(id)
        })
    }

    /// One element for each key that `key` finds, once per window: from the first pane of that
    /// key. Which of its elements is no promise.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// let pipeline = Pipeline::new();
    /// let by_parity = pipeline.create([1, 3, 5, 7]).distinct_by(|n| n % 2).collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// assert_eq!(result.collected(&by_parity).len(), 1);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    pub fn distinct_by<K: Key>(
        &self,
        key: impl Fn(&T) -> K + Send + Sync + 'static,
    ) -> PCollection<T> {
        let caller = Location::caller();
        self.builder.composite(("Distinct", Composite::Named), &[self.id()], caller, |id| {
            let keyed = erase::map(move |element: T| (key(&element), element));
            let keyed = self.element_wise::<(K, T)>("With keys", keyed, false, caller);
            let element = |(_, element): (K, Option<T>)| element.expect("a first pane has one");
            first_of_each(&keyed, element, caller).made_by(id)
        })
    }
}

/// One value of each key, from its first pane.
fn first_of_each<K: Key, V: Element, T: Element>(
    keyed: &PCollection<(K, V)>,
    element: impl Fn((K, Option<V>)) -> T + Send + Sync + 'static,
    caller: Caller,
) -> PCollection<T> {
    let (ones, _) = keyed.combined("Any per key", AnyOne, DroppedOutput::Counted, caller);
    ones.element_wise("First panes", first_panes(element), false, caller)
}

/// Keeps some value. It breaks the law that `merge` is commutative: which value it is does not
/// matter here.
struct AnyOne;

impl<T: Element> CombineFn<T> for AnyOne {
    type Accumulator = Option<T>;
    type Output = Option<T>;

    fn create(&self) -> Option<T> {
        None
    }

    fn add(&self, found: &mut Option<T>, value: &T) {
        found.get_or_insert_with(|| value.clone());
    }

    fn merge(&self, found: &mut Option<T>, other: &Option<T>) {
        if found.is_none() {
            found.clone_from(other);
        }
    }

    fn extract(&self, found: &Option<T>) -> Option<T> {
        found.clone()
    }
}

/// What `element` makes of those that are in the first pane of their key and window and hold
/// something.
fn first_panes<K: Element, V: Element, T: Element>(
    element: impl Fn((K, Option<V>)) -> T + Send + Sync + 'static,
) -> Arc<dyn StepFn> {
    batches::<(K, Option<V>), T>(
        move |input: &mut Batch, out: &mut Batch, done: &mut usize| {
            let (meta, values) = (&input.meta, input.values.typed_mut::<(K, Option<V>)>());
            let mut picked = Vec::new();
            let firsts = out.values.typed_mut::<T>();
            for (index, pair) in (0_u32..).zip(values.drain(..)) {
                if meta.panes.at(index as usize).is_first && pair.1.is_some() {
                    picked.push(index);
                    firsts.push(element(pair));
                }
                *done += 1;
            }
            out.meta = meta.select(&picked);
            input.clear();
            Ok(())
        },
        PhantomData,
    )
}
