//! Runs W2 by hand or through source column, grouping and kernels, for a tool that counts
//! instructions.

#![expect(clippy::print_stdout, reason = "the check is for a person and for the script")]

use clap::{Parser, ValueEnum};
use heliostat::batch::{Batch, ColumnExt, Meta, Windows};
use heliostat::graph::Transform;
use heliostat::{Fill, Pipeline, Result, Timestamp};
use heliostat_benches::w2::{self, Check, Event};
use heliostat_runner_core::{
    CombineForm, Fired, Grouping, GroupingCode, GroupingPath, GroupingSettings, Plan,
};
use std::hint::black_box;
use std::sync::Arc;

/// How many events a batch has, as in the runners.
const BATCH_EVENTS: usize = 1_024;

/// Computes W2 over the first events of the full workload.
///
/// `benches/instructions.sh` runs it twice with as many events made and a different number of
/// them used, so that the difference holds neither start nor generator.
#[derive(Parser)]
struct Options {
    /// What to run.
    way: Way,
    /// How many events to use.
    #[arg(long, default_value_t = 2_000_000)]
    events: usize,
    /// How many events to make, at least as many as are used.
    #[arg(long, default_value_t = 2_000_000)]
    made: usize,
}

#[derive(Clone, Copy, ValueEnum)]
enum Way {
    /// The loop written by hand.
    Loop,
    /// Source column, grouping, kernels.
    Aligned,
}

fn main() -> Result<()> {
    let Options { way, events: used, made } = Options::parse();
    let mut events = w2::first_events(made.max(used), w2::EVENTS);
    events.truncate(used);
    let check = match way {
        Way::Loop => w2::by_hand(black_box(&events)),
        Way::Aligned => aligned(events)?,
    };
    println!("{} rows, check {}", check.rows, check.sum);
    Ok(())
}

/// What a runner does for one worker, without its stages and accounts.
fn aligned(events: Vec<Event>) -> Result<Check> {
    let pipeline = Pipeline::new();
    w2::sum_per_minute(&pipeline, Arc::new(events));
    let (graph, functions) = (pipeline.graph(), pipeline.functions());
    let plan = Plan::of(&graph, |_| CombineForm::Native);
    let plan = &plan.groupings[0];
    assert_eq!(plan.path, GroupingPath::Aligned, "W2 takes the aligned path");
    let settings = GroupingSettings { windowing: plan.windowing.clone(), path: plan.path, seed: 0 };
    let kernels = functions.kernels(&graph.step(plan.step).path);
    let mut grouping = Grouping::new(settings, GroupingCode { kernels, merger: None }, None);
    let windows = Windows::ByTimestamp(plan.windowing.window_fn.clone());

    let read = graph.leaves().find(|step| !matches!(step.transform, Transform::WindowInto(_)));
    let read = read.expect("W2 begins with a read");
    let source = functions.read(&read.path);
    let mut reader = source.open(&source.split()?[0])?;
    let empty =
        |collection| Batch { values: functions.edge(collection).empty(), meta: Meta::default() };
    let (mut rows, mut bad_rows) = (empty(read.outputs[0]), empty(read.outputs[1]));
    let mut check = Check::default();
    loop {
        let fill = reader.fill(&mut rows, &mut bad_rows, BATCH_EVENTS)?;
        rows.meta.windows = windows.clone();
        grouping.add(&mut rows);
        count(&grouping.end_bundle(empty(plan.panes))?, &mut check);
        count(&grouping.advance(reader.watermark(), empty(plan.panes)), &mut check);
        if fill == Fill::Done {
            count(&grouping.advance(Timestamp::MAX, empty(plan.panes)), &mut check);
            return Ok(check);
        }
    }
}

fn count(fired: &Fired, check: &mut Check) {
    let Some(panes) = &fired.panes else { return };
    let sums: &Vec<(u64, i64)> = panes.values.typed();
    let Meta { windows, timestamps, .. } = &panes.meta;
    windows.for_each(timestamps, sums.len(), |at, window| {
        check.add(window.start(), sums[at].0, sums[at].1);
    });
}
