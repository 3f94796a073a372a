//! What a `ParDo` asks of a runner.

use super::windowing;
use crate::graph::{CellKind, Graph, ParDoSpec, Step, TimeDomain, Transform, ViewKind};
use crate::{Capability, Trigger, WindowFn};

/// What a step needs for its code and for what it declares besides.
pub(super) fn needs(graph: &Graph, step: &Step, spec: &ParDoSpec, needed: &mut Vec<Capability>) {
    needed.push(Capability::PardoElementWise);
    if 1 < step.outputs.len() {
        needed.push(Capability::PardoMultiOut);
    }
    if spec.moves_timestamps {
        needed.push(Capability::PardoTimestamps);
    }
    needed.extend([Capability::PardoLifecycle, Capability::PardoTeardown]);
    state_needs(graph, step, spec, needed);
    timer_needs(spec, needed);
    side_needs(graph, step, spec, needed);
    needed.extend(spec.on_window_expiration.then_some(Capability::RequiresOnWindowExpiration));
    needed.extend(spec.time_sorted_input.then_some(Capability::RequiresTimeSorted));
    needed.extend(spec.stable_input.then_some(Capability::RequiresStableInput));
}

fn state_needs(graph: &Graph, step: &Step, spec: &ParDoSpec, needed: &mut Vec<Capability>) {
    for cell in &spec.cells {
        needed.push(match cell.kind {
            CellKind::Value => Capability::StateValue,
            CellKind::Bag => Capability::StateBag,
            CellKind::Combining => Capability::StateCombining,
            CellKind::Map => Capability::StateMap,
            CellKind::Set => Capability::StateSet,
            CellKind::Multimap => Capability::StateMultimap,
            CellKind::OrderedList => Capability::StateOrderedList,
        });
        needed.extend(cell.time_to_live.map(|_| Capability::StateTimeToLive));
    }
    if spec.is_keyed() {
        needed.push(Capability::LatenessDropped);
        let windowing = &graph.collection(step.inputs[0]).windowing;
        windowing::drop_needs(windowing, needed);
        needed.extend(windowing.merges_windows().then_some(Capability::StateMergingWindows));
    }
}

fn timer_needs(spec: &ParDoSpec, needed: &mut Vec<Capability>) {
    for timer in &spec.timers {
        match timer.domain {
            TimeDomain::EventTime => needed.extend([
                Capability::TimerEvent,
                Capability::TimerOutputTimestamp,
                Capability::TimerStrictOrder,
                Capability::WatermarkHolds,
            ]),
            TimeDomain::ProcessingTime => needed.push(Capability::TimerProcessing),
        }
        needed.extend([Capability::TimerLooping, Capability::TimerClear]);
        needed.extend(timer.family.then_some(Capability::TimerDynamic));
    }
}

/// What the parts of a composite need for the views that they read.
pub(super) fn needs_of_sides_within(graph: &Graph, step: &Step, needed: &mut Vec<Capability>) {
    for part in graph.parts(step.id) {
        if let Transform::ParDo(spec) = &part.transform {
            side_needs(graph, part, spec, needed);
        }
    }
}

fn side_needs(graph: &Graph, step: &Step, spec: &ParDoSpec, needed: &mut Vec<Capability>) {
    for side in &spec.sides {
        needed.push(Capability::SideStatic);
        let windowing = &graph.collection(side.collection).windowing;
        if graph.collection(step.inputs[0]).windowing.window_fn != WindowFn::Global {
            needed.push(Capability::SideWindowed);
        }
        if windowing.trigger != Trigger::Default {
            needed.push(Capability::SideTriggered);
        }
        if side.kind == ViewKind::Map {
            needed.push(Capability::SideMapDuplicate);
        }
        if !spec.timers.is_empty() || spec.on_window_expiration {
            needed.push(Capability::SideInTimer);
        }
    }
}
