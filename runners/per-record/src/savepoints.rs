//! Savepoints of a run that goes on: asked for at intervals, put together of what workers have, stored.

use crate::worker::{Counts, Shared, WorkerPart};
use heliostat::savepoint::SavepointHeader;
use heliostat::{
    Completion, Duration, RunError, SavepointStore, SinkStyle, Timestamp, TransformId,
};
use heliostat_runner_core::{Commits, LaneParts, Ledger, caught};
use std::collections::BTreeMap;

/// Takes savepoints of a run that goes on.
pub(crate) struct Savepoints<'a, 'b> {
    shared: &'a Shared<'a>,
    every: Duration,
    store: &'b mut dyn SavepointStore,
    /// What was counted before this run, and who writes savepoints of it.
    ledger: Ledger,
    header: SavepointHeader,
    /// When the next one is due.
    pub(crate) due: Timestamp,
    /// One was asked for, and not all workers have given their part.
    pub(crate) is_open: bool,
    /// The parts of the one in hand.
    parts: Vec<Option<WorkerPart>>,
    /// Those of workers that are at their end, for all that come behind.
    last: Vec<Option<WorkerPart>>,
}

impl<'a, 'b> Savepoints<'a, 'b> {
    pub(crate) fn of(
        shared: &'a Shared<'a>,
        (every, store): (Duration, &'b mut dyn SavepointStore),
        ledger: Ledger,
        header: SavepointHeader,
    ) -> Self {
        let (due, workers) = (shared.clock.now() + every, shared.layout.workers);
        let [parts, last] = [0, 1].map(|_| (0..workers).map(|_| None).collect());
        Self { shared, every, store, ledger, header, due, is_open: false, parts, last }
    }

    /// Asks for one if it is due, and stores the one in hand if it is whole.
    pub(crate) fn step(
        &mut self,
        commits: &mut BTreeMap<TransformId, Commits>,
    ) -> Result<(), RunError> {
        let control = &self.shared.control;
        self.take_parts();
        let mut parts = self.parts.iter().zip(&self.last);
        if self.is_open && parts.all(|(part, last)| part.is_some() || last.is_some()) {
            self.is_open = false;
            self.store(commits)?;
        }
        let now = self.shared.clock.now();
        if !self.is_open && self.due <= now && !control.is_done() {
            self.due = now + self.every;
            self.is_open = control.ask_for_savepoint();
            self.shared.wake_all();
        }
        Ok(())
    }

    /// What sinks have prepared for a savepoint that did not come about.
    pub(crate) fn leave(mut self, commits: &mut BTreeMap<TransformId, Commits>) {
        self.take_parts();
        let Self { parts, last, .. } = self;
        take_prepared(parts.into_iter().chain(last).flatten(), commits);
    }

    fn take_parts(&mut self) {
        for (worker, part) in self.shared.control.take_parts() {
            let all = if part.is_last { &mut self.last } else { &mut self.parts };
            all[worker] = Some(part);
        }
    }

    fn store(&mut self, commits: &mut BTreeMap<TransformId, Commits>) -> Result<(), RunError> {
        let site = self.shared.site;
        let mut parts: Vec<WorkerPart> = Vec::new();
        for (part, last) in self.parts.iter_mut().zip(&mut self.last) {
            let part = part.take().or_else(|| {
                let part = last.clone();
                // It prepares nothing again.
                last.iter_mut().for_each(|last| last.prepared.clear());
                part
            });
            parts.extend(part);
        }
        let mut counts = Counts::new();
        let (mut read_bundles, mut elements) = (self.header.bundles, self.header.elements);
        let mut lanes = Vec::new();
        let mut ledger = self.ledger.clone();
        for part in &parts {
            for (source, rows) in &part.bad_rows {
                ledger.show_bad_rows(self.shared.layout.root_path(site, *source), rows);
            }
            lanes.push(part.lane.clone());
            read_bundles += part.read_bundles;
            elements += part.elements;
            for (step, more) in &part.counts {
                heliostat_runner_core::add_metrics(counts.entry(*step).or_default(), *more);
            }
        }
        take_prepared(parts, commits);
        ledger.add_bundle(counts);
        ledger.attribute_expansions(site.graph);
        let header = SavepointHeader {
            bundles: read_bundles,
            elements,
            processing_time: self.shared.clock.now(),
            ..self.header.clone()
        };
        let mut savepoint = LaneParts::put_together(lanes, site, &ledger, header);
        for commits in commits.values() {
            commits.save(&mut savepoint, &ledger, site.graph);
        }
        caught(|| self.store.store(&savepoint)).map_err(|error| {
            RunError::failed(format!("the savepoint cannot be stored: {error}"))
        })?;
        let (functions, attempts) = (site.functions, self.shared.settings.attempts);
        for commits in commits.values_mut() {
            commits.note_saved();
            let now = (functions, SinkStyle::PerEpoch);
            commits.commit(now, Completion::Complete, attempts)?;
        }
        Ok(())
    }
}

/// Hands over what sinks have prepared, in the order of epochs and workers.
pub(crate) fn take_prepared(
    parts: impl IntoIterator<Item = WorkerPart>,
    commits: &mut BTreeMap<TransformId, Commits>,
) {
    let mut prepared: Vec<_> = parts.into_iter().flat_map(|part| part.prepared).collect();
    prepared.sort_by_key(|prepared| prepared.epoch);
    for prepared in prepared {
        let commits = commits.get_mut(&prepared.target).expect("every write was opened");
        commits.epoch = commits.epoch.max(prepared.epoch + 1);
        commits.take([prepared.part]);
    }
}
