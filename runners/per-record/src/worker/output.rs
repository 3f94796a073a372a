//! What goes out: elements to their homes, and how far each root is.

use super::Worker;
use crate::layout::Reach;
use crate::mail::{Barrier, BarrierKind, Item};
use heliostat::batch::Batch;
use heliostat::{CollectionId, RunError, Stopwatch, Timestamp};
use heliostat_runner_core::{BundleOutput, GroupingId, Target, add_metrics, guarded};

/// How many bytes elements are is looked at once in so many batches to the same slot.
const BATCHES_PER_ESTIMATE: u32 = 16;

/// What a key and window take that was reduced in front of an exchange, about.
const PARTIAL_BYTES: usize = 64;

/// What a root has told those behind it.
#[derive(Debug)]
pub(super) struct RootState {
    /// By outlet.
    outlets: Vec<Told>,
    pub(super) is_ended: bool,
    /// While it is held up: since when nobody was told, and by which slot.
    held: Option<(Stopwatch, usize)>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Told {
    /// Nothing where nobody waits for it.
    watermark: Option<Timestamp>,
    bytes_each: usize,
    batches: u32,
}

impl RootState {
    pub(super) fn of(outlets: usize) -> Self {
        let told = Told { watermark: Some(Timestamp::MIN), ..Told::default() };
        Self { outlets: vec![told; outlets], is_ended: false, held: None }
    }

    /// What was told to those behind an outlet.
    pub(super) fn told(&self, outlet: usize) -> Option<Timestamp> {
        self.outlets[outlet].watermark
    }
}

impl Worker<'_> {
    /// Whether there is room for what a root sends; else it is held up, and that is measured. Under a
    /// script nothing is.
    pub(super) fn has_room(&mut self, root: usize) -> bool {
        let full = if self.shared.scripted { None } else { self.full_slot(root) };
        if let Some((mut watch, slot)) = self.roots[root].held.take() {
            self.shared.control.add_held(root, slot, watch.lap_micros());
        }
        self.roots[root].held = full.map(|slot| (Stopwatch::start(), slot));
        full.is_none()
    }

    /// A slot that has not taken what a root has sent it.
    fn full_slot(&self, root: usize) -> Option<usize> {
        let (layout, limit) = (&self.shared.layout, self.shared.settings.mailbox_bytes);
        let is_full = |receiver: usize, channel: usize| {
            self.shared.mailboxes[receiver].is_full(channel, limit)
        };
        let mut outlets = layout.roots[root].1.iter();
        let full = outlets.find(|outlet| {
            let channel = layout.channel(outlet, self.number);
            match layout.slots[outlet.slot].reach {
                Reach::Own => is_full(self.number, channel),
                Reach::Others | Reach::Copies => {
                    (0..layout.workers).any(|receiver| is_full(receiver, channel))
                }
            }
        });
        full.map(|outlet| outlet.slot)
    }

    /// Sends what a bundle of one of a root's stages made.
    pub(super) fn send(
        &mut self,
        root: usize,
        stage: usize,
        output: BundleOutput,
    ) -> Result<(), RunError> {
        for (step, counts) in output.counts {
            add_metrics(self.counts[root].entry(step).or_default(), counts);
        }
        let site = self.shared.site;
        for (target, mut batch) in output.elements {
            let (from, targets) = (self.number, &site.plan.stages[stage].targets);
            let collection = targets.iter().find(|(_, to)| *to == target).map(|(it, _)| *it);
            match target {
                Target::Grouping(id) => {
                    let step = site.plan.groupings[id.0 as usize].step;
                    self.counts[root].entry(step).or_default().elements_in += batch.len() as u64;
                    if self.parts.lane.lifters[id.0 as usize].is_some() {
                        self.lift(root, id, &mut batch)?;
                        self.parts.lane.stages[stage].give_back(target, batch);
                        continue;
                    }
                    for (to, batch) in self.homes.of_grouping(site, id, batch)? {
                        self.send_to((root, target), to, collection, batch);
                    }
                }
                Target::Exchange(id) => {
                    for (to, batch) in self.homes.of_stage(site, (id, from), batch)? {
                        self.send_to((root, target), to, collection, batch);
                    }
                }
                Target::View(_) => {
                    for to in 0..self.shared.layout.workers {
                        self.send_to((root, target), to, collection, batch.lend());
                    }
                }
                Target::Write(step) => {
                    self.counts[root].entry(step).or_default().elements_in += batch.len() as u64;
                    self.send_to((root, target), from, collection, batch);
                }
            }
        }
        Ok(())
    }

    fn send_to(
        &mut self,
        (root, target): (usize, Target),
        receiver: usize,
        collection: Option<CollectionId>,
        batch: Batch,
    ) {
        let layout = &self.shared.layout;
        let mut outlets = layout.roots[root].1.iter();
        let at = outlets.position(|outlet| layout.slots[outlet.slot].target == target);
        let at = at.expect("a root knows all it sends to");
        let outlet = &layout.roots[root].1[at];
        let told = &mut self.roots[root].outlets[at];
        if told.batches.is_multiple_of(BATCHES_PER_ESTIMATE) {
            let estimate = |collection| {
                let edge = self.shared.site.functions.edge(collection);
                edge.estimated_bytes(batch.values.as_ref()).div_ceil(batch.len().max(1))
            };
            told.bytes_each = collection.map_or(PARTIAL_BYTES, estimate).max(1);
        }
        told.batches = told.batches.wrapping_add(1);
        let bytes = told.bytes_each * batch.len();
        let channel = layout.channel(outlet, self.number);
        self.shared.mailboxes[receiver].add(channel, bytes);
        self.put((receiver, channel), Item::Batch(batch, bytes));
    }

    /// Reduces what goes into a grouping, in front of the exchange.
    fn lift(&mut self, root: usize, id: GroupingId, batch: &mut Batch) -> Result<(), RunError> {
        let at = id.0 as usize;
        // What a lifter holds is of one root, behind whose watermark it must not come.
        if let Some(other) = self.lifted[at].filter(|other| *other != root) {
            self.flush(other)?;
        }
        self.lifted[at] = Some(root);
        let site = self.shared.site;
        let path = &site.graph.step(site.plan.groupings[at].step).path;
        let watermark = self.parts.lane.groupings[at].input_watermark();
        let mut shipped = Vec::new();
        if let Some(lifter) = &mut self.parts.lane.lifters[at] {
            let before = lifter.drops();
            guarded(path, || lifter.add(batch, watermark, &mut shipped))?;
            let late = lifter.drops().late - before.late;
            self.count(root, site.plan.groupings[at].step).dropped.late += late;
        }
        self.ship(root, id, shipped)
    }

    fn ship(&mut self, root: usize, id: GroupingId, shipped: Vec<Batch>) -> Result<(), RunError> {
        for partials in shipped {
            for (to, batch) in self.homes.of_grouping(self.shared.site, id, partials)? {
                self.send_to((root, Target::Grouping(id)), to, None, batch);
            }
        }
        Ok(())
    }

    /// Ships what lifters hold of a root: something is to follow that it must not come behind.
    pub(super) fn flush(&mut self, root: usize) -> Result<(), RunError> {
        for at in 0..self.lifted.len() {
            if self.lifted[at] != Some(root) {
                continue;
            }
            self.lifted[at] = None;
            let site = self.shared.site;
            let plan = &site.plan.groupings[at];
            let path = &site.graph.step(plan.step).path;
            let mut shipped = Vec::new();
            if let Some(lifter) = &mut self.parts.lane.lifters[at] {
                guarded(path, || lifter.flush(&mut shipped))?;
                lifter.commit();
            }
            self.ship(root, plan.id, shipped)?;
        }
        Ok(())
    }

    /// Tells a watermark to everything behind a node, where it is news; nothing if nobody need wait
    /// for one.
    pub(super) fn tell(&mut self, root: usize, watermark: Option<Timestamp>) {
        for outlet in 0..self.roots[root].outlets.len() {
            self.tell_outlet((root, outlet), watermark);
        }
    }

    /// The same to one of those behind it; says whether it was news.
    pub(super) fn tell_outlet(
        &mut self,
        (root, at): (usize, usize),
        watermark: Option<Timestamp>,
    ) -> bool {
        let told = &mut self.roots[root].outlets[at].watermark;
        if *told == watermark {
            return false;
        }
        *told = watermark;
        self.control_at(root, at, || watermark.map_or(Item::Idle, Item::Watermark));
        true
    }

    /// What its sources gave so far is in front of a barrier, all else is behind.
    pub(super) fn send_barriers(&mut self, kind: BarrierKind) {
        self.barriers += 1;
        let barrier = Barrier { number: self.barriers, kind };
        for root in 0..self.parts.sources.len() {
            self.pass_on(root, barrier);
        }
    }

    /// Lets a barrier go on behind everything a root sent.
    pub(super) fn pass_on(&mut self, root: usize, barrier: Barrier) {
        if !self.roots[root].is_ended {
            for at in 0..self.roots[root].outlets.len() {
                self.control_at(root, at, || Item::Barrier(barrier));
            }
        }
    }

    /// A root sends nothing any more.
    pub(super) fn end(&mut self, root: usize) {
        if !std::mem::replace(&mut self.roots[root].is_ended, true) {
            for at in 0..self.roots[root].outlets.len() {
                self.control_at(root, at, || Item::End);
            }
        }
    }

    /// Sends a control item to everyone whom elements of an outlet can reach.
    fn control_at(&mut self, root: usize, outlet: usize, item: impl Fn() -> Item) {
        let layout = &self.shared.layout;
        let outlet = &layout.roots[root].1[outlet];
        let channel = layout.channel(outlet, self.number);
        match layout.slots[outlet.slot].reach {
            Reach::Own => self.put((self.number, channel), item()),
            Reach::Others | Reach::Copies => {
                for receiver in 0..layout.workers {
                    self.put((receiver, channel), item());
                }
            }
        }
    }
}
