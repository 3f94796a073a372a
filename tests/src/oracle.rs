//! What must come of a case, computed by the letter of the model: small, slow, and apart from any
//! engine.
//!
//! It shares nothing with what runs pipelines but the words of a case. Each file is to be held
//! against the sections of model.md that it names, line by line; where several ways to compute a
//! thing are equal, it takes the one that reads like the model.

mod windowing;
mod window;
mod calendar;
mod custom;
mod trigger;
mod combine;
mod grouping;
mod side;
mod pipeline;
mod script;

use crate::case::{
    Case, Dropped, DroppedBecause, Event, Expectation, Number, Output, Pane, PaneInfo, PaneWindow,
    Step, Value, WindowFunction,
};
use combine::Numbers;
use grouping::Grouping;
use pipeline::Pipeline;
use script::Played;

/// What a run of the case must give: panes in the order of key, window and index, drops, and the
/// dropped elements if the case asks for them.
///
/// It knows no preflight: what should be refused, runs.
///
/// ```
/// use heliostat_conformance::{case, oracle};
///
/// let text = "pipeline sum_per_key\nwindow fixed 10\nadd a=1 @3  a=2 @4\nno panes\n";
/// let output = oracle(&case::parse(text, "sum.case")?)?;
/// assert_eq!(output.panes.unwrap_or_default()[0].to_string(), "pane a=3 [0,10) on_time 0 first last");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// If the run must end with an error: the script breaks its contract, or a window function does.
/// Also if the case asks for something that is not covered; the message says what.
pub fn oracle(case: &Case) -> Result<Output, String> {
    told(case).map(|told| told.output)
}

/// What a run of a case must give, and what happened on the way.
///
/// ```
/// use heliostat_conformance::{case, told};
///
/// let text = "pipeline group_by_key\nwindow sessions 10\nadd a=1 @1\nadd a=9 @9\nno panes\n";
/// let told = told(&case::parse(text, "merged.case")?)?;
/// assert_eq!((told.groupings, told.merges), (1, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// What it gives.
    pub output: Output,
    /// How many groupings the case has.
    pub groupings: usize,
    /// How often windows that held elements became part of another one.
    pub merges: u64,
    /// How many panes a grouping emitted because processing time moved on.
    pub processing_panes: u64,
}

/// The same as [`oracle()`], with what happened on the way.
///
/// See [`Told`].
///
/// # Errors
/// As [`oracle()`].
pub fn told(case: &Case) -> Result<Told, String> {
    if is_stateful(case) {
        return Err("steps with state and timers are not covered".into());
    }
    let events = script::played(case)?;
    let mut pipeline = Pipeline::new(case, &script::windowing(case), numbers(case));
    for event in events {
        match event {
            Played::Bundle(elements) => pipeline.bundle(elements)?,
            Played::Watermark(to) => pipeline.watermark(to)?,
            Played::SideBundle(stream, elements) => pipeline.side_bundle(&stream, &elements)?,
            Played::SideWatermark(stream, to) => pipeline.side_watermark(&stream, to)?,
            Played::Processing(to) => pipeline.processing_time(to)?,
        }
    }
    let groupings = pipeline.groupings();
    let sum = |of: fn(&Grouping) -> u64| groupings.iter().map(|grouping| of(grouping)).sum();
    let dropped = || groupings.iter().flat_map(|grouping| &grouping.dropped);
    let count = |because| dropped().filter(|dropped| dropped.because == because).count() as u64;
    let output = Output {
        panes: Some(sorted(&pipeline)),
        late: count(DroppedBecause::Late) + pipeline.late_readers(),
        closed: count(DroppedBecause::Closed),
        dropped: asks_for_dropped(case).then(|| sorted_dropped(&groupings)),
        trigger: Some(pipeline.trigger.clone()),
    };
    Ok(Told {
        output,
        groupings: groupings.len(),
        merges: sum(|grouping| grouping.merges),
        processing_panes: sum(|grouping| grouping.processing_panes),
    })
}

/// Whether a case has a step with state or timers. The oracle has none: what such a step does is
/// the code of the case as much as the engine's.
///
/// ```
/// use heliostat_conformance::{case, is_stateful};
///
/// let case = case::parse("pipeline with_state count\nno panes\n", "count.case")?;
/// assert!(is_stateful(&case));
/// # Ok::<(), case::CaseError>(())
/// ```
pub fn is_stateful(case: &Case) -> bool {
    case.steps.iter().any(|step| matches!(step, Step::WithState(_)))
}

/// The windows of a value at a timestamp, before they merge; none where that cannot be said.
pub(crate) fn windows_of(
    function: &WindowFunction,
    value: &Value,
    timestamp: i64,
) -> Vec<PaneWindow> {
    let element = Pane {
        key: None,
        value: value.clone(),
        window: PaneWindow::Global,
        info: PaneInfo::NO_FIRING,
        timestamp,
    };
    window::assign(function, &element).unwrap_or_default()
}

/// All numbers of a case are decimals if it writes one.
fn numbers(case: &Case) -> Numbers {
    let decimal = case.events.iter().any(|event| match event {
        Event::Add { elements, .. } => {
            elements.iter().any(|element| matches!(element.value, Number::Decimal(_)))
        }
        Event::Watermark { .. } | Event::Processing { .. } => false,
    });
    if decimal { Numbers::Decimal } else { Numbers::Whole }
}

fn asks_for_dropped(case: &Case) -> bool {
    match &case.expectation {
        Expectation::Output(output) => output.dropped.is_some(),
        Expectation::Refused(_) | Expectation::Fails(_) => false,
    }
}

fn sorted(pipeline: &Pipeline) -> Vec<Pane> {
    let mut panes = pipeline.output.clone();
    panes.sort_by(|a, b| {
        let places = a.key.cmp(&b.key).then(a.window.cmp(&b.window));
        let within = a.info.index.cmp(&b.info.index).then(a.timestamp.cmp(&b.timestamp));
        places.then(within).then_with(|| a.value.cmp(&b.value))
    });
    panes
}

/// What the last grouping dropped, which is what its second output holds.
fn sorted_dropped(groupings: &[&Grouping]) -> Vec<Dropped> {
    let mut dropped: Vec<Dropped> =
        groupings.last().map(|grouping| grouping.dropped.clone()).unwrap_or_default();
    dropped.sort_by(|a, b| {
        let closed = |dropped: &Dropped| dropped.because == DroppedBecause::Closed;
        let places = a.key.cmp(&b.key).then(a.window.cmp(&b.window));
        let within = a.timestamp.cmp(&b.timestamp).then(a.value.cmp(&b.value));
        places.then(within).then(closed(a).cmp(&closed(b)))
    });
    dropped
}
