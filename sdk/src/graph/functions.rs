//! The code of a pipeline, erased: found by step path and role, called once per batch.

mod replaced;

use super::CollectionId;
use super::kernel::{Kernels, LiftKernels};
use super::keyed::{KeyedFn, ViewFn, ViewValue};
use crate::batch::{Batch, Column, Windows};
use crate::io::{ErasedRead, ErasedWrite};
use crate::testing::Script;
use crate::{CustomWindows, MergeWindows, Result, WindowFn};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// The element type of one collection: makes its columns, and encodes and decodes them.
pub trait EdgeType: Send + Sync {
    /// An empty column of the type.
    fn empty(&self) -> Box<dyn Column>;
    /// The name of the type, without its module path.
    fn element(&self) -> String;
    /// The name of its coder.
    fn coder(&self) -> String;
    /// Appends the encoding of all values, one behind the other.
    fn encode(&self, values: &dyn Column, out: &mut Vec<u8>);
    /// Appends the encoding of the value at `index`.
    fn encode_one(&self, values: &dyn Column, index: usize, out: &mut Vec<u8>);
    /// The value at `index` for a person: as JSON, or what it is encoded as where JSON has no form
    /// for it.
    fn show(&self, values: &dyn Column, index: usize) -> String;
    /// About how many bytes the values take, from every 64th of them.
    fn estimated_bytes(&self, values: &dyn Column) -> usize;
    /// Reads `count` values behind those of `into`.
    ///
    /// # Errors
    /// If the bytes are not the encoding of exactly `count` values.
    fn decode(&self, bytes: &[u8], count: usize, into: &mut dyn Column) -> Result<()>;
}

/// The author's code of one step, shared by all workers.
pub trait StepFn: Send + Sync {
    /// What one worker needs for itself, made once.
    ///
    /// # Errors
    /// What the author's `setup` says.
    fn setup(&self) -> Result<Box<dyn StepWork>>;
}

/// The author's code of one step on one worker.
///
/// Outputs are empty when a call begins; output 0 is the main one.
pub trait StepWork: Send {
    /// Before the first batch of a bundle.
    ///
    /// # Errors
    /// What the author's code says; so for the others.
    fn start_bundle(&mut self) -> Result<()> {
        Ok(())
    }
    /// Takes all elements of `input` and counts in `done` those it is through with, so that after
    /// an error or a panic it is the index of the element that failed.
    fn process(&mut self, input: &mut Batch, out: &mut [Batch], done: &mut usize) -> Result<()>;
    /// The same for elements that others take too: they are cloned one by one. `None` if it cannot,
    /// and wants a copy of the batch.
    fn process_shared(
        &mut self,
        input: &Batch,
        out: &mut [Batch],
        done: &mut usize,
    ) -> Option<Result<()>> {
        let _ = (input, out, done);
        None
    }
    /// What the step reads beside its main input, in the order it was declared, for the window of
    /// the elements to come. A step with side inputs takes elements of one window at a time.
    fn see(&mut self, sides: &[ViewValue]) {
        let _ = sides;
    }
    /// Behind the last batch of a bundle.
    fn finish_bundle(&mut self, out: &mut [Batch]) -> Result<()> {
        let _ = out;
        Ok(())
    }
    /// At the end of the worker; best effort after a failure.
    fn teardown(&mut self) -> Result<()> {
        Ok(())
    }
}

/// Makes dead letters of the elements that one step takes.
pub trait DeadLetterFn: Send + Sync {
    /// Appends a [`DeadLetter`](crate::DeadLetter) of the element at `index`, which is cloned, and of
    /// what the step's code said of it.
    fn bury(&self, elements: &dyn Column, index: usize, error: String, letters: &mut dyn Column);
}

/// The author's code that gives elements their windows.
pub trait WindowAssigner: Send + Sync {
    /// The windows of every element; each lies in at most one window so far. `done` counts those
    /// it is through with, so that after a panic it is the index of the element that failed.
    fn assign(&self, batch: &Batch, done: &mut usize) -> Windows;
}

/// All code of a pipeline.
///
/// Looking for code that a graph has no need of, or that was built for another graph, is a bug of
/// a runner and panics with the path.
#[derive(Clone, Default)]
pub struct Functions {
    pub(crate) steps: BTreeMap<String, Arc<dyn StepFn>>,
    pub(crate) keyed: BTreeMap<String, Arc<dyn KeyedFn>>,
    pub(crate) kernels: BTreeMap<String, Arc<dyn Kernels>>,
    pub(crate) lifts: BTreeMap<String, Arc<dyn LiftKernels>>,
    pub(crate) reads: BTreeMap<String, Arc<dyn ErasedRead>>,
    pub(crate) writes: BTreeMap<String, Arc<dyn ErasedWrite>>,
    pub(crate) dead_letters: BTreeMap<String, Arc<dyn DeadLetterFn>>,
    pub(crate) scripts: BTreeMap<String, Arc<dyn Script>>,
    /// What the program creates, by the path of the composite whose code gives it.
    pub(crate) created: BTreeMap<String, Arc<dyn Script>>,
    pub(crate) assigners: BTreeMap<String, Arc<dyn WindowAssigner>>,
    pub(crate) mergers: BTreeMap<CustomWindows, Arc<dyn MergeWindows>>,
    pub(crate) views: BTreeMap<CollectionId, Arc<dyn ViewFn>>,
    pub(crate) edges: Vec<Arc<dyn EdgeType>>,
}

impl Functions {
    /// The author's code of a `ParDo` without state and timers.
    pub fn step(&self, path: &str) -> &dyn StepFn {
        found(&self.steps, path, "code").as_ref()
    }

    /// The author's code of a `ParDo` that works key by key
    /// ([`ParDoSpec::is_keyed`](super::ParDoSpec::is_keyed)).
    pub fn keyed(&self, path: &str) -> &dyn KeyedFn {
        found(&self.keyed, path, "code with state").as_ref()
    }

    /// The kernels of a grouping or a combine.
    pub fn kernels(&self, path: &str) -> Arc<dyn Kernels> {
        Arc::clone(found(&self.kernels, path, "kernels"))
    }

    /// The kernels of a combine that is lifted.
    pub fn lift(&self, path: &str) -> &dyn LiftKernels {
        found(&self.lifts, path, "lift kernels").as_ref()
    }

    /// The source of a read.
    pub fn read(&self, path: &str) -> &dyn ErasedRead {
        found(&self.reads, path, "source").as_ref()
    }

    /// The sink of a write.
    pub fn write(&self, path: &str) -> &dyn ErasedWrite {
        found(&self.writes, path, "sink").as_ref()
    }

    /// What makes dead letters of the elements of a step
    /// ([`Step::dead_letters`](super::Step::dead_letters)).
    pub fn dead_letters(&self, path: &str) -> Arc<dyn DeadLetterFn> {
        Arc::clone(found(&self.dead_letters, path, "dead letters"))
    }

    /// The script of a test stream.
    pub fn script(&self, path: &str) -> &dyn Script {
        found(&self.scripts, path, "script").as_ref()
    }

    /// The code that assigns the windows of a `WindowInto` with windows of the author's making.
    pub fn assigner(&self, path: &str) -> Arc<dyn WindowAssigner> {
        Arc::clone(found(&self.assigners, path, "window function"))
    }

    /// What merges the windows of this function, if they merge.
    pub fn merger(&self, window_fn: &WindowFn) -> Option<Arc<dyn MergeWindows>> {
        match window_fn {
            WindowFn::Global
            | WindowFn::Fixed(_)
            | WindowFn::Sliding(_)
            | WindowFn::Calendar(_) => None,
            WindowFn::Sessions(sessions) => Some(Arc::new(*sessions)),
            WindowFn::Custom(custom) => self.mergers.get(custom).cloned(),
        }
    }

    /// The code of the view that a collection holds the panes of; all its readers share it.
    pub fn view(&self, collection: CollectionId) -> Arc<dyn ViewFn> {
        let view = self.views.get(&collection);
        Arc::clone(view.unwrap_or_else(|| panic!("collection {collection:?} is no view")))
    }

    /// The element type of a collection.
    pub fn edge(&self, collection: CollectionId) -> &dyn EdgeType {
        self.edges[collection.index()].as_ref()
    }
}

fn found<'a, T: ?Sized>(map: &'a BTreeMap<String, Arc<T>>, path: &str, what: &str) -> &'a Arc<T> {
    map.get(path).unwrap_or_else(|| panic!("`{path}` has no {what} in this pipeline"))
}

impl fmt::Debug for Functions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Functions")
            .field("steps", &self.steps.keys())
            .field("keyed", &self.keyed.keys())
            .field("kernels", &self.kernels.keys())
            .field("lifts", &self.lifts.keys())
            .field("reads", &self.reads.keys())
            .field("writes", &self.writes.keys())
            .field("scripts", &self.scripts.keys())
            .field("created", &self.created.keys())
            .field("dead_letters", &self.dead_letters.keys())
            .field("views", &self.views.keys())
            .finish_non_exhaustive()
    }
}
