//! Windows that grow while elements of their key keep coming.

use super::{Interval, MergeWindows, Merges};
use crate::{Duration, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A session ends when nothing has come for its key for the length of the gap.
///
/// Each element gets a window of its own, `[t, t + gap)`; a grouping merges those that overlap.
/// Windows that only touch stay apart (model.md 2.3).
///
/// ```
/// use heliostat::{MergeWindows, Merges, SessionWindows, Timestamp, secs};
///
/// let sessions = SessionWindows::of(secs(10));
/// let (first, second) =
///     (sessions.window_at(Timestamp::secs(1)), sessions.window_at(Timestamp::secs(8)));
/// let mut merges = Merges::default();
/// sessions.merge(&[first, second], &mut merges);
/// let merged: Vec<_> = merges.iter().map(|merge| (merge.into.start(), merge.into.end())).collect();
/// assert_eq!(merged, [(Timestamp::secs(1), Timestamp::secs(18))]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionWindows {
    /// Invariant: positive.
    gap: Duration,
}

impl SessionWindows {
    /// Sessions that end after `gap` without an element.
    ///
    /// # Panics
    /// If `gap` is not positive.
    #[track_caller]
    pub fn of(gap: Duration) -> Self {
        assert!(Duration::ZERO < gap, "a session must have a positive gap, not {gap}");
        Self { gap }
    }

    /// For how long nothing may come before a session ends.
    pub fn gap(&self) -> Duration {
        self.gap
    }

    /// The window of one element, before it is merged with others.
    #[inline]
    pub fn window_at(&self, timestamp: Timestamp) -> Interval {
        let timestamp = timestamp.min(Timestamp::END_OF_GLOBAL_WINDOW);
        Interval::around(timestamp, Duration::ZERO, self.gap)
    }
}

impl MergeWindows for SessionWindows {
    /// Merges every run of windows that overlap into one.
    fn merge(&self, windows: &[Interval], merges: &mut Merges) {
        let mut sorted: Vec<&Interval> = windows.iter().collect();
        sorted.sort();
        let mut rest = sorted.as_slice();
        while let Some((first, others)) = rest.split_first() {
            let mut end = first.end();
            let overlapping = others.iter().take_while(|window| {
                let joins = window.start() < end;
                end = end.max(if joins { window.end() } else { end });
                joins
            });
            let count = 1 + overlapping.count();
            let (group, behind) = rest.split_at(count);
            if 1 < count {
                merges.merge(group.iter().copied().cloned(), Interval::new(first.start(), end));
            }
            rest = behind;
        }
    }
}

impl fmt::Display for SessionWindows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sessions {}", self.gap)
    }
}
