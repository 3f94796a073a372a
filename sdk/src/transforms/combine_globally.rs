//! A whole collection, reduced.

use super::group_by_key::DroppedOutput;
use crate::batch::{Batch, ColumnExt, Each, Timestamps};
use crate::graph::build::Caller;
use crate::graph::erase::{self, batches};
use crate::graph::{Composite, ViewKind};
use crate::view::TypedView;
use crate::{
    CombineFn, Element, PCollection, PaneInfo, Pipeline, Timestamp, Trigger, View, Window,
};
use std::marker::PhantomData;
use std::panic::Location;
use std::rc::Rc;
use std::sync::Arc;

impl<T: Element> PCollection<T> {
    /// What `combine` makes of all elements, per pane; of an empty collection its default, at
    /// timestamp MIN. Only in the global window; elsewhere use the form without default.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// let pipeline = Pipeline::new();
    /// let nothing: [i64; 0] = [];
    /// let sum = pipeline.create(nothing).combine_globally(Sum).collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// assert_eq!(result.collected(&sum), [0]);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    pub fn combine_globally<C: CombineFn<T>>(&self, combine: C) -> PCollection<C::Output> {
        self.global("Combine globally", combine, Location::caller())
    }

    /// The same, with the elements spread over `fanout` shards, so that more than one worker can
    /// reduce them: see
    /// [`combine_per_key_with_fanout`](PCollection::combine_per_key_with_fanout).
    ///
    /// # Panics
    /// If `fanout` is 0.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// let pipeline = Pipeline::new();
    /// let sum = pipeline.create(0..10).combine_globally_with_fanout(3, Sum).collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// assert_eq!(result.collected(&sum), [45]);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    pub fn combine_globally_with_fanout<C: CombineFn<T>>(
        &self,
        fanout: u32,
        combine: C,
    ) -> PCollection<C::Output> {
        assert!(0 < fanout, "a fanout needs at least one shard");
        self.with_default("Combine globally", combine, Some(fanout), Location::caller())
    }

    /// The same, but an empty collection or window gives nothing.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// let pipeline = Pipeline::new();
    /// let nothing: [i64; 0] = [];
    /// let sum = pipeline.create(nothing).combine_globally_without_default(Sum).collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// assert!(result.collected(&sum).is_empty());
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    pub fn combine_globally_without_default<C: CombineFn<T>>(
        &self,
        combine: C,
    ) -> PCollection<C::Output> {
        let caller = Location::caller();
        let composite = Composite::CombineGlobally { with_default: false, fanout: None };
        self.builder.composite(("Combine globally", composite), &[self.id()], caller, |id| {
            self.reduced(combine, None, caller).made_by(id)
        })
    }

    /// What `combine` makes of the elements of each window, to be read beside another collection; of
    /// an empty window its default. In any windows that do not merge.
    ///
    /// What a pane comes to is the value from then on, also where panes accumulate.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// let pipeline = Pipeline::new();
    /// let hourly = Window::fixed(hours(1));
    /// let bids = pipeline.create([7_i64, 9]).window(hourly.clone());
    /// let highest: View<i64> = bids.combine_globally_as_view(Max);
    /// let winners = bids.filter_with(&highest, |bid, highest| bid == highest).collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// assert_eq!(result.collected(&winners), [9]);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    pub fn combine_globally_as_view<C: CombineFn<T>>(&self, combine: C) -> View<C::Output> {
        self.global_view(combine, Location::caller())
    }

    pub(super) fn global_view<C: CombineFn<T>>(
        &self,
        combine: C,
        caller: Caller,
    ) -> View<C::Output> {
        let composite = ("Combine globally as view", Composite::View(ViewKind::Singleton));
        self.builder.composite(composite, &[self.id()], caller, |id| {
            let combine = Arc::new(combine);
            let panes = self.reduced(Arc::clone(&combine), None, caller);
            let empty = move || Ok(combine.extract(&combine.create()));
            let code = TypedView::new(|pane: &C::Output| Ok(pane.clone()), empty);
            panes.as_panes(id, ViewKind::Singleton, code)
        })
    }

    pub(crate) fn global<C: CombineFn<T>>(
        &self,
        name: &str,
        combine: C,
        caller: Caller,
    ) -> PCollection<C::Output> {
        self.with_default(name, combine, None, caller)
    }

    fn with_default<C: CombineFn<T>>(
        &self,
        name: &str,
        combine: C,
        fanout: Option<u32>,
        caller: Caller,
    ) -> PCollection<C::Output> {
        let composite = Composite::CombineGlobally { with_default: true, fanout };
        self.builder.composite((name, composite), &[self.id()], caller, |id| {
            let combine = Arc::new(combine);
            let combined = self.reduced(Arc::clone(&combine), fanout, caller);
            let default =
                combined.default_if_empty(move || combine.extract(&combine.create()), caller);
            let pipeline = Pipeline { builder: Rc::clone(&self.builder) };
            pipeline.flatten([combined, default]).made_by(id)
        })
    }

    fn reduced<C: CombineFn<T>>(
        &self,
        combine: C,
        fanout: Option<u32>,
        caller: Caller,
    ) -> PCollection<C::Output> {
        let keyed = erase::map(|element: T| ((), element));
        let keyed = self.element_wise::<((), T)>("Key by nothing", keyed, false, caller);
        let combined = match fanout {
            Some(fanout) => keyed.fanned_out(fanout, combine, caller),
            None => keyed.combined("Combine per key", combine, DroppedOutput::Counted, caller).0,
        };
        let values = erase::map(|((), output): ((), C::Output)| output);
        combined.element_wise("Values", values, false, caller)
    }

    /// `default` at the beginning of time if this collection turns out to be empty at its end.
    ///
    /// A marker from an impulse and one per pane meet in a grouping that fires only at the end of
    /// time: a group of one marker says that there was no pane.
    fn default_if_empty(
        &self,
        default: impl Fn() -> T + Send + Sync + 'static,
        caller: Caller,
    ) -> PCollection<T> {
        let pipeline = Pipeline { builder: Rc::clone(&self.builder) };
        let at_the_end = || Window::global().trigger(Trigger::Never).discarding();
        let panes = erase::map(|_: T| ((), true));
        let panes = self.element_wise::<((), bool)>("Mark panes", panes, false, caller);
        let nothing = erase::map(|(): ()| ((), false));
        let nothing = pipeline.impulse(caller).element_wise::<((), bool)>(
            "Mark the beginning",
            nothing,
            false,
            caller,
        );
        let marks = pipeline.flatten([panes.window(at_the_end()), nothing.window(at_the_end())]);
        let any = |a: bool, b: bool| a || b;
        let (seen, _) = marks.combined("Any pane", any, DroppedOutput::Counted, caller);
        let code = batches::<((), Option<bool>), T>(
            move |input: &mut Batch, out: &mut Batch, done: &mut usize| {
                let empty = |mark: &((), Option<bool>)| mark.1 != Some(true);
                let values = input.values.typed::<((), Option<bool>)>();
                let defaults = out.values.typed_mut::<T>();
                defaults.extend(values.iter().filter(|mark| empty(mark)).map(|_| default()));
                *done += values.len();
                input.clear();
                out.meta.timestamps = Timestamps::Const(Timestamp::MIN);
                out.meta.panes = Each::Const(PaneInfo::NO_FIRING);
                Ok(())
            },
            PhantomData,
        );
        let defaults = seen.element_wise::<T>("Default", code, false, caller);
        // Back under the windowing of the panes it stands in for.
        let mut restored = Window::global();
        restored.restore(&self.builder.edge(self.id()).windowing);
        defaults.window(restored)
    }
}

/// Shared between the kernels, the fold of the expansion and the default.
impl<In, C: CombineFn<In>> CombineFn<In> for Arc<C> {
    type Accumulator = C::Accumulator;
    type Output = C::Output;

    #[inline]
    fn create(&self) -> C::Accumulator {
        self.as_ref().create()
    }

    #[inline]
    fn add(&self, accumulator: &mut C::Accumulator, value: &In) {
        self.as_ref().add(accumulator, value);
    }

    fn merge(&self, accumulator: &mut C::Accumulator, other: &C::Accumulator) {
        self.as_ref().merge(accumulator, other);
    }

    fn extract(&self, accumulator: &C::Accumulator) -> C::Output {
        self.as_ref().extract(accumulator)
    }

    fn compact(&self, accumulator: &mut C::Accumulator) {
        self.as_ref().compact(accumulator);
    }
}
