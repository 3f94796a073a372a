//! What a run writes, kept in memory with all that is known of each element; nothing is opened.

use super::outcome::Pane;
use crate::batch::{Batch, Column, ColumnExt, Meta};
use crate::coder::Coder;
use crate::erased_io::{ErasedWrite, ErasedWriter};
use crate::graph::erase::TypedEdge;
use crate::graph::{Composite, EdgeType, Functions, Graph, Step, StepFn, StepWork, Transform};
use crate::io::MEMORY;
use crate::{Completion, Pipeline, Result, TransformId, Written};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A part of a write as its steps hand it over to their commit: its number, and how it is known.
type Part = (u32, u64);

/// Stands for one write during one run.
pub(super) struct Recorder {
    edge: Arc<dyn EdgeType>,
    parts: Mutex<Parts>,
}

#[derive(Default)]
struct Parts {
    next: u64,
    prepared: BTreeMap<u64, Vec<Pane>>,
    committed: Vec<Pane>,
}

/// The writes of a graph, in the order in which they were built.
pub(super) fn writes(graph: &Graph) -> impl Iterator<Item = &Step> {
    let is_write =
        |step: &&Step| matches!(step.transform, Transform::Composite(Composite::Write(_)));
    graph.steps().iter().filter(is_write)
}

/// Puts a recorder in the place of each write, whatever form a runner runs it in.
pub(super) fn recorded(graph: &Graph, functions: &mut Functions) -> Vec<Arc<Recorder>> {
    let exchange = Exchange::new();
    let replaced = writes(graph).map(|write| {
        let edge = Arc::clone(&functions.edges[write.inputs[0].index()]);
        let recorder = Arc::new(Recorder { edge, parts: Mutex::default() });
        let sink: Arc<dyn ErasedWrite> = Arc::new(RecordingWrite(Arc::clone(&recorder)));
        functions.writes.insert(write.path.clone(), sink);
        let parts: Arc<dyn StepFn> = Arc::new(RecordParts(Arc::clone(&recorder)));
        functions.steps.insert(format!("{}/Parts", write.path), parts);
        let commit: Arc<dyn StepFn> = Arc::new(CommitParts(Arc::clone(&recorder)));
        functions.steps.insert(format!("{}/Commit", write.path), commit);
        exchange.put_into(write.id, graph, functions);
        recorder
    });
    replaced.collect()
}

impl Recorder {
    /// What was committed.
    pub(super) fn panes(&self) -> Vec<Pane> {
        std::mem::take(&mut self.parts().committed)
    }

    fn parts(&self) -> MutexGuard<'_, Parts> {
        self.parts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds the elements of a batch, once for each of their windows.
    fn record(&self, batch: &Batch, panes: &mut Vec<Pane>) {
        let Meta { timestamps, windows, panes: firings, kinds: _ } = &batch.meta;
        windows.for_each(timestamps, batch.len(), |index, window| {
            let mut value = Vec::new();
            self.edge.encode_one(batch.values.as_ref(), index, &mut value);
            panes.push(Pane {
                timestamp: timestamps.at(index),
                window: window.clone(),
                value,
                pane: *firings.at(index),
            });
        });
    }

    fn prepare(&self, panes: Vec<Pane>) -> u64 {
        let mut parts = self.parts();
        parts.next += 1;
        let id = parts.next;
        parts.prepared.insert(id, panes);
        id
    }

    /// Takes prepared parts; one that was committed before is not there any more.
    fn commit(&self, ids: impl IntoIterator<Item = u64>) -> Written {
        let mut parts = self.parts();
        let mut elements = 0;
        for id in ids {
            let mut panes = parts.prepared.remove(&id).unwrap_or_default();
            elements += panes.len() as u64;
            parts.committed.append(&mut panes);
        }
        Written { place: MEMORY.to_owned(), elements }
    }
}

/// A write as runners know it.
struct RecordingWrite(Arc<Recorder>);

struct OpenPart {
    recorder: Arc<Recorder>,
    panes: Vec<Pane>,
}

impl ErasedWrite for RecordingWrite {
    fn open(&self, _epoch: u64, _shard: u32) -> Result<Box<dyn ErasedWriter>> {
        Ok(Box::new(OpenPart { recorder: Arc::clone(&self.0), panes: Vec::new() }))
    }

    fn commit(&self, parts: Vec<Vec<u8>>, _completion: Completion) -> Result<Written> {
        let coder = Coder::<u64>::of();
        let ids: Result<Vec<u64>> = parts.iter().map(|part| Ok(coder.decode_one(part)?)).collect();
        Ok(self.0.commit(ids?))
    }

    fn parts(&self, column: &dyn Column) -> Vec<Vec<u8>> {
        let mut parts = column.typed::<Part>().to_vec();
        parts.sort_unstable();
        parts.iter().map(|(_, id)| Coder::of().encode_one(id)).collect()
    }

    fn recover(&self, _parts: &[Vec<u8>]) -> Result<()> {
        Ok(())
    }

    fn discard(&self, parts: Vec<Vec<u8>>) {
        let ids = parts.iter().filter_map(|part| Coder::<u64>::of().decode_one(part).ok());
        ids.for_each(|id| drop(self.0.parts().prepared.remove(&id)));
    }
}

impl ErasedWriter for OpenPart {
    fn write(&mut self, batch: &mut Batch) -> Result<()> {
        self.recorder.record(batch, &mut self.panes);
        batch.clear();
        Ok(())
    }

    fn prepare(self: Box<Self>) -> Result<Vec<u8>> {
        Ok(Coder::of().encode_one(&self.recorder.prepare(self.panes)))
    }
}

/// The parts of an expanded write.
struct RecordParts(Arc<Recorder>);

struct OpenParts {
    recorder: Arc<Recorder>,
    panes: Vec<Pane>,
    next: u32,
}

impl StepFn for RecordParts {
    fn setup(&self) -> Result<Box<dyn StepWork>> {
        Ok(Box::new(OpenParts { recorder: Arc::clone(&self.0), panes: Vec::new(), next: 0 }))
    }
}

impl StepWork for OpenParts {
    fn start_bundle(&mut self) -> Result<()> {
        // A bundle that failed may have left something.
        self.panes.clear();
        Ok(())
    }

    fn process(&mut self, input: &mut Batch, _: &mut [Batch], done: &mut usize) -> Result<()> {
        self.recorder.record(input, &mut self.panes);
        *done += input.len();
        input.clear();
        Ok(())
    }

    fn finish_bundle(&mut self, out: &mut [Batch]) -> Result<()> {
        if !self.panes.is_empty() {
            let id = self.recorder.prepare(std::mem::take(&mut self.panes));
            let part: Part = (self.next, id);
            self.next += 1;
            out[0].append(&mut Batch::of(vec![part], Meta::default()));
        }
        Ok(())
    }
}

/// The commit of an expanded write.
struct CommitParts(Arc<Recorder>);

impl StepFn for CommitParts {
    fn setup(&self) -> Result<Box<dyn StepWork>> {
        Ok(Box::new(Committing(Arc::clone(&self.0))))
    }
}

struct Committing(Arc<Recorder>);

impl StepWork for Committing {
    fn process(&mut self, input: &mut Batch, out: &mut [Batch], done: &mut usize) -> Result<()> {
        let parts = input.values.typed::<Part>();
        *done += parts.len();
        let written = self.0.commit(parts.iter().map(|(_, id)| *id));
        out[0].append(&mut Batch::of(vec![written], Meta::default()));
        input.clear();
        Ok(())
    }
}

/// What lies between the parts of an expanded write and their commit, for parts of recorders.
struct Exchange {
    graph: Graph,
    functions: Functions,
}

impl Exchange {
    fn new() -> Self {
        let pipeline = Pipeline::new();
        let none: [Part; 0] = [];
        pipeline.create(none).reshuffle();
        Self { graph: pipeline.graph(), functions: pipeline.functions() }
    }

    /// Replaces the code of a write's reshuffle, and the element types up to its commit.
    fn put_into(&self, write: TransformId, graph: &Graph, functions: &mut Functions) {
        let path = &graph.step(write).path;
        let of_write =
            |step: &Step| Some(step.path.strip_prefix(path)?.strip_prefix('/')?.to_owned());
        for step in graph.steps() {
            let Some(part) = of_write(step) else { continue };
            if part == "Parts" {
                let parts = TypedEdge::with_coder(Coder::<Part>::of());
                functions.edges[step.outputs[0].index()] = Arc::new(parts);
            }
            let Some(same) = self.graph.find(&part) else { continue };
            for (to, from) in step.outputs.iter().zip(&same.outputs) {
                functions.edges[to.index()] = Arc::clone(&self.functions.edges[from.index()]);
            }
            let own = &self.functions;
            put(&own.steps, &part, &mut functions.steps, &step.path);
            put(&own.keyed, &part, &mut functions.keyed, &step.path);
            put(&own.kernels, &part, &mut functions.kernels, &step.path);
            put(&own.lifts, &part, &mut functions.lifts, &step.path);
            put(&own.assigners, &part, &mut functions.assigners, &step.path);
        }
    }
}

fn put<T: ?Sized>(
    from: &BTreeMap<String, Arc<T>>,
    path: &str,
    to: &mut BTreeMap<String, Arc<T>>,
    under: &str,
) {
    if let Some(code) = from.get(path) {
        to.insert(under.to_owned(), Arc::clone(code));
    }
}
