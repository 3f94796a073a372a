//! What sources give: as much as is there, up to a limit, as a bundle.

use super::{Shared, Worker};
use crate::control::BadRows;
use crate::mail::BarrierKind;
use heliostat::batch::{Batch, ColumnExt};
use heliostat::{BadRow, CollectionId, Error, RunError, RunResult};
use heliostat_runner_core::{
    BundleOutput, Given, NoInspect, Piece, Readiness, Site, Source, StageError, StageWork, Tries,
    empty,
};
use std::sync::atomic::Ordering;

/// At most so many elements are read at once: they stay in the caches of a core.
const FILL_ELEMENTS_MAX: usize = 1_024;

/// The same where a source lends its elements, which then need no room of their own.
const FILL_LENT_MAX: usize = 4_096;

/// The same where each element becomes many.
const FILL_ELEMENTS_MIN: usize = 64;

/// What a worker remembers of a read.
pub(super) struct ReadState {
    /// Room for what is read.
    rows: Option<[Batch; 2]>,
    /// Whose turn it is of its pieces.
    turn: usize,
    /// How many elements it gave since it said how far it is; one bundle is one at least.
    pub(super) untold: usize,
    /// How many bundles it gave.
    pub(super) bundles: u64,
    /// The first bad rows, which were told.
    pub(super) bad_rows: Vec<BadRow>,
    /// Of how many elements, how many were made at the most.
    made: (u64, u64),
}

impl ReadState {
    pub(super) fn of(site: Site<'_>, source: Option<&Source>) -> Self {
        let rows = source.filter(|source| source.is_in_pieces()).map(|source| {
            let outputs = &site.graph.step(source.step()).outputs;
            [0, 1].map(|at| empty(site.functions, outputs[at]))
        });
        Self { rows, turn: 0, untold: 0, bundles: 0, bad_rows: Vec::new(), made: (0, 0) }
    }
}

/// Why a try to read failed.
enum Failure {
    OfSource(Error),
    OfStage(StageError),
}

impl Failure {
    /// What a step said, if it was a step.
    fn of_stage(&self) -> Option<&StageError> {
        match self {
            Self::OfStage(error) => Some(error),
            Self::OfSource(_) => None,
        }
    }
}

impl Worker<'_> {
    /// Says whether there was something to do.
    pub(super) fn step_sources(&mut self) -> Result<bool, RunError> {
        if self.shared.scripted {
            return self.step_script();
        }
        if self.is_stopped {
            return Ok(false);
        }
        self.shared.look_whether_to_stop()?;
        if self.shared.control.is_stopping() {
            // Whoever sees that the run stops sees all savepoints that come before.
            self.step_save()?;
            self.is_stopped = true;
            self.settle_sources()?;
            self.send_barriers(BarrierKind::Stop);
            return Ok(true);
        }
        let mut worked = false;
        for at in 0..self.parts.sources.len() {
            if !self.roots[at].is_ended {
                worked |= self.step_source(at)?;
            }
        }
        Ok(worked)
    }

    /// Tells how far all sources are.
    pub(super) fn settle_sources(&mut self) -> Result<(), RunError> {
        for at in 0..self.parts.sources.len() {
            if let Some(source) = &mut self.parts.sources[at] {
                source.settle()?;
                self.flush(at)?;
                self.tell_source(at);
            }
        }
        Ok(())
    }

    fn step_source(&mut self, at: usize) -> Result<bool, RunError> {
        let Some(source) = &mut self.parts.sources[at] else { return Ok(false) };
        match source.readiness(self.now) {
            Readiness::Ready => {
                if !self.has_room(at) || self.is_ahead(at) || !self.may_read(at) {
                    return Ok(false);
                }
                self.read(at)?;
                let Some(source) = &mut self.parts.sources[at] else { return Ok(true) };
                let has_more = source.readiness(self.now) == Readiness::Ready;
                // While it has more at once, it says how far it is only now and then.
                if has_more && self.reads[at].untold < self.shared.settings.bundle_elements {
                    return Ok(true);
                }
                source.settle()?;
                // Where nobody learns anything, what is reduced in front of exchanges can grow on.
                if has_more && !self.has_news(at) {
                    self.reads[at].untold = 0;
                    return Ok(true);
                }
                self.flush(at)?;
                self.tell_source(at);
                Ok(true)
            }
            Readiness::Idle(_) => Ok(self.tell_source(at)),
            Readiness::Done => {
                source.settle()?;
                self.flush(at)?;
                self.tell_source(at);
                self.end(at);
                Ok(true)
            }
        }
    }

    /// Whether a source is so far ahead of others that it waits for them.
    fn is_ahead(&self, at: usize) -> bool {
        let (Some(drift), Some(source)) = (self.shared.settings.max_drift, &self.parts.sources[at])
        else {
            return false;
        };
        source.is_unbounded() && self.shared.control.slowest_read() + drift < source.slowest()
    }

    /// Whether the run is not to stop before another bundle is read; counts that one.
    fn may_read(&mut self, at: usize) -> bool {
        let Shared { control, stop_at, .. } = self.shared;
        if !self.parts.sources[at].as_ref().is_some_and(Source::is_read) {
            return true;
        }
        let before = control.read_bundles.fetch_add(1, Ordering::Relaxed);
        let may = stop_at.is_none_or(|stop_at| before < stop_at);
        if !may {
            control.read_bundles.fetch_sub(1, Ordering::Relaxed);
        }
        self.reads[at].bundles += u64::from(may);
        may
    }

    /// One bundle of one piece, or the one an impulse has.
    fn read(&mut self, at: usize) -> Result<(), RunError> {
        let mut source = self.parts.sources[at].take().expect("it is ready");
        let outcome = if source.is_in_pieces() {
            self.read_piece(at, &mut source)
        } else {
            source.next(self.now, |_| 0).and_then(|given| {
                let Given::Bundle(bundle) = given else { return Ok(()) };
                for (output, batch) in bundle {
                    self.count_given((at, &source), output, &batch);
                    self.through((at, output), vec![batch])?;
                }
                Ok(())
            })
        };
        self.parts.sources[at] = Some(source);
        outcome
    }

    fn read_piece(&mut self, at: usize, source: &mut Source) -> Result<(), RunError> {
        let site = self.shared.site;
        let path = source.path().to_owned();
        let outputs = &site.graph.step(source.step()).outputs;
        let outputs = [outputs[0], outputs[1]];
        let failed = |error: &Error| {
            RunError::failed(format!("`{path}` failed: {error}")).in_step(path.as_str())
        };
        let mut rows = self.reads[at].rows.take().expect("a read has room");
        let made = {
            let mut ready = source.ready_pieces(self.now);
            let turn = self.reads[at].turn % ready.len();
            self.reads[at].turn = self.reads[at].turn.wrapping_add(1);
            let piece = &mut *ready[turn];
            let mut tries = Tries::of(self.shared.settings.retries(), self.shared.pause());
            if tries.are_left() || self.stages_of(outputs).any(StageWork::has_dead_letters) {
                piece.stay().map_err(|error| failed(&error))?;
            }
            let bundle = self.shared.control.next_bundle();
            loop {
                match self.try_piece((at, tries), piece, &mut rows, outputs) {
                    Ok(made) => break made,
                    Err(failure) => {
                        let this = tries.attempt(bundle);
                        if !tries.go_on(failure.of_stage()) {
                            return Err(match failure {
                                Failure::OfSource(error) => failed(&error),
                                Failure::OfStage(error) => error.into_run_error(this),
                            });
                        }
                        self.roll_back(outputs).map_err(|error| error.into_run_error(this))?;
                        let gone_back = piece.go_back(site.functions.read(&path));
                        gone_back.map_err(|error| failed(&error))?;
                        rows.iter_mut().for_each(Batch::clear);
                    }
                }
            }
        };
        let Made { elements, bad_count, bad_rows, outputs } = made;
        let counts = self.count(at, source.step());
        counts.elements_out += elements;
        counts.bad_rows += bad_count;
        self.shared.control.elements.fetch_add(elements, Ordering::Relaxed);
        self.tell_bad_rows(at, bad_rows);
        for (stage, output) in outputs {
            self.send(at, stage, output)?;
        }
        rows.iter_mut().for_each(Batch::clear);
        self.reads[at].rows = Some(rows);
        Ok(())
    }

    /// Tells the first bad rows of a source; of more, nobody wants to know.
    fn tell_bad_rows(&mut self, at: usize, rows: Vec<BadRow>) {
        let told = &mut self.reads[at].bad_rows;
        let room = RunResult::BAD_ROWS_KEPT.saturating_sub(told.len());
        let rows: Vec<BadRow> = rows.into_iter().take(room).collect();
        if !rows.is_empty() {
            told.extend_from_slice(&rows);
            self.shared.control.tell_bad_rows(BadRows { source: at, rows });
        }
    }

    /// Reads, and takes what was read through the stages that begin there.
    fn try_piece(
        &mut self,
        (at, tries): (usize, Tries<'_>),
        piece: &mut Piece,
        rows: &mut [Batch; 2],
        outputs: [CollectionId; 2],
    ) -> Result<Made, Failure> {
        let most = if rows[0].values.is_lent() { FILL_LENT_MAX } else { FILL_ELEMENTS_MAX };
        // What comes of it should stay in the caches too.
        let (elements, made) = self.reads[at].made;
        let wide = usize::try_from(made / elements.max(1)).unwrap_or(usize::MAX).max(1);
        let limit = (most / wide).max(FILL_ELEMENTS_MIN).min(self.shared.settings.bundle_elements);
        let [good, bad] = rows;
        piece.fill(good, bad, limit).map_err(Failure::OfSource)?;
        piece.gave(!good.is_empty() || !bad.is_empty(), self.now);
        let shown = bad.values.typed::<BadRow>().iter().take(RunResult::BAD_ROWS_KEPT);
        let (elements, bad_count) = (good.len() as u64, bad.len() as u64);
        let rows_read = good.len() + bad.len();
        let bad_rows = shown.cloned().collect();
        let mut ended = Vec::new();
        let mut most_made = 0;
        for (batch, output) in rows.iter_mut().zip(outputs) {
            if batch.is_empty() {
                continue;
            }
            let plan = self.shared.site.plan;
            let begins = plan.stages_from(output).filter(|stage| stage.head.is_none());
            let mut stages = begins.map(|stage| stage.id.0 as usize).peekable();
            while let Some(stage) = stages.next() {
                let work = &mut self.parts.lane.stages[stage];
                if tries.one_by_one() {
                    work.take_one_by_one();
                }
                work.start_bundle().map_err(Failure::OfStage)?;
                work.take_room(&mut self.room);
                let mut lent = stages.peek().map(|_| batch.lend());
                let batch = lent.as_mut().unwrap_or(batch);
                work.process(batch, &mut NoInspect).map_err(Failure::OfStage)?;
                most_made = work.most_out().max(most_made);
                ended.push((stage, work.finish_bundle(&mut NoInspect).map_err(Failure::OfStage)?));
            }
        }
        let read = &mut self.reads[at];
        read.made = (read.made.0 + elements, read.made.1 + most_made);
        read.untold += rows_read.max(1);
        Ok(Made { elements, bad_count, bad_rows, outputs: ended })
    }

    /// The stages that begin at a read.
    fn stages_of(&self, outputs: [CollectionId; 2]) -> impl Iterator<Item = &StageWork> {
        let begins =
            outputs.into_iter().flat_map(|output| self.shared.site.plan.stages_from(output));
        let begins = begins.filter(|stage| stage.head.is_none());
        begins.map(|stage| &self.parts.lane.stages[stage.id.0 as usize])
    }

    /// Undoes what a try has done in the stages that begin at a read.
    fn roll_back(&mut self, outputs: [CollectionId; 2]) -> Result<(), StageError> {
        let site = self.shared.site;
        for output in outputs {
            for stage in site.plan.stages_from(output).filter(|stage| stage.head.is_none()) {
                self.parts.lane.stages[stage.id.0 as usize].roll_back(site.functions)?;
            }
        }
        Ok(())
    }

    /// Counts what a source gave.
    pub(super) fn count_given(
        &mut self,
        (at, source): (usize, &Source),
        output: CollectionId,
        batch: &Batch,
    ) {
        let count = batch.len() as u64;
        if source.gives_bad_rows(output) {
            let rows = batch.values.typed::<BadRow>().iter().take(RunResult::BAD_ROWS_KEPT);
            let rows = rows.cloned().collect();
            self.count(at, source.step()).bad_rows += count;
            self.tell_bad_rows(at, rows);
            return;
        }
        self.count(at, source.step()).elements_out += count;
        if source.is_read() {
            self.shared.control.elements.fetch_add(count, Ordering::Relaxed);
        }
    }
}

/// What a try made.
struct Made {
    elements: u64,
    bad_count: u64,
    /// The first of them.
    bad_rows: Vec<BadRow>,
    outputs: Vec<(usize, BundleOutput)>,
}
