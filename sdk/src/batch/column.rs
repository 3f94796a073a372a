//! A vector of values whose type only its maker and its reader know.

use crate::Element;
use std::any::{Any, type_name};
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

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
    /// Lends the values to two columns, and leaves this one empty.
    fn lend(&mut self) -> [Box<dyn Column>; 2];
    /// Whether others have the values, too: they can be looked at and cloned, but neither changed nor
    /// moved.
    fn is_lent(&self) -> bool {
        false
    }
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
        selected(self, picked)
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
        let other = other.typed_mut::<T>();
        if self.is_empty() {
            // Nothing need be moved.
            std::mem::swap(self, other);
        } else {
            Vec::append(self, other);
        }
    }

    fn lend(&mut self) -> [Box<dyn Column>; 2] {
        let values = std::mem::take(self);
        let lent = Lent { range: 0..values.len(), all: Arc::new(values) };
        [Box::new(lent.clone()), Box::new(lent)]
    }

    fn type_name(&self) -> &'static str {
        type_name::<T>()
    }
}

/// A run of values that are somewhere in memory and stay there.
///
/// A step that only looks at elements sees them in their place; what a step wants as its own is
/// cloned then, and not before.
///
/// ```
/// use heliostat::batch::{Column, ColumnExt, Lent};
/// use std::sync::Arc;
///
/// let all = Arc::new(vec![10_u64, 20, 30]);
/// let lent = Lent::of(&all, 1..3);
/// let column: &dyn Column = &lent;
/// assert!(column.is_lent());
/// assert_eq!(column.typed::<u64>(), &[20, 30]);
/// assert!(!column.copied().is_lent());
/// ```
pub struct Lent<T> {
    all: Arc<Vec<T>>,
    range: Range<usize>,
}

impl<T> Lent<T> {
    /// The values at `range` of `all`.
    ///
    /// # Panics
    /// If there are not so many.
    pub fn of(all: &Arc<Vec<T>>, range: Range<usize>) -> Self {
        assert!(range.start <= range.end && range.end <= all.len(), "the values are there");
        Self { all: Arc::clone(all), range }
    }

    /// The values.
    pub fn values(&self) -> &[T] {
        &self.all[self.range.clone()]
    }

    /// Takes what follows behind its own, if these values do.
    pub(crate) fn grow(&mut self, all: &Arc<Vec<T>>, range: &Range<usize>) -> bool {
        let follows = Arc::ptr_eq(&self.all, all) && self.range.end == range.start;
        if follows {
            self.range.end = range.end;
        }
        follows
    }
}

impl<T> Clone for Lent<T> {
    fn clone(&self) -> Self {
        Self { all: Arc::clone(&self.all), range: self.range.clone() }
    }
}

impl<T: Element> Column for Lent<T> {
    fn len(&self) -> usize {
        self.range.len()
    }

    fn clear(&mut self) {
        self.range.end = self.range.start;
    }

    fn empty_like(&self) -> Box<dyn Column> {
        Box::new(Vec::<T>::new())
    }

    fn copied(&self) -> Box<dyn Column> {
        Box::new(self.values().to_vec())
    }

    fn select(&self, picked: &[u32]) -> Box<dyn Column> {
        selected(self.values(), picked)
    }

    fn scatter(&mut self, to: &[u32], parts: &mut [Box<dyn Column>]) {
        self.values().to_vec().scatter(to, parts);
        Column::clear(self);
    }

    fn append(&mut self, _other: &mut dyn Column) {
        lent_to_others()
    }

    fn lend(&mut self) -> [Box<dyn Column>; 2] {
        let lent = self.clone();
        Column::clear(self);
        [Box::new(lent.clone()), Box::new(lent)]
    }

    fn type_name(&self) -> &'static str {
        type_name::<T>()
    }

    fn is_lent(&self) -> bool {
        true
    }
}

impl<T> fmt::Debug for Lent<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lent").field("range", &self.range).finish_non_exhaustive()
    }
}

fn selected<T: Element>(values: &[T], picked: &[u32]) -> Box<dyn Column> {
    Box::new(picked.iter().map(|&at| values[at as usize].clone()).collect::<Vec<T>>())
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
    fn typed<T: Element>(&self) -> &[T];
    /// The values, to change; not where they are lent.
    fn typed_mut<T: Element>(&mut self) -> &mut Vec<T>;
}

impl ColumnExt for dyn Column {
    fn typed<T: Element>(&self) -> &[T] {
        let found = self.type_name();
        let any: &dyn Any = self;
        match (any.downcast_ref::<Vec<T>>(), any.downcast_ref::<Lent<T>>()) {
            (Some(values), _) => values,
            (None, Some(lent)) => lent.values(),
            (None, None) => wrong_type(found, type_name::<T>()),
        }
    }

    fn typed_mut<T: Element>(&mut self) -> &mut Vec<T> {
        let (found, is_lent) = (self.type_name(), self.is_lent());
        let any: &mut dyn Any = self;
        match any.downcast_mut() {
            Some(values) => values,
            None if is_lent => lent_to_others(),
            None => wrong_type(found, type_name::<T>()),
        }
    }
}

#[cold]
fn lent_to_others() -> ! {
    panic!("values that are lent are copied before they are changed")
}

#[cold]
fn wrong_type(found: &str, wanted: &str) -> ! {
    panic!("an edge carries one element type: found `{found}`, wanted `{wanted}`")
}
