//! Everything that follows from what was read: node by node, in the order data meets them.

use super::bundle::{Desk, Made};
use super::{Executor, Shop, site};
use heliostat::{RunError, Timestamp};
use heliostat_runner_core::{GroupingId, Lane, Node, StageId, Target, tried};
use std::collections::VecDeque;

/// This part of what state may take is for what a bundle brings before state moves to disk.
const IN_HAND_PART: usize = 8;

impl Executor<'_> {
    /// Lets everything happen that the round made due.
    pub(super) fn settle(&mut self) -> Result<(), RunError> {
        let now = self.set_now();
        self.settle_from(0, now)
    }

    /// The nodes from this one on.
    fn settle_from(&mut self, first: usize, now: Timestamp) -> Result<(), RunError> {
        for at in first..self.plan.nodes.len() {
            match self.plan.nodes[at] {
                Node::Grouping(id) => {
                    // What comes of state on disk comes in parts, so that it need not be in memory
                    // at once: each goes all the way before the next one does.
                    while self.settle_grouping(id, now)? {
                        self.settle_from(at + 1, now)?;
                    }
                }
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

    /// Says whether there is more to come of it.
    fn settle_grouping(&mut self, id: GroupingId, now: Timestamp) -> Result<bool, RunError> {
        let at = id.0 as usize;
        let plan = &self.plan.groupings[at];
        let (step, target) = (plan.step, Target::Grouping(id));
        let at_work = site(&self.plan, &self.job);
        let to = self.works.input_watermark(at_work, &plan.upstream, target);
        let more = self.on_lanes(now, |shop, number, lane, desk| {
            shop.settle_grouping((number, lane, desk), id, to)
        })?;
        let mut drops = heliostat::DropCounts::default();
        for lane in &self.works.lanes {
            let of_lane = lane.dropped(at);
            drops.late += of_lane.late;
            drops.closed += of_lane.closed;
        }
        self.ledger.set_dropped(step, drops);
        Ok(more)
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
    /// What a grouping has to give of what it was handed, then the stages behind.
    fn settle_grouping(
        &self,
        (number, lane, desk): (usize, &mut Lane, &mut Desk),
        id: GroupingId,
        to: Timestamp,
    ) -> Result<Made, RunError> {
        let at = id.0 as usize;
        let plan = &self.site.plan.groupings[at];
        let path = &self.site.graph.step(plan.step).path;
        let grouping = &mut lane.groupings[at];
        for mut batch in desk.inbox[at].drain(..) {
            tried(path, || grouping.add(&mut batch))?;
        }
        let stepped = lane.step_grouping(self.site, id, to, self.frame.now)?;
        let settings = self.settings;
        let limit = settings.state_bytes / self.frame.lanes;
        lane.keep_within(self.site, limit - limit / IN_HAND_PART, &settings.spill_dir)?;
        let mut made = Made { more: stepped.more, ..Made::default() };
        made.counts.insert(plan.step, stepped.counts);
        if !stepped.panes.is_empty() {
            self.through((number, lane, desk), plan.panes, stepped.panes, &mut made)?;
        }
        if let (Some(output), Some(batch)) = (plan.dropped, stepped.dropped) {
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
        let now = self.frame.now;
        let mut made = Made::default();
        let waiting = Vec::from(std::mem::take(&mut lane.exchanges[at].queue));
        let parts = lane.admit(self.site, id, waiting, (self.views, now))?;
        if !parts.is_empty() {
            self.bundles((number, lane, desk), at, parts, &mut made)?;
        }
        made.counts.entry(head.step).or_default().dropped.late += lane.move_stage(id, to, now);
        if lane.stages[at].has_due() {
            self.bundle((number, lane, desk), at, &mut VecDeque::new(), &mut made)?;
        }
        lane.tell(id);
        Ok(made)
    }
}
