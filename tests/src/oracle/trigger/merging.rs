//! Triggers of windows that become one: the last columns of model.md 3.2 and 3.3.

use super::{Deadline, Kind, Node, Sight};

impl Node {
    /// Called on the tree of a merged window. `self` is that of the window itself if it was active,
    /// else a new one; `members` are those of all active windows that merged, itself included.
    pub(in crate::oracle) fn on_merge(&mut self, members: &[Node], sight: &mut Sight) {
        match &mut self.kind {
            Kind::Default => sight.ask_for_end_of_window(),
            Kind::EndOfWindow => {
                // S31: of no windows, not all have finished.
                let all = !members.is_empty() && members.iter().all(|member| member.finished);
                self.finished = all && sight.past_end();
                sight.ask_for_end_of_window();
            }
            Kind::Count { seen, .. } => {
                self.finished = members.iter().any(|member| member.finished);
                *seen = if self.finished { 0 } else { members.iter().map(Node::seen).sum() };
            }
            Kind::ProcessingTime { deadline, .. } => {
                let earliest = members.iter().filter_map(Node::deadline).min();
                *deadline =
                    earliest.filter(|_| !self.finished).map(|at| Deadline { at, timer: true });
            }
            Kind::Never | Kind::Always => {}
            Kind::Repeatedly(inner) => inner.on_merge(&children(members, 0), sight),
            Kind::Any(nodes) => {
                for (at, node) in nodes.iter_mut().enumerate() {
                    node.on_merge(&children(members, at), sight);
                }
                self.finished = nodes.iter().any(|node| node.finished);
            }
            Kind::All(nodes) => {
                for (at, node) in nodes.iter_mut().enumerate() {
                    node.on_merge(&children(members, at), sight);
                }
                self.finished = nodes.iter().all(|node| node.finished);
            }
            Kind::Each(nodes) => {
                let mut all_before_finished = true;
                for (at, node) in nodes.iter_mut().enumerate() {
                    if all_before_finished {
                        node.on_merge(&children(members, at), sight);
                        all_before_finished = node.finished;
                    } else {
                        node.clear();
                    }
                }
                self.finished = nodes.iter().all(|node| node.finished);
            }
            Kind::Until { main, until } => {
                main.on_merge(&children(members, 0), sight);
                until.on_merge(&children(members, 1), sight);
                self.finished = main.finished || until.finished;
            }
            Kind::Firings { early, late, is_late } => {
                sight.ask_for_end_of_window();
                let some_early = members.is_empty() || members.iter().any(|it| !it.is_late());
                *is_late = !some_early && sight.past_end();
                self.finished = *is_late && late.is_none();
                if *is_late {
                    if let Some(late) = late {
                        late.on_merge(&children(members, 1), sight);
                    }
                } else {
                    if let Some(early) = early {
                        early.on_merge(&children(members, 0), sight);
                    }
                    if let Some(late) = late {
                        late.clear();
                    }
                }
            }
        }
    }

    fn seen(&self) -> u32 {
        if let Kind::Count { seen, .. } = self.kind { seen } else { 0 }
    }

    fn deadline(&self) -> Option<i64> {
        if let Kind::ProcessingTime { deadline, .. } = self.kind {
            deadline.map(|deadline| deadline.at)
        } else {
            None
        }
    }

    fn is_late(&self) -> bool {
        matches!(self.kind, Kind::Firings { is_late: true, .. })
    }
}

/// Of each of several equal trees, the child in this place; of firings, early is 0 and late is 1.
fn children(trees: &[Node], at: usize) -> Vec<Node> {
    let child = |tree: &Node| match &tree.kind {
        Kind::Repeatedly(inner) => (**inner).clone(),
        Kind::Any(nodes) | Kind::All(nodes) | Kind::Each(nodes) => nodes[at].clone(),
        Kind::Until { main, until } => {
            if at == 0 {
                (**main).clone()
            } else {
                (**until).clone()
            }
        }
        Kind::Firings { early, late, .. } => {
            let child = if at == 0 { early } else { late };
            child.as_deref().expect("trees of one trigger are alike").clone()
        }
        Kind::Default
        | Kind::EndOfWindow
        | Kind::Count { .. }
        | Kind::ProcessingTime { .. }
        | Kind::Never
        | Kind::Always => unreachable!("a leaf has no children"),
    };
    trees.iter().map(child).collect()
}
