//! From a plan to things that work: stages, groupings, sources, sinks.

use crate::executor::Exchange;
use crate::sinks::Sinks;
use crate::sources::Source;
use crate::suspicion::Suspicion;
use heliostat::batch::{Batch, Meta};
use heliostat::graph::{Composite, Functions, Graph, Transform};
use heliostat::savepoint::StepState;
use heliostat::{CollectionId, RunError, TransformId};
use heliostat_runner_core::{
    Attempt, Grouping, GroupingCode, GroupingPath, GroupingPlan, GroupingSettings, Lifter, Lifting,
    Plan, Root, Stage, StageWork, ViewPlan, ViewStore,
};
use std::collections::BTreeMap;

/// Everything that works in one run.
pub(crate) struct Works {
    pub(crate) sources: Vec<Source>,
    pub(crate) stages: Vec<StageWork>,
    pub(crate) groupings: Vec<Grouping>,
    /// In front of each grouping that is lifted, in the order of `groupings`.
    pub(crate) lifters: Vec<Option<Lifter>>,
    /// In front of each stage, used where it is behind an exchange, in the order of `stages`.
    pub(crate) exchanges: Vec<Exchange>,
    /// All side inputs, in the order of the plan.
    pub(crate) views: Vec<ViewStore>,
    pub(crate) sinks: Sinks,
}

/// What each step of the graph finds of its own in the savepoint that the run begins at.
pub(crate) type Saved<'a> = BTreeMap<TransformId, &'a StepState>;

/// Nothing has run yet: what fails here is in no bundle.
pub(crate) const BEFORE_ALL: Attempt = Attempt { bundle: 0, attempt: 1, attempts: 1 };

pub(crate) fn translate(
    plan: &Plan,
    graph: &Graph,
    functions: &Functions,
    suspicion: Option<&Suspicion>,
    (seed, saved): (u64, &Saved<'_>),
) -> Result<Works, RunError> {
    // Sinks first: a place that cannot be written to is known before anything is read.
    let sinks = Sinks::open(plan, graph, functions, saved)?;
    let mut sources = Vec::new();
    for step in graph.leaves() {
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
    let stages = plan
        .stages
        .iter()
        .map(|stage| StageWork::new(stage, graph, functions, seed))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| error.into_run_error(BEFORE_ALL))?;
    let groupings = plan.groupings.iter().map(|grouping| {
        let path = suspicion.map_or(grouping.path, |suspicion| suspicion.path(grouping));
        self::grouping(grouping, graph, functions, path, seed)
    });
    let groupings = groupings.collect();
    let lifted = |grouping: &GroupingPlan| match grouping.lifting {
        Lifting::Lifted => {
            let kernels = functions.lift(&graph.step(grouping.step).path);
            let lifter = Lifter::new(&grouping.windowing, kernels, seed);
            Some(match suspicion {
                Some(suspicion) => lifter.with_entries_max(suspicion.entries_max(grouping)),
                None => lifter,
            })
        }
        Lifting::Liftable | Lifting::NotLiftable(_) => None,
    };
    let lifters = plan.groupings.iter().map(lifted).collect();
    let exchanges = plan.stages.iter().map(|_| Exchange::default()).collect();
    let views = plan.views.iter().map(|view| self::view(view, plan, graph, functions)).collect();
    Ok(Works { sources, stages, groupings, lifters, exchanges, views, sinks })
}

fn grouping(
    plan: &GroupingPlan,
    graph: &Graph,
    functions: &Functions,
    path: GroupingPath,
    seed: u64,
) -> Grouping {
    let path_of_step = &graph.step(plan.step).path;
    let code = GroupingCode {
        kernels: match plan.lifting {
            Lifting::Lifted => functions.lift(path_of_step).merging(),
            Lifting::Liftable | Lifting::NotLiftable(_) => functions.kernels(path_of_step),
        },
        merger: functions.merger(&plan.windowing.window_fn),
    };
    let settings = GroupingSettings { windowing: plan.windowing.clone(), path, seed };
    let dropped = plan.dropped.map(|dropped| empty(functions, dropped));
    Grouping::new(settings, code, dropped)
}

fn view(view: &ViewPlan, plan: &Plan, graph: &Graph, functions: &Functions) -> ViewStore {
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

/// An empty batch of a collection's type.
pub(crate) fn empty(functions: &Functions, collection: CollectionId) -> Batch {
    Batch { values: functions.edge(collection).empty(), meta: Meta::default() }
}

/// Which source of `sources` a root is.
pub(crate) fn source_index(sources: &[Source], root: Root) -> Option<usize> {
    match root {
        Root::Source(step) => sources.iter().position(|source| source.step() == step),
        Root::Grouping(_) | Root::Exchange(_) => None,
    }
}
