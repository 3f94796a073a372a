//! The unit that moves between steps: a column of values beside one `Meta` about them.
//!
//! A batch is erased: below the author's API nobody knows the element type, and one dynamic call
//! serves a whole batch. Metadata that agrees for all elements is stored once, so a `map` touches
//! only values.

mod column;
mod meta;
mod timestamps;
mod windows;

pub use column::{Column, ColumnExt, Lent};
pub use meta::{Each, ElementKind, Meta};
pub use timestamps::Timestamps;
pub use windows::Windows;

/// Elements on their way: values, and what is known about each of them.
///
/// Invariant: every column of `meta` that is not constant has as many entries as `values`.
///
/// ```
/// use heliostat::batch::{Batch, ColumnExt, Meta};
///
/// let batch = Batch::of(vec![1_i64, 2, 3], Meta::default());
/// assert_eq!(batch.len(), 3);
/// assert_eq!(batch.values.typed::<i64>(), &[1, 2, 3]);
/// ```
#[derive(Debug)]
pub struct Batch {
    /// The values: a `Vec<T>` behind one `dyn`.
    pub values: Box<dyn Column>,
    /// Timestamps, windows, panes and kinds of the values.
    pub meta: Meta,
}

impl Batch {
    /// A batch of these values, all described by `meta`.
    pub fn of<T: crate::Element>(values: Vec<T>, meta: Meta) -> Self {
        Self { values: Box::new(values), meta }
    }

    /// An empty batch that carries the same type of values.
    pub fn empty_like(&self) -> Self {
        Self { values: self.values.empty_like(), meta: Meta::default() }
    }

    /// How many elements it holds.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Forgets the elements and keeps the room for new ones.
    pub fn clear(&mut self) {
        self.values.clear();
        self.meta.clear();
    }

    /// A copy of it, values cloned.
    #[must_use]
    pub fn copied(&self) -> Self {
        Self { values: self.values.copied(), meta: self.meta.clone() }
    }

    /// The same elements a second time; from now on both batches have their values lent.
    ///
    /// ```
    /// use heliostat::batch::{Batch, ColumnExt, Meta};
    ///
    /// let mut batch = Batch::of(vec![1_i64], Meta::default());
    /// let kept = batch.lend();
    /// batch.own();
    /// batch.values.typed_mut::<i64>()[0] = 2;
    /// assert_eq!(kept.values.typed::<i64>(), [1]);
    /// ```
    #[must_use]
    pub fn lend(&mut self) -> Self {
        let [own, other] = self.values.lend();
        self.values = own;
        Self { values: other, meta: self.meta.clone() }
    }

    /// Clones the values if they are lent, so that they can be changed and moved.
    pub fn own(&mut self) {
        if self.values.is_lent() {
            self.values = self.values.copied();
        }
    }

    /// The elements at `picked`, in that order, cloned.
    #[must_use]
    pub fn select(&self, picked: &[u32]) -> Self {
        Self { values: self.values.select(picked), meta: self.meta.select(picked) }
    }

    /// Moves the elements into `parts` batches, each into that at `to`, and leaves this one empty.
    /// The elements of a part keep their order.
    ///
    /// ```
    /// use heliostat::batch::{Batch, ColumnExt, Meta};
    ///
    /// let values = ["a", "b", "c"].map(str::to_owned).to_vec();
    /// let mut batch = Batch::of(values, Meta::default());
    /// let parts = batch.scattered(&[1, 0, 1], 2);
    /// assert_eq!(parts[0].values.typed::<String>(), &["b"]);
    /// assert_eq!(parts[1].values.typed::<String>(), &["a", "c"]);
    /// assert!(batch.is_empty());
    /// ```
    #[must_use]
    pub fn scattered(&mut self, to: &[u32], parts: usize) -> Vec<Self> {
        let mut columns: Vec<_> = (0..parts).map(|_| self.values.empty_like()).collect();
        self.values.scatter(to, &mut columns);
        let metas: Vec<Meta> = if self.meta.is_const() {
            vec![self.meta.clone(); parts]
        } else {
            let room = columns.iter().map(|column| Vec::with_capacity(column.len()));
            let mut picked: Vec<Vec<u32>> = room.collect();
            (0_u32..).zip(to).for_each(|(index, &part)| picked[part as usize].push(index));
            picked.iter().map(|picked| self.meta.select(picked)).collect()
        };
        self.clear();
        columns.into_iter().zip(metas).map(|(values, meta)| Self { values, meta }).collect()
    }

    /// The same elements once per window they lie in; those in no window are gone (model.md 1.1).
    #[must_use]
    pub fn exploded(&self) -> Self {
        let mut picked = Vec::new();
        let mut counts = vec![0_u32; self.len()];
        self.meta.windows.for_each(&self.meta.timestamps, self.len(), |index, _| {
            picked.push(u32::try_from(index).expect("a batch has fewer than 2^32 elements"));
            counts[index] += 1;
        });
        Self { values: self.values.select(&picked), meta: self.meta.exploded(&counts) }
    }

    /// Moves all elements of `other` behind its own; `other` is left empty.
    pub fn append(&mut self, other: &mut Batch) {
        let (own, more) = (self.len(), other.len());
        if own == 0 {
            std::mem::swap(&mut self.meta, &mut other.meta);
            other.meta.clear();
        } else {
            self.meta.append(own, std::mem::take(&mut other.meta), more);
        }
        self.values.append(other.values.as_mut());
    }
}
