//! Steps that look at one element after the other.

use crate::batch::{Batch, Column, ColumnExt, Meta};
use crate::graph::functions::{StepFn, StepWork};
use crate::{Element, Error, Result};
use std::marker::PhantomData;
use std::sync::Arc;

/// A step that looks at one element after the other: it can also take those that others take too.
struct ByElement<F> {
    function: Arc<F>,
}

/// What such a step does with the elements of a batch.
trait OneByOne: Send + Sync + 'static {
    type Element: Element;

    /// Takes all elements and counts those it is through with in `done`.
    fn take(
        &self,
        elements: impl ExactSizeIterator<Item = Self::Element>,
        out: &mut dyn Column,
        done: &mut usize,
    ) -> Result<Gave>;
}

/// How many elements came of each.
pub(crate) enum Gave {
    One,
    /// One each of these, in their order, and none of the others.
    Of(Vec<u32>),
    Counts(Vec<u32>),
}

impl Gave {
    /// Moves the metadata of what was taken over to what came of it.
    pub(crate) fn describe(self, from: &mut Meta, to: &mut Meta) {
        match self {
            // Swapped, not taken: the room of the old timestamps goes back to where batches come
            // from.
            Self::One => std::mem::swap(to, from),
            Self::Of(some) => *to = std::mem::take(from).narrowed(&some),
            Self::Counts(counts) => *to = from.repeated(&counts),
        }
    }
}

fn by_element<F: OneByOne>(function: F) -> Arc<dyn StepFn> {
    Arc::new(ByElement { function: Arc::new(function) })
}

impl<F: OneByOne> StepFn for ByElement<F> {
    fn setup(&self) -> Result<Box<dyn StepWork>> {
        Ok(Box::new(Self { function: Arc::clone(&self.function) }))
    }
}

impl<F: OneByOne> StepWork for ByElement<F> {
    fn process(&mut self, input: &mut Batch, out: &mut [Batch], done: &mut usize) -> Result<()> {
        let elements = input.values.typed_mut::<F::Element>().drain(..);
        let gave = self.function.take(elements, out[0].values.as_mut(), done)?;
        gave.describe(&mut input.meta, &mut out[0].meta);
        Ok(())
    }

    fn process_shared(
        &mut self,
        input: &Batch,
        out: &mut [Batch],
        done: &mut usize,
    ) -> Option<Result<()>> {
        let elements = input.values.typed::<F::Element>().iter().cloned();
        let gave = match self.function.take(elements, out[0].values.as_mut(), done) {
            Ok(gave) => gave,
            Err(error) => return Some(Err(error)),
        };
        match gave {
            Gave::One => out[0].meta.copy_from(&input.meta),
            Gave::Of(some) => out[0].meta = input.meta.select(&some),
            Gave::Counts(counts) => out[0].meta = input.meta.repeated(&counts),
        }
        Some(Ok(()))
    }
}

struct Map<T, U, F>(F, PhantomData<fn(T) -> U>);

impl<T: Element, U: Element, F: Fn(T) -> U + Send + Sync + 'static> OneByOne for Map<T, U, F> {
    type Element = T;

    fn take(
        &self,
        elements: impl ExactSizeIterator<Item = T>,
        out: &mut dyn Column,
        done: &mut usize,
    ) -> Result<Gave> {
        out.typed_mut::<U>().extend(elements.map(|element| {
            let mapped = (self.0)(element);
            *done += 1;
            mapped
        }));
        Ok(Gave::One)
    }
}

/// One element in, one out; the metadata moves over untouched.
pub(crate) fn map<T: Element, U: Element>(
    f: impl Fn(T) -> U + Send + Sync + 'static,
) -> Arc<dyn StepFn> {
    by_element(Map(f, PhantomData))
}

struct FlatMap<T, U, F>(F, PhantomData<fn(T) -> U>);

impl<T, U, F> OneByOne for FlatMap<T, U, F>
where
    T: Element,
    U: Element,
    F: Fn(T, &mut Vec<U>) -> Result<()> + Send + Sync + 'static,
{
    type Element = T;

    fn take(
        &self,
        elements: impl ExactSizeIterator<Item = T>,
        out: &mut dyn Column,
        done: &mut usize,
    ) -> Result<Gave> {
        flat_mapped(elements, out.typed_mut::<U>(), done, &self.0)
    }
}

/// Takes elements of each of which any number may come, and counts those it is through with.
pub(crate) fn flat_mapped<T, U>(
    elements: impl ExactSizeIterator<Item = T>,
    emitted: &mut Vec<U>,
    done: &mut usize,
    f: impl Fn(T, &mut Vec<U>) -> Result<()>,
) -> Result<Gave> {
    let len = elements.len();
    // Mostly at most one comes of each: then what has given some is all there is to know.
    let mut some = Vec::with_capacity(len);
    let mut counts = Vec::new();
    for (index, element) in (0_u32..).zip(elements) {
        let before = emitted.len();
        f(element, emitted)?;
        *done += 1;
        let count = u32::try_from(emitted.len() - before).map_err(Error::from)?;
        if counts.is_empty() && count <= 1 {
            if count == 1 {
                some.push(index);
            }
            continue;
        }
        if counts.is_empty() {
            counts = vec![0; len];
            some.drain(..).for_each(|index: u32| counts[index as usize] = 1);
        }
        counts[index as usize] = count;
    }
    Ok(match counts[..] {
        [] if some.len() == len => Gave::One,
        [] => Gave::Of(some),
        [_, ..] => Gave::Counts(counts),
    })
}

/// One element in, any number out, written by the closure.
pub(crate) fn flat_map_into<T: Element, U: Element>(
    f: impl Fn(T, &mut Vec<U>) -> Result<()> + Send + Sync + 'static,
) -> Arc<dyn StepFn> {
    by_element(FlatMap(f, PhantomData))
}

/// Keeps the elements for which `keep` says so.
pub(crate) fn filter<T: Element>(
    keep: impl Fn(&T) -> bool + Send + Sync + 'static,
) -> Arc<dyn StepFn> {
    Arc::new(Filter { keep: Arc::new(keep), element: PhantomData })
}

struct Filter<T, F> {
    keep: Arc<F>,
    element: PhantomData<fn(&T)>,
}

impl<T: Element, F: Fn(&T) -> bool + Send + Sync + 'static> StepFn for Filter<T, F> {
    fn setup(&self) -> Result<Box<dyn StepWork>> {
        Ok(Box::new(Self { keep: Arc::clone(&self.keep), element: PhantomData }))
    }
}

impl<T: Element, F: Fn(&T) -> bool + Send + Sync + 'static> StepWork for Filter<T, F> {
    fn process(&mut self, input: &mut Batch, out: &mut [Batch], done: &mut usize) -> Result<()> {
        let before = input.len();
        let mut kept = Vec::new();
        let mut index = 0;
        let values = input.values.typed_mut::<T>();
        values.retain(|value| {
            let keeps = (self.keep)(value);
            *done += 1;
            if keeps {
                kept.push(index);
            }
            index += 1;
            keeps
        });
        let all_kept = values.len() == before;
        out[0].values.append(input.values.as_mut());
        let meta = std::mem::take(&mut input.meta);
        out[0].meta = if all_kept { meta } else { meta.narrowed(&kept) };
        Ok(())
    }

    fn process_shared(
        &mut self,
        input: &Batch,
        out: &mut [Batch],
        done: &mut usize,
    ) -> Option<Result<()>> {
        let mut kept = Vec::new();
        let to = out[0].values.typed_mut::<T>();
        for (index, value) in (0_u32..).zip(input.values.typed::<T>()) {
            if (self.keep)(value) {
                kept.push(index);
                to.push(value.clone());
            }
            *done += 1;
        }
        out[0].meta = input.meta.select(&kept);
        Some(Ok(()))
    }
}
