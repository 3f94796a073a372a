//! What a run counts while it goes, and what it leaves behind.

use crate::works::{Saved, Site, Works};
use crate::{Source, tried};
use heliostat::batch::{Batch, ColumnExt};
use heliostat::graph::{Composite, Graph, Step, Transform};
use heliostat::savepoint::{StepKind, StepState};
use heliostat::{
    BadRow, CollectionId, DropCounts, Observer, OpenWindows, RunError, RunEvent, RunResult,
    StepMetrics, TransformId,
};
use std::collections::BTreeMap;

/// The metrics of all steps of a run, and what it gave.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    metrics: BTreeMap<TransformId, StepMetrics>,
    /// What steps had dropped before this run.
    dropped_before: BTreeMap<TransformId, DropCounts>,
    /// Elements that reads and scripts gave.
    pub elements: u64,
    /// What the run leaves behind; its metrics come last.
    pub result: RunResult,
}

impl Ledger {
    /// Goes on from what the runs before counted.
    pub fn load(&mut self, graph: &Graph, saved: &Saved<'_>) {
        for (&step, state) in saved {
            self.metrics.insert(step, state.metrics);
            self.dropped_before.insert(step, state.metrics.dropped);
            if !state.bad_rows.is_empty() {
                let path = graph.step(step).path.clone();
                self.result.bad_rows.insert(path, state.bad_rows.clone());
            }
        }
    }

    /// The counts of a step, to be added to.
    pub fn of(&mut self, step: TransformId) -> &mut StepMetrics {
        self.metrics.entry(step).or_default()
    }

    /// The counts of a step so far.
    pub fn counts(&self, step: TransformId) -> StepMetrics {
        self.metrics.get(&step).copied().unwrap_or_default()
    }

    /// Those of all steps together.
    pub fn sum(&self) -> StepMetrics {
        let mut sum = StepMetrics::default();
        self.metrics.values().for_each(|counts| add_metrics(&mut sum, *counts));
        sum
    }

    /// All steps that have counts.
    pub fn steps(&self) -> Vec<TransformId> {
        self.metrics.keys().copied().collect()
    }

    /// Adds what a bundle that succeeded has counted.
    pub fn add_bundle(&mut self, counts: impl IntoIterator<Item = (TransformId, StepMetrics)>) {
        for (step, counts) in counts {
            add_metrics(self.of(step), counts);
        }
    }

    /// Sets what a grouping has dropped in this run, on top of what it had before.
    pub fn set_dropped(&mut self, step: TransformId, drops: DropCounts) {
        let before = self.dropped_before.get(&step).copied().unwrap_or_default();
        let dropped = &mut self.of(step).dropped;
        dropped.late = before.late + drops.late;
        dropped.closed = before.closed + drops.closed;
    }

    /// Counts what a source gave: elements, or bad rows, of which it tells the first few.
    pub fn add_given(
        &mut self,
        source: &Source,
        output: CollectionId,
        batch: &Batch,
        observer: &mut dyn Observer,
    ) {
        if source.gives_bad_rows(output) {
            let rows = batch.values.typed::<BadRow>();
            self.add_bad_rows(source, rows, rows.len() as u64, observer);
        } else {
            self.add_elements(source, batch.len() as u64);
        }
    }

    /// Counts elements that a source gave.
    pub fn add_elements(&mut self, source: &Source, count: u64) {
        self.of(source.step()).elements_out += count;
        self.elements += if source.is_read() { count } else { 0 };
    }

    /// Counts rows that a source could not understand and tells the first few; `rows` are the first
    /// of `count`.
    pub fn add_bad_rows(
        &mut self,
        source: &Source,
        rows: &[BadRow],
        count: u64,
        observer: &mut dyn Observer,
    ) {
        if count == 0 {
            return;
        }
        self.of(source.step()).bad_rows += count;
        for row in self.show_bad_rows(source.path(), rows) {
            let step = source.path().to_owned();
            observer.event(RunEvent::BadRow { step, row: row.clone() });
        }
    }

    /// Shows the first bad rows of a read, which are counted elsewhere; gives those that it had room for.
    pub fn show_bad_rows<'r>(&mut self, path: &str, rows: &'r [BadRow]) -> &'r [BadRow] {
        if rows.is_empty() {
            return rows;
        }
        let shown = self.result.bad_rows.entry(path.to_owned()).or_default();
        let room = RunResult::BAD_ROWS_KEPT.saturating_sub(shown.len());
        let rows = &rows[..room.min(rows.len())];
        shown.extend_from_slice(rows);
        rows
    }

    /// Counts an expanded composite as the one step it stands for, so that the form a run took
    /// does not show.
    pub fn attribute_expansions(&mut self, graph: &Graph) {
        for composite in graph.steps().iter().rev() {
            let Transform::Composite(
                Composite::Combine { .. } | Composite::Reshuffle | Composite::Write(_),
            ) = composite.transform
            else {
                continue;
            };
            let parts = graph.parts(composite.id);
            let of_parts = parts.filter_map(|part| Some((part, self.metrics.remove(&part.id)?)));
            let of_parts: Vec<(&Step, StepMetrics)> = of_parts.collect();
            let (Some((_, first)), Some((_, last))) = (of_parts.first(), of_parts.last()) else {
                continue;
            };
            let mut whole = StepMetrics {
                elements_in: first.elements_in,
                elements_out: last.elements_out,
                ..StepMetrics::default()
            };
            let is_combine =
                matches!(composite.transform, Transform::Composite(Composite::Combine { .. }));
            let grouping =
                of_parts.iter().find(|(part, _)| part.transform == Transform::GroupByKey);
            if let (true, Some((_, grouping))) = (is_combine, grouping) {
                whole = StepMetrics { elements_out: whole.elements_out, ..*grouping };
            }
            self.metrics.insert(composite.id, whole);
        }
    }

    /// What a step remembers, beside its counts.
    pub fn state_of(&self, graph: &Graph, step: TransformId, kind: StepKind) -> StepState {
        StepState {
            metrics: self.metrics.get(&step).copied().unwrap_or_default(),
            bad_rows: self.result.bad_rows.get(&graph.step(step).path).cloned().unwrap_or_default(),
            ..StepState::of(kind)
        }
    }

    /// Notes what a run that is stopped leaves open.
    ///
    /// # Errors
    /// If state on disk cannot be read.
    pub fn note_open(&mut self, site: Site<'_>, works: &Works) -> Result<(), RunError> {
        let mut all = OpenWindows::default();
        // Groupings inside an expanded write or reshuffle are none of the author's.
        let of_authors = site.plan.groupings.iter().enumerate();
        for (at, plan) in of_authors.filter(|(_, it)| !is_part_of_an_exchange(site.graph, it.step))
        {
            let path = &site.graph.step(plan.step).path;
            for lane in &works.lanes {
                let open = tried(path, || lane.groupings[at].open_windows())?;
                all.windows += open.windows;
                all.panes_pending += open.panes_pending;
            }
        }
        self.result.interrupted = Some(all);
        Ok(())
    }

    /// What the run leaves behind, told to the observer.
    pub fn told(mut self, graph: &Graph, observer: &mut dyn Observer) -> RunResult {
        for (step, written) in &self.result.written {
            observer.event(RunEvent::Written { step: step.clone(), written: written.clone() });
        }
        for step in graph.steps() {
            if let Some(metrics) = self.metrics.get(&step.id) {
                observer.event(RunEvent::Step { step: step.path.clone(), metrics: *metrics });
                self.result.metrics.insert(step.path.clone(), *metrics);
            }
        }
        self.result
    }
}

/// Adds what was counted to what was counted before.
pub fn add_metrics(all: &mut StepMetrics, more: StepMetrics) {
    let StepMetrics { elements_in, elements_out, bad_rows, dropped, late_panes, dead_letters } =
        more;
    all.elements_in += elements_in;
    all.elements_out += elements_out;
    all.bad_rows += bad_rows;
    all.dropped.late += dropped.late;
    all.dropped.closed += dropped.closed;
    all.late_panes += late_panes;
    all.dead_letters += dead_letters;
}

fn is_part_of_an_exchange(graph: &Graph, step: TransformId) -> bool {
    graph.step(step).parent.is_some_and(|parent| {
        let is_one = matches!(
            graph.step(parent).transform,
            Transform::Composite(Composite::Reshuffle | Composite::Write(_))
        );
        is_one || is_part_of_an_exchange(graph, parent)
    })
}
