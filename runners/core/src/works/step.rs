//! A step of a node on one lane: what it gives when its input and time have moved.

use super::{Lane, Site, empty};
use crate::{Admitted, Fired, GroupingId, StageId, ViewStore, tried};
use heliostat::batch::Batch;
use heliostat::graph::Moment;
use heliostat::{RunError, StepMetrics, Timestamp};

/// What a grouping gave in one step.
#[derive(Default)]
pub struct Stepped {
    /// Panes of elements, of the watermark, of processing time, in this order.
    pub panes: Vec<Batch>,
    /// What it did not take, where that is wanted.
    pub dropped: Option<Batch>,
    /// How many panes there are, and how many of them are late.
    pub counts: StepMetrics,
    /// There is more of the watermark's: the same step is to be made again.
    pub more: bool,
}

impl Lane {
    /// Ends the bundle that a grouping was given, moves its watermark, and fires what is due at
    /// this processing time.
    ///
    /// # Errors
    /// If user code that it goes through panics, a window function breaks its contract, or state on
    /// disk cannot be read or written.
    pub fn step_grouping(
        &mut self,
        site: Site<'_>,
        id: GroupingId,
        to: Timestamp,
        now: Timestamp,
    ) -> Result<Stepped, RunError> {
        let plan = &site.plan.groupings[id.0 as usize];
        let path = &site.graph.step(plan.step).path;
        let out = || empty(site.functions, plan.panes);
        let grouping = &mut self.groupings[id.0 as usize];
        let of_bundle = tried(path, || grouping.end_bundle(out()))?;
        let of_watermark = tried(path, || grouping.advance(to, out()))?;
        let of_time = match grouping.next_deadline() {
            Some(deadline) if deadline < now => tried(path, || grouping.fire_overdue(out()))?,
            Some(_) | None => Fired::default(),
        };
        let mut stepped = Stepped { dropped: grouping.take_dropped(), ..Stepped::default() };
        for Fired { panes, late_panes, more } in [of_bundle, of_watermark, of_time] {
            stepped.more |= more;
            stepped.counts.late_panes += late_panes;
            stepped.counts.elements_out += panes.iter().map(Batch::len).sum::<usize>() as u64;
            stepped.panes.extend(panes);
        }
        Ok(stepped)
    }

    /// What of these elements can go into a stage behind an exchange, under the watermark it had:
    /// what its step reads beside them is ready. The rest waits.
    ///
    /// # Errors
    /// If user code that it goes through panics, or more would wait than may.
    pub fn admit(
        &mut self,
        site: Site<'_>,
        id: StageId,
        batches: Vec<Batch>,
        (views, now): (&[ViewStore], Timestamp),
    ) -> Result<Vec<Admitted>, RunError> {
        let at = id.0 as usize;
        let before = self.stages[at].moment().watermark;
        self.stages[at].set_moment(Moment { watermark: before, now });
        let head = site.plan.stages[at].head.as_ref().expect("only such stages are nodes");
        if head.views.is_empty() {
            return Ok(batches.into_iter().map(Admitted::without_sides).collect());
        }
        let path = &site.graph.step(head.step).path;
        let views = site.views_of(at, views);
        let gate = &mut self.exchanges[at].gate;
        tried(path, || gate.admit(batches, &views))
    }

    /// Moves the watermark of such a stage, behind what was let in; says how much came too late for
    /// its side inputs.
    pub fn move_stage(&mut self, id: StageId, to: Timestamp, now: Timestamp) -> u64 {
        let at = id.0 as usize;
        let gate = &mut self.exchanges[at].gate;
        // What waits counts as queued: the step's own watermark stays in front of it.
        let to = gate.oldest().map_or(to, |oldest| to.min(oldest));
        let watermark = to.max(self.stages[at].moment().watermark);
        self.stages[at].set_moment(Moment { watermark, now });
        gate.take_late()
    }

    /// Tells everything behind such a stage how far it is, and gives that. It can move back, where
    /// something late holds it: how far the step is, all lanes say together, and whoever is behind
    /// them stays where it was.
    pub fn tell(&mut self, id: StageId) -> Timestamp {
        let at = id.0 as usize;
        self.exchanges[at].told = self.stages[at].output_watermark();
        self.exchanges[at].told
    }
}
