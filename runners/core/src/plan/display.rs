//! A plan as text.

use super::{GroupingPlan, Lifting, Plan, Root, Stage, Target};
use crate::GroupingPath;
use heliostat::WindowFn;
use heliostat::graph::{Composite, Graph, Transform};
use std::fmt::Write;

/// A line per stage and grouping, in the order data meets them.
pub(super) fn render(plan: &Plan, graph: &Graph) -> String {
    let mut text = String::new();
    for stage in &plan.stages {
        let from = match stage.root {
            Root::Source(step) => format!("source `{}`", graph.step(step).path),
            Root::Grouping(id) => {
                format!("grouping `{}`", graph.step(plan.groupings[id.0 as usize].step).path)
            }
            Root::Exchange(_) => exchange(stage, graph),
        };
        let output = &graph.collection(stage.input).output;
        let output = if output == "out" { String::new() } else { format!(" ({output})") };
        line(&mut text, format_args!("stage {} from {from}{output}", stage.id.0 + 1));
        for id in stage.head.iter().flat_map(|head| &head.views) {
            let view = graph.producer(plan.views[id.0 as usize].collection);
            line(&mut text, format_args!("  <~ view `{}`", graph.named_step(view).path));
        }
        for &step in &stage.steps {
            line(&mut text, format_args!("  {}", graph.step(step).path));
        }
        for (_, target) in &stage.targets {
            match target {
                Target::Grouping(id) => {
                    let path = &graph.step(plan.groupings[id.0 as usize].step).path;
                    line(&mut text, format_args!("  -> grouping `{path}`"));
                }
                Target::Exchange(id) => {
                    line(&mut text, format_args!("  -> stage {}", id.0 + 1));
                }
                Target::View(id) => {
                    let view = graph.producer(plan.views[id.0 as usize].collection);
                    line(&mut text, format_args!("  -> view `{}`", graph.named_step(view).path));
                }
                Target::Write(step) => {
                    line(&mut text, format_args!("  -> write `{}`", graph.step(*step).path));
                }
            }
        }
    }
    for grouping in &plan.groupings {
        let step = graph.step(grouping.step);
        let what = match &step.transform {
            Transform::Composite(Composite::Combine { function }) => {
                format!("keeps accumulators of {function}, {}", lifted(&grouping.lifting))
            }
            Transform::Composite(_)
            | Transform::Impulse
            | Transform::ParDo(_)
            | Transform::GroupByKey
            | Transform::Flatten
            | Transform::WindowInto(_)
            | Transform::TestStream(_) => "gathers groups".to_owned(),
        };
        line(
            &mut text,
            format_args!(
                "grouping `{}`: {} path{}, {what}; {}",
                step.path,
                grouping.path,
                slices(grouping),
                grouping.windowing
            ),
        );
    }
    text
}

/// How elements come to the head of a stage.
fn exchange(stage: &Stage, graph: &Graph) -> String {
    let by_key = stage.steps.first().is_some_and(|&head| match &graph.step(head).transform {
        Transform::ParDo(spec) => spec.is_keyed(),
        Transform::Composite(_)
        | Transform::Impulse
        | Transform::GroupByKey
        | Transform::Flatten
        | Transform::WindowInto(_)
        | Transform::TestStream(_) => false,
    });
    let input = &graph.named_step(graph.producer(stage.input)).path;
    format!("`{input}`, exchanged{}", if by_key { " by key" } else { "" })
}

fn lifted(lifting: &Lifting) -> String {
    match lifting {
        Lifting::Lifted => "lifted".to_owned(),
        Lifting::Liftable => "liftable".to_owned(),
        Lifting::NotLiftable(why) => format!("not lifted ({why})"),
    }
}

/// What sliding windows share on the aligned path.
fn slices(grouping: &GroupingPlan) -> String {
    match (grouping.path, &grouping.windowing.window_fn) {
        (GroupingPath::Aligned, WindowFn::Sliding(windows)) => match windows.slice_lengths() {
            (length, None) => format!(" in slices of {length}"),
            (length, Some(other)) => format!(" in slices of {length} and {other}"),
        },
        (GroupingPath::Aligned | GroupingPath::General, _) => String::new(),
    }
}

fn line(text: &mut String, what: std::fmt::Arguments<'_>) {
    writeln!(text, "{what}").expect("a string takes everything");
}
