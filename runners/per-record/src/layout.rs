//! Where elements wait and who sends them there: the same for all workers, fixed before anything runs.

use heliostat::{CollectionId, TransformId};
use heliostat_runner_core::{
    GroupingId, Head, Node, Plan, Root, Site, Spread, StageId, Target, ViewId,
};

/// One place of a plan where elements wait on each worker: in front of a grouping, a stage behind an
/// exchange, a view, or a write.
#[derive(Clone, Debug)]
pub(crate) struct Slot {
    pub(crate) target: Target,
    /// The roots whose stages send elements here.
    pub(crate) upstream: Vec<Root>,
    /// Who of the workers sends to whom.
    pub(crate) reach: Reach,
    /// The number of its first channel; there is one for each root and sender, sender by sender.
    first: usize,
    senders: usize,
}

/// To which workers elements of a slot can go from one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Only to itself.
    Own,
    /// To any of them.
    Others,
    /// To all of them, each a copy.
    Copies,
}

/// What a root sends to, beside elements: how far it is.
#[derive(Clone, Debug)]
pub(crate) struct Outlet {
    pub(crate) slot: usize,
    /// Its place among the roots of the slot.
    root: usize,
    /// Of a source with several outputs, those that lead there.
    pub(crate) outputs: Vec<CollectionId>,
}

/// All of it.
#[derive(Debug)]
pub(crate) struct Layout {
    /// In an order in which data can only go forward.
    pub(crate) slots: Vec<Slot>,
    /// All roots, each with its outlets: sources, then the nodes.
    pub(crate) roots: Vec<(Root, Vec<Outlet>)>,
    /// How many channels lead to one worker.
    pub(crate) channels: usize,
    pub(crate) workers: usize,
}

impl Layout {
    pub(crate) fn of(site: Site<'_>, sources: &[TransformId], workers: usize) -> Self {
        let plan = site.plan;
        let mut layout = Self { slots: Vec::new(), roots: Vec::new(), channels: 0, workers };
        for node in &plan.nodes {
            match *node {
                Node::Grouping(id) => {
                    let upstream = plan.groupings[id.0 as usize].upstream.clone();
                    layout.add(Target::Grouping(id), upstream, Reach::Others);
                }
                Node::Stage(id) => {
                    let head = head(plan, id);
                    for &view in &head.views {
                        layout.add_view(plan, view);
                    }
                    let reach = match site.spread(id) {
                        Spread::ByKey | Spread::Evenly => Reach::Others,
                        Spread::Stay => Reach::Own,
                    };
                    layout.add(Target::Exchange(id), head.upstream.clone(), reach);
                }
            }
        }
        for &write in &plan.writes {
            let target = Target::Write(write);
            layout.add(target, senders_to(plan, target), Reach::Own);
        }
        let of_nodes = plan.nodes.iter().map(|node| match *node {
            Node::Grouping(id) => Root::Grouping(id),
            Node::Stage(id) => Root::Exchange(id),
        });
        let roots = sources.iter().map(|step| Root::Source(*step)).chain(of_nodes);
        layout.roots = roots.map(|root| (root, layout.outlets(site, root))).collect();
        layout
    }

    fn add(&mut self, target: Target, upstream: Vec<Root>, reach: Reach) {
        let senders = if reach == Reach::Own { 1 } else { self.workers };
        let (first, channels) = (self.channels, upstream.len() * senders);
        self.slots.push(Slot { target, upstream, reach, first, senders });
        self.channels += channels;
    }

    fn add_view(&mut self, plan: &Plan, view: ViewId) {
        if self.slot_of(Target::View(view)).is_none() {
            let upstream = plan.views[view.0 as usize].upstream.clone();
            self.add(Target::View(view), upstream, Reach::Copies);
        }
    }

    fn outlets(&self, site: Site<'_>, root: Root) -> Vec<Outlet> {
        let outlet = |(slot, it): (usize, &Slot)| {
            let at = it.upstream.iter().position(|known| *known == root)?;
            let stages = site.plan.stages.iter().filter(|stage| stage.root == root);
            let leads = stages.filter(|stage| stage.targets.iter().any(|(_, to)| *to == it.target));
            Some(Outlet { slot, root: at, outputs: leads.map(|stage| stage.input).collect() })
        };
        self.slots.iter().enumerate().filter_map(outlet).collect()
    }

    /// The slot of a target, if the plan uses it.
    pub(crate) fn slot_of(&self, target: Target) -> Option<usize> {
        self.slots.iter().position(|slot| slot.target == target)
    }

    /// The place of a root among all.
    pub(crate) fn root_of(&self, root: Root) -> usize {
        let at = self.roots.iter().position(|(known, _)| *known == root);
        at.expect("every root is in the layout")
    }

    /// The path of the step that a root's elements come from.
    pub(crate) fn root_path<'a>(&self, site: Site<'a>, root: usize) -> &'a str {
        let step = match self.roots[root].0 {
            Root::Source(step) => step,
            Root::Grouping(id) => site.plan.groupings[id.0 as usize].step,
            Root::Exchange(id) => head(site.plan, id).step,
        };
        &site.graph.step(step).path
    }

    /// The path of the step in front of which a slot is.
    pub(crate) fn slot_path<'a>(&self, site: Site<'a>, slot: usize) -> &'a str {
        match self.slots[slot].target {
            Target::Grouping(id) => self.root_path(site, self.grouping(id)),
            Target::Exchange(id) => self.root_path(site, self.root_of(Root::Exchange(id))),
            Target::View(id) => {
                &site.graph.producer(site.plan.views[id.0 as usize].collection).path
            }
            Target::Write(step) => &site.graph.step(step).path,
        }
    }

    /// The place of a grouping among the roots.
    pub(crate) fn grouping(&self, id: GroupingId) -> usize {
        self.root_of(Root::Grouping(id))
    }

    /// The channel on which a root of this place sends to a slot from this worker.
    pub(crate) fn channel(&self, outlet: &Outlet, sender: usize) -> usize {
        let slot = &self.slots[outlet.slot];
        let sender = if slot.reach == Reach::Own { 0 } else { sender };
        slot.first + sender * slot.upstream.len() + outlet.root
    }

    /// All channels that lead to a slot on one worker.
    pub(crate) fn channels_of(&self, slot: usize) -> std::ops::Range<usize> {
        let Slot { first, senders, ref upstream, .. } = self.slots[slot];
        first..first + senders * upstream.len()
    }

    /// Who sends on a channel that leads to this worker.
    pub(crate) fn sender(&self, slot: usize, channel: usize, receiver: usize) -> usize {
        let Slot { first, reach, ref upstream, .. } = self.slots[slot];
        if reach == Reach::Own { receiver } else { (channel - first) / upstream.len() }
    }
}

/// The head of a stage behind an exchange.
pub(crate) fn head(plan: &Plan, stage: StageId) -> &Head {
    plan.stages[stage.0 as usize].head.as_ref().expect("only such stages are nodes")
}

/// The roots of all stages that send to a target.
fn senders_to(plan: &Plan, target: Target) -> Vec<Root> {
    let mut roots = Vec::new();
    for stage in &plan.stages {
        if stage.targets.iter().any(|(_, to)| *to == target) && !roots.contains(&stage.root) {
            roots.push(stage.root);
        }
    }
    roots
}
