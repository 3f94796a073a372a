//! Quiet after each event: everything that follows from it happens, node by node.

use super::{Executor, site};
use heliostat::{RunError, Timestamp};
use heliostat_runner_core::{GroupingId, Node, Target, guarded};

impl Executor<'_> {
    /// Lets everything happen that the last bundle or watermark made due, node by node in the order
    /// data meets them.
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

    /// What a grouping has to give, then the stages behind.
    fn settle_grouping(&mut self, id: GroupingId, now: Timestamp) -> Result<(), RunError> {
        let at = id.0 as usize;
        let (panes, dropped) = (self.plan.groupings[at].panes, self.plan.groupings[at].dropped);
        let step = self.plan.groupings[at].step;
        let at_work = site(&self.plan, &self.job);
        let upstream = &self.plan.groupings[at].upstream;
        let watermark = self.works.input_watermark(at_work, upstream, Target::Grouping(id));
        let lane = &mut self.works.lanes[0];
        let mut stepped = lane.step_grouping(at_work, id, watermark, now)?;
        self.ledger.set_dropped(step, lane.dropped(at));
        self.ledger.add_bundle([(step, stepped.counts)]);
        if let Some(suspicion) = &mut self.suspicion {
            let path = &self.job.graph.step(step).path;
            guarded(path, || suspicion.reload(&mut lane.groupings[at]))??;
            let shuffled = stepped.panes.into_iter().map(|batch| suspicion.shuffled(batch));
            stepped.panes = guarded(path, || shuffled.collect())?;
        }
        if !stepped.panes.is_empty() {
            self.bundle(panes, stepped.panes)?;
        }
        if let (Some(dropped), Some(batch)) = (dropped, stepped.dropped) {
            self.bundle(dropped, vec![batch])?;
        }
        Ok(())
    }
}
