//! Views and the steps that read them, erased.

use crate::batch::{Batch, Column, ColumnExt};
use crate::graph::erase::flat_mapped;
use crate::graph::{StepFn, StepWork, ViewFn, ViewValue};
use crate::{Element, Error, Result};
use std::any::type_name;
use std::sync::Arc;

/// The code of a view whose panes are elements of type `E`: a value may be an error, which is told
/// to whoever reads it.
pub(crate) struct TypedView<E, V> {
    value: Box<OfPane<E, V>>,
    empty: Box<OfNothing<V>>,
}

type OfPane<E, V> = dyn Fn(&E) -> Result<V> + Send + Sync;
type OfNothing<V> = dyn Fn() -> Result<V> + Send + Sync;

impl<E, V> TypedView<E, V> {
    /// `value` of each pane, `empty` where there is none.
    pub(crate) fn new(
        value: impl Fn(&E) -> Result<V> + Send + Sync + 'static,
        empty: impl Fn() -> Result<V> + Send + Sync + 'static,
    ) -> Self {
        Self { value: Box::new(value), empty: Box::new(empty) }
    }
}

impl<E: Element, V: Send + Sync + 'static> ViewFn for TypedView<E, V> {
    fn value(&self, panes: &dyn Column, index: usize) -> ViewValue {
        Arc::new((self.value)(&panes.typed::<E>()[index]))
    }

    fn empty(&self) -> ViewValue {
        Arc::new((self.empty)())
    }
}

/// What a view holds, seen by a step that knows its type.
///
/// # Errors
/// If the window holds what the view cannot be made of.
pub(super) fn read<V: 'static>(value: &ViewValue) -> Result<&V> {
    let known = value.downcast_ref::<Result<V>>();
    let value = known.unwrap_or_else(|| panic!("a view is read as `{}`", type_name::<V>()));
    value.as_ref().map_err(|error| Error::new(error.to_string()))
}

/// One element in, any number out, written by a closure that reads one view.
pub(crate) fn with_view<T, U, V, F>(function: F) -> Arc<dyn StepFn>
where
    T: Element,
    U: Element,
    V: 'static,
    F: Fn(T, &V, &mut Vec<U>) -> Result<()> + Send + Sync + 'static,
{
    let process = move |side: &ViewValue, input: &mut Batch, out: &mut Batch, done: &mut usize| {
        let view = read::<V>(side)?;
        let elements = input.values.typed_mut::<T>().drain(..);
        let emitted = out.values.typed_mut::<U>();
        let gave = flat_mapped(elements, emitted, done, |element, emitted| {
            function(element, view, emitted)
        })?;
        gave.describe(&mut input.meta, &mut out.meta);
        Ok(())
    };
    Arc::new(Reading { process: Arc::new(process) })
}

type Process = dyn Fn(&ViewValue, &mut Batch, &mut Batch, &mut usize) -> Result<()> + Send + Sync;

/// A step that reads one view.
struct Reading {
    process: Arc<Process>,
}

struct ReadingWork {
    process: Arc<Process>,
    side: Option<ViewValue>,
}

impl StepFn for Reading {
    fn setup(&self) -> Result<Box<dyn StepWork>> {
        Ok(Box::new(ReadingWork { process: Arc::clone(&self.process), side: None }))
    }
}

impl StepWork for ReadingWork {
    fn process(&mut self, input: &mut Batch, out: &mut [Batch], done: &mut usize) -> Result<()> {
        let side = self.side.as_ref().expect("a step sees its views before its elements");
        (self.process)(side, input, &mut out[0], done)
    }

    fn see(&mut self, sides: &[ViewValue]) {
        self.side = sides.first().cloned();
    }
}
