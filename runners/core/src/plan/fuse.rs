//! From a graph to stages: element-wise steps are fused, groupings and writes cut.

use super::lift_combine::lifting;
use super::{
    CombineForm, GroupingId, GroupingPlan, Lifting, NotLiftable, Plan, Root, Stage, StageId, Target,
};
use crate::GroupingPath;
use heliostat::graph::{Composite, Graph, Step, Transform};
use heliostat::{CollectionId, TransformId};
use std::collections::{BTreeMap, BTreeSet};

/// A step as the plan sees it: leaves, and combines that run natively in place of their parts.
struct Unit<'a> {
    step: &'a Step,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Source,
    ElementWise,
    /// With the form of a combine.
    Grouping(Option<CombineForm>),
    Write,
}

pub(super) fn plan(graph: &Graph, form: impl FnMut(TransformId) -> CombineForm) -> Plan {
    let units = units(graph, form);
    let groupings = groupings(graph, &units);
    let mut plan = Plan { stages: Vec::new(), groupings, writes: Vec::new() };
    for unit in units.iter().filter(|unit| unit.kind == Kind::Write) {
        plan.writes.push(unit.step.id);
    }
    for unit in &units {
        let root = match unit.kind {
            Kind::Source => Root::Source(unit.step.id),
            Kind::Grouping(_) => {
                let found = plan.groupings.iter().find(|grouping| grouping.step == unit.step.id);
                Root::Grouping(found.expect("every grouping was planned").id)
            }
            Kind::ElementWise | Kind::Write => continue,
        };
        for &output in &unit.step.outputs {
            let stage = stage(&units, &plan, StageId(number(plan.stages.len())), root, output);
            if !stage.targets.is_empty() || !stage.steps.is_empty() {
                plan.stages.push(stage);
            }
        }
    }
    let reaches: Vec<(Root, Vec<GroupingId>)> =
        plan.stages.iter().map(|stage| (stage.root, groupings_of(stage))).collect();
    for grouping in &mut plan.groupings {
        for (root, reached) in &reaches {
            if reached.contains(&grouping.id) && !grouping.upstream.contains(root) {
                grouping.upstream.push(*root);
            }
        }
    }
    plan
}

fn groupings_of(stage: &Stage) -> Vec<GroupingId> {
    let grouping = |&(_, target): &(CollectionId, Target)| match target {
        Target::Grouping(id) => Some(id),
        Target::Write(_) => None,
    };
    stage.targets.iter().filter_map(grouping).collect()
}

fn units(graph: &Graph, mut form: impl FnMut(TransformId) -> CombineForm) -> Vec<Unit<'_>> {
    let mut native = BTreeSet::new();
    let mut units = Vec::new();
    for step in graph.steps() {
        // A part of a part of a native combine is left out as well.
        if step.parent.is_some_and(|parent| native.contains(&parent)) {
            native.insert(step.id);
            continue;
        }
        let kind = match &step.transform {
            Transform::Impulse | Transform::TestStream(_) => Kind::Source,
            Transform::ParDo(_) | Transform::Flatten | Transform::WindowInto(_) => {
                Kind::ElementWise
            }
            Transform::GroupByKey => Kind::Grouping(None),
            Transform::Composite(composite) => match composite {
                Composite::Read(_) => Kind::Source,
                Composite::Write(_) => Kind::Write,
                Composite::Combine { .. } => match form(step.id) {
                    form @ (CombineForm::Native | CombineForm::Lifted) => {
                        native.insert(step.id);
                        Kind::Grouping(Some(form))
                    }
                    CombineForm::Expanded => continue,
                },
                Composite::Named
                | Composite::Reshuffle
                | Composite::View(_)
                | Composite::CoGroupByKey
                | Composite::CombineGlobally { .. }
                | Composite::CombineWithFanout { .. } => continue,
            },
        };
        units.push(Unit { step, kind });
    }
    units
}

fn groupings(graph: &Graph, units: &[Unit<'_>]) -> Vec<GroupingPlan> {
    let steps = units.iter().filter_map(|unit| match unit.kind {
        Kind::Grouping(form) => Some((unit.step, form)),
        Kind::Source | Kind::ElementWise | Kind::Write => None,
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

/// Everything that `input` reaches without crossing a grouping.
fn stage(units: &[Unit<'_>], plan: &Plan, id: StageId, root: Root, input: CollectionId) -> Stage {
    let mut reached = BTreeSet::from([input]);
    let mut stage = Stage { id, root, input, steps: Vec::new(), targets: Vec::new() };
    let groupings: BTreeMap<TransformId, GroupingId> =
        plan.groupings.iter().map(|grouping| (grouping.step, grouping.id)).collect();
    // Units are in building order, so one pass meets every step behind its inputs.
    for unit in units {
        let taken: Vec<CollectionId> =
            unit.step.inputs.iter().copied().filter(|input| reached.contains(input)).collect();
        if taken.is_empty() {
            continue;
        }
        match unit.kind {
            Kind::Source => {}
            Kind::ElementWise => {
                stage.steps.push(unit.step.id);
                reached.extend(&unit.step.outputs);
            }
            Kind::Grouping(_) => {
                let target = Target::Grouping(groupings[&unit.step.id]);
                stage.targets.extend(taken.into_iter().map(|input| (input, target)));
            }
            Kind::Write => {
                let target = Target::Write(unit.step.id);
                stage.targets.extend(taken.into_iter().map(|input| (input, target)));
            }
        }
    }
    stage
}

fn number(count: usize) -> u32 {
    u32::try_from(count).expect("a plan has fewer than 2^32 stages")
}
