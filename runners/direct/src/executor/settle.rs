//! Quiet after each event: everything that follows from it happens, node by node.

use super::{Executor, site};
use heliostat::batch::Batch;
use heliostat::{RunError, Timestamp};
use heliostat_runner_core::{Fired, GroupingId, Node, Target, empty, guarded};

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

    /// Panes of elements, panes of watermarks, panes of time, then the stages behind.
    fn settle_grouping(&mut self, id: GroupingId, now: Timestamp) -> Result<(), RunError> {
        let at = id.0 as usize;
        let (panes, dropped) = (self.plan.groupings[at].panes, self.plan.groupings[at].dropped);
        let step = self.plan.groupings[at].step;
        let path = self.job.graph.step(step).path.clone();
        let watermark = self.works.input_watermark(
            site(&self.plan, &self.job),
            &self.plan.groupings[at].upstream,
            Target::Grouping(id),
        );
        let out = || empty(self.job.functions, panes);
        let grouping = &mut self.works.lanes[0].groupings[at];
        let of_bundle = guarded(&path, || grouping.end_bundle(out()))?
            .map_err(|error| RunError::failed(format!("`{path}`: {error}")).in_step(&path))?;
        let of_watermark = guarded(&path, || grouping.advance(watermark, out()))?;
        let of_time = match grouping.next_deadline() {
            Some(deadline) if deadline < now => guarded(&path, || grouping.fire_overdue(out()))?,
            Some(_) | None => Fired::default(),
        };
        if let Some(suspicion) = &mut self.suspicion {
            guarded(&path, || suspicion.reload(grouping))??;
        }
        let given = grouping.take_dropped();
        self.ledger.set_dropped(step, self.works.lanes[0].dropped(at));
        let metrics = self.ledger.of(step);
        let mut bundle = Vec::new();
        for Fired { panes, late_panes } in [of_bundle, of_watermark, of_time] {
            metrics.late_panes += late_panes;
            metrics.elements_out += panes.as_ref().map_or(0, Batch::len) as u64;
            bundle.extend(panes);
        }
        if !bundle.is_empty() {
            if let Some(suspicion) = &mut self.suspicion {
                let shuffled = bundle.into_iter().map(|batch| suspicion.shuffled(batch));
                bundle = guarded(&path, || shuffled.collect())?;
            }
            self.bundle(panes, bundle)?;
        }
        if let (Some(dropped), Some(batch)) = (dropped, given) {
            self.bundle(dropped, vec![batch])?;
        }
        Ok(())
    }
}
