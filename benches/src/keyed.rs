//! A step with state, with its source column: what a runner does for one worker, without its
//! accounts.

use crate::check::Check;
use crate::replay::Replay;
use crate::w2::Event;
use heliostat::batch::{Batch, ColumnExt, Meta, Windows};
use heliostat::graph::{Moment, Transform};
use heliostat::prelude::*;
use heliostat_runner_core::{Attempt, CombineForm, NoInspect, Plan, StageError, StageWork};
use std::sync::Arc;

/// Sums per key and minute in a value cell, which is read and written for each event.
struct Summing {
    sum: ValueState<Self, i64>,
}

impl Summing {
    fn declared(declare: &mut Declare<Self>) -> Self {
        declare.on_window_expiration(Self::give);
        Self { sum: declare.value("sum") }
    }

    fn give(&self, _: &mut (), context: &mut Context<'_, Self>) -> Result<()> {
        let (key, sum) = (*context.key(), self.sum.read(context)?.copied());
        context.emit((key, sum.unwrap_or_default()));
        Ok(())
    }
}

impl DoFn for Summing {
    type Input = (u64, i64);
    type Output = (u64, i64);
    type Local = ();

    fn setup(&self) -> Result<()> {
        Ok(())
    }

    // One call less: what is measured is the step, not how an author's code is compiled.
    #[inline(always)]
    fn process(
        &self,
        _: &mut (),
        (_, value): (u64, i64),
        context: &mut Context<'_, Self>,
    ) -> Result<()> {
        self.sum.update(context, |sum| sum.map_or(value, |sum| sum + value))?;
        Ok(())
    }
}

/// Sets a timer for each event, ten seconds behind it, and gives the key when it fires.
struct Waiting {
    later: Timer<Self>,
}

impl Waiting {
    fn declared(declare: &mut Declare<Self>) -> Self {
        Self { later: declare.event_timer("later", Self::give) }
    }

    fn give(&self, _: &mut (), _: &FiredTimer, context: &mut Context<'_, Self>) -> Result<()> {
        let key = *context.key();
        context.emit((key, 0));
        Ok(())
    }
}

impl DoFn for Waiting {
    type Input = (u64, i64);
    type Output = (u64, i64);
    type Local = ();

    fn setup(&self) -> Result<()> {
        Ok(())
    }

    fn process(&self, _: &mut (), _: (u64, i64), context: &mut Context<'_, Self>) -> Result<()> {
        let last = context.window()?.max_timestamp();
        let later = (context.timestamp() + secs(10)).min(last);
        self.later.set(context, later)
    }
}

/// What the step does with each event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keyed {
    /// Reads and writes a value.
    Value,
    /// Sets a timer.
    Timer,
}

/// Runs a step with state over these events in windows of a minute.
///
/// # Errors
/// If the source fails, or the step.
pub fn run(events: Vec<Event>, keyed: Keyed, batch_events: usize) -> Result<Check> {
    let pipeline = Pipeline::new();
    let read = pipeline.read(Replay::new(&Arc::new(events), 1)).window(Window::fixed(minutes(1)));
    match keyed {
        Keyed::Value => read.par_do_with(Summing::declared).named("Keyed").main().collect(),
        Keyed::Timer => read.par_do_with(Waiting::declared).named("Keyed").main().collect(),
    };
    let (graph, functions) = (pipeline.graph(), pipeline.functions());
    let plan = Plan::of(&graph, |_| CombineForm::Native);
    let stage = plan.stages.iter().find(|stage| stage.head.is_some());
    let stage = stage.expect("a step with state is the head of a stage");
    let windows = Windows::ByTimestamp(graph.collection(stage.input).windowing.window_fn.clone());
    let mut stage = StageWork::new(stage, &graph, &functions, 0).map_err(failed)?;
    let read = graph.leaves().find(|step| matches!(step.transform, Transform::Composite(_)));
    let read = read.expect("the pipeline begins with a read");
    let source = functions.read(&read.path);
    let mut reader = source.open(&source.split()?[0])?;
    let empty = |at: usize| Batch {
        values: functions.edge(read.outputs[at]).empty(),
        meta: Meta::default(),
    };
    let (mut rows, mut bad_rows, mut seen) = (empty(0), empty(1), Check::default());
    let mut moment = Moment { watermark: Timestamp::MIN, now: Timestamp::from_millis(0) };
    loop {
        let fill = reader.fill(&mut rows, &mut bad_rows, batch_events)?;
        rows.meta.windows = windows.clone();
        bundle(&mut stage, Some(&mut rows), &mut seen)?;
        moment.watermark = reader.watermark();
        if fill == Fill::Done {
            moment.watermark = Timestamp::MAX;
        }
        stage.set_moment(moment);
        if stage.has_due() {
            bundle(&mut stage, None, &mut seen)?;
        }
        if fill == Fill::Done {
            return Ok(seen);
        }
    }
}

fn bundle(stage: &mut StageWork, rows: Option<&mut Batch>, seen: &mut Check) -> Result<()> {
    stage.start_bundle().map_err(failed)?;
    if let Some(rows) = rows {
        stage.process(rows, &mut NoInspect).map_err(failed)?;
        rows.clear();
    }
    stage.fire_due(&|_| Vec::new(), &mut NoInspect).map_err(failed)?;
    let output = stage.finish_bundle(&mut NoInspect).map_err(failed)?;
    for (target, mut batch) in output.elements {
        let sums: &[(u64, i64)] = batch.values.typed();
        let Meta { windows, timestamps, .. } = &batch.meta;
        windows.for_each(timestamps, sums.len(), |at, window| {
            seen.add(window.start(), sums[at].0, sums[at].1);
        });
        batch.clear();
        stage.give_back(target, batch);
    }
    Ok(())
}

fn failed(error: StageError) -> Error {
    let attempt = Attempt { bundle: 1, attempt: 1, attempts: 1 };
    Error::new(error.into_run_error(attempt).to_string())
}
