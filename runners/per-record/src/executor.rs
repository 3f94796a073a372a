//! One run: sets workers up, lets them work, and ends.

mod outcome;

use crate::control::Control;
use crate::coordinator::Coordinator;
use crate::layout::Layout;
use crate::mail::Mailbox;
use crate::savepoints::{Savepoints, take_prepared};
use crate::settings::PerRecordSettings;
use crate::worker::{Counts, Parts, Shared, Worker, WorkerPart, Writers};
use heliostat::savepoint::SavepointHeader;
use heliostat::{Duration, Job, RunError, RunResult, StopCause, TransformId, catch_panic};
use heliostat_runner_core::{
    Attempt, Bell, Commits, Driven, Host, LIFT_ENTRIES_MAX, Ledger, Plan, RunClock, Saved, Site,
    Source, Steps, ViewStore, Works, WorksSettings, open_writes,
};
use std::collections::BTreeMap;

/// One run, before it begins and when it is over.
pub(crate) struct Executor<'a> {
    settings: PerRecordSettings,
    job: Job<'a>,
    plan: Plan,
    works: Works,
    /// What each worker has besides its lane: views, and writers.
    beside: Vec<(Vec<ViewStore>, Writers)>,
    /// By the step that elements go to.
    commits: BTreeMap<TransformId, Commits>,
    /// A script says what the bundles are.
    scripted: bool,
    clock: RunClock,
    ledger: Ledger,
    /// How far the runs before this one were.
    before: SavepointHeader,
    read_bundles: u64,
}

/// How a run ended, if it did not fail.
enum Ended {
    Complete,
    Stopped(StopCause),
}

fn site<'a>(plan: &'a Plan, job: &'a Job<'_>) -> Site<'a> {
    Site { plan, graph: job.graph, functions: job.functions }
}

impl<'a> Executor<'a> {
    pub(crate) fn new(settings: &PerRecordSettings, job: Job<'a>) -> Result<Self, RunError> {
        let saves = job.options.from.is_some() || job.options.savepoints.is_some();
        let plan = settings.plan(job.graph, saves);
        let saved = job.options.from.map_or(Ok(Saved::new()), |from| {
            from.matched_to(job.graph, job.functions).map_err(RunError::refused)
        })?;
        let workers = settings.workers.max(1);
        let attempts = settings.attempts.max(1);
        let settings = PerRecordSettings { workers, attempts, ..settings.clone() };
        // Sinks first: a place that cannot be written to is known before anything is read.
        let mut writers: Vec<Writers> = (0..workers).map(|_| Writers::default()).collect();
        let mut commits = BTreeMap::new();
        for opened in open_writes(&plan, job.graph, job.functions, &saved)? {
            let (target, epoch) = (opened.target, opened.epoch);
            let (of_write, part) = Commits::of(opened);
            let mut first = Some(part);
            for writers in &mut writers {
                writers.add(target, (of_write.path(), epoch), first.take());
            }
            commits.insert(target, of_write);
        }
        let works_settings = WorksSettings {
            lanes: workers,
            seed: settings.seed,
            path: &|grouping| grouping.path,
            lift_entries_max: &|_| LIFT_ENTRIES_MAX,
        };
        let mut works = Works::of(site(&plan, &job), &works_settings, &saved)?;
        works.load(site(&plan, &job), &saved, settings.seed)?;
        let mut beside = Vec::new();
        for writers in writers {
            let mut views = Works::views(site(&plan, &job));
            Works::load_views(site(&plan, &job), &mut views, &saved)?;
            beside.push((views, writers));
        }
        let mut ledger = Ledger::default();
        ledger.load(job.graph, &saved);
        let scripted = works.sources.iter().any(Source::is_script);
        let stands = scripted || settings.simulated;
        // Where time is none that passes, nobody waits.
        let backoff = if stands { Duration::ZERO } else { settings.backoff };
        let settings = PerRecordSettings { backoff, ..settings };
        let clock = if stands { RunClock::standing() } else { RunClock::System };
        let before = job.options.from.map(|from| from.header.clone());
        let before = before.unwrap_or_else(|| SavepointHeader::written_by("", ""));
        clock.advance(before.processing_time - clock.now());
        Ok(Self {
            settings,
            job,
            plan,
            works,
            beside,
            commits,
            scripted,
            clock,
            ledger,
            before,
            read_bundles: 0,
        })
    }

    pub(crate) fn run(mut self, host: &dyn Host) -> Result<RunResult, RunError> {
        let outcome = self.work(host);
        let bundle = self.read_bundles;
        let torn = self.works.tear_down(Attempt { bundle, attempt: 1, attempts: 1 });
        match outcome.and_then(|ended| torn.map(|()| ended)) {
            Ok(Ended::Complete) => self.finish(None),
            Ok(Ended::Stopped(cause)) if self.job.options.savepoints.is_some() => self.stop(cause),
            Ok(Ended::Stopped(cause)) => self.finish(Some(cause)),
            Err(error) => {
                self.discard();
                Err(error)
            }
        }
    }

    /// Lets workers work until all are done, and takes back what they had.
    fn work(&mut self, host: &dyn Host) -> Result<Ended, RunError> {
        let (header, workers) = (self.header(), self.settings.workers);
        let steps: Vec<TransformId> = self.works.sources.iter().map(Source::step).collect();
        let parts = self.parts();
        let (graph, functions) = (self.job.graph, self.job.functions);
        let at_work = Site { plan: &self.plan, graph, functions };
        let layout = Layout::of(at_work, &steps, workers);
        let shared = Shared {
            settings: self.settings.clone(),
            site: at_work,
            mailboxes: (0..workers).map(|_| Mailbox::of(layout.channels)).collect(),
            layout,
            control: Control::of(workers, steps.len()),
            bell: Bell::default(),
            clock: std::mem::replace(&mut self.clock, RunClock::System),
            scripted: self.scripted,
            stop_at: self.job.options.stop_at,
            interrupt: self.job.interrupt,
            saves: self.job.options.savepoint_every.is_some(),
        };
        let parts = parts.into_iter().enumerate();
        let crew = parts.map(|(at, parts)| Worker::of(&shared, at, parts));
        let mut crew: Vec<Worker<'_>> = crew.collect();
        let options = &mut self.job.options;
        let savepoints = options.savepoint_every.zip(options.savepoints.as_deref_mut());
        // Under a script only the script says what time it is.
        let savepoints = savepoints.filter(|_| !self.scripted).map(|(every, store)| {
            Savepoints::of(&shared, (every, store), self.ledger.clone(), header)
        });
        let mut coordinator = Coordinator {
            shared: &shared,
            observer: &mut *self.job.observer,
            bad_rows: BTreeMap::new(),
            held: BTreeMap::new(),
            commits: std::mem::take(&mut self.commits),
            savepoints,
        };
        let mut driven = Vec::new();
        for (worker, mailbox) in crew.iter_mut().zip(&shared.mailboxes) {
            driven.push(Driven { work: worker as &mut (dyn Steps + Send), bell: &mailbox.bell });
        }
        // A host that fails must not keep the sinks from being cleared.
        let driven = catch_panic(|| {
            let here = Driven { work: &mut coordinator as &mut dyn Steps, bell: &shared.bell };
            host.drive(&shared.clock, here, driven);
        });
        coordinator.take_bad_rows();
        let Coordinator { bad_rows, mut commits, savepoints, .. } = coordinator;
        savepoints.into_iter().for_each(|savepoints| savepoints.leave(&mut commits));
        self.commits = commits;
        let counts: Vec<_> = crew.into_iter().map(Worker::into_parts).collect();
        let Shared { control, clock, .. } = shared;
        self.clock = clock;
        self.take_back(counts, workers);
        self.read_bundles = control.read_bundles();
        self.ledger.elements += control.elements();
        for (source, rows) in bad_rows {
            self.ledger.show_bad_rows(self.works.sources[source].path(), &rows);
        }
        if let Err(panicked) = driven {
            let message = format!("the run panicked: {panicked}\n  this is a bug of heliostat");
            control.fail(RunError::failed(message));
        }
        match (control.take_failure(), control.stop_cause()) {
            (Some(error), _) => Err(error),
            (None, Some(cause)) => Ok(Ended::Stopped(cause)),
            (None, None) => Ok(Ended::Complete),
        }
    }

    /// What there is, dealt out to the workers.
    fn parts(&mut self) -> Vec<Parts> {
        let workers = self.settings.workers;
        let Works { sources, lanes, .. } = std::mem::take(&mut self.works);
        let mut dealt: Vec<Vec<Option<Source>>> = (0..workers).map(|_| Vec::new()).collect();
        for (at, source) in sources.into_iter().enumerate() {
            // Under a script all sources are on one worker, which plays one after the other.
            let hands = if self.scripted { 1 } else { workers };
            let mut shares = source.dealt(hands, at % hands);
            shares.resize_with(workers, || None);
            dealt.iter_mut().zip(shares).for_each(|(hand, share)| hand.push(share));
        }
        let all = lanes.into_iter().zip(dealt).zip(std::mem::take(&mut self.beside));
        let parts = |((lane, sources), (views, writers))| Parts { lane, views, sources, writers };
        all.map(parts).collect()
    }

    /// Makes works of what workers had.
    fn take_back(&mut self, all: Vec<(Parts, Counts)>, workers: usize) {
        let mut prepared = WorkerPart::default();
        let mut sources: Vec<Vec<Option<Source>>> = Vec::new();
        let mut views: Vec<ViewStore> = Vec::new();
        for (Parts { lane, views: of_worker, sources: shares, writers }, counts) in all {
            self.ledger.add_bundle(counts);
            sources.resize_with(shares.len(), || Vec::with_capacity(workers));
            sources.iter_mut().zip(shares).for_each(|(hands, share)| hands.push(share));
            self.works.lanes.push(lane);
            // All workers have the same ones, but for what their readers do not need any more.
            match views.is_empty() {
                true => views = of_worker,
                false => views.iter_mut().zip(of_worker).for_each(|(it, other)| it.take_in(other)),
            }
            prepared.prepared.extend(writers.prepared);
        }
        take_prepared([prepared], &mut self.commits);
        self.works.sources = sources.into_iter().filter_map(Source::gathered).collect();
        self.works.views = views;
    }
}
