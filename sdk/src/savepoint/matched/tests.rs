//! Which step finds which state: by its path, by former ones, by those of the steps around it.

use crate::savepoint::{QueuedBatch, SavepointHeader, StepKind, StepState, WriteState};
use crate::{PCollection, Pipeline, Savepoint};

/// Impulses that are given, under these paths.
fn given(paths: &[&str]) -> Savepoint {
    let mut savepoint = Savepoint::new(SavepointHeader::written_by("direct", "0.1.0"));
    let state = || StepState::of(StepKind::Impulse { given: true });
    savepoint.steps.extend(paths.iter().map(|&path| (path.to_owned(), state())));
    savepoint
}

/// The steps that found state, or else the codes and steps of the problems.
fn matched(pipeline: &Pipeline, savepoint: &Savepoint) -> Result<Vec<String>, Vec<String>> {
    let (graph, functions) = (pipeline.graph(), pipeline.functions());
    match savepoint.matched_to(&graph, &functions) {
        Ok(found) => Ok(found.keys().map(|&id| graph.step(id).path.clone()).collect()),
        Err(problems) => Err(problems
            .iter()
            .map(|problem| format!("{} {}", problem.code, problem.step))
            .collect()),
    }
}

#[test]
fn a_step_finds_its_state_under_its_path_or_a_former_one() {
    let pipeline = Pipeline::new();
    pipeline.create([1]).named("Numbers").formerly("Digits").formerly("Part/Figures").collect();
    pipeline.create([1]).collect();
    let ok = |path: &str| Ok(vec![path.to_owned()]);
    for (paths, found) in [
        (&[][..], Ok(Vec::new())),
        (&["Numbers/Impulse"], ok("Numbers/Impulse")),
        (&["Digits/Impulse"], ok("Numbers/Impulse")),
        (&["Part/Figures/Impulse"], ok("Numbers/Impulse")),
        (&["Create/Impulse"], ok("Create/Impulse")),
        (&["Figures/Impulse"], Err(vec!["state-without-step Figures/Impulse".to_owned()])),
        // Its own path comes first; then nobody takes what is under the former one.
        (
            &["Numbers/Impulse", "Digits/Impulse"],
            Err(vec!["state-without-step Digits/Impulse".to_owned()]),
        ),
    ] {
        assert_eq!(matched(&pipeline, &given(paths)), found, "{paths:?}");
    }
}

#[test]
fn former_paths_of_outer_and_inner_steps_go_together() {
    let pipeline = Pipeline::new();
    let start = pipeline.create([(1, 2)]);
    let outer =
        |pairs: PCollection<(i32, i32)>| pairs.group_by_key().named("Group").formerly("Old/Gather");
    start.apply("Part", outer);
    let graph = pipeline.graph();
    let step = graph.find("Part/Group").expect("it was just built");
    assert_eq!(super::names::of(&graph, step), ["Part/Group", "Old/Gather"]);

    let total = pipeline.create([1]).sum_globally().named("Total").formerly("Sum").formerly("All");
    drop(total);
    let graph = pipeline.graph();
    let inner = graph.find("Total/Combine per key/Group by key").expect("it is part of the sum");
    assert_eq!(
        super::names::of(&graph, inner),
        [
            "Total/Combine per key/Group by key",
            "Sum/Combine per key/Group by key",
            "All/Combine per key/Group by key",
        ]
    );
}

#[test]
fn what_a_step_does_not_keep_is_nobody_s_loss() {
    let pipeline = Pipeline::new();
    pipeline.create([1]).collect();
    let mut savepoint = given(&[]);
    savepoint.steps.insert("Map".into(), StepState::of(StepKind::Stateless));
    assert_eq!(matched(&pipeline, &savepoint), Ok(Vec::new()));

    let waiting = QueuedBatch {
        queue: QueuedBatch::EXCHANGE.into(),
        coder: "bool".into(),
        elements: Vec::new(),
        values: Vec::new(),
    };
    let state = StepState { pending: vec![waiting], ..StepState::of(StepKind::Stateless) };
    savepoint.steps.insert("Map".into(), state.clone());
    let lost = Err(vec!["state-without-step Map".to_owned()]);
    assert_eq!(matched(&pipeline, &savepoint), lost);

    savepoint.steps.clear();
    savepoint.steps.insert("Create/Values".into(), state);
    let unreadable = Err(vec!["state-coder-changed Create/Values".to_owned()]);
    assert_eq!(matched(&pipeline, &savepoint), unreadable);
}

#[test]
fn all_problems_are_told_at_once() {
    let pipeline = Pipeline::new();
    let numbers = pipeline.create([1]).named("One");
    numbers.collect();
    pipeline.create([2]).named("Two").formerly("One").collect();
    let mut savepoint = given(&["One/Impulse", "Three/Impulse"]);
    let write = StepState::of(StepKind::Write(WriteState::default()));
    savepoint.steps.insert("One/Values".into(), write);
    let problems = matched(&pipeline, &savepoint).expect_err("it does not fit");
    assert_eq!(
        problems,
        [
            "state-without-step Three/Impulse",
            "state-kind-changed One/Values",
            "state-of-two-steps Two/Impulse",
            "state-of-two-steps Two/Values",
        ]
    );
}
