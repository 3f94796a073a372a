//! Quiet after each event: everything that follows from it happens, node by node.

use super::{Executor, guarded};
use crate::translate::{empty, source_index};
use heliostat::batch::Batch;
use heliostat::{CollectionId, RunError, Timestamp};
use heliostat_runner_core::{Fired, GroupingId, Node, Root, Target};

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
        let watermark =
            self.input_watermark(&self.plan.groupings[at].upstream, Target::Grouping(id));
        let out = || empty(self.job.functions, panes);
        let grouping = &mut self.works.groupings[at];
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
        let before = self.dropped_before.get(&step).copied().unwrap_or_default();
        let given = grouping.take_dropped();
        let metrics = self.metrics.entry(step).or_default();
        let drops = grouping.drops();
        metrics.dropped.late = before.late + drops.late;
        metrics.dropped.closed = before.closed + drops.closed;
        if let Some(lifter) = &self.works.lifters[at] {
            metrics.dropped.late += lifter.drops().late;
        }
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

    /// The smallest watermark of everything that feeds a target.
    pub(super) fn input_watermark(&self, upstream: &[Root], target: Target) -> Timestamp {
        let of = |root: &Root| match root {
            Root::Grouping(id) => self.works.groupings[id.0 as usize].output_watermark(),
            Root::Exchange(id) => self.works.exchanges[id.0 as usize].told,
            Root::Source(step) => {
                let source = source_index(&self.works.sources, *root).expect("roots are sources");
                let outputs = &self.job.graph.step(*step).outputs;
                let source = &self.works.sources[source];
                // Of a source with several outputs only those count that lead here.
                let leads = |output: &&CollectionId| self.leads_to(**output, target);
                let marks = outputs.iter().filter(leads).map(|output| source.watermark(*output));
                marks.min().unwrap_or(Timestamp::MAX)
            }
        };
        upstream.iter().map(of).min().unwrap_or(Timestamp::MAX)
    }

    fn leads_to(&self, collection: CollectionId, target: Target) -> bool {
        let stages = self.stages_from.get(&collection).map_or(&[][..], Vec::as_slice);
        let leads = |&stage: &usize| {
            self.plan.stages[stage].targets.iter().any(|(_, reached)| *reached == target)
        };
        stages.iter().any(leads)
    }
}
