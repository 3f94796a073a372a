//! A generated pipeline made smaller, as long as it fails.

use super::node::{Node, Verb};
use super::settled::is_in_order;
use super::{Generated, Order};
use crate::case::Case;
use crate::scripts::{shrunk, smaller_spec};

/// How many times the script is made smaller between two rounds of leaving out steps.
const ROUNDS_MAX: usize = 4;

impl Generated {
    /// The smallest pipeline it finds on which `fails` holds as it does on this one: fewer events,
    /// elements and steps, simpler windows. `fails` must be false for one that preflight refuses.
    ///
    /// ```
    /// use heliostat_conformance::generated;
    ///
    /// let large = generated(7);
    /// let small = large.smaller(|smaller| smaller.names().any(|name| name == "stream"));
    /// assert_eq!(small.names().count(), 1);
    /// ```
    #[must_use]
    pub fn smaller(&self, fails: impl Fn(&Self) -> bool) -> Self {
        let mut smallest = self.clone();
        for _ in 0..ROUNDS_MAX {
            let before = smallest.clone();
            while let Some(better) = smallest.candidates().into_iter().find(|it| fails(it)) {
                smallest = better;
            }
            let of_script = |script: &Case| Self { script: script.clone(), ..smallest.clone() };
            let in_order = |script: &Case| self.order != Order::Kept || is_in_order(script);
            let script = shrunk(&smallest.script, |it| in_order(it) && fails(&of_script(it)));
            smallest = of_script(&script);
            if smallest == before {
                break;
            }
        }
        smallest
    }

    /// What is a step less than this, or a step with simpler windows.
    fn candidates(&self) -> Vec<Self> {
        let mut all: Vec<Self> =
            (0..self.nodes.len()).rev().filter_map(|at| self.without(at)).collect();
        // Where it matters when elements come, windows are as they are for a reason.
        let windows = if self.order == Order::Any { self.nodes.as_slice() } else { &[] };
        for (at, node) in windows.iter().enumerate() {
            let Verb::Window(spec) = &node.verb else { continue };
            for spec in smaller_spec(spec) {
                let mut candidate = self.clone();
                candidate.nodes[at].verb = Verb::Window(spec);
                all.push(candidate);
            }
        }
        all.retain(|candidate| candidate != self);
        all
    }

    /// The pipeline without a node: what took it takes what that took first.
    fn without(&self, at: usize) -> Option<Self> {
        let instead = self.nodes[at].takes.first().copied();
        let taken = self.nodes.iter().any(|node| node.takes.contains(&at));
        // Nor a window where it matters when elements come: without it, some may be lost.
        let stays = match self.nodes[at].verb {
            Verb::Total(..) => true,
            Verb::Window(_) => self.order != Order::Any,
            Verb::Stream(_)
            | Verb::Each(_)
            | Verb::Flatten
            | Verb::Grouping(_)
            | Verb::SumOrDrop
            | Verb::CoGroup
            | Verb::Buffer(_)
            | Verb::Beside(_)
            | Verb::Split
            | Verb::Rest => false,
        };
        if stays || (taken && instead.is_none()) || self.nodes.len() == 1 {
            return None;
        }
        let moved = |place: usize| {
            let place = if place == at { instead.unwrap_or(place) } else { place };
            if at < place { place - 1 } else { place }
        };
        let mut nodes: Vec<Node> = self.nodes.clone();
        nodes.remove(at);
        for node in &mut nodes {
            node.takes.iter_mut().for_each(|place| *place = moved(*place));
        }
        Some(Self { nodes, ..self.clone() })
    }
}
