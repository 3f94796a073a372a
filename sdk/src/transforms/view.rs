//! A collection as a side input.

use super::group_by_key::DroppedOutput;
use crate::graph::build::{Caller, Code};
use crate::graph::{Composite, TransformId, ViewKind, erase};
use crate::view::TypedView;
use crate::{Element, Error, Group, Key, MapView, MultimapView, PCollection, Result, View};
use std::panic::Location;
use std::sync::Arc;

impl<T: Element> PCollection<T> {
    /// The one element of each window, to be read beside another collection.
    ///
    /// Reading fails in a window without elements and in a pane with several. A collection that
    /// fires again and again is best read as its latest element, through
    /// [`latest_globally_as_view`](Self::latest_globally_as_view).
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// let pipeline = Pipeline::new();
    /// let limit = pipeline.create([10]).as_singleton();
    /// let few = pipeline.create([9, 10, 11]).filter_with(&limit, |n, limit| n < limit).collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// assert_eq!(result.collected(&few), [9]);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    pub fn as_singleton(&self) -> View<T> {
        self.grouped_view(ViewKind::Singleton, |group| only(group, None), Location::caller())
    }

    /// The one element of each window, or `default` in a window without one.
    ///
    /// Reading fails in a pane with several.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// let pipeline = Pipeline::new();
    /// let nothing: [i64; 0] = [];
    /// let limit = pipeline.create(nothing).as_singleton_or(5);
    /// let few = pipeline.create([4, 6]).filter_with(&limit, |n, limit| n < limit).collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// assert_eq!(result.collected(&few), [4]);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    pub fn as_singleton_or(&self, default: T) -> View<T> {
        let value = move |group: &Group<T>| only(group, Some(&default));
        self.grouped_view(ViewKind::Singleton, value, Location::caller())
    }

    /// All elements of each window, to be gone through beside another collection; their order is
    /// no promise.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// let pipeline = Pipeline::new();
    /// let factors: View<Vec<i64>> = pipeline.create([2, 3]).as_iterable();
    /// let products = pipeline.create([10]).flat_map_with(&factors, |n, factors| {
    ///     factors.iter().map(|factor| n * factor).collect::<Vec<_>>()
    /// });
    /// let products = products.collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// let mut products = result.collected(&products);
    /// products.sort_unstable();
    /// assert_eq!(products, [20, 30]);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    pub fn as_iterable(&self) -> View<Vec<T>> {
        self.grouped_view(ViewKind::Iterable, Group::to_vec, Location::caller())
    }

    /// All elements of each window, to be found by number too; which has which number is no
    /// promise.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// let pipeline = Pipeline::new();
    /// let names = pipeline.create([Str::from("odd")]).as_list();
    /// let named = pipeline.create([0_usize]).map_with(&names, |n, names| names[n].clone()).collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// assert_eq!(result.collected(&named), ["odd"]);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    pub fn as_list(&self) -> View<Vec<T>> {
        self.grouped_view(ViewKind::List, Group::to_vec, Location::caller())
    }

    /// Adds a view whose panes are those of a grouping of everything.
    fn grouped_view<V: Send + Sync + 'static>(
        &self,
        kind: ViewKind,
        value: impl Fn(&Group<T>) -> Result<V> + Send + Sync + 'static,
        caller: Caller,
    ) -> View<V> {
        let builder = &self.builder;
        let name = format!("As {kind}");
        builder.composite((&name, Composite::View(kind)), &[self.id()], caller, |id| {
            let keyed = erase::map(|element: T| ((), element));
            let keyed = self.element_wise::<((), T)>("Key by nothing", keyed, false, caller);
            let grouping = keyed.grouping(DroppedOutput::Counted, caller);
            let groups: PCollection<((), Group<T>)> =
                PCollection::new(builder, grouping.groups, grouping.step);
            let values = erase::map(|((), group): ((), Group<T>)| group);
            let panes = groups.element_wise::<Group<T>>("Values", values, false, caller);
            let value = Arc::new(value);
            let of_nothing = Arc::clone(&value);
            let empty = move || of_nothing(&Group::of(Vec::new()));
            let code = TypedView::new(move |group: &Group<T>| value(group), empty);
            panes.as_panes(id, kind, code)
        })
    }

    /// The view, made by this composite, that has the elements of this collection as its panes.
    pub(super) fn as_panes<V: Send + Sync + 'static>(
        &self,
        composite: TransformId,
        kind: ViewKind,
        code: TypedView<T, V>,
    ) -> View<V> {
        self.builder.composite_outputs(composite, &[self.id()]);
        self.builder.code(composite, Code::View(self.id(), Arc::new(code)));
        View::new(&self.builder, self.id(), composite, kind)
    }
}

impl<K: Key, V: Element> PCollection<(K, V)> {
    /// The value of each key of each window, to be looked up beside another collection.
    ///
    /// Reading fails in a pane in which a key comes twice (model.md S24).
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// let pipeline = Pipeline::new();
    /// let names = pipeline.create([(4, Str::from("north"))]).as_map();
    /// let named = pipeline
    ///     .create([4, 5])
    ///     .flat_map_with(&names, |n, names| names.get(&n).cloned())
    ///     .collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// assert_eq!(result.collected(&named), ["north"]);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    pub fn as_map(&self) -> View<MapView<K, V>> {
        let value = |group: &Group<(K, V)>| {
            let mut view = MapView::of([])?;
            for pair in group.iter() {
                let (key, value) = pair?;
                view.insert(key, value)?;
            }
            Ok(view)
        };
        self.grouped_view(ViewKind::Map, value, Location::caller())
    }

    /// The values of each key of each window, to be looked up beside another collection.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// let pipeline = Pipeline::new();
    /// let stops = pipeline.create([(4, 'a'), (4, 'b')]).as_multimap();
    /// let counts = pipeline.create([4, 5]).map_with(&stops, |n, stops| (n, stops.get(&n).len()));
    /// let counts = counts.collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// let mut counts = result.collected(&counts);
    /// counts.sort_unstable();
    /// assert_eq!(counts, [(4, 2), (5, 0)]);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    pub fn as_multimap(&self) -> View<MultimapView<K, V>> {
        let value = |group: &Group<(K, V)>| {
            let mut view = MultimapView::of([]);
            for pair in group.iter() {
                let (key, value) = pair?;
                view.insert(key, value);
            }
            Ok(view)
        };
        self.grouped_view(ViewKind::Multimap, value, Location::caller())
    }
}

/// The one element of a pane.
fn only<T: Element>(group: &Group<T>, default: Option<&T>) -> Result<T> {
    match group.len() {
        0 => default.cloned().ok_or_else(|| {
            Error::new(
                "a singleton view has one element in each window, but there is none in this one: \
                 say what is read then, with `.as_singleton_or(..)`",
            )
        }),
        1 => group.iter().next().expect("it has one element"),
        several => Err(Error::new(format!(
            "a singleton view has one element in each window, but there are {several} in a pane of \
             this one: reduce them, with `.combine_globally_as_view(..)` or \
             `.latest_globally_as_view()`, or read them all through `.as_list()`"
        ))),
    }
}
