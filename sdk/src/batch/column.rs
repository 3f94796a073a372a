//! A vector of values whose type only its maker and its reader know.

use crate::Element;
use std::any::{Any, type_name};
use std::fmt;

/// A `Vec<T>` behind one `dyn`: what a batch carries.
///
/// ```
/// use heliostat::batch::{Column, ColumnExt};
///
/// let column: Box<dyn Column> = Box::new(vec![10_u64, 20, 30]);
/// assert_eq!(column.len(), 3);
/// assert_eq!(column.select(&[2, 0]).typed::<u64>(), &[30, 10]);
/// ```
pub trait Column: Any + Send + Sync {
    /// How many values it holds.
    fn len(&self) -> usize;
    /// Whether it holds none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Drops the values, keeps the room.
    fn clear(&mut self);
    /// An empty column of the same type.
    fn empty_like(&self) -> Box<dyn Column>;
    /// The same values, cloned.
    fn copied(&self) -> Box<dyn Column>;
    /// Clones of the values at `picked`, in that order.
    fn select(&self, picked: &[u32]) -> Box<dyn Column>;
    /// Moves each value to the end of one of `parts`, which must be of the same type: that at `to`,
    /// which has a place for each value.
    fn scatter(&mut self, to: &[u32], parts: &mut [Box<dyn Column>]);
    /// Moves all values of `other`, which must be of the same type, behind its own.
    fn append(&mut self, other: &mut dyn Column);
    /// The name of the value type, for messages.
    fn type_name(&self) -> &'static str;
}

impl<T: Element> Column for Vec<T> {
    fn len(&self) -> usize {
        Vec::len(self)
    }

    fn clear(&mut self) {
        Vec::clear(self);
    }

    fn empty_like(&self) -> Box<dyn Column> {
        Box::new(Vec::<T>::new())
    }

    fn copied(&self) -> Box<dyn Column> {
        Box::new(self.clone())
    }

    fn select(&self, picked: &[u32]) -> Box<dyn Column> {
        Box::new(picked.iter().map(|&at| self[at as usize].clone()).collect::<Vec<T>>())
    }

    fn scatter(&mut self, to: &[u32], parts: &mut [Box<dyn Column>]) {
        let mut counts = vec![0_usize; parts.len()];
        to.iter().for_each(|&part| counts[part as usize] += 1);
        let mut parts: Vec<&mut Vec<T>> = parts.iter_mut().map(|it| it.typed_mut::<T>()).collect();
        parts.iter_mut().zip(counts).for_each(|(part, count)| part.reserve_exact(count));
        for (value, &part) in self.drain(..).zip(to) {
            parts[part as usize].push(value);
        }
    }

    fn append(&mut self, other: &mut dyn Column) {
        Vec::append(self, other.typed_mut::<T>());
    }

    fn type_name(&self) -> &'static str {
        type_name::<T>()
    }
}

impl fmt::Debug for dyn Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} x {}", self.len(), self.type_name())
    }
}

/// The way back from `dyn Column` to the values.
///
/// The graph gives every edge one element type, so asking for another one is a bug of ours or of
/// a runner and panics with both names.
///
/// ```
/// use heliostat::batch::{Column, ColumnExt};
///
/// let mut column: Box<dyn Column> = Box::new(vec![1_u8]);
/// column.typed_mut::<u8>().push(2);
/// assert_eq!(column.typed::<u8>(), &[1, 2]);
/// ```
pub trait ColumnExt {
    /// The values.
    fn typed<T: Element>(&self) -> &Vec<T>;
    /// The values, to change.
    fn typed_mut<T: Element>(&mut self) -> &mut Vec<T>;
}

impl ColumnExt for dyn Column {
    fn typed<T: Element>(&self) -> &Vec<T> {
        let found = self.type_name();
        let any: &dyn Any = self;
        any.downcast_ref().unwrap_or_else(|| wrong_type(found, type_name::<T>()))
    }

    fn typed_mut<T: Element>(&mut self) -> &mut Vec<T> {
        let found = self.type_name();
        let any: &mut dyn Any = self;
        any.downcast_mut().unwrap_or_else(|| wrong_type(found, type_name::<T>()))
    }
}

#[cold]
fn wrong_type(found: &str, wanted: &str) -> ! {
    panic!("an edge carries one element type: found `{found}`, wanted `{wanted}`")
}
