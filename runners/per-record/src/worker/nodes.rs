//! A step of each slot: what waits in front of it goes through as one bundle, then what is due.

use super::Worker;
use super::input::{Reached, Taken};
use crate::layout::head;
use crate::mail::BarrierKind;
use heliostat::batch::Batch;
use heliostat::{CollectionId, RunError, StepMetrics, Timestamp, TransformId};
use heliostat_runner_core::{
    Admitted, GroupingId, NoInspect, Root, StageId, Target, ViewId, add_metrics, forget_views,
    guarded, tried,
};
use std::collections::VecDeque;

/// Of each target so many emptied batches are kept.
const ROOM_PER_TARGET: usize = 4;

impl Worker<'_> {
    /// Says whether there was something to do.
    pub(super) fn step_slot(&mut self, slot: usize) -> Result<bool, RunError> {
        if self.slots[slot].is_closed() {
            return Ok(false);
        }
        let target = self.shared.layout.slots[slot].target;
        let root = match target {
            Target::Grouping(id) => Some(self.shared.layout.grouping(id)),
            Target::Exchange(id) => Some(self.shared.layout.root_of(Root::Exchange(id))),
            Target::View(_) | Target::Write(_) => None,
        };
        let may_step = if self.shared.scripted {
            self.is_quiet(slot)
        } else {
            root.is_none_or(|root| self.has_room(root))
        };
        if !may_step {
            return Ok(false);
        }
        let taken = self.take(slot);
        let reached = self.reached(slot);
        let is_due = !taken.batches.is_empty()
            || taken.has_moved
            || reached != Reached::Open
            || self.is_due(slot, target);
        if !is_due {
            return Ok(false);
        }
        let watermark = self.input_watermark(slot);
        self.slots[slot].is_idle = watermark.is_none();
        match target {
            Target::Grouping(id) => self.step_grouping(id, taken, watermark)?,
            Target::Exchange(id) => self.step_stage((slot, id), taken, watermark)?,
            Target::View(id) => self.step_view(id, taken, watermark)?,
            Target::Write(step) => self.write(step, taken.batches)?,
        }
        if let Reached::Barrier(barrier) = reached {
            if barrier.kind == BarrierKind::Save {
                self.save_slot(target)?;
            }
            if let Some(root) = root {
                self.pass_on(root, barrier);
            }
        }
        if let (Some(root), Reached::End) = (root, reached) {
            self.end(root);
        }
        self.pass(slot, reached);
        if let (Target::Write(step), true) = (target, self.slots[slot].is_closed()) {
            self.prepare(step)?;
        }
        Ok(true)
    }

    /// Whether something is to be done although nothing came.
    fn is_due(&self, slot: usize, target: Target) -> bool {
        let has_passed = |deadline: Option<Timestamp>| deadline.is_some_and(|it| it < self.now);
        let lane = &self.parts.lane;
        match target {
            Target::Grouping(id) => has_passed(lane.groupings[id.0 as usize].next_deadline()),
            Target::Exchange(id) => {
                let at = id.0 as usize;
                let waits = lane.exchanges[at].gate.oldest().is_some();
                has_passed(lane.stages[at].next_deadline())
                    || waits && self.slots[slot].generation != self.generation(id)
            }
            Target::View(_) | Target::Write(_) => self.has_waiting(slot),
        }
    }

    /// How often the views of a stage have changed.
    fn generation(&self, id: StageId) -> u64 {
        let views = &head(self.shared.site.plan, id).views;
        views.iter().map(|view| self.parts.views[view.0 as usize].generation()).sum()
    }

    fn step_grouping(
        &mut self,
        id: GroupingId,
        taken: Taken,
        watermark: Option<Timestamp>,
    ) -> Result<(), RunError> {
        let (at, site) = (id.0 as usize, self.shared.site);
        let plan = &site.plan.groupings[at];
        let path = &site.graph.step(plan.step).path;
        let root = self.shared.layout.grouping(id);
        for mut batch in taken.batches {
            let grouping = &mut self.parts.lane.groupings[at];
            tried(path, || grouping.add(&mut batch))?;
            // What came reduced is of another type than what stages make for it.
            if self.parts.lane.lifters[at].is_none() {
                self.keep_room(Target::Grouping(id), batch);
            }
        }
        let to = watermark.unwrap_or(Timestamp::MIN);
        loop {
            let stepped = self.parts.lane.step_grouping(site, id, to, self.now)?;
            add_metrics(self.counts[root].entry(plan.step).or_default(), stepped.counts);
            if !stepped.panes.is_empty() {
                self.through((root, plan.panes), stepped.panes)?;
            }
            if let (Some(output), Some(batch)) = (plan.dropped, stepped.dropped) {
                self.through((root, output), vec![batch])?;
            }
            if !stepped.more {
                break;
            }
        }
        self.flush(root)?;
        let output = self.parts.lane.groupings[at].output_watermark();
        self.tell(root, watermark.map(|_| output));
        Ok(())
    }

    /// First what was handed over, under the old watermark, then what the new one makes due.
    fn step_stage(
        &mut self,
        (slot, id): (usize, StageId),
        taken: Taken,
        watermark: Option<Timestamp>,
    ) -> Result<(), RunError> {
        let (at, site) = (id.0 as usize, self.shared.site);
        let head = head(site.plan, id);
        let root = self.shared.layout.root_of(Root::Exchange(id));
        self.slots[slot].generation = self.generation(id);
        let beside = (self.parts.views.as_slice(), self.now);
        let admitted = self.parts.lane.admit(site, id, taken.batches, beside)?;
        if !admitted.is_empty() {
            self.bundles((root, at), admitted)?;
        }
        let to = watermark.unwrap_or(Timestamp::MIN);
        let late = self.parts.lane.move_stage(id, to, self.now);
        self.counts[root].entry(head.step).or_default().dropped.late += late;
        if self.parts.lane.stages[at].has_due() {
            self.bundle((root, at), &mut VecDeque::new())?;
        }
        self.flush(root)?;
        let output = self.parts.lane.tell(id);
        let Self { parts, .. } = self;
        forget_views(site, std::slice::from_ref(&parts.lane), &mut parts.views, &head.views);
        self.tell(root, watermark.map(|_| output));
        Ok(())
    }

    fn step_view(
        &mut self,
        id: ViewId,
        taken: Taken,
        watermark: Option<Timestamp>,
    ) -> Result<(), RunError> {
        let (at, site) = (id.0 as usize, self.shared.site);
        let path = &site.graph.producer(site.plan.views[at].collection).path;
        let view = &mut self.parts.views[at];
        for mut batch in taken.batches {
            guarded(path, || view.take(&mut batch))?;
        }
        if let Some(watermark) = watermark {
            view.advance(watermark);
        }
        Ok(())
    }

    /// Takes batches of a collection that a root gave through the stages that begin there.
    pub(super) fn through(
        &mut self,
        (root, input): (usize, CollectionId),
        mut batches: Vec<Batch>,
    ) -> Result<(), RunError> {
        let begins = self.shared.site.plan.stages_from(input).filter(|stage| stage.head.is_none());
        let stages: Vec<usize> = begins.map(|stage| stage.id.0 as usize).collect();
        let Some((last, others)) = stages.split_last() else { return Ok(()) };
        for &stage in others {
            let lent = batches.iter_mut().map(Batch::lend).map(Admitted::without_sides).collect();
            self.bundles((root, stage), lent)?;
        }
        self.bundles((root, *last), batches.into_iter().map(Admitted::without_sides).collect())
    }

    /// As one bundle, or as several where one would make too much.
    fn bundles(
        &mut self,
        (root, stage): (usize, usize),
        parts: Vec<Admitted>,
    ) -> Result<(), RunError> {
        let mut rest = self.shared.bundling().batches(parts);
        while !rest.is_empty() {
            self.bundle((root, stage), &mut rest)?;
        }
        Ok(())
    }

    /// One bundle from the front of `rest`, as often as it may be tried; without any, of what time
    /// has made due.
    fn bundle(
        &mut self,
        (root, stage): (usize, usize),
        rest: &mut VecDeque<Admitted>,
    ) -> Result<(), RunError> {
        let (bundling, site) = (self.shared.bundling(), self.shared.site);
        let Self { parts, room, .. } = self;
        let (work, exchange) = (&mut parts.lane.stages[stage], &mut parts.lane.exchanges[stage]);
        let views = site.views_of(stage, &parts.views);
        let beside = (site.functions, views.as_slice());
        std::mem::swap(&mut exchange.room, room);
        let output = bundling.run(beside, (work, &mut *exchange), rest, &mut NoInspect);
        std::mem::swap(&mut exchange.room, room);
        self.send(root, stage, output?)
    }

    /// Keeps a batch that a target has emptied, for what goes there next.
    pub(super) fn keep_room(&mut self, target: Target, batch: Batch) {
        let kept = self.room.iter().filter(|(of, _)| *of == target).count();
        if kept < ROOM_PER_TARGET && batch.is_empty() && !batch.values.is_lent() {
            self.room.push((target, batch));
        }
    }

    /// The counts of a step of a root so far, to be added to.
    pub(super) fn count(&mut self, root: usize, step: TransformId) -> &mut StepMetrics {
        self.counts[root].entry(step).or_default()
    }
}
