//! The first few values in some order.

use super::CombineFn;
use crate::Element;
use std::cmp::Ordering;

/// The first `count` values in an order: a list, the first of them first; empty for no values.
///
/// An accumulator holds at most twice as many values as the list, however many come.
///
/// ```
/// use heliostat::{CombineFn, Top};
///
/// let top = Top::largest(2);
/// let mut values = top.create();
/// for value in [3, 1, 4, 1, 5] {
///     top.add(&mut values, &value);
/// }
/// assert_eq!(top.extract(&values), [5, 4]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Top<R> {
    count: usize,
    rank: R,
}

/// An order of values: what [`Top`] puts first.
///
/// ```
/// use heliostat::Rank;
/// use std::cmp::Ordering;
///
/// /// The longest first.
/// #[derive(Clone, Copy)]
/// struct Longest;
///
/// impl Rank<String> for Longest {
///     fn compare(&self, a: &String, b: &String) -> Ordering {
///         b.len().cmp(&a.len())
///     }
/// }
///
/// assert_eq!(Longest.compare(&"heliostat".into(), &"beam".into()), Ordering::Less);
/// ```
pub trait Rank<T>: Send + Sync + 'static {
    /// `Less` if `a` stands before `b`.
    fn compare(&self, a: &T, b: &T) -> Ordering;
}

/// The order of [`Top::largest`].
///
/// ```
/// use heliostat::{LargestFirst, Rank};
///
/// assert!(LargestFirst.compare(&4, &3).is_lt());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct LargestFirst;

/// The order of [`Top::smallest`].
///
/// ```
/// use heliostat::{Rank, SmallestFirst};
///
/// assert!(SmallestFirst.compare(&3, &4).is_lt());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct SmallestFirst;

impl<T: Ord> Rank<T> for LargestFirst {
    fn compare(&self, a: &T, b: &T) -> Ordering {
        b.cmp(a)
    }
}

impl<T: Ord> Rank<T> for SmallestFirst {
    fn compare(&self, a: &T, b: &T) -> Ordering {
        a.cmp(b)
    }
}

impl<T, F: Fn(&T, &T) -> Ordering + Send + Sync + 'static> Rank<T> for F {
    fn compare(&self, a: &T, b: &T) -> Ordering {
        self(a, b)
    }
}

impl Top<LargestFirst> {
    /// The `count` largest, the largest first.
    pub fn largest(count: usize) -> Self {
        Self { count, rank: LargestFirst }
    }
}

impl Top<SmallestFirst> {
    /// The `count` smallest, the smallest first.
    pub fn smallest(count: usize) -> Self {
        Self { count, rank: SmallestFirst }
    }
}

impl Top<()> {
    /// The `count` that are largest by `compare`, the largest first. Which of those that compare
    /// as equal are among them is no promise.
    ///
    /// ```
    /// use heliostat::{CombineFn, Top};
    ///
    /// let top = Top::largest_by(1, f64::total_cmp);
    /// let mut values = top.create();
    /// top.add(&mut values, &0.5);
    /// top.add(&mut values, &2.5);
    /// assert_eq!(top.extract(&values), [2.5]);
    /// ```
    pub fn largest_by<T>(
        count: usize,
        compare: impl Fn(&T, &T) -> Ordering + Send + Sync + 'static,
    ) -> Top<impl Rank<T>> {
        Top { count, rank: move |a: &T, b: &T| compare(b, a) }
    }

    /// The `count` with the largest keys, the largest first. Which of those with the same key are
    /// among them is no promise.
    ///
    /// ```
    /// use heliostat::{CombineFn, Top};
    ///
    /// let top = Top::largest_by_key(1, |word: &String| word.len());
    /// let mut words = top.create();
    /// top.add(&mut words, &"be".to_owned());
    /// top.add(&mut words, &"beam".to_owned());
    /// assert_eq!(top.extract(&words), ["beam"]);
    /// ```
    pub fn largest_by_key<T, K: Ord>(
        count: usize,
        key: impl Fn(&T) -> K + Send + Sync + 'static,
    ) -> Top<impl Rank<T>> {
        Top { count, rank: move |a: &T, b: &T| key(b).cmp(&key(a)) }
    }
}

impl<R> Top<R> {
    /// How many values an accumulator may hold before it forgets those that cannot be in the list.
    fn room(&self) -> usize {
        self.count.saturating_mul(2)
    }

    /// Forgets all but the first `count`, which it leaves in no order.
    fn select<T>(&self, values: &mut Vec<T>)
    where
        R: Rank<T>,
    {
        if self.count < values.len() {
            values.select_nth_unstable_by(self.count, |a, b| self.rank.compare(a, b));
            values.truncate(self.count);
        }
    }
}

impl<T: Element, R: Rank<T>> CombineFn<T> for Top<R> {
    type Accumulator = Vec<T>;
    type Output = Vec<T>;

    fn create(&self) -> Vec<T> {
        Vec::new()
    }

    fn add(&self, values: &mut Vec<T>, value: &T) {
        if self.room() <= values.len() {
            self.select(values);
        }
        values.push(value.clone());
        if self.count == 0 {
            values.clear();
        }
    }

    fn merge(&self, values: &mut Vec<T>, other: &Vec<T>) {
        values.extend_from_slice(other);
        if self.room() < values.len() {
            self.select(values);
        }
    }

    fn extract(&self, values: &Vec<T>) -> Vec<T> {
        let mut firsts = values.clone();
        self.select(&mut firsts);
        firsts.sort_by(|a, b| self.rank.compare(a, b));
        firsts
    }

    fn compact(&self, values: &mut Vec<T>) {
        self.select(values);
        values.shrink_to_fit();
    }
}
