//! A run that begins at a savepoint, and one that stops with one.

use super::{Executor, guarded};
use crate::translate::Saved;
use heliostat::savepoint::{
    CodedType, QueuedBatch, SavepointHeader, StepKind, StepState, ViewPane, ViewState,
};
use heliostat::{
    CollectionId, PaneInfo, Result, RunError, Savepoint, StopCause, Stopped, Timestamp, TransformId,
};
use heliostat_runner_core::{SavedPane, SavedView, queued, unqueued};

impl Executor<'_> {
    /// Takes up what an earlier run left; sources and sinks have theirs already.
    pub(super) fn load(&mut self, from: &Savepoint, saved: &Saved<'_>) -> Result<(), RunError> {
        self.before = from.header.clone();
        self.clock.advance(from.header.processing_time - self.clock.now());
        for (&step, state) in saved {
            self.metrics.insert(step, state.metrics);
            self.dropped_before.insert(step, state.metrics.dropped);
            if !state.bad_rows.is_empty() {
                let path = self.job.graph.step(step).path.clone();
                self.result.bad_rows.insert(path, state.bad_rows.clone());
            }
            let path = &self.job.graph.step(step).path;
            let loaded = match &state.kind {
                StepKind::Grouping(_) => guarded(path, || self.load_grouping(step, state))?,
                StepKind::View(_) => guarded(path, || self.load_view(step, state))?,
                StepKind::Keyed(_) | StepKind::Stateless => {
                    guarded(path, || self.load_stage(step, state))?
                }
                StepKind::Read(_)
                | StepKind::Script(_)
                | StepKind::Impulse { .. }
                | StepKind::Write(_) => Ok(()),
            };
            loaded.map_err(|error| {
                let message = format!("`{path}` cannot go on from the savepoint: {error}");
                RunError::failed(message).in_step(path)
            })?;
        }
        Ok(())
    }

    fn load_grouping(&mut self, step: TransformId, state: &StepState) -> Result<()> {
        let StepKind::Grouping(saved) = &state.kind else { return Ok(()) };
        let Some(at) = self.plan.groupings.iter().position(|it| it.step == step) else {
            return Ok(());
        };
        self.works.groupings[at].load(saved, self.hash_seed)
    }

    fn load_view(&mut self, step: TransformId, state: &StepState) -> Result<()> {
        let StepKind::View(saved) = &state.kind else { return Ok(()) };
        let view = self.plan.views.iter().position(|it| self.view_step(it.collection) == step);
        let Some(at) = view else { return Ok(()) };
        let pane = |pane: &ViewPane| SavedPane {
            window: pane.window.clone(),
            index: pane.pane.index,
            element: pane.element.clone(),
        };
        let (watermark, panes) = (saved.watermark, saved.panes.iter().map(pane).collect());
        let saved = SavedView { watermark, forgotten: Timestamp::MIN, panes };
        let edge = self.job.functions.edge(self.plan.views[at].collection);
        self.works.views[at].load(&saved, edge)
    }

    /// The state of a head, and what waits in front of it.
    fn load_stage(&mut self, step: TransformId, state: &StepState) -> Result<()> {
        let head = |it: &heliostat_runner_core::Stage| {
            it.head.as_ref().is_some_and(|head| head.step == step)
        };
        let Some(at) = self.plan.stages.iter().position(head) else { return Ok(()) };
        let functions = self.job.functions;
        let exchange = &mut self.works.exchanges[at];
        if let StepKind::Keyed(saved) = &state.kind {
            self.works.stages[at].load(saved, &state.pending, functions)?;
            exchange.told = saved.output_watermark;
        }
        let edge = functions.edge(self.plan.stages[at].input);
        for waiting in state.pending.iter().filter(|it| it.queue == QueuedBatch::SIDE_INPUT) {
            exchange.gate.pushed_back_mut().push(&mut unqueued(waiting, edge)?)?;
        }
        for waiting in state.pending.iter().filter(|it| it.queue == QueuedBatch::EXCHANGE) {
            exchange.queue.push_back(unqueued(waiting, edge)?);
        }
        Ok(())
    }

    /// The step whose state a view is: the composite that makes its collection.
    fn view_step(&self, collection: CollectionId) -> TransformId {
        let graph = self.job.graph;
        let made = |step: &&heliostat::graph::Step| step.outputs.contains(&collection);
        let whole = graph.steps().iter().find(made);
        whole.map_or_else(|| graph.producer(collection).id, |step| step.id)
    }

    /// Stops with a savepoint: sinks are prepared, then it is stored, then sinks that appear epoch
    /// by epoch do so.
    pub(super) fn stop(mut self, cause: StopCause) -> Result<heliostat::RunResult, RunError> {
        let mut savepoint = self.save()?;
        let store = self.job.options.savepoints.take();
        let sinks = std::mem::take(&mut self.works.sinks);
        let prepared = sinks.prepared(self.job.functions)?;
        for sink in &prepared {
            let (step, state) = sink.state(self.job.functions);
            self.put(&mut savepoint, step, StepKind::Write(state));
        }
        let stored = store.map_or(Ok(()), |store| store.store(&savepoint));
        if let Err(error) = stored {
            prepared.into_iter().for_each(|sink| sink.discard(self.job.functions));
            return Err(RunError::failed(format!("the savepoint cannot be stored: {error}")));
        }
        for sink in prepared {
            self.result.written.extend(sink.end_epoch(self.job.functions)?);
        }
        self.result.stopped = Some(Stopped { cause, bundles: self.read_bundles, saved: true });
        Ok(self.told_result())
    }

    /// All that is needed to go on from here, but for the sinks.
    fn save(&mut self) -> Result<Savepoint, RunError> {
        let now = self.clock.now();
        let header = SavepointHeader {
            program: self.job.options.program.to_owned(),
            bundles: self.before.bundles + self.read_bundles,
            elements: self.before.elements + self.elements,
            processing_time: now,
            scripted_time: self.scripted,
            ..SavepointHeader::written_by("direct", env!("CARGO_PKG_VERSION"))
        };
        let mut savepoint = Savepoint::new(header);
        self.attribute_expansions();
        let steps: Vec<TransformId> = self.metrics.keys().copied().collect();
        for step in steps {
            self.put(&mut savepoint, step, StepKind::Stateless);
        }
        for at in 0..self.works.sources.len() {
            let (step, kind) = (self.works.sources[at].step(), self.works.sources[at].save(now)?);
            self.put(&mut savepoint, step, kind);
        }
        for at in 0..self.works.groupings.len() {
            let step = self.plan.groupings[at].step;
            let path = &self.job.graph.step(step).path;
            let state = guarded(path, || self.works.groupings[at].save())?;
            self.put(&mut savepoint, step, StepKind::Grouping(state));
        }
        for at in 0..self.works.views.len() {
            let collection = self.plan.views[at].collection;
            let step = self.view_step(collection);
            let edge = self.job.functions.edge(collection);
            let path = &self.job.graph.step(step).path;
            let saved = guarded(path, || self.works.views[at].save(edge))?;
            let pane = |pane: SavedPane| ViewPane {
                window: pane.window,
                pane: PaneInfo { index: pane.index, ..PaneInfo::NO_FIRING },
                element: pane.element,
            };
            let state = ViewState {
                watermark: saved.watermark,
                element: CodedType::of_collection(self.job.graph.collection(collection)),
                panes: saved.panes.into_iter().map(pane).collect(),
            };
            self.put(&mut savepoint, step, StepKind::View(state));
        }
        for at in 0..self.works.stages.len() {
            self.save_stage(at, &mut savepoint)?;
        }
        Ok(savepoint)
    }

    fn save_stage(&mut self, at: usize, savepoint: &mut Savepoint) -> Result<(), RunError> {
        let Some(head) = &self.plan.stages[at].head else { return Ok(()) };
        let step = head.step;
        let (graph, functions) = (self.job.graph, self.job.functions);
        let path = &graph.step(step).path;
        let (stage, exchange) = (&self.works.stages[at], &self.works.exchanges[at]);
        let edge = functions.edge(self.plan.stages[at].input);
        let (kind, pending) = guarded(path, || {
            let (kind, mut pending) = match stage.save(graph, functions, exchange.told) {
                Some((keyed, waiting)) => (StepKind::Keyed(keyed), waiting),
                None => (StepKind::Stateless, Vec::new()),
            };
            let waiting = exchange.gate.pushed_back().iter();
            pending.extend(waiting.map(|(_, batch)| queued(QueuedBatch::SIDE_INPUT, batch, edge)));
            let queue = exchange.queue.iter();
            pending.extend(queue.map(|batch| queued(QueuedBatch::EXCHANGE, batch, edge)));
            (kind, pending)
        })?;
        self.put(savepoint, step, kind);
        if let Some(state) = savepoint.steps.get_mut(path) {
            state.pending = pending;
        }
        Ok(())
    }

    /// What a step remembers, beside its counts.
    fn put(&self, savepoint: &mut Savepoint, step: TransformId, kind: StepKind) {
        let path = self.job.graph.step(step).path.clone();
        let state = StepState {
            metrics: self.metrics.get(&step).copied().unwrap_or_default(),
            bad_rows: self.result.bad_rows.get(&path).cloned().unwrap_or_default(),
            ..StepState::of(kind)
        };
        savepoint.steps.insert(path, state);
    }
}
