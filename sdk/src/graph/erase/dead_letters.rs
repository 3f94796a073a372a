//! Dead letters of elements whose type is known here and nowhere below.

use crate::batch::{Column, ColumnExt};
use crate::graph::DeadLetterFn;
use crate::{DeadLetter, Element};
use std::marker::PhantomData;

/// Makes dead letters of elements of one type.
pub(crate) struct TypedDeadLetters<T>(PhantomData<fn(&T)>);

impl<T> Default for TypedDeadLetters<T> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<T: Element> DeadLetterFn for TypedDeadLetters<T> {
    fn bury(&self, elements: &dyn Column, index: usize, error: String, letters: &mut dyn Column) {
        let element = elements.typed::<T>()[index].clone();
        letters.typed_mut::<DeadLetter<T>>().push(DeadLetter { element, error });
    }
}
