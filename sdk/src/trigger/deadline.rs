//! When a processing-time trigger is due, seen from the first element of its pane.

use crate::{Duration, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The way from the processing time of a pane's first element to its deadline: delays and
/// alignments, one after the other (model.md 3.2).
///
/// ```
/// use heliostat::{Deadline, Timestamp, secs};
///
/// let deadline = Deadline::default().delayed(secs(5)).aligned(secs(10), secs(0));
/// assert_eq!(deadline.of(Timestamp::secs(12)), Timestamp::secs(20));
/// assert_eq!(deadline.of(Timestamp::secs(15)), Timestamp::secs(20));
/// assert_eq!(deadline.of(Timestamp::secs(16)), Timestamp::secs(30));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deadline {
    moves: Vec<Move>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Move {
    Delay(Duration),
    /// Up to the next `offset + n * period`, or not at all from such a point.
    Align {
        period: Duration,
        offset: Duration,
    },
}

impl Deadline {
    /// The same, `delay` later.
    ///
    /// # Panics
    /// If `delay` is negative.
    #[track_caller]
    #[must_use]
    pub fn delayed(mut self, delay: Duration) -> Self {
        assert!(Duration::ZERO <= delay, "a deadline cannot lie in the past: delay {delay}");
        self.moves.push(Move::Delay(delay));
        self
    }

    /// The same, moved up to the next point of the grid `offset + n * period`.
    ///
    /// # Panics
    /// If `period` is not positive.
    #[track_caller]
    #[must_use]
    pub fn aligned(mut self, period: Duration, offset: Duration) -> Self {
        assert!(Duration::ZERO < period, "a grid must have a positive period, not {period}");
        self.moves.push(Move::Align { period, offset });
        self
    }

    /// The deadline of a pane whose first element came at `first`; never before it.
    pub fn of(&self, first: Timestamp) -> Timestamp {
        self.moves.iter().fold(first, |at, step| match *step {
            Move::Delay(delay) => at + delay,
            Move::Align { period, offset } => {
                let past = at.since(offset, period);
                if past == Duration::ZERO { at } else { at + (period - past) }
            }
        })
    }
}

impl fmt::Display for Deadline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let moves = self.moves.iter().map(|step| match step {
            Move::Delay(delay) => delay.to_string(),
            Move::Align { period, offset } if *offset == Duration::ZERO => {
                format!("align={period}")
            }
            Move::Align { period, offset } => format!("align={period}, offset={offset}"),
        });
        f.write_str(&moves.collect::<Vec<_>>().join(", "))
    }
}
