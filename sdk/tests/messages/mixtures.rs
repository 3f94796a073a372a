//! Several mistakes in one pipeline, and one that shows at several steps: none is told twice.

use heliostat::prelude::*;
use heliostat::{Graph, Support, preflight};

use super::parts::Ticks;
use super::{RUNNER, counted, scores};

/// Which problems pipelines have besides the ones in the files: none twice for one mistake.
#[test]
fn a_mistake_is_told_once_where_it_was_made() {
    for (name, graph, expected) in mixtures() {
        let problems = preflight::check(&graph, &Support::everything(), RUNNER);
        let told: Vec<String> =
            problems.iter().map(|problem| format!("{} {}", problem.code, problem.step)).collect();
        assert_eq!(told, expected, "{name}");
    }
}

/// Pipelines with several mistakes, or with one that shows at several steps, and what is told.
fn mixtures() -> Vec<(&'static str, Graph, &'static [&'static str])> {
    vec![
        ("nothing is wrong", counted(), &[]),
        (
            "what a window leaves open is asked once",
            left_open(),
            &["unspecified-accumulation Windows", "unspecified-lateness Windows"],
        ),
        (
            "the same windows are missing in front of all groupings",
            never_windowed(),
            &["unbounded-group Sum per key"],
        ),
        (
            "windows that are taken away are missing again",
            windows_undone(),
            &["unbounded-group Group by key", "unbounded-group Sum per key"],
        ),
        ("a trigger loses data once", lost_twice(), &["unsafe-trigger Sum per key"]),
        ("what is allowed is let through", allowed(), &[]),
        (
            "the inside of a global combine is its own affair",
            global_combine(),
            &["unspecified-accumulation Window", "global-defaults Sum globally"],
        ),
        (
            "names within parts of one name follow from theirs",
            twin_parts(),
            &["duplicate-name Part"],
        ),
        ("the same name in two parts is no duplicate", two_parts(), &[]),
        ("a grouping gives its own timestamps", timestamps_of_panes(), &[]),
    ]
}

fn left_open() -> Graph {
    let pipeline = Pipeline::new();
    let window = Window::fixed(minutes(1)).trigger(repeatedly(after_count(10)));
    let sums = scores(&pipeline).window(window).named("Windows").sum_per_key();
    sums.window(Window::fixed(hours(1))).sum_per_key().group_by_key();
    pipeline.graph()
}

fn never_windowed() -> Graph {
    let pipeline = Pipeline::new();
    scores(&pipeline).sum_per_key().with_keys(|(_, sum)| *sum).group_by_key();
    pipeline.graph()
}

fn windows_undone() -> Graph {
    let pipeline = Pipeline::new();
    scores(&pipeline).group_by_key();
    let sums = scores(&pipeline).window(Window::fixed(minutes(1))).window(Window::global());
    sums.sum_per_key();
    let mut graph = pipeline.graph();
    // The second read of the same name is not what this pipeline is about.
    graph = renamed(&graph, "Read scores", "Read other scores");
    graph
}

/// The graph with another name for the last step of this one.
fn renamed(graph: &Graph, from: &str, to: &str) -> Graph {
    let json = serde_json::to_string(graph).expect("a graph is written as JSON");
    let (before, after) = json.rsplit_once(from).expect("a step has that name");
    let json = format!("{before}{to}{after}");
    serde_json::from_str(&json).expect("a name is the author's to choose")
}

fn lost_twice() -> Graph {
    let pipeline = Pipeline::new();
    let window = Window::global().trigger(after_count(10)).discarding();
    scores(&pipeline).window(window).sum_per_key().group_by_key();
    pipeline.graph()
}

fn allowed() -> Graph {
    let pipeline = Pipeline::new();
    let window = Window::global().trigger(after_count(10)).discarding().allow_unsafe_trigger();
    scores(&pipeline).window(window).sum_per_key().group_by_key();
    pipeline.graph()
}

fn global_combine() -> Graph {
    let pipeline = Pipeline::new();
    let window = Window::fixed(minutes(1)).allowed_lateness(minutes(5));
    scores(&pipeline).values().window(window).sum_globally();
    pipeline.graph()
}

fn twin_parts() -> Graph {
    let pipeline = Pipeline::new();
    let numbers = pipeline.create([1]);
    for _ in 0..2 {
        numbers.clone().apply("Part", |part| part.map(|n| n + 1).named("Add one"));
    }
    pipeline.graph()
}

fn two_parts() -> Graph {
    let pipeline = Pipeline::new();
    let numbers = pipeline.create([1]);
    for part in ["One", "Two"] {
        numbers.clone().apply(part, |part| part.map(|n| n + 1).named("Add one"));
    }
    pipeline.graph()
}

fn timestamps_of_panes() -> Graph {
    let pipeline = Pipeline::new();
    let ticks = pipeline.read(Ticks).window(Window::fixed(minutes(1))).with_keys(|n| n % 2);
    ticks.sum_per_key().timestamps(|(_, sum)| Timestamp::secs(*sum));
    pipeline.graph()
}
