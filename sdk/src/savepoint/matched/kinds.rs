//! Whether a step can go on with the state it finds.

use super::windowing;
use crate::Windowing;
use crate::graph::{
    CellKind, CellSpec, Composite, Functions, Graph, ParDoSpec, Step, TimerSpec, Transform,
};
use crate::preflight::Problem;
use crate::savepoint::{
    CodedType, GroupingState, KeyedState, QueuedBatch, StepKind, StepState, ViewState,
};

/// Adds what keeps `step` from going on with `state`.
pub(super) fn check(
    graph: &Graph,
    functions: &Functions,
    step: &Step,
    state: &StepState,
    problems: &mut Vec<Problem>,
) {
    problems.extend(state.pending.iter().filter_map(|batch| waiting(graph, step, batch)));
    match (&state.kind, &step.transform) {
        (StepKind::Stateless, _)
        | (StepKind::Impulse { .. }, Transform::Impulse)
        | (StepKind::Script(_), Transform::TestStream(_))
        | (StepKind::Read(_), Transform::Composite(Composite::Read(_)))
        | (StepKind::Write(_), Transform::Composite(Composite::Write(_))) => {}
        (
            StepKind::Grouping(saved),
            Transform::GroupByKey | Transform::Composite(Composite::Combine { .. }),
        ) => grouping(graph, functions, step, saved, problems),
        (StepKind::Keyed(saved), Transform::ParDo(spec)) if spec.is_keyed() => {
            keyed(graph, step, spec, saved, problems);
        }
        (StepKind::View(saved), Transform::Composite(Composite::View(_))) => {
            problems.extend(view(graph, step, saved));
        }
        (
            kind @ (StepKind::Impulse { .. }
            | StepKind::Script(_)
            | StepKind::Read(_)
            | StepKind::Write(_)
            | StepKind::Grouping(_)
            | StepKind::Keyed(_)
            | StepKind::View(_)),
            _,
        ) => problems.push(kind_changed(step, kind)),
    }
}

fn grouping(
    graph: &Graph,
    functions: &Functions,
    step: &Step,
    saved: &GroupingState,
    problems: &mut Vec<Problem>,
) {
    let now = input_windowing(graph, step);
    problems.extend(windowing_changed(step, &windowing::differences(&saved.windowing, now)));
    let kernels = functions.kernels(&step.path);
    problems.extend(coder_changed(step, "its key", &saved.key, &kernels.key_type()));
    let kept = "what it keeps of a key and window";
    problems.extend(coder_changed(step, kept, &saved.accumulator, &kernels.accumulator_type()));
}

fn keyed(
    graph: &Graph,
    step: &Step,
    spec: &ParDoSpec,
    saved: &KeyedState,
    problems: &mut Vec<Problem>,
) {
    let now = input_windowing(graph, step);
    problems.extend(windowing_changed(step, &windowing::of_windows(&saved.windowing, now)));
    let key = CodedType::of_keys(graph.collection(step.inputs[0]));
    problems.extend(coder_changed(step, "its key", &saved.key, &key));
    problems.extend(saved.cells.iter().filter_map(|cell| cell_changed(step, cell, &spec.cells)));
    let timers = saved.timers.iter();
    problems.extend(timers.filter_map(|timer| timer_changed(step, timer, &spec.timers)));
}

fn view(graph: &Graph, step: &Step, saved: &ViewState) -> Option<Problem> {
    let &output = step.outputs.first()?;
    let now = CodedType::of_collection(graph.collection(output));
    coder_changed(step, "its panes", &saved.element, &now)
}

fn input_windowing<'a>(graph: &'a Graph, step: &Step) -> &'a Windowing {
    &graph.collection(step.inputs[0]).windowing
}

fn cell_changed(step: &Step, saved: &CellSpec, cells: &[CellSpec]) -> Option<Problem> {
    let Some(now) = cells.iter().find(|cell| cell.id == saved.id) else {
        return Some(cell_problem(step, &format!("has lost the cell `{}`", saved.id)));
    };
    if now.kind != saved.kind {
        let kinds = |kind: CellKind| kind.to_string();
        let (before, after) = (kinds(saved.kind), kinds(now.kind));
        let what = format!("has made of the {before} cell `{}` a {after} cell", saved.id);
        return Some(cell_problem(step, &what));
    }
    let of =
        |cell: &CellSpec| CodedType { element: cell.element.clone(), coder: cell.coder.clone() };
    coder_changed(step, &format!("its cell `{}`", saved.id), &of(saved), &of(now))
}

fn timer_changed(step: &Step, saved: &TimerSpec, timers: &[TimerSpec]) -> Option<Problem> {
    let Some(now) = timers.iter().find(|timer| timer.id == saved.id) else {
        return Some(cell_problem(step, &format!("has lost the timer `{}`", saved.id)));
    };
    (now.domain != saved.domain).then(|| {
        let (before, after) = (saved.domain, now.domain);
        let what = format!("has made of the {before} timer `{}` a {after} timer", saved.id);
        cell_problem(step, &what)
    })
}

fn cell_problem(step: &Step, what: &str) -> Problem {
    Problem::error(
        "state-cell-changed",
        step,
        what,
        "the savepoint has state of it, which nothing in the step could take",
        "declare it as it was, beside a new one if there is to be one; or start anew without \
         `--from`",
    )
}

fn waiting(graph: &Graph, step: &Step, batch: &QueuedBatch) -> Option<Problem> {
    let takes = |id: &_| graph.collection(*id).coder == batch.coder;
    (!step.inputs.iter().any(takes)).then(|| {
        let coders: Vec<&str> =
            step.inputs.iter().map(|&id| graph.collection(id).coder.as_str()).collect();
        coder_problem(step, "the elements that wait for it", &batch.coder, &coders.join(", "))
    })
}

fn coder_changed(step: &Step, what: &str, saved: &CodedType, now: &CodedType) -> Option<Problem> {
    (!now.reads(saved)).then(|| coder_problem(step, what, &saved.to_string(), &now.to_string()))
}

fn coder_problem(step: &Step, what: &str, saved: &str, now: &str) -> Problem {
    Problem::error(
        "state-coder-changed",
        step,
        format!("cannot read {what}"),
        format!("the savepoint has it as {saved}, and now it is {now}"),
        "keep the type as it was, and convert behind the step; or start anew without `--from`",
    )
}

fn windowing_changed(step: &Step, differences: &[String]) -> Option<Problem> {
    (!differences.is_empty()).then(|| {
        Problem::error(
            "state-windowing-changed",
            step,
            "is windowed in another way than its state was",
            differences.join("; "),
            "window its input as it was; or give the step another name and start anew without \
             `--from`",
        )
    })
}

fn kind_changed(step: &Step, kind: &StepKind) -> Problem {
    Problem::error(
        "state-kind-changed",
        step,
        format!("cannot go on with the state of a {}", kind.name()),
        format!("the savepoint has that under its name, and now it is a {}", step.transform),
        "give the new step another name, and say `.formerly(..)` at the one that has the state \
         now, if there is one",
    )
}
