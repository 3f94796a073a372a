//! What every kind of collection in a case's pipeline can go through.

use heliostat::{CollectionId, RunResult};

use super::sides::Sides;
use super::ticks::Ticks;
use crate::case::{Dropped, Pane, Step};

/// Reads from a run what a collection held.
pub(super) type Seen<T> = Box<dyn Fn(&RunResult) -> Vec<T>>;

/// A collection whose element type only its own file knows.
pub(super) trait Stream {
    /// What comes out of a step, which may read a side input.
    fn then(&self, step: &Step, sides: &Sides) -> Result<Box<dyn Stream>, String>;

    /// What comes out of a grouping, and what it dropped.
    fn grouped_with_dropped(&self, step: &Step)
    -> Result<(Box<dyn Stream>, Seen<Dropped>), String>;

    /// The collection, and how to read its elements with their metadata and, where there are ticks,
    /// the event that each one follows from; else with 0.
    fn seen(&self, ticks: Option<&Ticks>) -> (CollectionId, Seen<(usize, Pane)>);
}

pub(super) fn cannot_follow(step: &Step, what: &str) -> String {
    format!("{step:?} cannot follow {what}; put another step between")
}
