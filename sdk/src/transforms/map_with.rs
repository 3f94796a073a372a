//! Closures that read a view beside each element. For several views, state or timers there is
//! `par_do`.

use crate::graph::build::Caller;
use crate::graph::{ParDoSpec, StepFn};
use crate::view::with_view;
use crate::{Element, PCollection, View};
use std::panic::Location;
use std::sync::Arc;

impl<T: Element> PCollection<T> {
    /// What `f` makes of each element and of what `view` holds in its window.
    ///
    /// An element in several windows is mapped once for each (model.md 7.2).
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// let pipeline = Pipeline::new();
    /// let factor = pipeline.create([3]).as_singleton();
    /// let scaled = pipeline.create([14]).map_with(&factor, |n, factor| n * factor).collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// assert_eq!(result.collected(&scaled), [42]);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    pub fn map_with<U: Element, V: Send + Sync + 'static>(
        &self,
        view: &View<V>,
        f: impl Fn(T, &V) -> U + Send + Sync + 'static,
    ) -> PCollection<U> {
        let code = with_view(move |element: T, view: &V, out: &mut Vec<U>| {
            out.push(f(element, view));
            Ok(())
        });
        self.reading("Map with view", view, code, Location::caller())
    }

    /// The elements for which `keep` says so, given what `view` holds in their window.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// let pipeline = Pipeline::new();
    /// let mean = pipeline.create([1.0, 3.0]).combine_globally_as_view(Mean);
    /// let high = pipeline.create([1.5, 2.5]).filter_with(&mean, |n, mean| mean < n).collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// assert_eq!(result.collected(&high), [2.5]);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    pub fn filter_with<V: Send + Sync + 'static>(
        &self,
        view: &View<V>,
        keep: impl Fn(&T, &V) -> bool + Send + Sync + 'static,
    ) -> Self {
        let code = with_view(move |element: T, view: &V, out: &mut Vec<T>| {
            if keep(&element, view) {
                out.push(element);
            }
            Ok(())
        });
        self.reading("Filter with view", view, code, Location::caller())
    }

    /// All that the iterators hold which `f` makes of each element and of what `view` holds in its
    /// window.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// let pipeline = Pipeline::new();
    /// let names = pipeline.create([(7, Str::from("ann"))]).as_multimap();
    /// let found = pipeline
    ///     .create([7, 8])
    ///     .flat_map_with(&names, |n, names| names.get(&n).to_vec())
    ///     .collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// assert_eq!(result.collected(&found), ["ann"]);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    pub fn flat_map_with<I: IntoIterator, V: Send + Sync + 'static>(
        &self,
        view: &View<V>,
        f: impl Fn(T, &V) -> I + Send + Sync + 'static,
    ) -> PCollection<I::Item>
    where
        I::Item: Element,
    {
        let code = with_view(move |element: T, view: &V, out: &mut Vec<I::Item>| {
            out.extend(f(element, view));
            Ok(())
        });
        self.reading("Flat map with view", view, code, Location::caller())
    }

    /// Adds a `ParDo` that reads one view.
    pub(super) fn reading<U: Element, V>(
        &self,
        name: &str,
        view: &View<V>,
        code: Arc<dyn StepFn>,
        caller: Caller,
    ) -> PCollection<U> {
        let spec = ParDoSpec { sides: vec![view.spec()], ..ParDoSpec::default() };
        self.par_do_of(name, spec, code, caller)
    }
}
