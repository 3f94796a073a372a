//! The loop: one event at a time, and quiet after each.

mod bundles;
mod exchange;
mod outcome;
mod settle;

use crate::settings::{DirectClock, DirectSettings};
use crate::sinks::Sinks;
use crate::suspicion::Suspicion;
use heliostat::savepoint::SavepointHeader;
use heliostat::{
    Clock, CollectionId, Job, RunError, RunEvent, RunResult, Seed, StopCause, SystemClock,
    Timestamp, millis,
};
use heliostat_runner_core::{
    CombineForm, Given, GroupingPlan, LIFT_ENTRIES_MAX, Ledger, Plan, Readiness, Retries, RunClock,
    Saved, Site, Source, Works, WorksSettings, asked_to_stop, guarded,
};
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
    sinks: Sinks,
    retries: Retries,
    /// A script says what the bundles are: none is cut.
    scripted: bool,
    clock: RunClock,
    chance: Seed,
    suspicion: Option<Suspicion>,
    /// For each collection that a source or a grouping gives, the stages that begin there.
    stages_from: BTreeMap<CollectionId, Vec<usize>>,
    ledger: Ledger,
    bundles: u64,
    told_at: Timestamp,
    /// How many bundles the sources have given.
    read_bundles: u64,
    /// How far the runs before this one were.
    before: SavepointHeader,
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
        // Sinks first: a place that cannot be written to is known before anything is read.
        let sinks = Sinks::open(&plan, job.graph, job.functions, &saved)?;
        let path = |grouping: &GroupingPlan| {
            suspicion.as_ref().map_or(grouping.path, |suspicion| suspicion.path(grouping))
        };
        let lift_entries_max = |grouping: &GroupingPlan| {
            suspicion.as_ref().map_or(LIFT_ENTRIES_MAX, |it| it.entries_max(grouping))
        };
        let works_settings = WorksSettings {
            lanes: 1,
            seed: hash_seed,
            path: &path,
            lift_entries_max: &lift_entries_max,
        };
        let mut works = Works::of(site(&plan, &job), &works_settings, &saved)?;
        works.load(site(&plan, &job), &saved, hash_seed)?;
        let mut ledger = Ledger::default();
        ledger.load(job.graph, &saved);
        let scripted = works.sources.iter().any(Source::is_script);
        let mut stages_from: BTreeMap<CollectionId, Vec<usize>> = BTreeMap::new();
        for (at, stage) in plan.stages.iter().enumerate().filter(|(_, it)| it.head.is_none()) {
            stages_from.entry(stage.input).or_default().push(at);
        }
        let clock = match settings.clock {
            DirectClock::System if !scripted => RunClock::System,
            DirectClock::System | DirectClock::Virtual => RunClock::standing(),
        };
        let before = job.options.from.map(|from| from.header.clone());
        let before = before.unwrap_or_else(|| SavepointHeader::written_by("", ""));
        clock.advance(before.processing_time - clock.now());
        Ok(Self {
            job,
            plan,
            works,
            sinks,
            // Under a script time is what the script says.
            retries: if scripted { settings.retries().at_once() } else { settings.retries() },
            scripted,
            clock,
            chance,
            suspicion,
            stages_from,
            ledger,
            bundles: 0,
            told_at: Timestamp::MIN,
            read_bundles: 0,
            before,
        })
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
            if let Some(cause) = asked_to_stop(&self.job, self.read_bundles)? {
                return Ok(Ended::Stopped(cause));
            }
            let now = self.clock.now();
            let readiness = self.works.sources.iter().map(|source| source.readiness(now));
            let readiness: Vec<Readiness> = readiness.collect();
            let ready: Vec<usize> =
                (0..readiness.len()).filter(|&at| readiness[at] == Readiness::Ready).collect();
            if ready.is_empty() {
                let idle = readiness.iter().filter_map(Readiness::idle_until);
                let Some(until) = idle.min() else { return Ok(Ended::Complete) };
                let due = self.works.next_due();
                self.clock.wait(self.job.interrupt, due.map_or(until, |it| it.min(until)));
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
            let source = &self.works.sources[at];
            self.ledger.add_given(source, output, &batch, self.job.observer);
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

    /// Tells all groupings the processing time.
    fn set_now(&mut self) -> Timestamp {
        let now = self.clock.now();
        self.works.lanes[0].set_now(now);
        now
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
            elements: self.ledger.elements,
            watermark,
            bundles: self.bundles,
        });
    }
}

fn site<'a>(plan: &'a Plan, job: &'a Job<'_>) -> Site<'a> {
    Site { plan, graph: job.graph, functions: job.functions }
}

fn pick(chance: &mut Seed, count: usize) -> usize {
    // With one to choose from, chance is left as it is.
    match count {
        0 | 1 => 0,
        _ => usize::try_from(chance.below(count as u64)).unwrap_or_default(),
    }
}
