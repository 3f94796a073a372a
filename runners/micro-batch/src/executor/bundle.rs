//! A bundle: what a stage does on one lane in one round, as often as it may be tried.

use super::{Executor, Shop};
use heliostat::batch::Batch;
use heliostat::{CollectionId, RunError, StepMetrics, Timestamp, TransformId};
use heliostat_runner_core::{
    Admitted, Attempt, BundleOutput, Bundling, Grouping, GroupingId, Homes, Lane, Lifter,
    NoInspect, Site, Target, add_metrics, guarded,
};
use std::collections::{BTreeMap, VecDeque};

/// What a lane has besides its share of stages and groupings.
pub(crate) struct Desk {
    /// What was handed over to each grouping and is not taken yet.
    pub(crate) inbox: Vec<Vec<Batch>>,
    /// Finds the homes of what goes into groupings and to stages behind exchanges.
    homes: Homes,
    /// Batches for what is read, by read, kept for their room.
    pub(crate) rows: BTreeMap<TransformId, [Batch; 2]>,
    /// Batches that sinks have emptied, for what goes to them next.
    pub(crate) room: Vec<(Target, Batch)>,
}

/// What a lane made and where it goes.
#[derive(Default)]
pub(crate) struct Made {
    pub(crate) handed: Vec<Handed>,
    pub(crate) counts: BTreeMap<TransformId, StepMetrics>,
    /// There is more to come of the same.
    pub(crate) more: bool,
}

impl Made {
    fn hand(&mut self, target: Target, sent: Vec<(usize, Batch)>) {
        self.handed.extend(sent.into_iter().map(|(lane, batch)| Handed { target, lane, batch }));
    }
}

/// Elements on their way to a lane.
pub(crate) struct Handed {
    pub(crate) target: Target,
    pub(crate) lane: usize,
    pub(crate) batch: Batch,
}

impl Desk {
    pub(crate) fn of(site: Site<'_>, lanes: usize, seed: u64) -> Self {
        Self {
            inbox: site.plan.groupings.iter().map(|_| Vec::new()).collect(),
            homes: Homes::of(site, lanes, seed),
            rows: BTreeMap::new(),
            room: Vec::new(),
        }
    }
}

impl Executor<'_> {
    pub(super) fn attempt(&self, attempt: u32) -> Attempt {
        Attempt { bundle: self.rounds, attempt, attempts: self.settings.attempts }
    }
}

impl Shop<'_> {
    fn bundling(&self) -> Bundling<'_> {
        let (retries, pause) = (self.settings.retries(), self.pause);
        Bundling { scripted: self.frame.scripted, retries, pause, number: self.frame.round }
    }

    /// Takes batches of a collection through the stages that begin there.
    pub(super) fn through(
        &self,
        (number, lane, desk): (usize, &mut Lane, &mut Desk),
        input: CollectionId,
        mut batches: Vec<Batch>,
        made: &mut Made,
    ) -> Result<(), RunError> {
        let begins = self.site.plan.stages_from(input).filter(|stage| stage.head.is_none());
        let stages: Vec<usize> = begins.map(|stage| stage.id.0 as usize).collect();
        let Some((last, others)) = stages.split_last() else { return Ok(()) };
        for &stage in others {
            let lent = batches.iter_mut().map(Batch::lend).map(Admitted::without_sides).collect();
            self.bundles((number, lane, desk), stage, lent, made)?;
        }
        let batches = batches.into_iter().map(Admitted::without_sides).collect();
        self.bundles((number, lane, desk), *last, batches, made)
    }

    /// Runs what was let in through a stage, as one bundle, or as several where one would make too
    /// much.
    pub(super) fn bundles(
        &self,
        (number, lane, desk): (usize, &mut Lane, &mut Desk),
        stage: usize,
        parts: Vec<Admitted>,
        made: &mut Made,
    ) -> Result<(), RunError> {
        let mut rest = self.bundling().batches(parts);
        while !rest.is_empty() {
            self.bundle((number, lane, desk), stage, &mut rest, made)?;
        }
        Ok(())
    }

    /// One bundle from the front of `rest`, as often as it may be tried; without any, of what time
    /// has made due.
    pub(super) fn bundle(
        &self,
        (number, lane, desk): (usize, &mut Lane, &mut Desk),
        stage: usize,
        rest: &mut VecDeque<Admitted>,
        made: &mut Made,
    ) -> Result<(), RunError> {
        let (work, exchange) = (&mut lane.stages[stage], &mut lane.exchanges[stage]);
        let views = self.site.views_of(stage, self.views);
        let beside = (self.site.functions, views.as_slice());
        std::mem::swap(&mut exchange.room, &mut desk.room);
        let output = self.bundling().run(beside, (work, &mut *exchange), rest, &mut NoInspect);
        std::mem::swap(&mut exchange.room, &mut desk.room);
        self.hand((number, lane, desk), output?, made)
    }

    /// Finds the homes of what a bundle made.
    pub(super) fn hand(
        &self,
        (number, lane, desk): (usize, &mut Lane, &mut Desk),
        output: BundleOutput,
        made: &mut Made,
    ) -> Result<(), RunError> {
        for (step, counts) in output.counts {
            add_metrics(made.counts.entry(step).or_default(), counts);
        }
        for (target, batch) in output.elements {
            let count = batch.len() as u64;
            if count == 0 {
                continue;
            }
            match target {
                Target::Grouping(id) => {
                    let step = self.site.plan.groupings[id.0 as usize].step;
                    made.counts.entry(step).or_default().elements_in += count;
                    self.group((lane, desk), id, batch, made)?;
                }
                Target::Exchange(id) => {
                    let sent = desk.homes.of_stage(self.site, (id, number), batch)?;
                    made.hand(target, sent);
                }
                Target::View(_) => made.handed.push(Handed { target, lane: number, batch }),
                Target::Write(step) => {
                    made.counts.entry(step).or_default().elements_in += count;
                    made.handed.push(Handed { target, lane: number, batch });
                }
            }
        }
        Ok(())
    }

    /// On its way into a grouping: reduced, where that is lifted, then to the homes of its keys.
    fn group(
        &self,
        (lane, desk): (&mut Lane, &mut Desk),
        id: GroupingId,
        mut batch: Batch,
        made: &mut Made,
    ) -> Result<(), RunError> {
        let at = id.0 as usize;
        let path = &self.site.graph.step(self.site.plan.groupings[at].step).path;
        let Some(lifter) = &mut lane.lifters[at] else {
            return self.send_home(desk, id, batch, made);
        };
        let watermark = lane.groupings[at].input_watermark();
        let mut shipped = Vec::new();
        guarded(path, || lifter.add(&mut batch, watermark, &mut shipped))?;
        self.empty(path, lifter, (&mut lane.groupings[at], &mut shipped))?;
        for partials in shipped {
            self.send_home(desk, id, partials, made)?;
        }
        Ok(())
    }

    /// Ships what a lifter holds, behind a bundle that succeeded, or moves it into the grouping where
    /// nothing has to be exchanged.
    pub(super) fn empty(
        &self,
        path: &str,
        lifter: &mut Lifter,
        (grouping, shipped): (&mut Grouping, &mut Vec<Batch>),
    ) -> Result<(), RunError> {
        guarded(path, || match self.frame.lanes {
            1 => lifter.move_into(grouping, shipped),
            _ => lifter.flush(shipped),
        })?;
        lifter.commit();
        Ok(())
    }

    /// Takes what a bundle has made so far into a lifter; gives what that ships early.
    pub(super) fn lift(
        &self,
        lifter: &mut Lifter,
        (at, watermark): (GroupingId, Timestamp),
        batch: &mut Batch,
    ) -> Result<Vec<Batch>, RunError> {
        let path = &self.site.graph.step(self.site.plan.groupings[at.0 as usize].step).path;
        let mut shipped = Vec::new();
        guarded(path, || lifter.add(batch, watermark, &mut shipped))?;
        Ok(shipped)
    }

    /// To the lanes that the keys are at home on.
    pub(super) fn send_home(
        &self,
        desk: &mut Desk,
        id: GroupingId,
        batch: Batch,
        made: &mut Made,
    ) -> Result<(), RunError> {
        made.hand(Target::Grouping(id), desk.homes.of_grouping(self.site, id, batch)?);
        Ok(())
    }
}
