//! What steps need of a runner, and the smallest changes after which they do not.

use heliostat::graph::Requirement;
use heliostat::prelude::*;
use heliostat::{Boundedness, Capability, Graph, Standing, Support, preflight};

#[path = "requirements/changes.rs"]
mod changes;

#[test]
fn a_step_needs_what_it_is_and_a_grouping_what_its_windowing_asks() {
    let fixed = || Window::fixed(secs(10));
    let late = fixed().allowed_lateness(secs(5)).accumulating();
    let late = late.trigger(after_watermark().early(repeatedly(after_count(2))));
    let odd = Window::global().timestamp_combiner(TimestampCombiner::Latest).discarding();
    let odd = odd.closing_behavior(ClosingBehavior::Always);
    let odd = odd.on_time_behavior(OnTimeBehavior::IfNonEmpty).trigger(Trigger::Never);
    let count = || Window::global().trigger(after_count(2)).discarding();
    for (graph, path, expected) in [
        (
            built(|p| drop(p.create([1]))),
            "Create/Impulse",
            "root.impulse metrics.system metrics.committed",
        ),
        (
            built(|p| drop(p.create([1]))),
            "Create/Values",
            "pardo.element_wise pardo.lifecycle pardo.lifecycle.teardown",
        ),
        (
            built(|p| drop(scripted(p, fixed()))),
            "Window",
            "window.fixed window.negative_time window.truncate_at_end",
        ),
        (
            built(|p| drop(scripted(p, fixed()).group_by_key())),
            "Group by key",
            "gbk window.fixed ts_combiner.eow trigger.event",
        ),
        (
            built(|p| drop(scripted(p, late.clone()).group_by_key_with_dropped())),
            "Group by key",
            "gbk window.fixed ts_combiner.eow trigger.event trigger.repeated trigger.count \
             mode.accumulating lateness.allowed pane.empty_on_time lateness.dropped_output",
        ),
        (
            built(|p| drop(scripted(p, odd.clone()).sum_per_key())),
            "Sum per key",
            "combine.per_key window.global ts_combiner.latest trigger.never mode.discarding \
             pane.empty_on_time pane.closing",
        ),
        (
            built(|p| drop(scripted(p, count().allow_unsafe_trigger()).group_by_key())),
            "Group by key",
            "gbk window.global ts_combiner.eow trigger.count trigger.finishing mode.discarding \
             pane.empty_on_time",
        ),
        (
            built(|p| drop(scripted(p, count()).sum_per_key().sum_per_key())),
            "Sum per key 2",
            "combine.per_key window.global ts_combiner.eow trigger.count mode.discarding \
             pane.empty_on_time trigger.continuation teststream.multi_stage",
        ),
        (
            built(|p| drop(scripted(p, fixed()).sum_per_key().sum_per_key())),
            "Sum per key 2",
            "combine.per_key window.fixed ts_combiner.eow trigger.event teststream.multi_stage",
        ),
        (
            built(|p| drop(p.create([1]).sum_globally())),
            "Sum globally",
            "combine.globally window.global ts_combiner.eow trigger.event",
        ),
        (
            built(|p| drop(p.create([1]).sum_globally())),
            "Sum globally/Combine per key/Group by key",
            "",
        ),
    ] {
        assert_eq!(needs(&graph, path), expected, "{path}");
    }
}

/// Pairs of a script, in these windows.
fn scripted(pipeline: &Pipeline, window: Window) -> PCollection<(u8, u8)> {
    let script = TestStream::new().add([((1, 1), Timestamp::secs(1))]);
    pipeline.test_stream(script).window(window)
}

fn built(build: impl Fn(&Pipeline)) -> Graph {
    let pipeline = Pipeline::new();
    build(&pipeline);
    pipeline.graph()
}

/// What a step needs, without what every grouping needs.
fn needs(graph: &Graph, path: &str) -> String {
    let step = graph.find(path).expect("the step was built");
    let needed = graph.requirements().into_iter().filter(|it| it.at == step.id);
    let always = ["pane.info", "pane.gc_leftover", "watermark.holds", "lateness.dropped"];
    let ids = needed.map(|it| it.capability.id()).filter(|id| !always.contains(id));
    ids.collect::<Vec<_>>().join(" ")
}
