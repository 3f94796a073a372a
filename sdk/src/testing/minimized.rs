//! Delta debugging: what is left of an input when all is taken away that a failure does not need.

/// At most so many times is asked whether a smaller input still fails.
///
/// ```
/// use heliostat::testing::{MINIMIZING_TRIES_MAX, minimized};
///
/// let most = minimized(&[0; 2_000], |items| 1_999 <= items.len());
/// assert_eq!((most.tries, most.is_minimal), (MINIMIZING_TRIES_MAX, false));
/// ```
pub const MINIMIZING_TRIES_MAX: usize = 1_000;

/// What is left of an input, made by [`minimized`].
///
/// ```
/// let smaller = heliostat::testing::minimized(&[3, 1, 2], |numbers| numbers.contains(&1));
/// assert_eq!((smaller.items, smaller.is_minimal), (vec![1], true));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Minimized<T> {
    /// Items that still fail, in the order in which they stood.
    pub items: Vec<T>,
    /// How often was asked.
    pub tries: usize,
    /// Whether it is known that without any one of them nothing fails. Else there were too many
    /// tries to find out.
    pub is_minimal: bool,
}

/// Leaves out of `items`, which fail, as many as it can while `still_fails` says that the rest does.
///
/// Large pieces are left out before small ones, so that few tries are needed where few items matter;
/// [`MINIMIZING_TRIES_MAX`] bounds them. What is left need not be the smallest input that fails.
///
/// ```
/// use heliostat::testing::minimized;
///
/// // It fails wherever 17 comes before 42, whatever else there is.
/// let fails = |numbers: &[u32]| {
///     let place = |wanted| numbers.iter().position(|number| *number == wanted);
///     place(17).zip(place(42)).is_some_and(|(first, second)| first < second)
/// };
/// let smaller = minimized(&(0..1_000).collect::<Vec<u32>>(), fails);
/// assert_eq!(smaller.items, [17, 42]);
/// assert!(smaller.is_minimal);
/// ```
pub fn minimized<T: Clone>(items: &[T], still_fails: impl FnMut(&[T]) -> bool) -> Minimized<T> {
    minimized_within(items, MINIMIZING_TRIES_MAX, still_fails)
}

/// The same with at most so many tries.
pub(crate) fn minimized_within<T: Clone>(
    items: &[T],
    tries_max: usize,
    still_fails: impl FnMut(&[T]) -> bool,
) -> Minimized<T> {
    let mut search = Search { left: items.to_vec(), tries: 0, tries_max, still_fails };
    let is_minimal = search.without_all() || search.without_pieces();
    Minimized { items: search.left, tries: search.tries, is_minimal }
}

struct Search<T, F> {
    /// Invariant: fails.
    left: Vec<T>,
    tries: usize,
    tries_max: usize,
    still_fails: F,
}

impl<T: Clone, F: FnMut(&[T]) -> bool> Search<T, F> {
    /// Nothing at all is tried first: it is the quickest try, and there is nothing smaller.
    fn without_all(&mut self) -> bool {
        self.left.is_empty() || self.without(0, self.left.len())
    }

    /// Pieces of half the length in each pass; single items until a pass over all of them leaves
    /// none out. Says whether it came to that.
    fn without_pieces(&mut self) -> bool {
        let mut length = self.left.len().div_ceil(2).max(1);
        loop {
            let before = self.left.len();
            let mut start = 0;
            while start < self.left.len() {
                if self.tries == self.tries_max {
                    return false;
                }
                let end = (start + length).min(self.left.len());
                if !self.without(start, end) {
                    start = end;
                }
            }
            if length == 1 && self.left.len() == before {
                return true;
            }
            length = length.min(self.left.len()).div_ceil(2).max(1);
        }
    }

    /// Leaves a piece out if the rest still fails.
    fn without(&mut self, start: usize, end: usize) -> bool {
        if self.tries == self.tries_max {
            return false;
        }
        self.tries += 1;
        let rest = [&self.left[..start], &self.left[end..]].concat();
        let fails = (self.still_fails)(&rest);
        if fails {
            self.left = rest;
        }
        fails
    }
}

#[cfg(test)]
mod tests {
    use super::{MINIMIZING_TRIES_MAX, minimized, minimized_within};
    use crate::Seed;

    #[test]
    fn what_fails_is_left_and_nothing_else() {
        let all: Vec<u32> = (0..1_000).collect();
        for needed in [&[][..], &[0], &[999], &[0, 999], &[17, 18, 500], &[1, 2, 3, 4, 5, 6, 7]] {
            let holds = |items: &[u32]| needed.iter().all(|it| items.contains(it));
            let smaller = minimized(&all, holds);
            assert_eq!(smaller.items, needed);
            assert!(smaller.is_minimal && smaller.tries < 200, "{needed:?}: {}", smaller.tries);
        }
    }

    #[test]
    fn what_is_left_needs_each_of_its_items() {
        // Failures that do not grow with the input: an odd number of items, at least 3 of a kind.
        for seed in 0..100 {
            let mut chance = Seed::new(seed);
            let items: Vec<u64> = (0..41).map(|_| chance.below(5)).collect();
            let odd = |items: &[u64]| !items.len().is_multiple_of(2);
            let thrice =
                |items: &[u64]| (0..5).any(|n| 3 <= items.iter().filter(|it| **it == n).count());
            let both = |items: &[u64]| odd(items) && thrice(items);
            let smaller = minimized(&items, both);
            assert!(both(&smaller.items) && smaller.is_minimal, "{items:?}");
            for at in 0..smaller.items.len() {
                let mut without = smaller.items.clone();
                without.remove(at);
                assert!(!both(&without), "{items:?} without {at} of {:?}", smaller.items);
            }
        }
    }

    #[test]
    fn tries_are_bounded_and_what_is_left_still_fails() {
        let all: Vec<u32> = (0..10_000).collect();
        let most = |items: &[u32]| 9_000 <= items.len();
        for tries_max in [0, 1, 7, MINIMIZING_TRIES_MAX] {
            let smaller = minimized_within(&all, tries_max, most);
            assert!(most(&smaller.items) && !smaller.is_minimal, "{tries_max}");
            assert_eq!(smaller.tries, tries_max);
        }
        let none: [u32; 0] = [];
        let smaller = minimized(&none, |_| unreachable!("there is nothing to leave out"));
        assert!(smaller.is_minimal && smaller.items.is_empty());
    }
}
