//! One step of a stage on one worker.

use super::assign::Assignment;
use super::error::WayOut;
use super::{Inspect, Outputs, StageError, guarded};
use crate::keyed::{Keyed, KeyedSettings};
use heliostat::batch::{Batch, Meta, Timestamps};
use heliostat::graph::{Functions, Graph, Step, StepWork, Transform};
use heliostat::{CollectionId, Error, StepMetrics, TransformId};

pub(super) struct Operator {
    pub(super) step: TransformId,
    /// The path of the step as its author knows it.
    pub(super) path: String,
    /// Where its code is found.
    code: String,
    /// Whether it is all of a step as its author knows it.
    is_whole: bool,
    pub(super) work: Work,
    pub(super) outputs: Vec<CollectionId>,
    pub(super) out: Outputs,
    pub(super) counts: StepMetrics,
}

pub(super) enum Work {
    ParDo(Box<dyn StepWork>),
    Keyed(Box<Keyed>),
    /// Elements leave as they come: a flatten, or a reshuffle at the head of its stage.
    Identity,
    Window(Assignment),
}

impl Operator {
    pub(super) fn new(
        step: &Step,
        graph: &Graph,
        functions: &Functions,
        seed: u64,
    ) -> Result<Self, StageError> {
        Ok(Self {
            step: step.id,
            work: work(step, graph, functions, seed)
                .map_err(|error| error.in_step(&graph.named_step(step).path))?,
            path: graph.named_step(step).path.clone(),
            code: step.path.clone(),
            is_whole: graph.named_step(step).id == step.id,
            outputs: step.outputs.clone(),
            out: Outputs::of(step, functions),
            counts: StepMetrics::default(),
        })
    }

    pub(super) fn start_bundle(&mut self) -> Result<(), StageError> {
        self.counts = StepMetrics::default();
        // A bundle that failed may have left something.
        self.out.clear();
        let outcome = match &mut self.work {
            Work::ParDo(work) => guarded(|| work.start_bundle()),
            Work::Keyed(keyed) => guarded(|| keyed.start_bundle()),
            Work::Identity | Work::Window(_) => Ok(()),
        };
        outcome.map_err(|error| error.in_step(&self.path))
    }

    /// Takes all elements of a batch.
    pub(super) fn run(
        &mut self,
        collection: CollectionId,
        batch: &mut Batch,
        inspect: &mut dyn Inspect,
    ) -> Result<(), StageError> {
        let count = batch.len();
        let out = &mut self.out;
        let mut done = 0;
        let outcome = match &mut self.work {
            Work::Identity => {
                std::mem::swap(&mut out.batches[0], batch);
                return Ok(());
            }
            Work::Window(assignment) => {
                let outcome = guarded(|| {
                    assignment.assign(batch, &mut done);
                    Ok(())
                });
                if outcome.is_ok() {
                    std::mem::swap(&mut out.batches[0], batch);
                }
                outcome
            }
            Work::ParDo(_) | Work::Keyed(_) => {
                let kept = guarded(|| Ok(inspect.before_step(collection, batch)))
                    .map_err(|error| error.in_step(&self.path))?;
                let outcome = match &mut self.work {
                    Work::ParDo(work) if out.one_by_one() => {
                        guarded(|| one_by_one(work.as_mut(), batch, out, &mut done))
                    }
                    Work::ParDo(work) => guarded(|| work.process(batch, out.own(), &mut done)),
                    Work::Keyed(keyed) => guarded(|| keyed.process(batch, out, &mut done)),
                    Work::Identity | Work::Window(_) => Ok(()),
                };
                outcome.and_then(|()| match kept {
                    Some(kept) => guarded(|| inspect.after_step(collection, &kept)),
                    None => Ok(()),
                })
            }
        };
        outcome.map_err(|error| self.failed_at(error, &batch.meta, (done, count)))
    }

    /// Whether it hands elements on without touching them.
    pub(super) fn moves_batches(&self) -> bool {
        match &self.work {
            Work::Identity | Work::Window(_) => true,
            Work::ParDo(_) | Work::Keyed(_) => false,
        }
    }

    /// Takes clones of all elements of a batch that others take too; not if it wants a copy.
    pub(super) fn run_shared(&mut self, batch: &Batch) -> Result<bool, StageError> {
        let Work::ParDo(work) = &mut self.work else { return Ok(false) };
        let (out, mut done) = (&mut self.out, 0);
        let outcome = guarded(|| {
            if out.one_by_one() {
                return one_by_one(work.as_mut(), batch, out, &mut done).map(|()| true);
            }
            match work.process_shared(batch, out.own(), &mut done) {
                Some(outcome) => outcome.map(|()| true),
                None => Ok(false),
            }
        });
        let taken =
            outcome.map_err(|error| self.failed_at(error, &batch.meta, (done, batch.len())))?;
        if taken {
            self.counts.elements_in += batch.len() as u64;
        }
        Ok(taken)
    }

    fn failed_at(
        &self,
        error: StageError,
        meta: &Meta,
        (done, count): (usize, usize),
    ) -> StageError {
        // A step may have taken the timestamps along before it failed.
        let at = match &meta.timestamps {
            Timestamps::Const(at) => Some(*at),
            Timestamps::Each { at, .. } => at.get(done).copied(),
        };
        let way_out = match (&self.work, self.out.have_dead_letters()) {
            (_, true) => WayOut::Chosen,
            (Work::ParDo(_) | Work::Keyed(_), false) if self.is_whole => WayOut::DeadLetters,
            (Work::ParDo(_) | Work::Keyed(_) | Work::Identity | Work::Window(_), false) => {
                WayOut::No
            }
        };
        error.in_step(&self.path).at_element(done, count, at).with(way_out)
    }

    pub(super) fn finish_bundle(&mut self) -> Result<(), StageError> {
        let out = self.out.own();
        let outcome = match &mut self.work {
            Work::ParDo(work) => guarded(|| work.finish_bundle(out)),
            Work::Keyed(keyed) => guarded(|| keyed.finish_bundle(out)),
            Work::Identity | Work::Window(_) => Ok(()),
        };
        outcome.map_err(|error| error.in_step(&self.path))
    }

    /// Keeps what the bundle changed, and says what it took and gave.
    pub(super) fn commit(&mut self) -> StepMetrics {
        self.counts.dead_letters = self.out.dead_letters();
        match &mut self.work {
            Work::Keyed(keyed) => {
                self.counts.dropped.late = keyed.late();
                keyed.commit();
            }
            Work::ParDo(_) | Work::Identity | Work::Window(_) => {}
        }
        self.counts
    }

    /// Undoes what the bundle changed. What failed may have left the author's code in any state: it
    /// is set up anew, and its teardown is best effort.
    pub(super) fn roll_back(&mut self, functions: &Functions) -> Result<(), StageError> {
        let outcome = match &mut self.work {
            Work::ParDo(work) => {
                drop(guarded(|| work.teardown()));
                guarded(|| functions.step(&self.code).setup()).map(|new| *work = new)
            }
            Work::Keyed(keyed) => {
                drop(guarded(|| keyed.teardown()));
                guarded(|| keyed.roll_back())
            }
            Work::Identity | Work::Window(_) => Ok(()),
        };
        outcome.map_err(|error| error.in_step(&self.path))
    }

    pub(super) fn teardown(&mut self) -> Result<(), StageError> {
        let outcome = match &mut self.work {
            Work::ParDo(work) => guarded(|| work.teardown()),
            Work::Keyed(keyed) => guarded(|| keyed.teardown()),
            Work::Identity | Work::Window(_) => Ok(()),
        };
        outcome.map_err(|error| error.in_step(&self.path))
    }
}

/// Lets a step take the elements of a batch one by one; those that fail become dead letters.
fn one_by_one(
    work: &mut dyn StepWork,
    batch: &Batch,
    out: &mut Outputs,
    done: &mut usize,
) -> Result<(), Error> {
    for index in 0..batch.len() {
        out.take_one(batch, index, |one, given| work.process(one, given, &mut 0));
        *done += 1;
    }
    Ok(())
}

fn work(step: &Step, graph: &Graph, functions: &Functions, seed: u64) -> Result<Work, StageError> {
    match &step.transform {
        Transform::ParDo(spec) if spec.is_keyed() => {
            let windowing = graph.collection(step.inputs[0]).windowing.clone();
            let merger = functions.merger(&windowing.window_fn);
            let work = guarded(|| functions.keyed(&step.path).setup(seed))?;
            let settings = KeyedSettings { spec: spec.clone(), windowing, merger };
            Ok(Work::Keyed(Box::new(Keyed::new(settings, work))))
        }
        Transform::ParDo(_) => Ok(Work::ParDo(guarded(|| functions.step(&step.path).setup())?)),
        Transform::Flatten | Transform::Composite(_) => Ok(Work::Identity),
        Transform::WindowInto(change) => Ok(Work::Window(Assignment::of(step, change, functions))),
        Transform::Impulse | Transform::GroupByKey | Transform::TestStream(_) => {
            unreachable!("the planner fuses only element-wise steps")
        }
    }
}
