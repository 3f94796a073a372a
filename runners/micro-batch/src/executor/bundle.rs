//! A bundle: what a stage does on one lane in one round, as often as it may be tried.

use super::{Executor, Shop};
use heliostat::batch::Batch;
use heliostat::graph::kernel::KeyGroups;
use heliostat::graph::{Composite, Transform};
use heliostat::{CollectionId, RunError, StepMetrics, Timestamp, TransformId};
use heliostat_runner_core::{
    Admitted, Attempt, BundleOutput, Bundling, Grouping, GroupingId, Lane, Lifter, Lifting,
    NoInspect, Site, StageId, Target, add_metrics, guarded, lane_of,
};
use std::collections::{BTreeMap, VecDeque};

/// What a lane has besides its share of stages and groupings.
pub(crate) struct Desk {
    /// What was handed over to each grouping and is not taken yet.
    pub(crate) inbox: Vec<Vec<Batch>>,
    /// Finds the homes of what goes into each grouping.
    grouping_homes: Vec<Box<dyn KeyGroups>>,
    /// The same for each stage behind an exchange by key.
    stage_homes: Vec<Option<Box<dyn KeyGroups>>>,
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

/// Elements on their way to a lane.
pub(crate) struct Handed {
    pub(crate) target: Target,
    pub(crate) lane: usize,
    pub(crate) batch: Batch,
}

impl Desk {
    pub(crate) fn of(site: Site<'_>, seed: u64) -> Self {
        let Site { plan, graph, functions } = site;
        let grouping_homes = plan.groupings.iter().map(|grouping| {
            let path = &graph.step(grouping.step).path;
            match grouping.lifting {
                Lifting::Lifted => functions.lift(path).merging().key_groups(seed),
                Lifting::Liftable | Lifting::NotLiftable(_) => {
                    functions.kernels(path).key_groups(seed)
                }
            }
        });
        let stage_homes = plan.stages.iter().map(|stage| {
            let step = graph.step(stage.head.as_ref()?.step);
            match &step.transform {
                Transform::ParDo(spec) if spec.is_keyed() => {
                    Some(functions.keyed(&step.path).key_groups(seed))
                }
                Transform::ParDo(_)
                | Transform::Impulse
                | Transform::GroupByKey
                | Transform::Flatten
                | Transform::WindowInto(_)
                | Transform::TestStream(_)
                | Transform::Composite(_) => None,
            }
        });
        Self {
            inbox: plan.groupings.iter().map(|_| Vec::new()).collect(),
            grouping_homes: grouping_homes.collect(),
            stage_homes: stage_homes.collect(),
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
    pub(super) fn attempt(&self, attempt: u32) -> Attempt {
        Attempt { bundle: self.frame.round, attempt, attempts: self.settings.attempts }
    }

    fn bundling(&self) -> Bundling {
        let (attempts, number) = (self.settings.attempts, self.frame.round);
        Bundling { scripted: self.frame.scripted, attempts, number }
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
                Target::Exchange(id) => self.exchange((number, desk), id, batch, made)?,
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
        let path = &self.site.graph.step(self.site.plan.groupings[id.0 as usize].step).path;
        let homes = &mut desk.grouping_homes[id.0 as usize];
        self.scatter((path, Target::Grouping(id)), batch, made, Some(homes.as_mut()))
    }

    /// To the head of another stage: home by key, evenly for a reshuffle, else where it is.
    fn exchange(
        &self,
        (number, desk): (usize, &mut Desk),
        id: StageId,
        batch: Batch,
        made: &mut Made,
    ) -> Result<(), RunError> {
        let target = Target::Exchange(id);
        let stage = &self.site.plan.stages[id.0 as usize];
        let step = self.site.graph.step(stage.head.as_ref().expect("it has a head").step);
        match &mut desk.stage_homes[id.0 as usize] {
            Some(homes) => self.scatter((&step.path, target), batch, made, Some(homes.as_mut())),
            None if matches!(step.transform, Transform::Composite(Composite::Reshuffle)) => {
                self.scatter((&step.path, target), batch, made, None)
            }
            None => {
                made.handed.push(Handed { target, lane: number, batch });
                Ok(())
            }
        }
    }

    /// To several lanes: by key, or evenly without `homes`.
    fn scatter(
        &self,
        (path, target): (&str, Target),
        mut batch: Batch,
        made: &mut Made,
        homes: Option<&mut dyn KeyGroups>,
    ) -> Result<(), RunError> {
        if self.frame.lanes == 1 {
            made.handed.push(Handed { target, lane: 0, batch });
            return Ok(());
        }
        let parts = guarded(path, || {
            let mut to = Vec::with_capacity(batch.len());
            match homes {
                Some(homes) => {
                    homes.find(batch.values.as_ref(), &mut to);
                    to.iter_mut()
                        .for_each(|group| *group = number_of(lane_of(*group, self.frame.lanes)));
                }
                None => {
                    let len = batch.len();
                    to.extend((0..len).map(|at| number_of(at * self.frame.lanes / len)));
                }
            }
            batch.scattered(&to, self.frame.lanes)
        })?;
        let parts = parts.into_iter().enumerate().filter(|(_, batch)| !batch.is_empty());
        made.handed.extend(parts.map(|(lane, batch)| Handed { target, lane, batch }));
        Ok(())
    }
}

fn number_of(lane: usize) -> u32 {
    u32::try_from(lane).expect("there are fewer than 2^32 lanes")
}
