//! From a graph to stages: element-wise steps are fused; groupings, exchanges and writes cut.

use super::lift_combine::lifting;
use super::{
    CombineForm, GroupingId, GroupingPlan, Head, Lifting, Node, NotLiftable, Plan, Root, Stage,
    StageId, Target, ViewId, ViewPlan,
};
use crate::GroupingPath;
use heliostat::graph::{Composite, Graph, Step, Transform};
use heliostat::{CollectionId, TransformId};
use std::collections::{BTreeMap, BTreeSet};

/// A step as the plan sees it: leaves, and composites that run natively in place of their parts.
struct Unit<'a> {
    step: &'a Step,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Source,
    ElementWise,
    /// Element-wise, at the head of a stage of its own.
    Head,
    /// With the form of a combine.
    Grouping(Option<CombineForm>),
    Write,
}

pub(super) fn plan(graph: &Graph, form: impl FnMut(TransformId) -> CombineForm) -> Plan {
    let units = units(graph, form);
    let mut plan = Plan {
        stages: Vec::new(),
        groupings: groupings(graph, &units),
        nodes: Vec::new(),
        views: views(graph, &units),
        writes: Vec::new(),
    };
    plan.writes.extend(of_kind(&units, Kind::Write).map(|step| step.id));
    let roots = roots(graph, &units, &plan);
    let heads: BTreeMap<TransformId, StageId> = roots
        .iter()
        .filter_map(|root| root.head.as_ref().map(|head| (head.step, root.id)))
        .collect();
    for root in roots {
        let stage = filled(&units, &plan, &heads, root);
        plan.stages.push(stage);
    }
    plan.nodes = nodes(&units, &plan, &heads);
    connect(&mut plan);
    plan
}

fn of_kind<'a>(units: &'a [Unit<'_>], kind: Kind) -> impl Iterator<Item = &'a Step> {
    units.iter().filter(move |unit| unit.kind == kind).map(|unit| unit.step)
}

fn units(graph: &Graph, mut form: impl FnMut(TransformId) -> CombineForm) -> Vec<Unit<'_>> {
    let mut native = BTreeSet::new();
    let mut units = Vec::new();
    for step in graph.steps() {
        // A part of a part of a native composite is left out as well.
        if step.parent.is_some_and(|parent| native.contains(&parent)) {
            native.insert(step.id);
            continue;
        }
        let kind = match &step.transform {
            Transform::Impulse | Transform::TestStream(_) => Kind::Source,
            Transform::ParDo(spec) if spec.commits => Kind::Write,
            Transform::ParDo(spec)
                if spec.is_keyed() || !spec.sides.is_empty() || spec.stable_input =>
            {
                Kind::Head
            }
            Transform::ParDo(_) | Transform::Flatten | Transform::WindowInto(_) => {
                Kind::ElementWise
            }
            Transform::GroupByKey => Kind::Grouping(None),
            Transform::Composite(composite) => match composite {
                Composite::Read(_) => Kind::Source,
                // Only a combine can be lifted: what else may be expanded is native if not.
                Composite::Write(_) if form(step.id) != CombineForm::Expanded => {
                    native.insert(step.id);
                    Kind::Write
                }
                // What a write has prepared must never be late for a grouping.
                Composite::Reshuffle
                    if is_in_write(graph, step) || form(step.id) != CombineForm::Expanded =>
                {
                    native.insert(step.id);
                    Kind::Head
                }
                Composite::Combine { .. } => match form(step.id) {
                    form @ (CombineForm::Native | CombineForm::Lifted) => {
                        native.insert(step.id);
                        Kind::Grouping(Some(form))
                    }
                    CombineForm::Expanded => continue,
                },
                Composite::Named
                | Composite::Write(_)
                | Composite::Reshuffle
                | Composite::View(_)
                | Composite::CoGroupByKey
                | Composite::CombineGlobally { .. }
                | Composite::CombineWithFanout { .. }
                | Composite::CombineWithView { .. } => continue,
            },
        };
        units.push(Unit { step, kind });
    }
    units
}

fn is_in_write(graph: &Graph, step: &Step) -> bool {
    step.parent.is_some_and(|parent| {
        matches!(graph.step(parent).transform, Transform::Composite(Composite::Write(_)))
    })
}

fn groupings(graph: &Graph, units: &[Unit<'_>]) -> Vec<GroupingPlan> {
    let steps = units.iter().filter_map(|unit| match unit.kind {
        Kind::Grouping(form) => Some((unit.step, form)),
        Kind::Source | Kind::ElementWise | Kind::Head | Kind::Write => None,
    });
    let plan = |(id, (step, form)): (u32, (&Step, Option<CombineForm>))| {
        let input = step.inputs[0];
        let windowing = graph.collection(input).windowing.clone();
        let dropped = step.outputs.get(1).copied();
        GroupingPlan {
            id: GroupingId(id),
            step: step.id,
            input,
            panes: step.outputs[0],
            dropped,
            path: GroupingPath::of(&windowing),
            lifting: match form {
                Some(form) => lifting(form, &windowing, dropped.is_some()),
                None => Lifting::NotLiftable(NotLiftable::GathersGroups),
            },
            windowing,
            upstream: Vec::new(),
        }
    };
    (0_u32..).zip(steps).map(plan).collect()
}

/// The collections that some step reads beside its main input.
fn views(graph: &Graph, units: &[Unit<'_>]) -> Vec<ViewPlan> {
    let read: BTreeSet<CollectionId> =
        of_kind(units, Kind::Head).flat_map(|step| sides(graph, step.id)).collect();
    let plan = |(id, collection)| ViewPlan { id: ViewId(id), collection, upstream: Vec::new() };
    (0_u32..).zip(read).map(plan).collect()
}

fn sides(graph: &Graph, step: TransformId) -> Vec<CollectionId> {
    match &graph.step(step).transform {
        Transform::ParDo(spec) => spec.sides.iter().map(|side| side.collection).collect(),
        Transform::Impulse
        | Transform::GroupByKey
        | Transform::Flatten
        | Transform::WindowInto(_)
        | Transform::TestStream(_)
        | Transform::Composite(_) => Vec::new(),
    }
}

/// A stage for each root, with nothing in it yet.
fn roots(graph: &Graph, units: &[Unit<'_>], plan: &Plan) -> Vec<Stage> {
    let mut stages: Vec<Stage> = Vec::new();
    let mut add = |root: Option<Root>, input: CollectionId, head: Option<Head>| {
        let id = StageId(number(stages.len()));
        let root = root.unwrap_or(Root::Exchange(id));
        let (steps, targets) = (Vec::new(), Vec::new());
        stages.push(Stage { id, root, input, head, steps, targets });
    };
    for unit in units {
        let root = match unit.kind {
            Kind::Source => Root::Source(unit.step.id),
            Kind::Grouping(_) => {
                let found = plan.groupings.iter().find(|grouping| grouping.step == unit.step.id);
                Root::Grouping(found.expect("every grouping was planned").id)
            }
            Kind::Head => {
                let view =
                    |collection| plan.views.iter().find(|view| view.collection == collection);
                let views = sides(graph, unit.step.id).into_iter().filter_map(view);
                let views = views.map(|view| view.id).collect();
                let head = Head { step: unit.step.id, views, upstream: Vec::new() };
                add(None, unit.step.inputs[0], Some(head));
                continue;
            }
            Kind::ElementWise | Kind::Write => continue,
        };
        let used = |output: &&CollectionId| is_used(units, plan, **output);
        unit.step.outputs.iter().filter(used).for_each(|&output| add(Some(root), output, None));
    }
    stages
}

fn is_used(units: &[Unit<'_>], plan: &Plan, collection: CollectionId) -> bool {
    units.iter().any(|unit| unit.step.inputs.contains(&collection))
        || plan.views.iter().any(|view| view.collection == collection)
}

/// The stage with everything that its input reaches without an exchange.
fn filled(
    units: &[Unit<'_>],
    plan: &Plan,
    heads: &BTreeMap<TransformId, StageId>,
    mut stage: Stage,
) -> Stage {
    let mut reached = BTreeSet::from([stage.input]);
    if let Some(head) = &stage.head {
        let unit = units.iter().find(|unit| unit.step.id == head.step).expect("heads are units");
        stage.steps.push(head.step);
        // Others that take the same collection are fed by the stages that make it.
        reached = unit.step.outputs.iter().copied().collect();
        view_targets(plan, &reached, &mut stage);
    } else {
        view_targets(plan, &reached, &mut stage);
    }
    let groupings: BTreeMap<TransformId, GroupingId> =
        plan.groupings.iter().map(|grouping| (grouping.step, grouping.id)).collect();
    // Units are in building order, so one pass meets every step behind its inputs.
    for Unit { step, kind } in units {
        let taken: Vec<CollectionId> =
            step.inputs.iter().copied().filter(|input| reached.contains(input)).collect();
        if taken.is_empty() {
            continue;
        }
        let target = match kind {
            Kind::Source => continue,
            Kind::ElementWise => {
                stage.steps.push(step.id);
                let new: BTreeSet<CollectionId> = step.outputs.iter().copied().collect();
                view_targets(plan, &new, &mut stage);
                reached.extend(new);
                continue;
            }
            Kind::Head => Target::Exchange(heads[&step.id]),
            Kind::Grouping(_) => Target::Grouping(groupings[&step.id]),
            Kind::Write => Target::Write(step.id),
        };
        stage.targets.extend(taken.into_iter().map(|input| (input, target)));
    }
    stage
}

fn view_targets(plan: &Plan, collections: &BTreeSet<CollectionId>, stage: &mut Stage) {
    let views = plan.views.iter().filter(|view| collections.contains(&view.collection));
    stage.targets.extend(views.map(|view| (view.collection, Target::View(view.id))));
}

/// Building order is an order in which data can only go forward.
fn nodes(units: &[Unit<'_>], plan: &Plan, heads: &BTreeMap<TransformId, StageId>) -> Vec<Node> {
    let node = |unit: &Unit<'_>| match unit.kind {
        Kind::Grouping(_) => {
            let grouping = plan.groupings.iter().find(|grouping| grouping.step == unit.step.id)?;
            Some(Node::Grouping(grouping.id))
        }
        Kind::Head => Some(Node::Stage(heads[&unit.step.id])),
        Kind::Source | Kind::ElementWise | Kind::Write => None,
    };
    units.iter().filter_map(node).collect()
}

/// Says of everything that has a watermark which roots it follows.
fn connect(plan: &mut Plan) {
    let reaches: Vec<(Root, Vec<Target>)> = plan
        .stages
        .iter()
        .map(|stage| (stage.root, stage.targets.iter().map(|(_, target)| *target).collect()))
        .collect();
    let upstream = |target: Target| {
        let mut upstream = Vec::new();
        for (root, reached) in &reaches {
            if reached.contains(&target) && !upstream.contains(root) {
                upstream.push(*root);
            }
        }
        upstream
    };
    for grouping in &mut plan.groupings {
        grouping.upstream = upstream(Target::Grouping(grouping.id));
    }
    for view in &mut plan.views {
        view.upstream = upstream(Target::View(view.id));
    }
    for stage in &mut plan.stages {
        if let Some(head) = &mut stage.head {
            head.upstream = upstream(Target::Exchange(stage.id));
        }
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).expect("a plan has fewer than 2^32 stages")
}
