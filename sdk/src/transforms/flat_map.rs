//! One element in, any number out.

use crate::graph::erase;
use crate::{Element, Error, PCollection, Result};
use std::panic::Location;

/// Where a closure puts what it makes of an element.
///
/// ```
/// use heliostat::prelude::*;
///
/// let pipeline = Pipeline::new();
/// let words = pipeline
///     .create(["to be".to_owned()])
///     .flat_map_into(|line, out: &mut Emit<'_, Str>| {
///         for word in line.split(' ') {
///             out.emit(word);
///         }
///     });
/// assert_eq!(pipeline.graph().collection(words.id()).element, "Str");
/// ```
#[derive(Debug)]
pub struct Emit<'a, T> {
    values: &'a mut Vec<T>,
}

impl<T> Emit<'_, T> {
    /// Gives one more element.
    #[inline]
    pub fn emit(&mut self, element: impl Into<T>) {
        self.values.push(element.into());
    }
}

/// What a closure over elements may return: nothing, or a `Result`.
///
/// ```
/// use heliostat::Outcome;
///
/// assert!(().into_result().is_ok());
/// assert!("x".parse::<i64>().map(drop).into_result().is_err());
/// ```
pub trait Outcome {
    /// As a result of heliostat's.
    ///
    /// # Errors
    /// If the closure failed; the bundle fails with it.
    fn into_result(self) -> Result<()>;
}

impl Outcome for () {
    fn into_result(self) -> Result<()> {
        Ok(())
    }
}

impl<E: Into<Error>> Outcome for Result<(), E> {
    fn into_result(self) -> Result<()> {
        self.map_err(Into::into)
    }
}

impl<T: Element> PCollection<T> {
    /// All that the iterators hold which `f` makes of the elements.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// let pipeline = Pipeline::new();
    /// let numbers = pipeline.create([2, 3]).flat_map(|n| 0..n).collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// assert_eq!(result.collected(&numbers).len(), 5);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    pub fn flat_map<I: IntoIterator>(
        &self,
        f: impl Fn(T) -> I + Send + Sync + 'static,
    ) -> PCollection<I::Item>
    where
        I::Item: Element,
    {
        let code = erase::flat_map_into(move |element: T, out: &mut Vec<I::Item>| {
            // Mostly few come: `extend` would cost more than it saves.
            f(element).into_iter().for_each(|made| out.push(made));
            Ok(())
        });
        self.element_wise("Flat map", code, false, Location::caller())
    }

    /// All that `f` emits for the elements, which it may borrow from while it does.
    ///
    /// It only looks at them: elements that other steps take, too, or that a source has in memory, are
    /// not cloned for it.
    ///
    /// `f` returns nothing, or a `Result` whose error fails the bundle.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// let pipeline = Pipeline::new();
    /// let words = pipeline
    ///     .create(["to be".to_owned()])
    ///     .flat_map_into(|line, out: &mut Emit<'_, Str>| {
    ///         line.split(' ').for_each(|word| out.emit(word));
    ///     })
    ///     .collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// assert_eq!(result.collected(&words), ["to", "be"]);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    pub fn flat_map_into<U: Element, O: Outcome>(
        &self,
        f: impl Fn(&T, &mut Emit<'_, U>) -> O + Send + Sync + 'static,
    ) -> PCollection<U> {
        let code = erase::flat_map_by_reference(move |element: &T, values: &mut Vec<U>| {
            f(element, &mut Emit { values }).into_result()
        });
        self.element_wise("Flat map", code, false, Location::caller())
    }
}
