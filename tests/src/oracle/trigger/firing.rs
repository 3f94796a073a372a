//! Whether a trigger fires, and what that does to it: two columns of model.md 3.2 and 3.3.

use super::{Kind, Node, Sight, first_unfinished};

impl Node {
    /// Whether it fires now. Changes nothing.
    pub(in crate::oracle) fn should_fire(&self, sight: &Sight) -> bool {
        let ready = |node: &Node| node.should_fire(sight);
        match &self.kind {
            Kind::Default | Kind::EndOfWindow => sight.past_end(),
            Kind::Count { needed, seen } => seen >= needed,
            Kind::ProcessingTime { deadline, .. } => {
                deadline.is_some_and(|deadline| sight.processing_time > deadline.at)
            }
            Kind::Never => false,
            Kind::Always => true,
            Kind::Repeatedly(inner) => ready(inner),
            Kind::Any(nodes) => nodes.iter().any(|node| node.finished || ready(node)),
            Kind::All(nodes) => nodes.iter().all(|node| node.finished || ready(node)),
            Kind::Each(nodes) => nodes.iter().find(|node| !node.finished).is_some_and(ready),
            Kind::Until { main, until } => ready(main) || ready(until),
            Kind::Firings { early, is_late: false, .. } => {
                early.as_deref().is_some_and(ready) || sight.past_end()
            }
            Kind::Firings { late, is_late: true, .. } => late.as_deref().is_some_and(ready),
        }
    }

    /// Called when it should fire, and only then.
    pub(in crate::oracle) fn on_fire(&mut self, sight: &mut Sight) {
        match &mut self.kind {
            Kind::Default | Kind::Always => {}
            Kind::Never => unreachable!("never is not ready"),
            Kind::EndOfWindow => self.finished = true,
            Kind::Count { .. } | Kind::ProcessingTime { .. } => {
                self.clear();
                self.finished = true;
            }
            Kind::Repeatedly(inner) => fire_again_and_again(inner, sight),
            Kind::Any(nodes) => {
                for node in nodes {
                    if node.should_fire(sight) {
                        node.on_fire(sight);
                    } else {
                        node.clear();
                    }
                }
                self.finished = true;
            }
            Kind::All(nodes) => {
                // One that has finished before (by a merge) has nothing left to do.
                let unfinished = nodes.iter_mut().filter(|node| !node.finished);
                unfinished.for_each(|node| node.on_fire(sight));
                self.finished = true;
            }
            Kind::Each(nodes) => {
                let Some(current) = nodes.iter().position(|node| !node.finished) else { return };
                nodes[current].on_fire(sight);
                if sight.merging {
                    nodes.iter_mut().for_each(Node::clear);
                }
                match first_unfinished(nodes) {
                    // S34: the one that becomes current is told of the window.
                    Some(next) => next.on_window(sight),
                    None => self.finished = true,
                }
            }
            Kind::Until { main, until } => {
                if until.should_fire(sight) {
                    until.on_fire(sight);
                    main.clear();
                } else {
                    main.on_fire(sight);
                }
                self.finished = main.finished || until.finished;
            }
            Kind::Firings { early, late, is_late } => {
                match (*is_late, sight.past_end()) {
                    (false, false) => {
                        let early = early.as_mut().expect("without it nothing was ready");
                        fire_again_and_again(early, sight);
                    }
                    (false, true) => {
                        *is_late = true;
                        if let Some(early) = early {
                            if early.should_fire(sight) {
                                early.on_fire(sight);
                            }
                            early.clear();
                        }
                        match late {
                            Some(late) => late.clear(),
                            None => self.finished = true,
                        }
                    }
                    (true, _) => {
                        let late = late.as_mut().expect("without it nothing was ready");
                        fire_again_and_again(late, sight);
                    }
                };
            }
        }
    }
}

/// As `repeatedly` fires what is in it, and as early and late firings are repeated.
fn fire_again_and_again(node: &mut Node, sight: &mut Sight) {
    node.on_fire(sight);
    if node.finished {
        node.reset_tree();
    }
}
