//! A collection as a side input: one value per window, read beside each element.

mod lookup;
mod side_input;
mod erased;

pub(crate) use erased::{TypedView, with_view};
pub use lookup::{MapView, MultimapView};
pub use side_input::SideInput;

use crate::graph::build::Builder;
use crate::graph::{CollectionId, SideSpec, TransformId, ViewKind};
use std::fmt;
use std::marker::PhantomData;
use std::rc::Rc;

/// A collection as steps read it beside their main input (model.md 7): in each window one value of
/// type `V`.
///
/// It is made by [`as_singleton`](crate::PCollection::as_singleton),
/// [`as_list`](crate::PCollection::as_list), [`as_map`](crate::PCollection::as_map) and their like,
/// and read by [`map_with`](crate::PCollection::map_with) and its like, or through a [`SideInput`]
/// of a [`DoFn`](crate::DoFn). An element of the main input sees the window of the view that holds
/// the last millisecond of its own window, and waits until there is a pane, or it is sure that there
/// will be none. Each pane of the view's collection is a whole new value: the newest is seen.
///
/// ```
/// use heliostat::prelude::*;
/// use heliostat_direct::DirectRunner;
///
/// let pipeline = Pipeline::new();
/// let rates: View<MapView<Str, f64>> = pipeline
///     .create([("EUR", 1.0), ("NOK", 0.085)].map(|(currency, rate)| (Str::from(currency), rate)))
///     .as_map();
/// let in_euro = pipeline
///     .create([(Str::from("NOK"), 200.0)])
///     .map_with(&rates, |(currency, amount), rates| amount * rates.get(&currency).unwrap_or(&1.0))
///     .collect();
/// let result = DirectRunner::default().run(&pipeline)?;
/// assert_eq!(result.collected(&in_euro), [17.0]);
/// # Ok::<(), heliostat::RunError>(())
/// ```
pub struct View<V> {
    builder: Rc<Builder>,
    panes: CollectionId,
    /// The step that makes it: what `.named` names.
    step: TransformId,
    kind: ViewKind,
    value: PhantomData<fn() -> V>,
}

impl<V> View<V> {
    pub(crate) fn new(
        builder: &Rc<Builder>,
        panes: CollectionId,
        step: TransformId,
        kind: ViewKind,
    ) -> Self {
        Self { builder: Rc::clone(builder), panes, step, kind, value: PhantomData }
    }

    /// The collection of its panes, one element for each.
    pub fn id(&self) -> CollectionId {
        self.panes
    }

    /// What it is read as.
    pub fn kind(&self) -> ViewKind {
        self.kind
    }

    /// Names the step that makes it, as [`PCollection::named`](crate::PCollection::named) does.
    ///
    /// ```
    /// use heliostat::prelude::*;
    ///
    /// let pipeline = Pipeline::new();
    /// let limit = pipeline.create([10]).as_singleton().named("Limit");
    /// assert_eq!(limit.kind(), heliostat::graph::ViewKind::Singleton);
    /// assert!(pipeline.graph().find("Limit").is_some());
    /// ```
    #[must_use = "the name is given at once, but what it returns is the view to go on with"]
    pub fn named(self, name: &str) -> Self {
        self.builder.rename(self.step, name);
        self
    }

    pub(crate) fn made_by(&self, step: TransformId) -> Self {
        Self::new(&self.builder, self.panes, step, self.kind)
    }

    /// How a step says that it reads it.
    pub(crate) fn spec(&self) -> SideSpec {
        SideSpec { collection: self.panes, kind: self.kind }
    }
}

impl<V> Clone for View<V> {
    fn clone(&self) -> Self {
        self.made_by(self.step)
    }
}

impl<V> fmt::Debug for View<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "View<{}>({} of {:?})", std::any::type_name::<V>(), self.kind, self.panes)
    }
}

#[cfg(test)]
mod tests;
