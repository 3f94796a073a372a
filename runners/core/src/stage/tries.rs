//! How often a bundle is tried, and how the last time.

use super::{Attempt, StageError};

/// The tries of one bundle.
///
/// When all of them have failed, the last one on an element of a step whose author chose dead letters,
/// there is one more: in it such steps take their elements one by one.
#[derive(Clone, Copy, Debug)]
pub struct Tries {
    attempt: u32,
    attempts: u32,
    one_by_one: bool,
}

impl Tries {
    /// The first of so many; there is one at least.
    pub fn of(attempts: u32) -> Self {
        Self { attempt: 1, attempts: attempts.max(1), one_by_one: false }
    }

    /// What messages call the try in hand.
    pub fn attempt(self, bundle: u64) -> Attempt {
        Attempt { bundle, attempt: self.attempt, attempts: self.attempts }
    }

    /// Whether the try in hand is not the last one, whatever it fails with.
    pub fn are_left(self) -> bool {
        self.attempt < self.attempts
    }

    /// Whether steps with dead letters take their elements one by one in the try in hand.
    pub fn one_by_one(self) -> bool {
        self.one_by_one
    }

    /// Goes on to the next try behind one that failed; `error` is what a step said, if it was a step.
    /// Says whether there is one.
    pub fn go_on(&mut self, error: Option<&StageError>) -> bool {
        if !self.are_left() {
            if self.one_by_one || !error.is_some_and(StageError::can_be_buried) {
                return false;
            }
            self.one_by_one = true;
            self.attempts += 1;
        }
        self.attempt += 1;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::{StageError, Tries};
    use crate::stage::error::WayOut;
    use heliostat::Error;

    #[test]
    fn elements_come_one_by_one_only_behind_the_last_try_and_once() {
        let dead = StageError::of(Error::new("seven")).with(WayOut::Chosen);
        let other = StageError::of(Error::new("no disk"));
        for (attempts, errors, went_on, last) in [
            (1, vec![Some(&other)], vec![false], (1, 1, false)),
            (1, vec![None], vec![false], (1, 1, false)),
            (1, vec![Some(&dead), Some(&dead)], vec![true, false], (2, 2, true)),
            (0, vec![Some(&dead), None], vec![true, false], (2, 2, true)),
            (2, vec![Some(&dead), Some(&other)], vec![true, false], (2, 2, false)),
            (2, vec![None, Some(&dead), Some(&other)], vec![true, true, false], (3, 3, true)),
        ] {
            let mut tries = Tries::of(attempts);
            let went: Vec<bool> = errors.iter().map(|error| tries.go_on(*error)).collect();
            let ended = tries.attempt(9);
            assert_eq!(went, went_on, "{attempts} {errors:?}");
            assert_eq!((ended.attempt, ended.attempts, tries.one_by_one()), last, "{errors:?}");
        }
    }
}
