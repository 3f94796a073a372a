//! The event times of a batch, with their extremes carried along.

use crate::Timestamp;

/// Event times: one for all, or one each with the smallest and largest known.
///
/// ```
/// use heliostat::{Timestamp, batch::Timestamps};
///
/// let times = Timestamps::each(vec![Timestamp::secs(5), Timestamp::secs(2)]);
/// assert_eq!(times.range(), Some((Timestamp::secs(2), Timestamp::secs(5))));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum Timestamps {
    /// All elements have this one.
    Const(Timestamp),
    /// One per element.
    Each {
        /// In element order.
        at: Vec<Timestamp>,
        /// The smallest of `at` (`MAX` if there is none).
        min: Timestamp,
        /// The largest of `at` (`MIN` if there is none).
        max: Timestamp,
    },
}

impl Timestamps {
    /// One per element; finds the extremes.
    pub fn each(at: Vec<Timestamp>) -> Self {
        // In pairs: the smaller cannot be the largest, nor the larger the smallest.
        let (pairs, rest) = at.as_chunks::<2>();
        let (mut min, mut max) = (Timestamp::MAX, Timestamp::MIN);
        for &[first, second] in pairs {
            min = min.min(first.min(second));
            max = max.max(first.max(second));
        }
        for &last in rest {
            (min, max) = (min.min(last), max.max(last));
        }
        Self::Each { at, min, max }
    }

    /// The smallest and largest; `None` for no elements.
    pub fn range(&self) -> Option<(Timestamp, Timestamp)> {
        match self {
            Self::Const(at) => Some((*at, *at)),
            Self::Each { at, min, max } => (!at.is_empty()).then_some((*min, *max)),
        }
    }

    /// The one of element `index`.
    #[inline]
    pub fn at(&self, index: usize) -> Timestamp {
        match self {
            Self::Const(at) => *at,
            Self::Each { at, .. } => at[index],
        }
    }

    /// Those of `other` at `picked`, in the room it has.
    pub(super) fn select_from(&mut self, other: &Self, picked: &[u32]) {
        let Self::Each { at: others, .. } = other else {
            *self = other.clone();
            return;
        };
        let mut room = match std::mem::replace(self, Self::Const(Timestamp::MIN)) {
            Self::Each { at, .. } => at,
            Self::Const(_) => Vec::new(),
        };
        room.clear();
        room.extend(picked.iter().map(|&index| others[index as usize]));
        *self = Self::each(room);
    }

    pub(super) fn select(&self, picked: &[u32]) -> Self {
        match self {
            Self::Const(at) => Self::Const(*at),
            Self::Each { at, .. } => {
                Self::each(picked.iter().map(|&index| at[index as usize]).collect())
            }
        }
    }

    /// Those at `picked`, which is ascending, in the room of all.
    pub(super) fn narrowed(self, picked: &[u32]) -> Self {
        let Self::Each { mut at, .. } = self else { return self };
        let (mut min, mut max) = (Timestamp::MAX, Timestamp::MIN);
        for (to, &from) in picked.iter().enumerate() {
            let kept = at[from as usize];
            at[to] = kept;
            (min, max) = (min.min(kept), max.max(kept));
        }
        at.truncate(picked.len());
        Self::Each { at, min, max }
    }

    pub(super) fn append(&mut self, own: usize, other: Self, more: usize) {
        if let (Self::Const(a), Self::Const(b)) = (&*self, &other)
            && a == b
        {
            return;
        }
        let (mut at, min, max) = std::mem::replace(self, Self::Const(Timestamp::MIN)).unfold(own);
        let (behind, other_min, other_max) = other.unfold(more);
        at.extend_from_slice(&behind);
        *self = Self::Each { at, min: min.min(other_min), max: max.max(other_max) };
    }

    /// As one per element, whatever it was.
    pub(super) fn unfold(self, len: usize) -> (Vec<Timestamp>, Timestamp, Timestamp) {
        match self {
            Self::Const(at) => (vec![at; len], at, at),
            Self::Each { at, min, max } => (at, min, max),
        }
    }
}
