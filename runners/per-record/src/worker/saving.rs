//! A worker's part of a savepoint that is taken while the run goes on: each node is saved where the
//! barrier passes it.

use super::{Counts, Prepared, Worker};
use crate::layout::head;
use crate::mail::BarrierKind;
use heliostat::{BadRow, RunError, TransformId};
use heliostat_runner_core::{LaneParts, Root, Target, add_metrics};

/// What a worker has of a savepoint.
#[derive(Clone, Default)]
pub(crate) struct WorkerPart {
    pub(crate) lane: LaneParts,
    /// Of all steps, up to the barrier.
    pub(crate) counts: Counts,
    /// What its sinks have prepared since the savepoint before.
    pub(crate) prepared: Vec<Prepared>,
    /// How many bundles and elements its reads had given.
    pub(crate) read_bundles: u64,
    pub(crate) elements: u64,
    /// The first bad rows that its reads had told of, by source.
    pub(crate) bad_rows: Vec<(usize, Vec<BadRow>)>,
    /// It is at its end: this is its part of all savepoints from now on.
    pub(crate) is_last: bool,
}

/// The savepoint in hand.
pub(super) struct Saving {
    part: WorkerPart,
    /// Of which roots it has the counts.
    counted: Vec<bool>,
    /// The number of its barrier, once the sources have sent it.
    barrier: Option<u64>,
}

impl Worker<'_> {
    fn saving(&mut self) -> &mut Saving {
        let fresh = || Saving {
            part: WorkerPart::default(),
            counted: vec![false; self.roots.len()],
            barrier: None,
        };
        self.saving.get_or_insert_with(fresh)
    }

    /// Begins a savepoint that was asked for, and hands its part over when the barrier has passed
    /// everything.
    pub(super) fn step_save(&mut self) -> Result<(), RunError> {
        if self.saves < self.shared.control.savepoints() {
            self.begin_save()?;
        }
        let Some(Saving { barrier: Some(barrier), .. }) = self.saving else { return Ok(()) };
        if self.slots.iter().all(|slot| slot.is_behind(barrier)) {
            self.hand_over(false)?;
        }
        Ok(())
    }

    /// Saves how far the sources are, and sends the barrier.
    fn begin_save(&mut self) -> Result<(), RunError> {
        self.saves += 1;
        self.settle_sources()?;
        self.saving();
        self.save_sources()?;
        self.send_barriers(BarrierKind::Save);
        self.saving().barrier = Some(self.barriers);
        Ok(())
    }

    fn save_sources(&mut self) -> Result<(), RunError> {
        for root in 0..self.parts.sources.len() {
            self.save_counts(root);
        }
        let Self { parts, reads, saving, now, counts, .. } = self;
        let Some(Saving { part, .. }) = saving else { return Ok(()) };
        for (at, ((source, read), counts)) in
            parts.sources.iter().zip(reads).zip(counts).enumerate()
        {
            let Some(source) = source else { continue };
            part.bad_rows.push((at, read.bad_rows.clone()));
            part.lane.take_source(source, *now)?;
            part.read_bundles += read.bundles;
            if source.is_read() {
                part.elements += counts.get(&source.step()).map_or(0, |it| it.elements_out);
            }
        }
        Ok(())
    }

    /// Saves what is behind a slot that the barrier passes.
    pub(super) fn save_slot(&mut self, target: Target) -> Result<(), RunError> {
        self.saving();
        match target {
            Target::Grouping(id) => self.save_counts(self.shared.layout.grouping(id)),
            Target::Exchange(id) => {
                self.save_counts(self.shared.layout.root_of(Root::Exchange(id)));
            }
            Target::View(_) => {}
            Target::Write(step) => {
                self.prepare(step)?;
                self.save_prepared(step);
            }
        }
        let site = self.shared.site;
        let Self { parts, saving, .. } = self;
        let Some(Saving { part, .. }) = saving else { return Ok(()) };
        match target {
            Target::Grouping(id) => part.lane.take_grouping(site, &parts.lane, id.0 as usize),
            Target::Exchange(id) => {
                // Behind the barrier it may need less of its views than in front of it.
                for view in &head(site.plan, id).views {
                    part.lane.take_view(site, &parts.views, view.0 as usize)?;
                }
                part.lane.take_stage(site, &parts.lane, id.0 as usize)
            }
            Target::View(id) => part.lane.take_view(site, &parts.views, id.0 as usize),
            Target::Write(_) => Ok(()),
        }
    }

    /// What a write has prepared so far is in front of the barrier.
    fn save_prepared(&mut self, target: TransformId) {
        let all = std::mem::take(&mut self.parts.writers.prepared);
        let (before, rest): (Vec<_>, Vec<_>) = all.into_iter().partition(|it| it.target == target);
        self.parts.writers.prepared = rest;
        self.saving().part.prepared.extend(before);
    }

    fn save_counts(&mut self, root: usize) {
        if !std::mem::replace(&mut self.saving().counted[root], true) {
            let mut counts = std::mem::take(&mut self.saving().part.counts);
            self.add_counts(root, &mut counts);
            self.saving().part.counts = counts;
        }
    }

    /// Adds what the stages of a root did so far, and what its grouping dropped.
    pub(super) fn add_counts(&self, root: usize, all: &mut Counts) {
        let mut add = |step: TransformId, counts| add_metrics(all.entry(step).or_default(), counts);
        self.counts[root].iter().for_each(|(step, counts)| add(*step, *counts));
        if let (Root::Grouping(id), _) = self.shared.layout.roots[root] {
            let at = id.0 as usize;
            let dropped = self.parts.lane.groupings[at].drops();
            let counts = heliostat::StepMetrics { dropped, ..Default::default() };
            add(self.shared.site.plan.groupings[at].step, counts);
        }
    }

    /// At the end of everything, its part of all savepoints that are still to come.
    pub(super) fn save_at_end(&mut self) -> Result<(), RunError> {
        if self.shared.saves && !self.is_stopped {
            self.saving();
            self.save_sources()?;
            self.hand_over(true)?;
        }
        Ok(())
    }

    /// With what no barrier passes any more, since it is at its end.
    fn hand_over(&mut self, is_last: bool) -> Result<(), RunError> {
        let barrier = self.saving().barrier;
        for (at, slot) in self.shared.layout.slots.iter().enumerate() {
            match slot.target {
                // What it prepared at its end is behind a barrier that it had passed.
                Target::Write(step) => {
                    if is_last || barrier.is_some_and(|it| !self.slots[at].has_passed(it)) {
                        self.save_prepared(step);
                    }
                }
                target @ (Target::Grouping(_) | Target::Exchange(_) | Target::View(_)) => {
                    self.save_slot(target)?;
                }
            }
        }
        let Some(Saving { mut part, .. }) = self.saving.take() else { return Ok(()) };
        part.is_last = is_last;
        self.shared.control.give_part(self.number, part);
        self.shared.bell.ring();
        Ok(())
    }
}
