//! Which windows the elements of a batch lie in, in the cheapest form that says it.

use super::Timestamps;
use crate::{Interval, WindowFn};

/// The windows of a batch's elements.
///
/// ```
/// use heliostat::{FixedWindows, Timestamp, WindowFn, secs};
/// use heliostat::batch::{Timestamps, Windows};
///
/// let windows = Windows::ByTimestamp(WindowFn::Fixed(FixedWindows::of(secs(60))));
/// let times = Timestamps::Const(Timestamp::secs(75));
/// let mut seen = Vec::new();
/// windows.for_each(&times, 2, |element, window| seen.push((element, window.start())));
/// assert_eq!(seen, [(0, Timestamp::secs(60)), (1, Timestamp::secs(60))]);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum Windows {
    /// All elements lie in this one window.
    Const(Interval),
    /// What this function assigns to each timestamp.
    ByTimestamp(WindowFn),
    /// One window per element.
    Each(Vec<Interval>),
    /// Element `n` lies in `windows[offsets[n]..offsets[n + 1]]`.
    Many {
        /// One more than there are elements.
        offsets: Vec<u32>,
        /// Of all elements, in element order.
        windows: Vec<Interval>,
    },
}

impl Windows {
    /// Calls `visit(element, window)` for every pair: the "exploded" form of the model.
    pub fn for_each(
        &self,
        timestamps: &Timestamps,
        len: usize,
        mut visit: impl FnMut(usize, &Interval),
    ) {
        match self {
            Self::Const(window) => (0..len).for_each(|index| visit(index, window)),
            Self::ByTimestamp(window_fn) => {
                for index in 0..len {
                    window_fn.assign(timestamps.at(index), |window| visit(index, &window));
                }
            }
            Self::Each(windows) => {
                windows.iter().enumerate().for_each(|(index, window)| visit(index, window));
            }
            Self::Many { offsets, windows } => {
                for index in 0..len {
                    let range = offsets[index] as usize..offsets[index + 1] as usize;
                    windows[range].iter().for_each(|window| visit(index, window));
                }
            }
        }
    }

    /// Calls `visit` for every window of element `index`.
    pub(super) fn visit_one(
        &self,
        timestamps: &Timestamps,
        index: usize,
        mut visit: impl FnMut(&Interval),
    ) {
        match self {
            Self::Const(window) => visit(window),
            Self::ByTimestamp(window_fn) => {
                window_fn.assign(timestamps.at(index), |window| visit(&window));
            }
            Self::Each(windows) => visit(&windows[index]),
            Self::Many { offsets, windows } => {
                let range = offsets[index] as usize..offsets[index + 1] as usize;
                windows[range].iter().for_each(visit);
            }
        }
    }

    /// Whether it is sure that each element lies in exactly one window.
    pub fn one_each(&self) -> bool {
        match self {
            Self::Const(_) | Self::Each(_) => true,
            Self::ByTimestamp(window_fn) => window_fn.partitions(),
            Self::Many { .. } => false,
        }
    }

    /// The same with every window written out: `Each` where each element has one, else `Many`.
    #[must_use]
    pub fn materialized(&self, timestamps: &Timestamps, len: usize) -> Self {
        if let Self::Each(_) = self {
            return self.clone();
        }
        let mut counts = vec![0_u32; len];
        let mut windows = Vec::with_capacity(len);
        self.for_each(timestamps, len, |index, window| {
            counts[index] += 1;
            windows.push(window.clone());
        });
        if counts.iter().all(|&count| count == 1) {
            return Self::Each(windows);
        }
        let mut offsets = Vec::with_capacity(len + 1);
        offsets.push(0);
        let mut end = 0;
        for count in counts {
            end += count;
            offsets.push(end);
        }
        Self::Many { offsets, windows }
    }

    pub(super) fn select(&self, picked: &[u32]) -> Self {
        match self {
            Self::Const(_) | Self::ByTimestamp(_) => self.clone(),
            Self::Each(windows) => {
                Self::Each(picked.iter().map(|&index| windows[index as usize].clone()).collect())
            }
            Self::Many { offsets, windows } => {
                let mut kept = Self::Many { offsets: vec![0], windows: Vec::new() };
                if let Self::Many { offsets: new_offsets, windows: new_windows } = &mut kept {
                    for &index in picked {
                        let index = index as usize;
                        let range = offsets[index] as usize..offsets[index + 1] as usize;
                        new_windows.extend_from_slice(&windows[range]);
                        new_offsets.push(window_count(new_windows));
                    }
                }
                kept
            }
        }
    }

    /// Puts `other` behind; both are told how many elements they describe, and when.
    pub(super) fn append(
        &mut self,
        own: (&Timestamps, usize),
        other: Self,
        more: (&Timestamps, usize),
    ) {
        match (&mut *self, &other) {
            (Self::Const(a), Self::Const(b)) if a == b => return,
            (Self::ByTimestamp(a), Self::ByTimestamp(b)) if a == b => return,
            (Self::Const(a), Self::Const(b)) => {
                let mut windows = Vec::with_capacity(own.1 + more.1);
                windows.resize(own.1, a.clone());
                windows.resize(own.1 + more.1, b.clone());
                *self = Self::Each(windows);
                return;
            }
            (Self::Each(a), Self::Const(b)) => {
                a.resize(own.1 + more.1, b.clone());
                return;
            }
            (Self::Each(a), _) => {
                // Only what is new is written out: appending again and again stays linear.
                if let Self::Each(b) = other.materialized(more.0, more.1) {
                    a.extend(b);
                    return;
                }
            }
            _ => {}
        }
        let own_windows = self.materialized(own.0, own.1);
        let more_windows = other.materialized(more.0, more.1);
        *self = match (own_windows, more_windows) {
            (Self::Each(mut a), Self::Each(b)) => {
                a.extend(b);
                Self::Each(a)
            }
            (a, b) => {
                let (mut offsets, mut windows) = a.as_many(own);
                let (more_offsets, more_windows) = b.as_many(more);
                let base = window_count(&windows);
                offsets.extend(more_offsets.iter().skip(1).map(|offset| base + offset));
                windows.extend(more_windows);
                Self::Many { offsets, windows }
            }
        };
    }

    fn as_many(&self, of: (&Timestamps, usize)) -> (Vec<u32>, Vec<Interval>) {
        let (mut offsets, mut windows) = (vec![0], Vec::with_capacity(of.1));
        let mut last = 0;
        self.for_each(of.0, of.1, |index, window| {
            while last < index {
                offsets.push(window_count(&windows));
                last += 1;
            }
            windows.push(window.clone());
        });
        offsets.resize(of.1 + 1, window_count(&windows));
        (offsets, windows)
    }
}

fn window_count(windows: &[Interval]) -> u32 {
    u32::try_from(windows.len()).expect("a batch has fewer than 2^32 windows")
}
