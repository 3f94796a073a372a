//! The loop: one event at a time, and quiet after each.

mod bundles;
mod exchange;
mod outcome;
mod savepoint;
mod settle;

pub(crate) use self::exchange::Exchange;

use crate::run_clock::RunClock;
use crate::settings::DirectSettings;
use crate::sources::{Given, Readiness, Source};
use crate::suspicion::Suspicion;
use crate::translate::{Saved, Works, translate};
use heliostat::batch::{Batch, ColumnExt};
use heliostat::savepoint::SavepointHeader;
use heliostat::{
    BadRow, Clock, CollectionId, DropCounts, InterruptLevel, Job, RunError, RunEvent, RunResult,
    Seed, StepMetrics, StopCause, SystemClock, Timestamp, TransformId, catch_panic, millis,
};
use heliostat_runner_core::{CombineForm, Grouping, Plan, StageWork};
use std::collections::BTreeMap;

/// How often, in processing time, the observer is told how far the run is.
const PROGRESS_EVERY_MILLIS: i64 = 100;

/// How many bundles may pass before the clock is looked at again.
const PROGRESS_BUNDLES: u64 = 16;

/// How a run ended, if it did not fail.
enum Ended {
    Complete,
    Stopped(StopCause),
}

/// One run.
pub(crate) struct Executor<'a> {
    job: Job<'a>,
    plan: Plan,
    works: Works,
    attempts: u32,
    /// A script says what the bundles are: none is cut.
    scripted: bool,
    clock: RunClock,
    chance: Seed,
    suspicion: Option<Suspicion>,
    /// For each collection that a source or a grouping gives, the stages that begin there.
    stages_from: BTreeMap<CollectionId, Vec<usize>>,
    metrics: BTreeMap<TransformId, StepMetrics>,
    result: RunResult,
    bundles: u64,
    elements: u64,
    told_at: Timestamp,
    /// What keys hashes.
    hash_seed: u64,
    /// How many bundles the sources have given.
    read_bundles: u64,
    /// How far the runs before this one were.
    before: SavepointHeader,
    /// What steps had dropped before this run.
    dropped_before: BTreeMap<TransformId, DropCounts>,
}

impl<'a> Executor<'a> {
    pub(crate) fn new(settings: &DirectSettings, job: Job<'a>) -> Result<Self, RunError> {
        let mut chance = Seed::new(settings.seed);
        let suspicion =
            (!settings.trusting).then(|| Suspicion::new(chance.next(), job.functions.clone()));
        // What goes into a savepoint or comes from one must not depend on the form of a run.
        let expands = job.options.from.is_none() && job.options.savepoints.is_none();
        let plan = Plan::of(job.graph, |step| match (settings.combine, &suspicion) {
            (Some(form), _) if expands || form != CombineForm::Expanded => form,
            (None, Some(suspicion)) => suspicion.combine_form(step, expands),
            // One thread exchanges nothing, so lifting would gain nothing.
            (Some(_) | None, _) => CombineForm::Native,
        });
        let saved = job.options.from.map_or(Ok(Saved::new()), |from| {
            from.matched_to(job.graph, job.functions).map_err(RunError::refused)
        })?;
        let hash_seed = chance.next();
        let suspects = suspicion.as_ref();
        let works = translate(&plan, job.graph, job.functions, suspects, (hash_seed, &saved))?;
        let scripted = works.sources.iter().any(Source::is_script);
        let mut stages_from: BTreeMap<CollectionId, Vec<usize>> = BTreeMap::new();
        for (at, stage) in plan.stages.iter().enumerate().filter(|(_, it)| it.head.is_none()) {
            stages_from.entry(stage.input).or_default().push(at);
        }
        let from = job.options.from;
        let mut this = Self {
            job,
            plan,
            works,
            attempts: settings.attempts.max(1),
            scripted,
            clock: if scripted { RunClock::scripted() } else { RunClock::of(settings.clock) },
            chance,
            suspicion,
            stages_from,
            metrics: BTreeMap::new(),
            result: RunResult::default(),
            bundles: 0,
            elements: 0,
            told_at: Timestamp::MIN,
            hash_seed,
            read_bundles: 0,
            before: SavepointHeader::written_by("", ""),
            dropped_before: BTreeMap::new(),
        };
        if let Some(from) = from {
            this.load(from, &saved)?;
        }
        Ok(this)
    }

    pub(crate) fn run(mut self) -> Result<RunResult, RunError> {
        let outcome = self.play();
        let torn = self.tear_down();
        match outcome.and_then(|completion| torn.map(|()| completion)) {
            Ok(Ended::Complete) => self.finish(None),
            Ok(Ended::Stopped(cause)) if self.job.options.savepoints.is_some() => self.stop(cause),
            Ok(Ended::Stopped(cause)) => self.finish(Some(cause)),
            Err(error) => {
                self.discard();
                Err(error)
            }
        }
    }

    /// Takes events until there are none left or someone wants it to stop.
    fn play(&mut self) -> Result<Ended, RunError> {
        // Groupings that nothing can reach are at their end from the beginning.
        self.settle()?;
        loop {
            if self.job.options.stop_at.is_some_and(|stop_at| stop_at <= self.read_bundles) {
                return Ok(Ended::Stopped(StopCause::Bundles));
            }
            match self.job.interrupt.level() {
                InterruptLevel::None => {}
                InterruptLevel::Stop => return Ok(Ended::Stopped(StopCause::Interrupt)),
                InterruptLevel::Abort => {
                    return Err(RunError::failed("the run was aborted; nothing was written"));
                }
            }
            let now = self.clock.now();
            let readiness = self.works.sources.iter().map(|source| source.readiness(now));
            let readiness: Vec<Readiness> = readiness.collect();
            let ready: Vec<usize> =
                (0..readiness.len()).filter(|&at| readiness[at] == Readiness::Ready).collect();
            if ready.is_empty() {
                let idle = readiness.iter().filter_map(|readiness| match readiness {
                    Readiness::Idle(until) => Some(*until),
                    Readiness::Ready | Readiness::Done => None,
                });
                let Some(until) = idle.min() else { return Ok(Ended::Complete) };
                // A deadline is due once it has passed.
                let deadline = self.next_deadline().map(|deadline| deadline + millis(1));
                self.clock.wait(self.job.interrupt, deadline.map_or(until, |it| it.min(until)));
                self.settle()?;
                continue;
            }
            let source = ready[pick(&mut self.chance, ready.len())];
            self.take_from(source, now)?;
            self.read_bundles += u64::from(self.works.sources[source].is_read());
            self.tell_progress();
        }
    }

    /// One event of a source, and everything that follows from it.
    fn take_from(&mut self, at: usize, now: Timestamp) -> Result<(), RunError> {
        let chance = &mut self.chance;
        let source = &mut self.works.sources[at];
        let given = source.next(now, |count| pick(chance, count))?;
        let step = source.step();
        let bundle = match given {
            Given::Bundle(bundle) => bundle,
            Given::Moved => return self.settle(),
            Given::TimeMoved(by) => {
                self.clock.advance(by);
                return self.settle();
            }
        };
        self.set_now();
        for (output, mut batch) in bundle {
            self.count_given(at, output, &batch);
            match &mut self.suspicion {
                Some(suspicion) => {
                    let path = &self.job.graph.step(step).path;
                    for piece in guarded(path, || suspicion.cut(batch, self.scripted))? {
                        self.bundle(output, vec![piece])?;
                        self.settle()?;
                    }
                }
                None => {
                    batch = self.bundle_whole(output, batch)?;
                    self.works.sources[at].give_back(output, batch);
                    self.settle()?;
                }
            }
        }
        self.works.sources[at].settle()?;
        self.settle()
    }

    /// Counts what a source gave: elements, or bad rows, of which it tells the first few.
    fn count_given(&mut self, at: usize, output: CollectionId, batch: &Batch) {
        let source = &self.works.sources[at];
        let count = batch.len() as u64;
        let metrics = self.metrics.entry(source.step()).or_default();
        if !source.gives_bad_rows(output) {
            metrics.elements_out += count;
            self.elements += if source.is_read() { count } else { 0 };
            return;
        }
        metrics.bad_rows += count;
        let path = source.path().to_owned();
        let shown = self.result.bad_rows.entry(path.clone()).or_default();
        let rows = batch.values.typed::<BadRow>();
        for row in rows {
            if shown.len() == RunResult::BAD_ROWS_KEPT {
                break;
            }
            shown.push(row.clone());
            self.job.observer.event(RunEvent::BadRow { step: path.clone(), row: row.clone() });
        }
    }

    /// Tells all groupings the processing time.
    fn set_now(&mut self) -> Timestamp {
        let now = self.clock.now();
        self.works.groupings.iter_mut().for_each(|grouping| grouping.set_now(now));
        now
    }

    /// The processing time that some trigger or timer waits for next.
    fn next_deadline(&self) -> Option<Timestamp> {
        let triggers = self.works.groupings.iter().filter_map(Grouping::next_deadline);
        triggers.chain(self.works.stages.iter().filter_map(StageWork::next_deadline)).min()
    }

    fn tell_progress(&mut self) {
        if !self.bundles.is_multiple_of(PROGRESS_BUNDLES) {
            return;
        }
        let now = SystemClock.now();
        if now - self.told_at < millis(PROGRESS_EVERY_MILLIS) {
            return;
        }
        self.told_at = now;
        let reads = self.works.sources.iter().filter(|source| source.is_read());
        let watermark = reads.map(|source| source.slowest()).min().unwrap_or(Timestamp::MAX);
        self.job.observer.event(RunEvent::Progress {
            elements: self.elements,
            watermark,
            bundles: self.bundles,
        });
    }
}

/// Runs what user types do outside of a step's own code (combine functions, `Clone`, `Hash`, `Eq`,
/// serde): a panic ends the run.
fn guarded<R>(path: &str, code: impl FnOnce() -> R) -> Result<R, RunError> {
    catch_panic(code).map_err(|panicked| {
        let message = format!(
            "`{path}` panicked: {panicked}\n  outside of a step's own code, where a bundle cannot be \
             tried again\n  help: keep combine functions and the `Clone`, `Hash`, `Eq` and serde \
             impls of elements free of panics"
        );
        RunError::failed(message).in_step(path)
    })
}

fn pick(chance: &mut Seed, count: usize) -> usize {
    // With one to choose from, chance is left as it is.
    match count {
        0 | 1 => 0,
        _ => usize::try_from(chance.below(count as u64)).unwrap_or_default(),
    }
}
