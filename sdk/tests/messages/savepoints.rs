//! What is found where a savepoint is asked for, and where it does not fit a pipeline.

use heliostat::graph::{CellKind, CellSpec, TimeDomain, TimerSpec};
use heliostat::prelude::*;
use heliostat::savepoint::{
    CodedType, GroupingState, KeyedState, SavepointHeader, StepKind, StepState,
};
use heliostat::{Graph, Problem, Savepoint, Windowing, preflight};

/// What the compiler calls this file.
pub(crate) const FILE: &str = file!();

/// Sums of each minute, with a step behind them that can be given cells.
fn sums(window: Window) -> Pipeline {
    let pipeline = Pipeline::new();
    let scores = pipeline.create([("a".to_owned(), 1_u64)]);
    let sums = scores.window(window).sum_per_key().named("Sum scores");
    sums.map(|sum| sum).named("Limit").collect();
    pipeline
}

fn minutely() -> Window {
    Window::fixed(minutes(1))
}

/// What that pipeline leaves of its sums.
fn grouping() -> GroupingState {
    let text = CodedType { element: "String".into(), coder: "string_utf8".into() };
    let number = CodedType { element: "u64".into(), coder: "varint".into() };
    GroupingState {
        input_watermark: Timestamp::secs(90),
        output_watermark: Timestamp::secs(60),
        windowing: minutely().change().applied_to(&Windowing::default()),
        key: text,
        accumulator: number,
        rows: Vec::new(),
    }
}

fn cell() -> CellSpec {
    CellSpec {
        id: "seen".into(),
        kind: CellKind::Value,
        element: "u64".into(),
        coder: "varint".into(),
        time_to_live: None,
        merges: false,
    }
}

fn timer() -> TimerSpec {
    TimerSpec { id: "flush".into(), domain: TimeDomain::EventTime, family: false }
}

/// What the step behind the sums leaves, if it has a cell and a timer.
fn keyed() -> KeyedState {
    let graph = sums(minutely()).graph();
    let limit = graph.find("Limit").expect("it was just built");
    let key = CodedType::of_keys(graph.collection(limit.inputs[0]));
    let GroupingState { input_watermark, output_watermark, windowing, .. } = grouping();
    let (cells, timers, rows) = (vec![cell()], vec![timer()], Vec::new());
    KeyedState { input_watermark, output_watermark, windowing, key, cells, timers, rows }
}

fn saved<const STEPS: usize>(steps: [(&str, StepKind); STEPS]) -> Savepoint {
    let mut savepoint = Savepoint::new(SavepointHeader::written_by("small", "0.1.0"));
    let steps = steps.map(|(path, kind)| (path.to_owned(), StepState::of(kind)));
    savepoint.steps.extend(steps);
    savepoint
}

fn problems(pipeline: &Pipeline, savepoint: &Savepoint) -> Vec<Problem> {
    found(&pipeline.graph(), pipeline, savepoint)
}

fn found(graph: &Graph, pipeline: &Pipeline, savepoint: &Savepoint) -> Vec<Problem> {
    let functions = pipeline.functions();
    savepoint.matched_to(graph, &functions).expect_err("the savepoint does not fit")
}

pub(crate) fn unnamed() -> Vec<Problem> {
    let pipeline = Pipeline::new();
    let scores = pipeline.create([("a".to_owned(), 1_u64)]);
    scores.sum_per_key().collect();
    scores.sum_per_key().named("Sum scores").collect();
    preflight::unnamed_state(&pipeline.graph())
}

pub(crate) fn without_step() -> Vec<Problem> {
    let savepoint = saved([("Sums", StepKind::Grouping(grouping()))]);
    problems(&sums(minutely()), &savepoint)
}

pub(crate) fn of_two_steps() -> Vec<Problem> {
    let pipeline = sums(minutely());
    let scores = pipeline.create([("a".to_owned(), 1_u64)]);
    let again = scores.window(minutely()).sum_per_key().named("Sum again");
    again.formerly("Sum scores").collect();
    problems(&pipeline, &saved([("Sum scores", StepKind::Grouping(grouping()))]))
}

pub(crate) fn another_kind() -> Vec<Problem> {
    let savepoint = saved([("Sum scores", StepKind::Read(Default::default()))]);
    problems(&sums(minutely()), &savepoint)
}

pub(crate) fn other_windows() -> Vec<Problem> {
    let savepoint = saved([("Sum scores", StepKind::Grouping(grouping()))]);
    problems(&sums(Window::fixed(minutes(5)).allowed_lateness(hours(1))), &savepoint)
}

pub(crate) fn other_trigger() -> Vec<Problem> {
    let savepoint = saved([("Sum scores", StepKind::Grouping(grouping()))]);
    let trigger = after_watermark().early(after_count(10));
    problems(&sums(minutely().trigger(trigger).accumulating()), &savepoint)
}

pub(crate) fn other_keys() -> Vec<Problem> {
    let key = CodedType { element: "u64".into(), coder: "varint".into() };
    let state = GroupingState { key, ..grouping() };
    problems(&sums(minutely()), &saved([("Sum scores", StepKind::Grouping(state))]))
}

pub(crate) fn other_accumulator() -> Vec<Problem> {
    let accumulator = CodedType {
        element: "(u64, u64)".into(),
        coder: "length_prefix<heliostat:coder:postcard:v1>".into(),
    };
    let state = GroupingState { accumulator, ..grouping() };
    problems(&sums(minutely()), &saved([("Sum scores", StepKind::Grouping(state))]))
}

/// The same pipeline, whose last step has these cells and timers.
fn limited(cells: &[CellSpec], timers: &[TimerSpec]) -> Vec<Problem> {
    let pipeline = sums(minutely());
    let mut json = serde_json::to_value(pipeline.graph()).expect("a graph is JSON");
    let steps = json["steps"].as_array_mut().expect("it has steps");
    let limit = steps.iter_mut().find(|step| step["path"] == "Limit").expect("it was built");
    let spec = &mut limit["transform"]["ParDo"];
    spec["cells"] = serde_json::to_value(cells).expect("a description is JSON");
    spec["timers"] = serde_json::to_value(timers).expect("a description is JSON");
    let graph: Graph = serde_json::from_value(json).expect("it is still a graph");
    found(&graph, &pipeline, &saved([("Limit", StepKind::Keyed(keyed()))]))
}

pub(crate) fn other_cell_type() -> Vec<Problem> {
    let cell = CellSpec { element: "String".into(), coder: "string_utf8".into(), ..cell() };
    limited(&[cell], &[timer()])
}

pub(crate) fn lost_cell() -> Vec<Problem> {
    limited(&[], &[timer()])
}

pub(crate) fn other_cell() -> Vec<Problem> {
    limited(&[CellSpec { kind: CellKind::Bag, ..cell() }], &[timer()])
}

pub(crate) fn other_timer() -> Vec<Problem> {
    limited(&[cell()], &[TimerSpec { domain: TimeDomain::ProcessingTime, ..timer() }])
}
