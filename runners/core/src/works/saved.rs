//! Works that begin at a savepoint, and works that are written into one.

use super::parts::{LaneParts, view_step};
use super::{Saved, Site, Works, lane_of};
use crate::{Ledger, SavedPane, SavedView, ViewStore, guarded, queued, tried, unqueued};
use heliostat::batch::Batch;
use heliostat::graph::kernel::KeyGroups;
use heliostat::graph::{EdgeType, Transform};
use heliostat::savepoint::{
    GroupingState, KeyedState, QueuedBatch, Row, SavepointHeader, StepKind, StepState, ViewPane,
    ViewState,
};
use heliostat::{Error, Result, RunError, Savepoint, Timestamp, TransformId};

impl Works {
    /// Takes up what an earlier run left, whatever its runner and however many lanes it had;
    /// sources have theirs already. `seed` keys hashes from now on.
    ///
    /// # Errors
    /// If something of it cannot be read.
    pub fn load(&mut self, site: Site<'_>, saved: &Saved<'_>, seed: u64) -> Result<(), RunError> {
        for (&step, state) in saved {
            let path = &site.graph.step(step).path;
            let loaded = guarded(path, || match &state.kind {
                StepKind::Grouping(rows) => self.load_grouping(site, step, rows, seed),
                StepKind::View(view) => load_view(site, &mut self.views, step, view),
                StepKind::Keyed(_) | StepKind::Stateless => {
                    self.load_stage(site, step, state, seed)
                }
                StepKind::Read(_)
                | StepKind::Script(_)
                | StepKind::Impulse { .. }
                | StepKind::Write(_) => Ok(()),
            })?;
            loaded.map_err(|error| {
                let message = format!("`{path}` cannot go on from the savepoint: {error}");
                RunError::failed(message).in_step(path)
            })?;
        }
        Ok(())
    }

    fn load_grouping(
        &mut self,
        site: Site<'_>,
        step: TransformId,
        saved: &GroupingState,
        seed: u64,
    ) -> Result<()> {
        let Some(at) = site.plan.groupings.iter().position(|it| it.step == step) else {
            return Ok(());
        };
        let lanes = self.lanes.len();
        for (number, lane) in self.lanes.iter_mut().enumerate() {
            let rows = rows_of(&saved.rows, number, lanes);
            lane.groupings[at].load(&GroupingState { rows, ..without_rows(saved) }, seed)?;
        }
        Ok(())
    }

    /// Takes up what an earlier run left of side inputs, for a lane that has its own.
    ///
    /// # Errors
    /// If something of it cannot be read.
    pub fn load_views(
        site: Site<'_>,
        views: &mut [ViewStore],
        saved: &Saved<'_>,
    ) -> Result<(), RunError> {
        for (&step, state) in saved {
            let StepKind::View(view) = &state.kind else { continue };
            tried(&site.graph.step(step).path, || load_view(site, views, step, view))?;
        }
        Ok(())
    }

    /// The state of a head, and what waits in front of it.
    fn load_stage(
        &mut self,
        site: Site<'_>,
        step: TransformId,
        state: &StepState,
        seed: u64,
    ) -> Result<()> {
        let head = |it: &crate::Stage| it.head.as_ref().is_some_and(|head| head.step == step);
        let Some(at) = site.plan.stages.iter().position(head) else { return Ok(()) };
        let edge = site.functions.edge(site.plan.stages[at].input);
        let spread = match &site.graph.step(step).transform {
            Transform::ParDo(spec) if spec.is_keyed() => {
                let path = &site.graph.step(step).path;
                Some(site.functions.keyed(path).key_groups(seed))
            }
            Transform::ParDo(_)
            | Transform::Impulse
            | Transform::GroupByKey
            | Transform::Flatten
            | Transform::WindowInto(_)
            | Transform::TestStream(_)
            | Transform::Composite(_) => None,
        };
        let mut spread = Spread { groups: spread, edge, lanes: self.lanes.len() };
        let mut waiting: Vec<Vec<QueuedBatch>> = self.lanes.iter().map(|_| Vec::new()).collect();
        for batch in &state.pending {
            match batch.queue.as_str() {
                QueuedBatch::SIDE_INPUT => {
                    for (lane, mut part) in self.lanes.iter_mut().zip(spread.parts(batch)?) {
                        lane.exchanges[at].gate.pushed_back_mut().push(&mut part)?;
                    }
                }
                QueuedBatch::EXCHANGE => {
                    for (lane, part) in self.lanes.iter_mut().zip(spread.parts(batch)?) {
                        lane.exchanges[at].queue.push_back(part);
                    }
                }
                _ => {
                    for (waiting, part) in waiting.iter_mut().zip(spread.parts(batch)?) {
                        waiting.push(queued(&batch.queue, &part, edge));
                    }
                }
            }
        }
        let StepKind::Keyed(saved) = &state.kind else { return Ok(()) };
        let lanes = self.lanes.len();
        for (number, (lane, waiting)) in self.lanes.iter_mut().zip(waiting).enumerate() {
            let saved = KeyedState {
                input_watermark: saved.input_watermark,
                output_watermark: saved.output_watermark,
                windowing: saved.windowing.clone(),
                key: saved.key.clone(),
                cells: saved.cells.clone(),
                timers: saved.timers.clone(),
                rows: rows_of(&saved.rows, number, lanes),
            };
            lane.stages[at].load(&saved, &waiting, site.functions)?;
            lane.exchanges[at].told = saved.output_watermark;
        }
        Ok(())
    }

    /// All that is needed to go on from here, but for the sinks. `header` says by whom and how far
    /// the run is.
    ///
    /// # Errors
    /// If user code that it goes through panics, or a source fails.
    pub fn save(
        &self,
        site: Site<'_>,
        ledger: &Ledger,
        header: SavepointHeader,
    ) -> Result<Savepoint, RunError> {
        let mut parts: Vec<LaneParts> = Vec::new();
        for lane in &self.lanes {
            let mut of_lane = LaneParts::default();
            for at in 0..site.plan.groupings.len() {
                of_lane.take_grouping(site, lane, at)?;
            }
            for at in 0..site.plan.stages.len() {
                of_lane.take_stage(site, lane, at)?;
            }
            parts.push(of_lane);
        }
        if let Some(first) = parts.first_mut() {
            for source in &self.sources {
                first.take_source(source, header.processing_time)?;
            }
            for at in 0..site.plan.views.len() {
                first.take_view(site, &self.views, at)?;
            }
        }
        Ok(LaneParts::put_together(parts, site, ledger, header))
    }
}

fn load_view(
    site: Site<'_>,
    stores: &mut [ViewStore],
    step: TransformId,
    saved: &ViewState,
) -> Result<()> {
    let views = &site.plan.views;
    let Some(at) = views.iter().position(|it| view_step(site, it.collection) == step) else {
        return Ok(());
    };
    let pane = |pane: &ViewPane| SavedPane {
        window: pane.window.clone(),
        index: pane.pane.index,
        element: pane.element.clone(),
    };
    let (watermark, panes) = (saved.watermark, saved.panes.iter().map(pane).collect());
    let saved = SavedView { watermark, forgotten: Timestamp::MIN, panes };
    stores[at].load(&saved, site.functions.edge(views[at].collection))
}

/// Brings waiting elements to the lanes that their keys are at home on.
struct Spread<'a> {
    /// `None` where elements have no keys: then all go to the first.
    groups: Option<Box<dyn KeyGroups>>,
    edge: &'a dyn EdgeType,
    lanes: usize,
}

impl Spread<'_> {
    /// What waits, a batch for each lane.
    fn parts(&mut self, waiting: &QueuedBatch) -> Result<Vec<Batch>> {
        let mut batch = unqueued(waiting, self.edge)?;
        let mut to = Vec::new();
        match &mut self.groups {
            Some(groups) => groups.find(batch.values.as_ref(), &mut to),
            None => to.resize(batch.len(), 0),
        }
        for group in &mut to {
            *group = u32::try_from(lane_of(*group, self.lanes)).map_err(Error::from)?;
        }
        Ok(batch.scattered(&to, self.lanes))
    }
}

fn rows_of(rows: &[Row], lane: usize, lanes: usize) -> Vec<Row> {
    rows.iter().filter(|row| lane_of(row.key_group, lanes) == lane).cloned().collect()
}

fn without_rows(saved: &GroupingState) -> GroupingState {
    GroupingState {
        input_watermark: saved.input_watermark,
        output_watermark: saved.output_watermark,
        windowing: saved.windowing.clone(),
        key: saved.key.clone(),
        accumulator: saved.accumulator.clone(),
        rows: Vec::new(),
    }
}
