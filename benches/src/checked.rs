//! A sink that looks at every row and remembers their check.

use crate::check::{Check, Row};
use heliostat::graph::{SinkStyle, WriteSpec};
use heliostat::{Completion, Element, Result, Write, Writer, Written};
use std::fmt;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, PoisonError};

/// Where the check of a run is when it has ended.
#[derive(Clone, Debug, Default)]
pub struct Checked(Arc<Mutex<Check>>);

/// The sink; `F` says what of an element is checked.
pub struct CheckedRows<T, F> {
    checked: Checked,
    row: F,
    element: PhantomData<fn(&T)>,
}

/// The check of one part.
pub struct CheckedWriter<T, F> {
    check: Check,
    row: F,
    element: PhantomData<fn(&T)>,
}

impl Checked {
    /// A sink for elements that are checked as these rows.
    pub fn rows<T, F: Fn(&T) -> Row>(&self, row: F) -> CheckedRows<T, F> {
        CheckedRows { checked: self.clone(), row, element: PhantomData }
    }

    /// What the last run gave.
    pub fn check(&self) -> Check {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Element, F: Fn(&T) -> Row + Clone + Send + Sync + 'static> Write for CheckedRows<T, F> {
    type Element = T;
    type Committable = Check;
    type Writer = CheckedWriter<T, F>;

    fn spec(&self) -> WriteSpec {
        WriteSpec { style: SinkStyle::AtEnd, about: "a check".into() }
    }

    fn open(&self, _epoch: u64, _shard: u32) -> Result<CheckedWriter<T, F>> {
        let (check, row) = (Check::default(), self.row.clone());
        Ok(CheckedWriter { check, row, element: PhantomData })
    }

    fn commit(&self, parts: Vec<Check>, _completion: Completion) -> Result<Written> {
        let all = parts.into_iter().fold(Check::default(), Check::with);
        *self.checked.0.lock().unwrap_or_else(PoisonError::into_inner) = all;
        Ok(Written { place: "memory".into(), elements: all.rows })
    }
}

impl<T: Element, F: Fn(&T) -> Row + Send + 'static> Writer for CheckedWriter<T, F> {
    type Element = T;
    type Committable = Check;

    fn write(&mut self, elements: &mut Vec<T>) -> Result<()> {
        elements.drain(..).for_each(|element| self.check.add_row((self.row)(&element)));
        Ok(())
    }

    fn prepare(self) -> Result<Check> {
        Ok(self.check)
    }
}

impl<T, F> fmt::Debug for CheckedRows<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CheckedRows").field("checked", &self.checked).finish_non_exhaustive()
    }
}

impl<T, F> fmt::Debug for CheckedWriter<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CheckedWriter").field("check", &self.check).finish_non_exhaustive()
    }
}
