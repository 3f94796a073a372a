//! What of each lane goes into a savepoint, node by node: nodes may be saved one after the other, each
//! where a barrier passes it.

use super::{Lane, Site};
use crate::{Ledger, SavedPane, Source, ViewStore, guarded, queued, tried};
use heliostat::savepoint::{
    CodedType, GroupingState, KeyedState, QueuedBatch, ReadState, SavepointHeader, StepKind,
    StepState, ViewPane, ViewState,
};
use heliostat::{CollectionId, Interval, PaneInfo, RunError, Savepoint, Timestamp, TransformId};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

/// What one lane has of the state of everything, by places in the plan.
#[derive(Clone, Default)]
pub struct LaneParts {
    groupings: BTreeMap<usize, GroupingState>,
    stages: BTreeMap<usize, (StepKind, Vec<QueuedBatch>)>,
    views: BTreeMap<usize, ViewState>,
    sources: BTreeMap<TransformId, StepKind>,
}

impl LaneParts {
    /// Takes a grouping as it is now, unless it has it already.
    ///
    /// # Errors
    /// If user code that it goes through panics, or state on disk cannot be read.
    pub fn take_grouping(
        &mut self,
        site: Site<'_>,
        lane: &Lane,
        at: usize,
    ) -> Result<(), RunError> {
        if let Entry::Vacant(vacant) = self.groupings.entry(at) {
            let path = &site.graph.step(site.plan.groupings[at].step).path;
            vacant.insert(tried(path, || lane.groupings[at].save())?);
        }
        Ok(())
    }

    /// Takes a stage behind an exchange, and what waits in front of it, unless it has it already.
    ///
    /// # Errors
    /// If user code that it goes through panics.
    pub fn take_stage(&mut self, site: Site<'_>, lane: &Lane, at: usize) -> Result<(), RunError> {
        let Some(head) = &site.plan.stages[at].head else { return Ok(()) };
        if let Entry::Vacant(vacant) = self.stages.entry(at) {
            let path = &site.graph.step(head.step).path;
            vacant.insert(guarded(path, || stage(site, lane, at))?);
        }
        Ok(())
    }

    /// Takes a view, unless it has it already. Lanes that have their own have the same panes, but for
    /// those that their readers do not need any more.
    ///
    /// # Errors
    /// If user code that it goes through panics.
    pub fn take_view(
        &mut self,
        site: Site<'_>,
        views: &[ViewStore],
        at: usize,
    ) -> Result<(), RunError> {
        if let Entry::Vacant(vacant) = self.views.entry(at) {
            let path = &site.graph.step(view_step(site, site.plan.views[at].collection)).path;
            vacant.insert(guarded(path, || view(site, views, at))?);
        }
        Ok(())
    }

    /// Takes the lane's share of a source.
    ///
    /// # Errors
    /// If the source fails.
    pub fn take_source(&mut self, source: &Source, now: Timestamp) -> Result<(), RunError> {
        self.sources.insert(source.step(), source.save(now)?);
        Ok(())
    }

    /// The savepoint that the parts of all lanes are, but for the sinks.
    pub fn put_together(
        parts: Vec<Self>,
        site: Site<'_>,
        ledger: &Ledger,
        header: SavepointHeader,
    ) -> Savepoint {
        let mut whole = Self::default();
        for Self { groupings, stages, views, sources } in parts {
            for (at, more) in groupings {
                match whole.groupings.get_mut(&at) {
                    Some(state) => add_grouping(state, more),
                    None => drop(whole.groupings.insert(at, more)),
                }
            }
            for (at, (kind, pending)) in stages {
                let known = whole.stages.entry(at).or_insert((StepKind::Stateless, Vec::new()));
                known.1.extend(pending);
                add_kind(&mut known.0, kind);
            }
            for (at, more) in views {
                match whole.views.get_mut(&at) {
                    Some(state) => add_view(state, more),
                    None => drop(whole.views.insert(at, more)),
                }
            }
            for (step, more) in sources {
                add_kind(whole.sources.entry(step).or_insert(StepKind::Stateless), more);
            }
        }
        whole.into_savepoint(site, ledger, header)
    }

    fn into_savepoint(self, site: Site<'_>, ledger: &Ledger, header: SavepointHeader) -> Savepoint {
        let mut savepoint = Savepoint::new(header);
        let mut put = |step: TransformId, state: StepState| {
            savepoint.steps.insert(site.graph.step(step).path.clone(), state);
        };
        let state_of = |step, kind| ledger.state_of(site.graph, step, kind);
        for step in ledger.steps() {
            put(step, state_of(step, StepKind::Stateless));
        }
        for (step, kind) in self.sources {
            put(step, state_of(step, kind));
        }
        for (at, state) in self.groupings {
            let step = site.plan.groupings[at].step;
            put(step, state_of(step, StepKind::Grouping(state)));
        }
        for (at, state) in self.views {
            let step = view_step(site, site.plan.views[at].collection);
            put(step, state_of(step, StepKind::View(state)));
        }
        for (at, (kind, pending)) in self.stages {
            let Some(head) = &site.plan.stages[at].head else { continue };
            put(head.step, StepState { pending, ..state_of(head.step, kind) });
        }
        savepoint
    }
}

/// Adds the keys of another lane.
fn add_grouping(whole: &mut GroupingState, more: GroupingState) {
    whole.output_watermark = whole.output_watermark.min(more.output_watermark);
    whole.rows.extend(more.rows);
}

/// Adds the panes that another lane has not forgotten.
fn add_view(whole: &mut ViewState, more: ViewState) {
    let known: BTreeSet<Interval> = whole.panes.iter().map(|pane| pane.window.clone()).collect();
    whole.panes.extend(more.panes.into_iter().filter(|pane| !known.contains(&pane.window)));
}

/// Adds what another lane has of the same step.
fn add_kind(whole: &mut StepKind, more: StepKind) {
    match (&mut *whole, more) {
        (StepKind::Keyed(whole), StepKind::Keyed(KeyedState { output_watermark, rows, .. })) => {
            whole.output_watermark = whole.output_watermark.min(output_watermark);
            whole.rows.extend(rows);
        }
        (StepKind::Read(whole), StepKind::Read(ReadState { pieces })) => {
            whole.pieces.extend(pieces);
        }
        (_, StepKind::Stateless) => {}
        (
            whole,
            more @ (StepKind::Keyed(_)
            | StepKind::Read(_)
            | StepKind::Grouping(_)
            | StepKind::View(_)
            | StepKind::Script(_)
            | StepKind::Impulse { .. }
            | StepKind::Write(_)),
        ) => *whole = more,
    }
}

fn stage(site: Site<'_>, lane: &Lane, at: usize) -> (StepKind, Vec<QueuedBatch>) {
    let edge = site.functions.edge(site.plan.stages[at].input);
    let (stage, exchange) = (&lane.stages[at], &lane.exchanges[at]);
    let (mut kind, mut pending) = (StepKind::Stateless, Vec::new());
    if let Some((state, waiting)) = stage.save(site.graph, site.functions, exchange.told) {
        pending.extend(waiting);
        kind = StepKind::Keyed(state);
    }
    let waiting = exchange.gate.pushed_back().iter();
    pending.extend(waiting.map(|(_, batch)| queued(QueuedBatch::SIDE_INPUT, batch, edge)));
    let queue = exchange.queue.iter();
    pending.extend(queue.map(|batch| queued(QueuedBatch::EXCHANGE, batch, edge)));
    (kind, pending)
}

fn view(site: Site<'_>, views: &[ViewStore], at: usize) -> ViewState {
    let collection = site.plan.views[at].collection;
    let saved = views[at].save(site.functions.edge(collection));
    let pane = |pane: SavedPane| ViewPane {
        window: pane.window,
        pane: PaneInfo { index: pane.index, ..PaneInfo::NO_FIRING },
        element: pane.element,
    };
    ViewState {
        watermark: saved.watermark,
        element: CodedType::of_collection(site.graph.collection(collection)),
        panes: saved.panes.into_iter().map(pane).collect(),
    }
}

/// The step whose state a view is: the composite that makes its collection.
pub(super) fn view_step(site: Site<'_>, collection: CollectionId) -> TransformId {
    let whole = site.graph.steps().iter().find(|step| step.outputs.contains(&collection));
    whole.map_or_else(|| site.graph.producer(collection).id, |step| step.id)
}
