//! From a plan to things that work: sources, lanes of stages and groupings, views.

mod exchange;
mod homes;
mod parts;
mod saved;
mod step;

pub use exchange::Exchange;
pub use homes::{Homes, Spread, number_of};
pub use parts::LaneParts;
pub use step::Stepped;

use crate::{
    Attempt, Grouping, GroupingCode, GroupingPath, GroupingPlan, GroupingSettings, Lifter, Lifting,
    Plan, Root, Source, Stage, StageWork, Target, ViewId, ViewPlan, ViewStore, guarded, tried,
};
use heliostat::batch::{Batch, Meta};
use heliostat::graph::{Composite, Functions, Graph, Transform};
use heliostat::savepoint::{KEY_GROUPS, StepState};
use heliostat::{CollectionId, DropCounts, RunError, Timestamp, TransformId, millis};
use std::collections::BTreeMap;
use std::path::Path;

/// What a run is of.
#[derive(Clone, Copy)]
pub struct Site<'a> {
    /// How it runs.
    pub plan: &'a Plan,
    /// What it runs.
    pub graph: &'a Graph,
    /// The code.
    pub functions: &'a Functions,
}

impl Site<'_> {
    /// Of all views, those that the head of a stage reads.
    pub fn views_of(self, stage: usize, views: &[ViewStore]) -> Vec<&ViewStore> {
        let head = self.plan.stages[stage].head.as_ref();
        let read = head.map_or(&[][..], |head| &head.views);
        read.iter().map(|id| &views[id.0 as usize]).collect()
    }
}

/// Everything that works in one run, but for the sinks.
#[derive(Default)]
pub struct Works {
    /// All roots of the graph, in its order.
    pub sources: Vec<Source>,
    /// One per worker, or shard; a key is at home on one of them.
    pub lanes: Vec<Lane>,
    /// All side inputs, in the order of the plan; the lanes share them.
    pub views: Vec<ViewStore>,
}

/// What one worker has of each stage and grouping: state of the keys of a range of key groups.
pub struct Lane {
    /// In the order of the plan.
    pub stages: Vec<StageWork>,
    /// In the order of the plan.
    pub groupings: Vec<Grouping>,
    /// In front of each grouping that is lifted, in the order of `groupings`.
    pub lifters: Vec<Option<Lifter>>,
    /// In front of each stage, used where it is behind an exchange, in the order of `stages`.
    pub exchanges: Vec<Exchange>,
}

/// What each step of the graph finds of its own in the savepoint that the run begins at.
pub type Saved<'a> = BTreeMap<TransformId, &'a StepState>;

/// How a runner wants its works.
pub struct WorksSettings<'a> {
    /// How many lanes there are, at least 1.
    pub lanes: usize,
    /// What hashes are keyed with.
    pub seed: u64,
    /// The path of each grouping.
    pub path: &'a dyn Fn(&GroupingPlan) -> GroupingPath,
    /// How many keys and windows the lifter in front of a grouping holds.
    pub lift_entries_max: &'a dyn Fn(&GroupingPlan) -> usize,
}

/// Nothing has run yet: what fails here is in no bundle.
pub const BEFORE_ALL: Attempt = Attempt { bundle: 0, attempt: 1, attempts: 1 };

/// On which of so many lanes a key group is at home: lanes are ranges of groups.
pub fn lane_of(group: u32, lanes: usize) -> usize {
    (group as usize * lanes) / KEY_GROUPS as usize
}

impl Works {
    /// Sets everything up; sources go on from where they were.
    ///
    /// # Errors
    /// If a source cannot be opened, or a `setup` fails.
    pub fn of(
        site: Site<'_>,
        settings: &WorksSettings<'_>,
        saved: &Saved<'_>,
    ) -> Result<Self, RunError> {
        let sources = sources(site, saved)?;
        let lanes = (0..settings.lanes).map(|_| Lane::of(site, settings)).collect::<Result<_, _>>();
        Ok(Self { sources, lanes: lanes?, views: Self::views(site) })
    }

    /// All side inputs, with nothing in them: another lane may have its own.
    pub fn views(site: Site<'_>) -> Vec<ViewStore> {
        site.plan.views.iter().map(|view| self::view(view, site)).collect()
    }

    /// The smallest watermark of everything that feeds a target.
    pub fn input_watermark(&self, site: Site<'_>, upstream: &[Root], target: Target) -> Timestamp {
        let of = |root: &Root| match root {
            Root::Grouping(id) => {
                self.smallest(|lane| lane.groupings[id.0 as usize].output_watermark())
            }
            Root::Exchange(id) => self.smallest(|lane| lane.exchanges[id.0 as usize].told),
            Root::Source(step) => {
                let source = self.sources.iter().find(|source| source.step() == *step);
                let source = source.expect("roots are sources");
                let outputs = &site.graph.step(*step).outputs;
                // Of a source with several outputs only those count that lead here.
                let leads = |output: &&CollectionId| leads_to(site.plan, **output, target);
                let marks = outputs.iter().filter(leads).map(|output| source.watermark(*output));
                marks.min().unwrap_or(Timestamp::MAX)
            }
        };
        upstream.iter().map(of).min().unwrap_or(Timestamp::MAX)
    }

    fn smallest(&self, of: impl Fn(&Lane) -> Timestamp) -> Timestamp {
        self.lanes.iter().map(of).min().unwrap_or(Timestamp::MAX)
    }

    /// When the next trigger or timer of processing time is due: once its deadline has passed.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.lanes.iter().filter_map(Lane::next_deadline).min().map(|deadline| deadline + millis(1))
    }

    /// Lets a view take the panes of a batch.
    ///
    /// # Errors
    /// If code of the view panics.
    pub fn take_in_view(
        &mut self,
        site: Site<'_>,
        id: ViewId,
        batch: &mut Batch,
    ) -> Result<(), RunError> {
        let path = &site.graph.producer(site.plan.views[id.0 as usize].collection).path;
        let view = &mut self.views[id.0 as usize];
        guarded(path, || view.take(batch))
    }

    /// Moves the watermarks of the views that a stage reads.
    pub fn advance_views(&mut self, site: Site<'_>, views: &[ViewId]) {
        for &ViewId(view) in views {
            let plan = &site.plan.views[view as usize];
            let watermark = self.input_watermark(site, &plan.upstream, Target::View(plan.id));
            self.views[view as usize].advance(watermark);
        }
    }

    /// Forgets what no reader of these views can ask for any more.
    pub fn forget_views(&mut self, site: Site<'_>, views: &[ViewId]) {
        forget_views(site, &self.lanes, &mut self.views, views);
    }

    /// Calls the `teardown` of every step on every lane.
    ///
    /// # Errors
    /// The first that failed, as of this attempt.
    pub fn tear_down(&mut self, attempt: Attempt) -> Result<(), RunError> {
        let mut outcome = Ok(());
        for stage in self.lanes.iter_mut().flat_map(|lane| &mut lane.stages) {
            outcome = outcome.and(stage.teardown());
        }
        outcome.map_err(|error| error.into_run_error(attempt))
    }
}

impl Lane {
    fn of(site: Site<'_>, settings: &WorksSettings<'_>) -> Result<Self, RunError> {
        let Site { plan, graph, functions } = site;
        let stages = plan
            .stages
            .iter()
            .map(|stage| StageWork::new(stage, graph, functions, settings.seed))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| error.into_run_error(BEFORE_ALL))?;
        let groupings = plan.groupings.iter();
        let lifted = |grouping: &GroupingPlan| match grouping.lifting {
            Lifting::Lifted => {
                let kernels = functions.lift(&graph.step(grouping.step).path);
                let lifter = Lifter::new(&grouping.windowing, kernels, settings.seed);
                Some(lifter.with_entries_max((settings.lift_entries_max)(grouping)))
            }
            Lifting::Liftable | Lifting::NotLiftable(_) => None,
        };
        Ok(Self {
            stages,
            groupings: groupings.map(|it| grouping(it, site, settings)).collect(),
            lifters: plan.groupings.iter().map(lifted).collect(),
            exchanges: plan.stages.iter().map(|_| Exchange::default()).collect(),
        })
    }

    /// What a grouping, and the lifter in front of it, have dropped so far.
    pub fn dropped(&self, grouping: usize) -> DropCounts {
        let mut drops = self.groupings[grouping].drops();
        if let Some(lifter) = &self.lifters[grouping] {
            drops.late += lifter.drops().late;
        }
        drops
    }

    /// Moves state of groupings to disk, the largest first, until at most about so many bytes of it
    /// are in memory. Only between bundles.
    ///
    /// # Errors
    /// If that cannot be written to this directory.
    pub fn keep_within(
        &mut self,
        site: Site<'_>,
        limit: usize,
        room: &Path,
    ) -> Result<(), RunError> {
        let weights = self.groupings.iter_mut().map(|grouping| grouping.weight(limit));
        let mut weights: Vec<(usize, usize)> = weights.zip(0..).collect();
        let mut all: usize = weights.iter().map(|(weight, _)| weight).sum();
        weights.sort_unstable();
        while let Some((weight, at)) = weights.pop_if(|_| limit < all) {
            let path = &site.graph.step(site.plan.groupings[at].step).path;
            let others = all - weight;
            let grouping = &mut self.groupings[at];
            tried(path, || grouping.keep_within(limit.saturating_sub(others), room))?;
            all = others + grouping.weight(limit);
        }
        Ok(())
    }

    /// Tells all groupings the processing time.
    pub fn set_now(&mut self, now: Timestamp) {
        self.groupings.iter_mut().for_each(|grouping| grouping.set_now(now));
    }

    /// The processing time that some trigger or timer waits for next.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        let triggers = self.groupings.iter().filter_map(Grouping::next_deadline);
        triggers.chain(self.stages.iter().filter_map(StageWork::next_deadline)).min()
    }
}

/// Forgets what no reader of these views on these lanes can ask for any more.
pub fn forget_views(site: Site<'_>, lanes: &[Lane], all: &mut [ViewStore], views: &[ViewId]) {
    for &view in views {
        let reads =
            |stage: &&Stage| stage.head.as_ref().is_some_and(|head| head.views.contains(&view));
        let of_stage = |stage: &Stage| {
            let of_lane = |lane: &Lane| lane.stages[stage.id.0 as usize].moment().watermark;
            lanes.iter().map(of_lane).min().unwrap_or(Timestamp::MAX)
        };
        let slowest = site.plan.stages.iter().filter(reads).map(of_stage).min();
        all[view.0 as usize].collect_garbage(slowest.unwrap_or(Timestamp::MIN));
    }
}

fn sources(site: Site<'_>, saved: &Saved<'_>) -> Result<Vec<Source>, RunError> {
    let functions = site.functions;
    let mut sources = Vec::new();
    for step in site.graph.leaves() {
        let saved = saved.get(&step.id).copied();
        match &step.transform {
            Transform::Impulse => sources.push(Source::impulse(step, saved)),
            Transform::TestStream(_) => sources.push(Source::script(step, functions, saved)?),
            Transform::Composite(Composite::Read(spec)) => {
                sources.push(Source::read(step, spec, functions, saved)?);
            }
            // These are in stages and between them.
            Transform::ParDo(_)
            | Transform::GroupByKey
            | Transform::Flatten
            | Transform::WindowInto(_)
            | Transform::Composite(
                Composite::Write(_)
                | Composite::Named
                | Composite::Reshuffle
                | Composite::View(_)
                | Composite::CoGroupByKey
                | Composite::Combine { .. }
                | Composite::CombineGlobally { .. }
                | Composite::CombineWithFanout { .. }
                | Composite::CombineWithView { .. },
            ) => {}
        }
    }
    Ok(sources)
}

fn grouping(plan: &GroupingPlan, site: Site<'_>, settings: &WorksSettings<'_>) -> Grouping {
    let functions = site.functions;
    let path_of_step = &site.graph.step(plan.step).path;
    let code = GroupingCode {
        kernels: match plan.lifting {
            Lifting::Lifted => functions.lift(path_of_step).merging(),
            Lifting::Liftable | Lifting::NotLiftable(_) => functions.kernels(path_of_step),
        },
        merger: functions.merger(&plan.windowing.window_fn),
    };
    let path = (settings.path)(plan);
    let settings =
        GroupingSettings { windowing: plan.windowing.clone(), path, seed: settings.seed };
    let dropped = plan.dropped.map(|dropped| empty(functions, dropped));
    Grouping::new(settings, code, dropped)
}

fn view(view: &ViewPlan, site: Site<'_>) -> ViewStore {
    let Site { plan, graph, functions } = site;
    let reads =
        |stage: &&Stage| stage.head.as_ref().is_some_and(|head| head.views.contains(&view.id));
    let lateness = |stage: &Stage| graph.collection(stage.input).windowing.allowed_lateness;
    let latest = plan.stages.iter().filter(reads).map(lateness).max().unwrap_or_default();
    // When a window is sure to stay empty, the trigger in front of the view's grouping says.
    let whole = graph.steps().iter().find(|step| step.outputs.contains(&view.collection));
    let before = whole.and_then(|step| step.inputs.first());
    let before = before.map(|&input| &graph.collection(input).windowing);
    let mut windowing = graph.collection(view.collection).windowing.clone();
    if let Some(before) = before {
        windowing.trigger = before.trigger.clone();
    }
    let code = functions.view(view.collection);
    ViewStore::new(windowing, latest, code, empty(functions, view.collection))
}

fn leads_to(plan: &Plan, collection: CollectionId, target: Target) -> bool {
    let mut stages = plan.stages_from(collection).filter(|stage| stage.head.is_none());
    stages.any(|stage| stage.targets.iter().any(|(_, reached)| *reached == target))
}

/// An empty batch of a collection's type.
pub fn empty(functions: &Functions, collection: CollectionId) -> Batch {
    Batch { values: functions.edge(collection).empty(), meta: Meta::default() }
}
