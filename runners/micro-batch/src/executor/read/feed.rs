//! On from a read: through the stages that begin there, and those behind side inputs that are whole,
//! into lifters and sinks.

use crate::executor::Shop;
use crate::executor::bundle::{Desk, Made};
use crate::sinks::OpenPart;
use heliostat::batch::Batch;
use heliostat::graph::Transform;
use heliostat::{CollectionId, RunError, TransformId};
use heliostat_runner_core::{Head, Lane, NoInspect, StageError, StageId, Target};

/// The stages that a share goes through in one bundle.
pub(super) struct Way {
    /// Where each output of the read goes.
    pub(super) begins: [Vec<usize>; 2],
    /// Behind them: stages whose side inputs are whole, so that nothing waits in front of them, in
    /// the order of the plan.
    pub(super) passes: Vec<StageId>,
}

/// What a try of a share has made so far.
pub(super) struct Fed<'a> {
    way: &'a Way,
    pub(super) made: Made,
    /// The number of the parts it writes.
    number: u32,
    pub(super) parts: Vec<OpenPart>,
}

/// Why a try to read failed.
pub(super) enum Failure {
    OfSource(heliostat::Error),
    OfSink(TransformId, heliostat::Error),
    OfStage(StageError),
    Fatal(RunError),
}

impl Failure {
    /// What a step said, if it was a step.
    pub(super) fn of_stage(&self) -> Option<&StageError> {
        match self {
            Self::OfStage(error) => Some(error),
            Self::OfSource(_) | Self::OfSink(..) | Self::Fatal(_) => None,
        }
    }
}

impl Way {
    /// All stages, in the order in which data goes through them.
    pub(super) fn stages(&self) -> impl Iterator<Item = usize> {
        let begins = self.begins.iter().flatten().copied();
        begins.chain(self.passes.iter().map(|stage| stage.0 as usize))
    }
}

impl<'a> Fed<'a> {
    pub(super) fn of(way: &'a Way, number: u32) -> Self {
        Self { way, made: Made::default(), number, parts: Vec::new() }
    }
}

impl Shop<'_> {
    /// The way of what a read gives.
    pub(super) fn way(&self, outputs: [CollectionId; 2]) -> Way {
        let stages = &self.site.plan.stages;
        let begins = outputs.map(|output| {
            let begins = self.site.plan.stages_from(output).filter(|stage| stage.head.is_none());
            begins.map(|stage| stage.id.0 as usize).collect()
        });
        let mut way = Way { begins, passes: Vec::new() };
        for stage in stages {
            let leads_here = |at: usize| {
                stages[at].targets.iter().any(|(_, target)| *target == Target::Exchange(stage.id))
            };
            if self.is_open(stage.id) && way.stages().any(leads_here) {
                way.passes.push(stage.id);
            }
        }
        way
    }

    pub(super) fn head(&self, stage: StageId) -> &Head {
        let head = self.site.plan.stages[stage.0 as usize].head.as_ref();
        head.expect("only stages behind an exchange are asked for")
    }

    /// Whether elements need not wait in front of a stage, nor leave their lane.
    fn is_open(&self, stage: StageId) -> bool {
        let Some(head) = &self.site.plan.stages[stage.0 as usize].head else { return false };
        let whole = head.views.iter().all(|view| self.views[view.0 as usize].is_whole());
        match &self.site.graph.step(head.step).transform {
            Transform::ParDo(spec) => {
                whole && !head.views.is_empty() && !spec.is_keyed() && !spec.stable_input
            }
            Transform::Impulse
            | Transform::GroupByKey
            | Transform::Flatten
            | Transform::WindowInto(_)
            | Transform::TestStream(_)
            | Transform::Composite(_) => false,
        }
    }

    /// Takes a batch through stages, and what they made so far on from there.
    pub(super) fn feed(
        &self,
        (lane, desk): (&mut Lane, &mut Desk),
        stages: &[usize],
        batch: &mut Batch,
        fed: &mut Fed<'_>,
    ) -> Result<(), Failure> {
        let Some((last, others)) = stages.split_last() else {
            batch.clear();
            return Ok(());
        };
        for &stage in others {
            let mut lent = batch.lend();
            lane.stages[stage].process(&mut lent, &mut NoInspect).map_err(Failure::OfStage)?;
        }
        lane.stages[*last].process(batch, &mut NoInspect).map_err(Failure::OfStage)?;
        batch.clear();
        stages.iter().try_for_each(|&stage| self.drain((lane, desk), stage, fed))
    }

    /// Takes what a stage has made so far for groupings that are lifted into their lifters, for sinks
    /// into their parts, and for stages that it passes through them.
    fn drain(
        &self,
        (lane, desk): (&mut Lane, &mut Desk),
        stage: usize,
        fed: &mut Fed<'_>,
    ) -> Result<(), Failure> {
        let Lane { stages, groupings, lifters, .. } = lane;
        let (mut outcome, mut passed) = (Ok(Vec::new()), Vec::new());
        stages[stage].offer(|target, batch| {
            let Ok(shipped) = &mut outcome else { return };
            if let Target::Exchange(id) = target
                && fed.way.passes.contains(&id)
            {
                let room = batch.empty_like();
                passed.push((target, std::mem::replace(batch, room)));
                return;
            }
            if let Err(error) = self.write(target, batch, fed) {
                outcome = Err(error);
                return;
            }
            let Target::Grouping(id) = target else { return };
            let Some(lifter) = &mut lifters[id.0 as usize] else { return };
            let watermark = groupings[id.0 as usize].input_watermark();
            let count = batch.len() as u64;
            match self.lift(lifter, (id, watermark), batch) {
                Ok(early) => shipped.push((id, count, early)),
                Err(error) => outcome = Err(Failure::Fatal(error)),
            }
        });
        for (id, count, early) in outcome? {
            let step = self.site.plan.groupings[id.0 as usize].step;
            fed.made.counts.entry(step).or_default().elements_in += count;
            for partials in early {
                self.send_home(desk, id, partials, &mut fed.made).map_err(Failure::Fatal)?;
            }
        }
        for (target, mut batch) in passed {
            self.pass_on((lane, desk), target, &mut batch, fed)?;
            lane.stages[stage].give_back(target, batch);
        }
        Ok(())
    }

    /// Takes what goes to a stage that is passed through it, and leaves the batch empty.
    pub(super) fn pass_on(
        &self,
        (lane, desk): (&mut Lane, &mut Desk),
        target: Target,
        batch: &mut Batch,
        fed: &mut Fed<'_>,
    ) -> Result<(), Failure> {
        let Target::Exchange(id) = target else { return Ok(()) };
        if batch.is_empty() || !fed.way.passes.contains(&id) {
            return Ok(());
        }
        let at = id.0 as usize;
        let room = batch.empty_like();
        let waiting = vec![std::mem::replace(batch, room)];
        let admitted = lane.admit(self.site, id, waiting, (self.views, self.frame.now));
        for mut part in admitted.map_err(Failure::Fatal)? {
            lane.stages[at].see(&part.sides).map_err(Failure::OfStage)?;
            lane.stages[at].process(&mut part.batch, &mut NoInspect).map_err(Failure::OfStage)?;
            part.batch.clear();
            *batch = part.batch;
            self.drain((lane, desk), at, fed)?;
        }
        Ok(())
    }

    /// Writes what goes to a sink, at once: if the share fails, its parts are gone with it.
    pub(super) fn write(
        &self,
        target: Target,
        batch: &mut Batch,
        fed: &mut Fed<'_>,
    ) -> Result<(), Failure> {
        let Target::Write(step) = target else { return Ok(()) };
        fed.made.counts.entry(step).or_default().elements_in += batch.len() as u64;
        let of_sink = |error| Failure::OfSink(step, error);
        let at = match fed.parts.iter().position(|part| part.step() == step) {
            Some(at) => at,
            None => {
                let part = self.sinks.open_part(self.site.functions, step, fed.number);
                fed.parts.push(part.map_err(of_sink)?);
                fed.parts.len() - 1
            }
        };
        fed.parts[at].write(batch).map_err(of_sink)?;
        batch.clear();
        Ok(())
    }
}
