//! A stage at work: a bundle goes through all its steps, and leaves or fails as a whole.

mod assign;
mod bundle;
mod error;
mod head;
mod operator;
mod outputs;
mod tries;

pub use bundle::Bundling;
pub use error::{Attempt, StageError};
pub(crate) use outputs::Outputs;
pub use tries::{Pause, Retries, Tries};

use self::operator::Operator;
use crate::plan::{Stage, Target};
use heliostat::batch::Batch;
use heliostat::graph::{Functions, Graph, Moment};
use heliostat::{CollectionId, Result, StepMetrics, Timestamp, TransformId, catch_panic};
use std::collections::BTreeMap;

/// Looks at every batch that goes over an edge; how direct is suspicious.
pub trait Inspect {
    /// Sees a batch on its way into the consumers of a collection, and may exchange it for an
    /// equal one.
    ///
    /// # Errors
    /// If the batch shows that user code broke its contract.
    fn on_edge(&mut self, collection: CollectionId, batch: &mut Batch) -> Result<()>;
    /// A copy of what a step is about to take, if it is to be compared behind the step.
    fn before_step(&mut self, collection: CollectionId, batch: &Batch) -> Option<Batch>;
    /// Compares the copy with what it was.
    ///
    /// # Errors
    /// If the step changed it.
    fn after_step(&mut self, collection: CollectionId, kept: &Batch) -> Result<()>;
    /// Whether it looks at nothing.
    fn trusts(&self) -> bool {
        false
    }
}

/// Trusts everybody.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoInspect;

impl Inspect for NoInspect {
    fn on_edge(&mut self, _collection: CollectionId, _batch: &mut Batch) -> Result<()> {
        Ok(())
    }

    fn before_step(&mut self, _collection: CollectionId, _batch: &Batch) -> Option<Batch> {
        None
    }

    fn after_step(&mut self, _collection: CollectionId, _kept: &Batch) -> Result<()> {
        Ok(())
    }

    fn trusts(&self) -> bool {
        true
    }
}

/// What goes to a target is put together into batches of at least so many elements, and no more than
/// that: a batch should stay in the caches of a core, and not be copied to grow.
const TARGET_BATCH_ELEMENTS: usize = 1_024;

/// What a bundle that succeeded leaves behind: to be committed as one.
#[derive(Debug, Default)]
pub struct BundleOutput {
    /// Elements for each target, in the order of the stage's targets, each in one batch or several.
    pub elements: Vec<(Target, Batch)>,
    /// What each step of the stage took and gave.
    pub counts: BTreeMap<TransformId, StepMetrics>,
}

/// The steps of a stage on one worker.
pub struct StageWork {
    stage: Stage,
    /// The path of the step that makes what the stage begins with.
    root_path: String,
    operators: Vec<Operator>,
    /// Where each collection of the stage goes: to operators, then to targets.
    routes: BTreeMap<CollectionId, Route>,
    /// What goes to each target, in the order of `stage.targets`, until the bundle ends.
    pending: Vec<Vec<Batch>>,
    /// Of how many of them the bytes are known, and how many bytes that are, by target.
    estimated: Vec<(usize, usize)>,
    /// Batches that targets gave back, by target, kept for their room.
    spare: Vec<Option<Batch>>,
    /// What time it is at the head of a stage behind an exchange.
    moment: Moment,
}

#[derive(Clone, Default)]
struct Route {
    operators: Vec<usize>,
    targets: Vec<usize>,
}

impl StageWork {
    /// Sets up the code of all steps. `seed` keys the hashes of state.
    ///
    /// # Errors
    /// If a `setup` fails or panics.
    pub fn new(
        stage: &Stage,
        graph: &Graph,
        functions: &Functions,
        seed: u64,
    ) -> Result<Self, StageError> {
        let mut operators = Vec::new();
        let mut routes: BTreeMap<CollectionId, Route> = BTreeMap::new();
        let head = stage.head.as_ref().map(|head| head.step);
        for &id in &stage.steps {
            let step = graph.step(id);
            for &input in &step.inputs {
                // Others that take what the head takes get it in the stages that make it.
                if input == stage.input && head.is_some_and(|head| head != id) {
                    continue;
                }
                routes.entry(input).or_default().operators.push(operators.len());
            }
            operators.push(Operator::new(step, graph, functions, seed)?);
        }
        for (at, (collection, _)) in stage.targets.iter().enumerate() {
            routes.entry(*collection).or_default().targets.push(at);
        }
        Ok(Self {
            stage: stage.clone(),
            root_path: graph.producer(stage.input).path.clone(),
            operators,
            routes,
            pending: stage.targets.iter().map(|_| Vec::new()).collect(),
            estimated: stage.targets.iter().map(|_| (0, 0)).collect(),
            spare: stage.targets.iter().map(|_| None).collect(),
            moment: Moment { watermark: Timestamp::MIN, now: Timestamp::MIN },
        })
    }

    /// What it was made for.
    pub fn stage(&self) -> &Stage {
        &self.stage
    }

    /// Calls every step's `start_bundle`.
    ///
    /// # Errors
    /// If one fails or panics.
    pub fn start_bundle(&mut self) -> Result<(), StageError> {
        self.operators.iter_mut().try_for_each(Operator::start_bundle)?;
        self.pending.iter_mut().for_each(Vec::clear);
        self.estimated.fill((0, 0));
        Ok(())
    }

    /// Takes one batch of the bundle through all steps and leaves it empty.
    ///
    /// # Errors
    /// If a step fails or panics; the error names it and the element.
    pub fn process(
        &mut self,
        batch: &mut Batch,
        inspect: &mut dyn Inspect,
    ) -> Result<(), StageError> {
        let input = self.stage.input;
        self.deliver(input, batch, inspect)
    }

    /// Whether a step has an output for the elements that it fails on: a bundle that has failed as
    /// often as it may be tried is then tried once more, as [`Tries`] says.
    pub fn has_dead_letters(&self) -> bool {
        self.operators.iter().any(|operator| operator.out.have_dead_letters())
    }

    /// In the bundle that begins next, steps with dead letters take their elements one by one.
    pub fn take_one_by_one(&mut self) {
        self.operators.iter_mut().for_each(|operator| operator.out.set_one_by_one(true));
    }

    /// How many elements the step that has given most has given in the bundle in hand.
    pub fn most_out(&self) -> u64 {
        self.operators.iter().map(|it| it.counts.elements_out).max().unwrap_or(0)
    }

    /// About how many bytes the bundle in hand has made so far for its targets.
    pub fn pending_bytes(&mut self, functions: &Functions) -> usize {
        let mut all = 0;
        let targets = self.stage.targets.iter().zip(&self.pending).zip(&mut self.estimated);
        for (((collection, _), batches), (counted, bytes)) in targets {
            let Some((last, full)) = batches.split_last() else { continue };
            let edge = functions.edge(*collection);
            let estimate = |batch: &Batch| edge.estimated_bytes(batch.values.as_ref());
            // Only the last batch grows.
            *bytes += full.iter().skip(*counted).map(estimate).sum::<usize>();
            *counted = full.len();
            all += *bytes + estimate(last);
        }
        all
    }

    /// Offers what the bundle in hand has made so far. Whoever takes something of it must be able to
    /// forget it: the bundle may still fail.
    pub fn offer(&mut self, mut taker: impl FnMut(Target, &mut Batch)) {
        for (at, (_, target)) in self.stage.targets.iter().enumerate() {
            for batch in &mut self.pending[at] {
                taker(*target, batch);
            }
            if self.pending[at].iter().all(Batch::is_empty) {
                self.spare[at] = self.pending[at].pop().or(self.spare[at].take());
                self.pending[at].clear();
                self.estimated[at] = (0, 0);
            }
        }
    }

    /// Calls every step's `finish_bundle` and hands over what the bundle made.
    ///
    /// # Errors
    /// If one fails or panics.
    pub fn finish_bundle(&mut self, inspect: &mut dyn Inspect) -> Result<BundleOutput, StageError> {
        for at in 0..self.operators.len() {
            self.operators[at].finish_bundle()?;
            self.pass_on(at, inspect)?;
        }
        self.operators.iter_mut().for_each(|operator| operator.out.set_one_by_one(false));
        let mut output = BundleOutput::default();
        for ((_, target), pending) in self.stage.targets.iter().zip(&mut self.pending) {
            let made = pending.drain(..).filter(|batch| !batch.is_empty());
            output.elements.extend(made.map(|batch| (*target, batch)));
        }
        for operator in &mut self.operators {
            output.counts.insert(operator.step, operator.commit());
        }
        Ok(output)
    }

    /// Takes back a batch that a target has emptied, for its room.
    pub fn give_back(&mut self, target: Target, batch: Batch) {
        debug_assert!(batch.is_empty(), "a target takes all elements of a batch");
        let mut targets = self.stage.targets.iter();
        if let Some(at) = targets.position(|(_, known)| *known == target)
            && !batch.values.is_lent()
        {
            self.spare[at] = Some(batch);
        }
    }

    /// Calls every step's `teardown`, whatever became of the bundles before.
    ///
    /// # Errors
    /// The first that failed.
    pub fn teardown(&mut self) -> Result<(), StageError> {
        let mut outcome = Ok(());
        for operator in &mut self.operators {
            outcome = outcome.and(operator.teardown());
        }
        outcome
    }

    fn deliver(
        &mut self,
        collection: CollectionId,
        batch: &mut Batch,
        inspect: &mut dyn Inspect,
    ) -> Result<(), StageError> {
        if batch.is_empty() {
            return Ok(());
        }
        if !inspect.trusts() {
            // What is looked at goes through the author's serde.
            let looked = guarded(|| {
                batch.own();
                inspect.on_edge(collection, batch)
            });
            looked.map_err(|error| error.in_step(self.producer(collection)))?;
        }
        // A route is taken out while it is walked, so that operators can be changed meanwhile.
        let Some(route) = self.routes.get_mut(&collection).map(std::mem::take) else {
            batch.clear();
            return Ok(());
        };
        let outcome = self.walk(&route, collection, batch, inspect);
        self.routes.insert(collection, route);
        outcome
    }

    fn walk(
        &mut self,
        route: &Route,
        collection: CollectionId,
        batch: &mut Batch,
        inspect: &mut dyn Inspect,
    ) -> Result<(), StageError> {
        let mut left = route.operators.len() + route.targets.len();
        let is_lent = batch.values.is_lent();
        for &target in &route.targets {
            left -= 1;
            if left == 0 && !is_lent {
                self.keep(target, batch);
            } else {
                let copy = copy_of(batch);
                let mut copy = copy.map_err(|error| error.in_step(self.producer(collection)))?;
                self.keep(target, &mut copy);
            }
        }
        for &operator in &route.operators {
            left -= 1;
            if left == 0 && (!is_lent || self.operators[operator].moves_batches()) {
                self.run(operator, collection, batch, inspect)?;
            } else if inspect.trusts() && self.operators[operator].run_shared(batch)? {
                self.pass_on(operator, inspect)?;
            } else {
                let path = &self.operators[operator].path;
                let mut copy = copy_of(batch).map_err(|error| error.in_step(path))?;
                self.run(operator, collection, &mut copy, inspect)?;
            }
        }
        Ok(())
    }

    /// Keeps a batch for a target, and leaves an empty one with some room.
    fn keep(&mut self, target: usize, batch: &mut Batch) {
        if let Some(last) = self.pending[target].last_mut()
            && last.len() < TARGET_BATCH_ELEMENTS
        {
            last.append(batch);
            return;
        }
        let spare = self.spare[target].take();
        let room = spare.unwrap_or_else(|| batch.empty_like());
        self.pending[target].push(std::mem::replace(batch, room));
    }

    fn run(
        &mut self,
        at: usize,
        collection: CollectionId,
        batch: &mut Batch,
        inspect: &mut dyn Inspect,
    ) -> Result<(), StageError> {
        let operator = &mut self.operators[at];
        operator.counts.elements_in += batch.len() as u64;
        operator.run(collection, batch, inspect)?;
        self.pass_on(at, inspect)
    }

    /// Delivers what an operator has put out.
    fn pass_on(&mut self, at: usize, inspect: &mut dyn Inspect) -> Result<(), StageError> {
        for output in 0..self.operators[at].outputs.len() {
            let operator = &mut self.operators[at];
            let collection = operator.outputs[output];
            let made = &mut operator.out.batches[output];
            if made.is_empty() {
                continue;
            }
            operator.counts.elements_out += made.len() as u64;
            let mut batch = take(made);
            self.deliver(collection, &mut batch, inspect)?;
            if !batch.values.is_lent() {
                batch.clear();
                self.operators[at].out.batches[output] = batch;
            }
        }
        Ok(())
    }

    fn producer(&self, collection: CollectionId) -> &str {
        let made = |operator: &&Operator| operator.outputs.contains(&collection);
        self.operators.iter().find(made).map_or(&self.root_path, |operator| &operator.path)
    }
}

/// The batch, leaving an empty one of its type.
fn take(batch: &mut Batch) -> Batch {
    let empty = batch.empty_like();
    std::mem::replace(batch, empty)
}

/// A copy of it: elements are cloned by the author's code.
fn copy_of(batch: &Batch) -> Result<Batch, StageError> {
    guarded(|| Ok(batch.copied()))
}

/// Runs user code; a panic becomes an error with its words.
fn guarded<R>(code: impl FnOnce() -> Result<R>) -> Result<R, StageError> {
    match catch_panic(code) {
        Ok(outcome) => outcome.map_err(StageError::of),
        Err(panicked) => Err(StageError::of_panic(panicked)),
    }
}
