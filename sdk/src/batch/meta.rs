//! What is known about the elements of a batch besides their values.

use super::{Timestamps, Windows};
use crate::{Error, Interval, PaneInfo, Result, Timestamp};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// What an element does to the collection it is in; everything heliostat makes today inserts.
///
/// Change-data sources and retractions will use the others.
///
/// ```
/// use heliostat::batch::ElementKind;
///
/// assert_eq!(ElementKind::default(), ElementKind::Insert);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ElementKind {
    /// Adds the element.
    #[default]
    Insert,
    /// Takes an equal element back.
    Delete,
    /// The old side of a change.
    UpdateBefore,
    /// The new side of a change.
    UpdateAfter,
}

/// One value for all elements, or one each.
///
/// ```
/// use heliostat::batch::Each;
///
/// let mut panes = Each::Const('a');
/// panes.append(2, Each::Const('b'), 1);
/// assert_eq!(panes, Each::Each(vec!['a', 'a', 'b']));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum Each<T> {
    /// The same for all.
    Const(T),
    /// One per element.
    Each(Vec<T>),
}

impl<T: Clone + PartialEq> Each<T> {
    /// The one of element `index`.
    #[inline]
    pub fn at(&self, index: usize) -> &T {
        match self {
            Self::Const(value) => value,
            Self::Each(values) => &values[index],
        }
    }

    /// Puts `more` entries of `other` behind `own` entries of this.
    pub fn append(&mut self, own: usize, other: Self, more: usize) {
        match (&mut *self, other) {
            (Self::Const(a), Self::Const(b)) if *a == b => {}
            (Self::Each(values), Self::Each(behind)) => values.extend(behind),
            (Self::Each(values), Self::Const(b)) => values.resize(own + more, b),
            (Self::Const(a), other) => {
                let mut values = vec![a.clone(); own];
                match other {
                    Self::Const(b) => values.resize(own + more, b),
                    Self::Each(behind) => values.extend(behind),
                }
                *self = Self::Each(values);
            }
        }
    }

    fn select(&self, picked: &[u32]) -> Self {
        match self {
            Self::Const(value) => Self::Const(value.clone()),
            Self::Each(values) => {
                Self::Each(picked.iter().map(|&index| values[index as usize].clone()).collect())
            }
        }
    }

    fn unfolded(&self, len: usize) -> Self {
        Self::Each((0..len).map(|index| self.at(index).clone()).collect())
    }
}

/// Timestamps, windows, panes and kinds of a batch's elements.
///
/// The default is what a root gives: timestamp MIN, the global window, no pane (model.md 1.4).
///
/// ```
/// use heliostat::{PaneInfo, Timestamp, batch::Meta};
///
/// let meta = Meta::default();
/// assert_eq!(meta.timestamps.at(7), Timestamp::MIN);
/// assert_eq!(*meta.panes.at(7), PaneInfo::NO_FIRING);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Meta {
    /// Event times.
    pub timestamps: Timestamps,
    /// Windows.
    pub windows: Windows,
    /// Which firing of a grouping made the element.
    pub panes: Each<PaneInfo>,
    /// What the element does to its collection.
    pub kinds: Each<ElementKind>,
}

impl Default for Meta {
    fn default() -> Self {
        Self {
            timestamps: Timestamps::Const(Timestamp::MIN),
            windows: Windows::Const(Interval::GLOBAL),
            panes: Each::Const(PaneInfo::NO_FIRING),
            kinds: Each::Const(ElementKind::Insert),
        }
    }
}

impl Meta {
    /// What a read gives its elements: these timestamps in the global window.
    pub fn at(timestamps: Timestamps) -> Self {
        Self { timestamps, ..Self::default() }
    }

    /// Whether all four columns are the same for all elements.
    pub fn is_const(&self) -> bool {
        let Self { timestamps, windows, panes, kinds } = self;
        let same_windows = match windows {
            Windows::Const(_) | Windows::ByTimestamp(_) => true,
            Windows::Each(_) | Windows::Many { .. } => false,
        };
        same_windows
            && matches!(timestamps, Timestamps::Const(_))
            && matches!(panes, Each::Const(_))
            && matches!(kinds, Each::Const(_))
    }

    /// Describes no elements any more, and keeps the room for their timestamps.
    pub fn clear(&mut self) {
        let timestamps = std::mem::replace(&mut self.timestamps, Timestamps::Const(Timestamp::MIN));
        *self = Self::default();
        if let Timestamps::Each { mut at, .. } = timestamps {
            at.clear();
            self.timestamps = Timestamps::each(at);
        }
    }

    /// The same as `other`, in the room it has.
    pub fn copy_from(&mut self, other: &Self) {
        match (&mut self.timestamps, &other.timestamps) {
            (
                Timestamps::Each { at, min, max },
                Timestamps::Each { at: others, min: a, max: b },
            ) => {
                at.clone_from(others);
                (*min, *max) = (*a, *b);
            }
            (own, others) => *own = others.clone(),
        }
        self.windows.clone_from(&other.windows);
        self.panes.clone_from(&other.panes);
        self.kinds.clone_from(&other.kinds);
    }

    /// That of the elements of `other` at `picked`, in that order, in the room it has.
    pub fn select_from(&mut self, other: &Self, picked: &[u32]) {
        self.timestamps.select_from(&other.timestamps, picked);
        self.windows = other.windows.select(picked);
        self.panes = other.panes.select(picked);
        self.kinds = other.kinds.select(picked);
    }

    /// That of the elements at `picked`, in that order.
    #[must_use]
    pub fn select(&self, picked: &[u32]) -> Self {
        Self {
            timestamps: self.timestamps.select(picked),
            windows: self.windows.select(picked),
            panes: self.panes.select(picked),
            kinds: self.kinds.select(picked),
        }
    }

    /// That of element `n` `counts[n]` times over.
    #[must_use]
    pub fn repeated(&self, counts: &[u32]) -> Self {
        if self.is_const() {
            return self.clone();
        }
        let numbered = (0_u32..).zip(counts);
        let repeated =
            numbered.flat_map(|(index, &count)| std::iter::repeat_n(index, count as usize));
        self.select(&repeated.collect::<Vec<u32>>())
    }

    /// That of the elements at `picked`, which is in their order and names none twice; the room of
    /// the timestamps is used again.
    #[must_use]
    pub fn narrowed(self, picked: &[u32]) -> Self {
        if self.is_const() {
            return self;
        }
        Self {
            timestamps: self.timestamps.narrowed(picked),
            windows: self.windows.select(picked),
            panes: self.panes.select(picked),
            kinds: self.kinds.select(picked),
        }
    }

    /// That of a run of elements.
    #[must_use]
    pub fn slice(&self, range: Range<u32>) -> Self {
        if self.is_const() {
            return self.clone();
        }
        self.select(&range.collect::<Vec<u32>>())
    }

    /// Puts `other`, of `more` elements, behind this, of `own`.
    pub fn append(&mut self, own: usize, other: Self, more: usize) {
        // Windows first: they may have to be read off the timestamps as they are now.
        self.windows.append((&self.timestamps, own), other.windows, (&other.timestamps, more));
        self.timestamps.append(own, other.timestamps, more);
        self.panes.append(own, other.panes, more);
        self.kinds.append(own, other.kinds, more);
    }

    /// The window of element `index`.
    ///
    /// # Errors
    /// If it lies in several windows or in none.
    pub(crate) fn window_of(&self, index: usize) -> Result<Interval> {
        let (mut windows, mut count) = (None, 0);
        self.windows.visit_one(&self.timestamps, index, |window| {
            windows = Some(window.clone());
            count += 1;
        });
        windows.filter(|_| count == 1).ok_or_else(|| {
            Error::new(format!(
                "an element lies in {count} windows, so nobody can say which one is meant; only a \
                 step with state, timers or side inputs sees its elements one window at a time"
            ))
        })
    }

    /// New timestamps under the windows the elements already have.
    pub fn move_to(&mut self, timestamps: Timestamps, len: usize) {
        if let Windows::ByTimestamp(_) = self.windows {
            self.windows = self.windows.materialized(&self.timestamps, len);
        }
        self.timestamps = timestamps;
    }

    /// The same with nothing constant: every column written out for `len` elements.
    #[must_use]
    pub fn unfolded(&self, len: usize) -> Self {
        Self {
            timestamps: Timestamps::each((0..len).map(|at| self.timestamps.at(at)).collect()),
            windows: self.windows.materialized(&self.timestamps, len),
            panes: self.panes.unfolded(len),
            kinds: self.kinds.unfolded(len),
        }
    }
}

impl Meta {
    /// One entry per element and window: `counts[n]` is how many windows element `n` lies in.
    #[must_use]
    pub fn exploded(&self, counts: &[u32]) -> Self {
        let mut windows = Vec::new();
        self.windows.for_each(&self.timestamps, counts.len(), |_, window| {
            windows.push(window.clone());
        });
        Self { windows: Windows::Each(windows), ..self.repeated(counts) }
    }
}
