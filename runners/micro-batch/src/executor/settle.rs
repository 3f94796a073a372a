//! Everything that follows from what was read: node by node, in the order data meets them.

use super::bundle::{Desk, Made};
use super::{Executor, Shop, site};
use heliostat::batch::Batch;
use heliostat::graph::Moment;
use heliostat::{RunError, Timestamp};
use heliostat_runner_core::{
    Admitted, Fired, GroupingId, Lane, Node, StageId, Target, ViewStore, empty, guarded,
};
use std::collections::VecDeque;

impl Executor<'_> {
    /// Lets everything happen that the round made due.
    pub(super) fn settle(&mut self) -> Result<(), RunError> {
        let now = self.set_now();
        for at in 0..self.plan.nodes.len() {
            match self.plan.nodes[at] {
                Node::Grouping(id) => self.settle_grouping(id, now)?,
                Node::Stage(id) => self.settle_stage(id, now)?,
            }
        }
        Ok(())
    }

    /// Tells all groupings the processing time.
    pub(super) fn set_now(&mut self) -> Timestamp {
        let now = self.clock.now();
        self.works.lanes.iter_mut().for_each(|lane| lane.set_now(now));
        now
    }

    fn settle_grouping(&mut self, id: GroupingId, now: Timestamp) -> Result<(), RunError> {
        let at = id.0 as usize;
        let plan = &self.plan.groupings[at];
        let (step, target) = (plan.step, Target::Grouping(id));
        let at_work = site(&self.plan, &self.job);
        let to = self.works.input_watermark(at_work, &plan.upstream, target);
        self.on_lanes(now, |shop, number, lane, desk| {
            shop.settle_grouping((number, lane, desk), id, to)
        })?;
        let mut drops = heliostat::DropCounts::default();
        for lane in &self.works.lanes {
            let of_lane = lane.dropped(at);
            drops.late += of_lane.late;
            drops.closed += of_lane.closed;
        }
        self.ledger.set_dropped(step, drops);
        Ok(())
    }

    /// First what was handed over, under the old watermark, then what the new one makes due.
    fn settle_stage(&mut self, id: StageId, now: Timestamp) -> Result<(), RunError> {
        let at = id.0 as usize;
        let head = self.plan.stages[at].head.clone().expect("only such stages are nodes");
        let at_work = site(&self.plan, &self.job);
        let to = self.works.input_watermark(at_work, &head.upstream, Target::Exchange(id));
        self.works.advance_views(at_work, &head.views);
        self.on_lanes(now, |shop, number, lane, desk| {
            shop.settle_stage((number, lane, desk), id, to)
        })?;
        self.works.forget_views(site(&self.plan, &self.job), &head.views);
        Ok(())
    }
}

impl Shop<'_> {
    /// Panes of elements, panes of watermarks, panes of time, then the stages behind.
    fn settle_grouping(
        &self,
        (number, lane, desk): (usize, &mut Lane, &mut Desk),
        id: GroupingId,
        to: Timestamp,
    ) -> Result<Made, RunError> {
        let at = id.0 as usize;
        let plan = &self.site.plan.groupings[at];
        let path = &self.site.graph.step(plan.step).path;
        let out = || empty(self.site.functions, plan.panes);
        let grouping = &mut lane.groupings[at];
        for mut batch in desk.inbox[at].drain(..) {
            guarded(path, || grouping.add(&mut batch))?;
        }
        let of_bundle = guarded(path, || grouping.end_bundle(out()))?
            .map_err(|error| RunError::failed(format!("`{path}`: {error}")).in_step(path))?;
        let of_watermark = guarded(path, || grouping.advance(to, out()))?;
        let of_time = match grouping.next_deadline() {
            Some(deadline) if deadline < self.frame.now => {
                guarded(path, || grouping.fire_overdue(out()))?
            }
            Some(_) | None => Fired::default(),
        };
        let dropped = grouping.take_dropped();
        let mut made = Made::default();
        let counts = made.counts.entry(plan.step).or_default();
        let mut bundle = Vec::new();
        for Fired { panes, late_panes } in [of_bundle, of_watermark, of_time] {
            counts.late_panes += late_panes;
            counts.elements_out += panes.as_ref().map_or(0, Batch::len) as u64;
            bundle.extend(panes);
        }
        if !bundle.is_empty() {
            self.through((number, lane, desk), plan.panes, bundle, &mut made)?;
        }
        if let (Some(output), Some(batch)) = (plan.dropped, dropped) {
            self.through((number, lane, desk), output, vec![batch], &mut made)?;
        }
        Ok(made)
    }

    fn settle_stage(
        &self,
        (number, lane, desk): (usize, &mut Lane, &mut Desk),
        id: StageId,
        to: Timestamp,
    ) -> Result<Made, RunError> {
        let at = id.0 as usize;
        let head = self.site.plan.stages[at].head.as_ref().expect("only such stages are nodes");
        let path = &self.site.graph.step(head.step).path;
        let mut made = Made::default();
        let before = lane.stages[at].moment().watermark;
        lane.stages[at].set_moment(Moment { watermark: before, now: self.frame.now });
        let waiting = Vec::from(std::mem::take(&mut lane.exchanges[at].queue));
        let parts = if head.views.is_empty() {
            let plain = |batch| Admitted { sides: Vec::new(), batch };
            waiting.into_iter().map(plain).collect()
        } else {
            let views = head.views.iter().map(|id| &self.views[id.0 as usize]);
            let views: Vec<&ViewStore> = views.collect();
            let gate = &mut lane.exchanges[at].gate;
            guarded(path, || gate.admit(waiting, &views))?
                .map_err(|error| RunError::failed(format!("`{path}`: {error}")).in_step(path))?
        };
        if !parts.is_empty() {
            self.bundles((number, lane, desk), at, parts, &mut made)?;
        }
        let gate = &mut lane.exchanges[at].gate;
        made.counts.entry(head.step).or_default().dropped.late += gate.take_late();
        // What waits counts as queued: the step's own watermark stays in front of it.
        let watermark = gate.oldest().map_or(to, |oldest| to.min(oldest)).max(before);
        lane.stages[at].set_moment(Moment { watermark, now: self.frame.now });
        if lane.stages[at].has_due() {
            self.bundle((number, lane, desk), at, &mut VecDeque::new(), &mut made)?;
        }
        let told = lane.stages[at].output_watermark();
        let exchange = &mut lane.exchanges[at];
        exchange.told = exchange.told.max(told);
        Ok(made)
    }
}
