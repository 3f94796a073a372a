//! The first difference between what two runs came to.

use super::outcome::{Outcome, Pane};
use crate::{DropCounts, RunError};
use std::cmp::Ordering;

/// Something that one run has and the other has not; the reference comes first.
#[derive(Debug)]
pub(super) enum Difference {
    /// One came to its end and the other did not, or they failed differently.
    End([Option<RunError>; 2]),
    /// A write has other panes.
    Panes(PaneDifference),
    /// A step dropped more or fewer elements.
    Dropped { step: String, counts: [DropCounts; 2] },
}

/// The panes of one write that only one of the runs has.
#[derive(Debug)]
pub(super) struct PaneDifference {
    /// Its number among the writes.
    pub(super) write: usize,
    /// In order; not both are empty.
    pub(super) only: [Vec<Pane>; 2],
    /// How many panes the write has.
    pub(super) counts: [u64; 2],
}

/// What two differences must have in common to be taken for the same.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum DifferenceKind {
    /// Whether they failed, and where or why.
    End([Option<String>; 2]),
    Panes(usize),
    Dropped(String),
}

impl Difference {
    /// What is different; how runs ended comes first, and what they dropped last.
    pub(super) fn between(reference: &Outcome, other: &Outcome) -> Option<Self> {
        if failure(reference.error.as_ref()) != failure(other.error.as_ref()) {
            return Some(Self::End([reference.error.clone(), other.error.clone()]));
        }
        let writes = reference.writes.iter().zip(&other.writes).enumerate();
        let mut panes = writes.filter_map(|(write, (reference, other))| {
            let only = only(reference, other);
            let counts = [reference.len() as u64, other.len() as u64];
            let differs = only.iter().any(|panes| !panes.is_empty());
            differs.then_some(Self::Panes(PaneDifference { write, only, counts }))
        });
        panes.next().or_else(|| dropped(reference, other))
    }

    pub(super) fn kind(&self) -> DifferenceKind {
        match self {
            Self::End(errors) => {
                DifferenceKind::End(errors.each_ref().map(|error| failure(error.as_ref())))
            }
            Self::Panes(panes) => DifferenceKind::Panes(panes.write),
            Self::Dropped { step, .. } => DifferenceKind::Dropped(step.clone()),
        }
    }
}

/// The step that failed; if it was none, the first line of what was said. Which of several elements
/// a step fails on first is nowhere laid down, so its words may be others on each runner.
fn failure(error: Option<&RunError>) -> Option<String> {
    let error = error?;
    Some(match error.step() {
        Some(step) => step.to_owned(),
        None => error.to_string().lines().next().unwrap_or_default().to_owned(),
    })
}

/// The panes that only one of both has; they stand in order, and equal ones count.
fn only(reference: &[Pane], other: &[Pane]) -> [Vec<Pane>; 2] {
    let mut only = [Vec::new(), Vec::new()];
    let (mut a, mut b) = (reference.iter().peekable(), other.iter().peekable());
    loop {
        let order = match (a.peek(), b.peek()) {
            (None, None) => return only,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(a), Some(b)) => a.order().cmp(&b.order()),
        };
        match order {
            Ordering::Equal => drop((a.next(), b.next())),
            Ordering::Less => only[0].extend(a.next().cloned()),
            Ordering::Greater => only[1].extend(b.next().cloned()),
        }
    }
}

fn dropped(reference: &Outcome, other: &Outcome) -> Option<Difference> {
    let steps = reference.dropped.keys().chain(other.dropped.keys());
    let counts = |step: &String| {
        [reference, other].map(|it| it.dropped.get(step).copied().unwrap_or_default())
    };
    let differing = steps.filter(|step| {
        let [reference, other] = counts(step);
        reference != other
    });
    differing.min().map(|step| Difference::Dropped { step: step.clone(), counts: counts(step) })
}
