//! Steps that look at one element after the other.

use crate::batch::{Batch, Column, ColumnExt, Meta};
use crate::graph::functions::{StepFn, StepWork};
use crate::{Element, Error, Result};
use std::alloc::Layout;
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
    fn take_all(
        &self,
        elements: &mut Vec<Self::Element>,
        out: &mut dyn Column,
        done: &mut usize,
    ) -> Result<Gave>;

    /// The same with elements that others take, too.
    fn take_shared(
        &self,
        elements: &[Self::Element],
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

    /// Gives what came of it the metadata of what was taken, which others need, too.
    fn describe_shared(self, from: &Meta, to: &mut Meta) {
        match self {
            Self::One => to.copy_from(from),
            Self::Of(some) => to.select_from(from, &some),
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
        let elements = input.values.typed_mut::<F::Element>();
        let gave = self.function.take_all(elements, out[0].values.as_mut(), done)?;
        gave.describe(&mut input.meta, &mut out[0].meta);
        Ok(())
    }

    fn process_shared(
        &mut self,
        input: &Batch,
        out: &mut [Batch],
        done: &mut usize,
    ) -> Option<Result<()>> {
        let elements = input.values.typed::<F::Element>();
        let gave = self.function.take_shared(elements, out[0].values.as_mut(), done);
        Some(gave.map(|gave| gave.describe_shared(&input.meta, &mut out[0].meta)))
    }
}

struct Map<T, U, F>(F, PhantomData<fn(T) -> U>);

impl<T: Element, U: Element, F: Fn(T) -> U + Send + Sync + 'static> Map<T, U, F> {
    /// What it makes of elements, one by one.
    fn mapped(
        &self,
        elements: impl ExactSizeIterator<Item = T>,
        done: &mut usize,
    ) -> impl ExactSizeIterator<Item = U> {
        elements.map(|element| {
            let mapped = (self.0)(element);
            *done += 1;
            mapped
        })
    }
}

impl<T: Element, U: Element, F: Fn(T) -> U + Send + Sync + 'static> OneByOne for Map<T, U, F> {
    type Element = T;

    fn take_all(
        &self,
        elements: &mut Vec<T>,
        out: &mut dyn Column,
        done: &mut usize,
    ) -> Result<Gave> {
        let mapped = out.typed_mut::<U>();
        if Layout::new::<T>() != Layout::new::<U>() || !mapped.is_empty() {
            mapped.extend(self.mapped(elements.drain(..), done));
            return Ok(Gave::One);
        }
        // What is made of an element takes its place, and the two columns exchange their rooms.
        let in_place = self.mapped(std::mem::take(elements).into_iter(), done).collect();
        let room = std::mem::replace(mapped, in_place);
        *elements = room.into_iter().map(|_| unreachable!("the column is empty")).collect();
        Ok(Gave::One)
    }

    fn take_shared(&self, elements: &[T], out: &mut dyn Column, done: &mut usize) -> Result<Gave> {
        out.typed_mut::<U>().extend(self.mapped(elements.iter().cloned(), done));
        Ok(Gave::One)
    }
}

/// One element in, one out; the metadata moves over untouched.
pub(crate) fn map<T: Element, U: Element>(
    f: impl Fn(T) -> U + Send + Sync + 'static,
) -> Arc<dyn StepFn> {
    by_element(Map(f, PhantomData))
}

/// A function that only looks at its elements.
struct Look<T, U, F>(F, PhantomData<fn(&T) -> U>);

impl<T, U, F> OneByOne for Look<T, U, F>
where
    T: Element,
    U: Element,
    F: Fn(&T, &mut Vec<U>) -> Result<()> + Send + Sync + 'static,
{
    type Element = T;

    fn take_all(
        &self,
        elements: &mut Vec<T>,
        out: &mut dyn Column,
        done: &mut usize,
    ) -> Result<Gave> {
        let gave = self.take_shared(elements, out, done)?;
        elements.clear();
        Ok(gave)
    }

    fn take_shared(&self, elements: &[T], out: &mut dyn Column, done: &mut usize) -> Result<Gave> {
        flat_mapped(elements.iter(), out.typed_mut::<U>(), done, &self.0)
    }
}

/// One element in, any number out, written by a closure that only looks at the element.
pub(crate) fn flat_map_by_reference<T: Element, U: Element>(
    f: impl Fn(&T, &mut Vec<U>) -> Result<()> + Send + Sync + 'static,
) -> Arc<dyn StepFn> {
    by_element(Look(f, PhantomData))
}

struct FlatMap<T, U, F>(F, PhantomData<fn(T) -> U>);

impl<T, U, F> OneByOne for FlatMap<T, U, F>
where
    T: Element,
    U: Element,
    F: Fn(T, &mut Vec<U>) -> Result<()> + Send + Sync + 'static,
{
    type Element = T;

    fn take_all(
        &self,
        elements: &mut Vec<T>,
        out: &mut dyn Column,
        done: &mut usize,
    ) -> Result<Gave> {
        flat_mapped(elements.drain(..), out.typed_mut::<U>(), done, &self.0)
    }

    fn take_shared(&self, elements: &[T], out: &mut dyn Column, done: &mut usize) -> Result<Gave> {
        flat_mapped(elements.iter().cloned(), out.typed_mut::<U>(), done, &self.0)
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

impl<T: Element, F: Fn(&T) -> bool + Send + Sync + 'static> Filter<T, F> {
    /// The places of those it keeps. There is no branch in it that a processor would have to guess.
    fn picked(&self, values: &[T], done: &mut usize) -> Vec<u32> {
        let mut picked = vec![0; values.len()];
        let mut count = 0;
        for (index, value) in (0_u32..).zip(values) {
            picked[count] = index;
            count += usize::from((self.keep)(value));
            *done += 1;
        }
        picked.truncate(count);
        picked
    }
}

impl<T: Element, F: Fn(&T) -> bool + Send + Sync + 'static> StepWork for Filter<T, F> {
    fn process(&mut self, input: &mut Batch, out: &mut [Batch], done: &mut usize) -> Result<()> {
        let values = input.values.typed_mut::<T>();
        let picked = self.picked(values, done);
        let all_picked = picked.len() == values.len();
        for (to, &from) in picked.iter().enumerate() {
            values.swap(to, from as usize);
        }
        values.truncate(picked.len());
        out[0].values.append(input.values.as_mut());
        if all_picked {
            std::mem::swap(&mut out[0].meta, &mut input.meta);
        } else {
            out[0].meta = std::mem::take(&mut input.meta).narrowed(&picked);
        }
        Ok(())
    }

    fn process_shared(
        &mut self,
        input: &Batch,
        out: &mut [Batch],
        done: &mut usize,
    ) -> Option<Result<()>> {
        let values = input.values.typed::<T>();
        let picked = self.picked(values, done);
        let kept = picked.iter().map(|&at| values[at as usize].clone());
        out[0].values.typed_mut::<T>().extend(kept);
        out[0].meta.select_from(&input.meta, &picked);
        Some(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::map;
    use crate::batch::{Batch, ColumnExt, Meta};

    #[test]
    fn a_map_between_types_of_one_layout_works_in_the_room_it_is_given() {
        let mut input = Batch::of(vec![1_u64, 2, 3], Meta::default());
        let mut out = [Batch::of(Vec::<i64>::with_capacity(5), Meta::default())];
        let place = |batch: &Batch| batch.values.typed::<u64>().as_ptr().addr();
        let (given, mut done) = (place(&input), 0);
        let mut step = map(|n: u64| -n.cast_signed()).setup().expect("a closure needs no setup");
        step.process(&mut input, &mut out, &mut done).expect("a map does not fail");
        let made = out[0].values.typed::<i64>();
        assert_eq!((made, made.as_ptr().addr(), done), (&[-1, -2, -3][..], given, 3));
        let room = input.values.typed_mut::<u64>();
        assert_eq!((room.len(), room.capacity()), (0, 5));
    }
}
