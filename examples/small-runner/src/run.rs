//! The loop: one event of a source at a time, and all that follows from it before the next. What is
//! late and when a trigger fires is decided in the core; a runner decides when each thing is stepped.

use heliostat::batch::Batch;
use heliostat::{CollectionId, InterruptLevel, Job, RunError, RunResult, Timestamp};
use heliostat_runner_core::{
    Admitted, Attempt, BundleOutput, Bundling, CombineForm, Given, GroupingId, LIFT_ENTRIES_MAX,
    Ledger, NoInspect, Node, Pause, Plan, Readiness, Retries, RunClock, Saved, Site, Source,
    StageId, Target, WholeWrites, Works, WorksSettings, tried,
};
use std::collections::VecDeque;

/// How often a bundle, a teardown and a commit is tried.
const ATTEMPTS: u32 = 1;

/// One run, on one *lane*, which is a worker's share of all stages and groupings.
struct Run<'p, 'j> {
    site: Site<'p>,
    job: Job<'j>,
    works: Works,
    writes: WholeWrites,
    clock: RunClock,
    /// A script says what the bundles are: none is cut.
    scripted: bool,
    rounds: usize,
    bundles: u64,
    ledger: Ledger,
}

pub(crate) fn run(job: Job<'_>) -> Result<RunResult, RunError> {
    let plan = Plan::of(job.graph, |_| CombineForm::Native);
    let site = Site { plan: &plan, graph: job.graph, functions: job.functions };
    // Sinks first: a place that cannot be written to is known before anything is read.
    let writes = WholeWrites::open(site)?;
    let lift_entries_max = &|_: &_| LIFT_ENTRIES_MAX;
    let settings = WorksSettings { lanes: 1, seed: 0, path: &|it| it.path, lift_entries_max };
    let works = Works::of(site, &settings, &Saved::new())?;
    let scripted = works.sources.iter().any(Source::is_script);
    // Under a script time is what the script says.
    let clock = if scripted { RunClock::standing() } else { RunClock::System };
    let (rounds, bundles, ledger) = (0, 0, Ledger::default());
    let mut run = Run { site, job, works, writes, clock, scripted, rounds, bundles, ledger };
    let played = run.play();
    let last = Attempt { bundle: run.bundles, attempt: ATTEMPTS, attempts: ATTEMPTS };
    // Every `teardown` is called, whatever came before. If anything failed, the open parts of sinks are
    // dropped here, and nothing of them appears.
    played.and(run.works.tear_down(last))?;
    // All writes appear, or none.
    run.ledger.result.written = run.writes.commit(site.functions)?;
    Ok(run.ledger.told(site.graph, run.job.observer))
}

impl Run<'_, '_> {
    /// Asks all sources in turn until none has anything left.
    fn play(&mut self) -> Result<(), RunError> {
        // Groupings that nothing can reach are at their end from the beginning.
        self.settle()?;
        loop {
            if self.job.interrupt.level() != InterruptLevel::None {
                return Err(RunError::failed("the run was interrupted; nothing was written"));
            }
            self.rounds += 1;
            let mut seen = Vec::new();
            for at in 0..self.works.sources.len() {
                seen.push(self.works.sources[at].readiness(self.clock.now()));
                if seen[at] == Readiness::Ready {
                    self.take_from(at)?;
                }
            }
            if seen.contains(&Readiness::Ready) {
                continue;
            }
            let idle = seen.iter().filter_map(Readiness::idle_until).min();
            let Some(until) = idle else { return Ok(()) };
            // Triggers and timers wait for processing time, too.
            let due = self.works.next_due();
            self.clock.wait(self.job.interrupt, due.map_or(until, |it| it.min(until)));
            self.settle()?;
        }
    }

    /// One event of a source: a bundle, or time that moves.
    fn take_from(&mut self, at: usize) -> Result<(), RunError> {
        let (now, rounds) = (self.clock.now(), self.rounds);
        let mut given = Vec::new();
        match self.works.sources[at].next(now, |pieces| rounds % pieces)? {
            Given::Bundle(bundle) => given = bundle,
            Given::TimeMoved(by) => self.clock.advance(by),
            Given::Moved => {}
        }
        self.works.lanes[0].set_now(now);
        for (output, batch) in given {
            let source = &self.works.sources[at];
            self.ledger.add_given(source, output, &batch, self.job.observer);
            self.bundle(output, vec![batch])?;
            self.settle()?;
        }
        // Behind what it gave, so that none of that is late, the source's watermark may move.
        self.works.sources[at].settle()?;
        self.settle()
    }

    /// Runs a bundle through every stage that begins at a collection.
    fn bundle(&mut self, input: CollectionId, mut batches: Vec<Batch>) -> Result<(), RunError> {
        for stage in self.site.plan.stages_from(input).filter(|stage| stage.head.is_none()) {
            let lent = batches.iter_mut().map(|batch| Admitted::without_sides(batch.lend()));
            self.stage_bundle(stage.id, lent.collect())?;
        }
        Ok(())
    }

    /// Runs what waits for a stage, as bundles; without anything, what time has made due there.
    fn stage_bundle(&mut self, id: StageId, parts: Vec<Admitted>) -> Result<(), RunError> {
        let (at, mut rest) = (id.0 as usize, VecDeque::from(parts));
        loop {
            self.bundles += 1;
            let (scripted, number, retries) = (self.scripted, self.bundles, Retries::of(ATTEMPTS));
            let pause = Pause { clock: &self.clock, interrupt: self.job.interrupt };
            let views = self.site.views_of(at, &self.works.views);
            let lane = &mut self.works.lanes[0];
            let output = Bundling { scripted, retries, pause, number }.run(
                (self.site.functions, &views),
                (&mut lane.stages[at], &mut lane.exchanges[at]),
                &mut rest,
                &mut NoInspect,
            )?;
            self.commit(output)?;
            if rest.is_empty() {
                return Ok(());
            }
        }
    }

    /// Hands over what a bundle made. A bundle that failed does not come here: it leaves nothing.
    fn commit(&mut self, output: BundleOutput) -> Result<(), RunError> {
        let Site { plan, graph, .. } = self.site;
        self.ledger.add_bundle(output.counts);
        for (target, mut batch) in output.elements {
            let (lane, count) = (&mut self.works.lanes[0], batch.len() as u64);
            let taken_by = match target {
                Target::Grouping(GroupingId(id)) => {
                    let step = plan.groupings[id as usize].step;
                    tried(&graph.step(step).path, || lane.groupings[id as usize].add(&mut batch))?;
                    step
                }
                Target::Exchange(StageId(id)) => {
                    // With several workers, elements would go to the homes of their keys here.
                    lane.exchanges[id as usize].hand_over(batch);
                    continue;
                }
                Target::View(id) => {
                    self.works.take_in_view(self.site, id, &mut batch)?;
                    continue;
                }
                Target::Write(step) => {
                    self.writes.write(step, &mut batch)?;
                    step
                }
            };
            self.ledger.of(taken_by).elements_in += count;
        }
        Ok(())
    }

    /// Lets all happen that is due. Nodes are in the order in which data meets them: one walk will do.
    fn settle(&mut self) -> Result<(), RunError> {
        let now = self.clock.now();
        self.works.lanes[0].set_now(now);
        self.site.plan.nodes.iter().try_for_each(|node| match *node {
            Node::Grouping(id) => self.settle_grouping(id, now),
            Node::Stage(id) => self.settle_stage(id, now),
        })
    }

    /// What a grouping has to give under its new watermark: bundles for the stages behind it.
    fn settle_grouping(&mut self, id: GroupingId, now: Timestamp) -> Result<(), RunError> {
        let plan = &self.site.plan.groupings[id.0 as usize];
        let to = self.works.input_watermark(self.site, &plan.upstream, Target::Grouping(id));
        let lane = &mut self.works.lanes[0];
        let stepped = lane.step_grouping(self.site, id, to, now)?;
        self.ledger.set_dropped(plan.step, lane.dropped(id.0 as usize));
        self.ledger.add_bundle([(plan.step, stepped.counts)]);
        if !stepped.panes.is_empty() {
            self.bundle(plan.panes, stepped.panes)?;
        }
        match (plan.dropped, stepped.dropped) {
            (Some(output), Some(dropped)) => self.bundle(output, vec![dropped]),
            (_, _) => Ok(()),
        }
    }

    /// A stage with a head: what was handed over, under the old watermark, then what the new makes due.
    fn settle_stage(&mut self, id: StageId, now: Timestamp) -> Result<(), RunError> {
        let (site, at) = (self.site, id.0 as usize);
        let head = site.plan.stages[at].head.as_ref().expect("only such stages are nodes");
        let to = self.works.input_watermark(site, &head.upstream, Target::Exchange(id));
        self.works.advance_views(site, &head.views);
        let lane = &mut self.works.lanes[0];
        let handed_over = lane.exchanges[at].queue.drain(..).collect();
        // Elements wait here for the side inputs that they read.
        let admitted = lane.admit(site, id, handed_over, (&self.works.views, now))?;
        if !admitted.is_empty() {
            self.stage_bundle(id, admitted)?;
        }
        self.ledger.of(head.step).dropped.late += self.works.lanes[0].move_stage(id, to, now);
        if self.works.lanes[0].stages[at].has_due() {
            self.stage_bundle(id, Vec::new())?;
        }
        // Everything behind the stage reads this as its watermark.
        self.works.lanes[0].tell(id);
        self.works.forget_views(site, &head.views);
        Ok(())
    }
}
