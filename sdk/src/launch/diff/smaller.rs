//! The smallest input that can be found on which two runs still differ in the same way.

use super::difference::DifferenceKind;
use super::input::{Input, Item};
use crate::testing::{MINIMIZING_TRIES_MAX, Minimized, minimized_within};

/// A smaller input, and how it was found.
pub(super) struct Smaller {
    pub(super) input: Input,
    pub(super) tries: usize,
    /// Whether it is known that nothing more of it can be left out.
    pub(super) is_minimal: bool,
}

/// Leaves out elements, then moves of time, until nothing more can be. `kind_on` says how runs on an
/// input differ.
pub(super) fn smaller(
    input: &Input,
    kind: &DifferenceKind,
    mut kind_on: impl FnMut(Input) -> Option<DifferenceKind>,
) -> Smaller {
    let (mut elements, mut moves) = (input.elements(), input.moves());
    let mut tries = 0;
    loop {
        let before = elements.len() + moves.len();
        let left = MINIMIZING_TRIES_MAX - tries;
        let fewer = minimized_within(&elements, left, |elements: &[Item]| {
            kind_on(input.of(elements, &moves)).as_ref() == Some(kind)
        });
        let Minimized { items, tries: tried, is_minimal } = fewer;
        elements = items;
        tries += tried;
        let left = MINIMIZING_TRIES_MAX - tries;
        let fewer = minimized_within(&moves, left, |moves: &[Item]| {
            kind_on(input.of(&elements, moves)).as_ref() == Some(kind)
        });
        moves = fewer.items;
        tries += fewer.tries;
        let is_minimal = is_minimal && fewer.is_minimal;
        if !is_minimal || elements.len() + moves.len() == before {
            return Smaller { input: input.of(&elements, &moves), tries, is_minimal };
        }
    }
}
