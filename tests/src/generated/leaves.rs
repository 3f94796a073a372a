//! What the last collections of a generated pipeline held.

use heliostat::DropCounts;

use crate::case::{Pane, render_drops, render_pane};

/// The panes of each last collection, and what was dropped.
///
/// ```
/// use heliostat_conformance::generated;
///
/// for runner in heliostat::runners() {
///     let [one, other] = [7, 8].map(|seed| generated(seed).run(runner.as_ref()));
///     let (one, other) = (one?, other?);
///     assert_eq!(one.difference(&one), None);
///     assert!(one.difference(&other).is_some());
/// }
/// # Ok::<(), heliostat::RunError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaves {
    /// By the number of the node; sorted.
    pub(super) panes: Vec<(usize, Vec<Pane>)>,
    pub(super) dropped: DropCounts,
}

impl Leaves {
    /// The first collection in which these differ, or else the drops, with both sides.
    pub fn difference(&self, other: &Self) -> Option<String> {
        for (at, one) in &self.panes {
            let same = other.panes.iter().find(|(node, _)| node == at);
            let other: &[Pane] = same.map(|(_, panes)| panes.as_slice()).unwrap_or_default();
            if one != other {
                let (one, other) = (rendered(one), rendered(other));
                return Some(format!("of {at}:\n{one}-- and\n{other}"));
            }
        }
        if self.dropped == other.dropped {
            return None;
        }
        let [one, other] =
            [self.dropped, other.dropped].map(|drops| render_drops(drops.late, drops.closed));
        Some(format!("drops:\n{one}\n-- and\n{other}\n"))
    }

    /// How many panes there are in all.
    pub fn count(&self) -> usize {
        self.panes.iter().map(|(_, panes)| panes.len()).sum()
    }

    /// How many collections there are.
    pub fn collections(&self) -> usize {
        self.panes.len()
    }

    /// How many of them hold nothing.
    pub fn empty(&self) -> usize {
        self.panes.iter().filter(|(_, panes)| panes.is_empty()).count()
    }

    /// How many elements were dropped.
    pub fn dropped(&self) -> u64 {
        self.dropped.total()
    }
}

fn rendered(panes: &[Pane]) -> String {
    panes.iter().map(|pane| render_pane(pane) + "\n").collect()
}
