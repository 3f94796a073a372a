//! A case as a pipeline of the sdk.

mod ticks;
mod script;
mod custom;
mod windowing;
mod stream;
mod sides;
mod keyed;
mod grouped;
mod keyless;
mod stateful;
mod seen;

use heliostat::graph::Graph;
use heliostat::{CollectionId, PCollection, Pipeline, RunResult};

use crate::case::{Case, Event, Number, Output, Pane, Step, Trigger, render_pane};
pub(crate) use script::streams;
pub(crate) use seen::{sort, sort_dropped};
pub(crate) use windowing::windowed;

use script::Unit;
use sides::Sides;
use stream::{Seen, Stream};
use ticks::Ticks;

/// The pipeline of a case, and how to read what it gave.
///
/// ```
/// use heliostat_conformance::{build, case};
///
/// let case = case::parse("pipeline windowed\nadd a=1 @3\nno panes\n", "one.case")?;
/// let built = build(&case)?;
/// for runner in heliostat::runners() {
///     let output = built.output(&runner.run(&built.pipeline)?);
///     assert_eq!(output.panes.unwrap_or_default().len(), 1);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Built {
    /// To be given to a runner.
    pub pipeline: Pipeline,
    output: CollectionId,
    panes: Seen<(usize, Pane)>,
    dropped: Option<Seen<crate::case::Dropped>>,
}

impl Built {
    /// The trigger of the output's windowing, as a case writes it.
    pub fn trigger(&self) -> Trigger {
        let graph: Graph = self.pipeline.graph();
        windowing::written(&graph.collection(self.output).windowing.trigger)
    }

    /// The panes of a run, each with the number of the event that it follows from, if this is the
    /// pipeline of [`build_ticking`]. That of a script's end is the count of its events.
    pub(crate) fn panes_by_event(&self, result: &RunResult) -> Vec<(usize, Pane)> {
        (self.panes)(result)
    }

    /// What a run gave, in the words of a case; panes lie in the order of key, window and index.
    pub fn output(&self, result: &RunResult) -> Output {
        let drops = result.dropped();
        let mut panes: Vec<Pane> =
            self.panes_by_event(result).into_iter().map(|(_, pane)| pane).collect();
        sort(&mut panes);
        let dropped = self.dropped.as_ref().map(|dropped| {
            let mut dropped = dropped(result);
            sort_dropped(&mut dropped);
            dropped
        });
        Output {
            panes: Some(panes),
            late: drops.late,
            closed: drops.closed,
            dropped,
            trigger: Some(self.trigger()),
        }
    }
}

/// What a case's elements are, but for decimals.
pub(crate) type Pairs = PCollection<(String, i64)>;

/// Reads from a run what a collection held.
pub(crate) fn panes_of(pairs: &Pairs) -> impl Fn(&RunResult) -> Vec<Pane> + use<> {
    let (_, seen) = keyed::Keyed(pairs.clone()).seen(None);
    move |result| {
        let mut panes: Vec<Pane> = seen(result).into_iter().map(|(_, pane)| pane).collect();
        // Other than of a grouping, there can be several at one place.
        panes.sort_by_cached_key(|pane| (pane.key.clone(), pane.window, render_pane(pane)));
        panes
    }
}

/// The pipeline of a case.
///
/// ```
/// use heliostat_conformance::{build, case};
///
/// let text = "pipeline sum_per_key\nwindow fixed 10\nadd a=1 @3\npane a=1 [0,10) on_time 0 first last\n";
/// let built = build(&case::parse(text, "sum.case")?)?;
/// assert!(built.pipeline.graph().find("Sum per key").is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// If the case asks for what the sdk cannot express; the message says what.
pub fn build(case: &Case) -> Result<Built, String> {
    of_its_numbers(case, None)
}

/// The pipeline of a case, which also says what happened when, on a runner that works in this
/// process and one event at a time.
pub(crate) fn build_ticking(case: &Case) -> Result<Built, String> {
    of_its_numbers(case, Some(&Ticks::default()))
}

fn of_its_numbers(case: &Case, ticks: Option<&Ticks>) -> Result<Built, String> {
    let decimal = case.events.iter().any(|event| match event {
        Event::Add { elements, .. } => {
            elements.iter().any(|element| matches!(element.value, Number::Decimal(_)))
        }
        Event::Watermark { .. } | Event::Processing { .. } => false,
    });
    if decimal { built::<f64>(case, ticks) } else { built::<i64>(case, ticks) }
}

fn built<N: Unit>(case: &Case, ticks: Option<&Ticks>) -> Result<Built, String> {
    let pipeline = Pipeline::new();
    let mut streams = streams::<N>(case, &pipeline, ticks)?;
    for (stream, name) in streams.iter_mut().zip(&case.streams) {
        if let Some(spec) = case.window_on(name) {
            *stream = windowed(stream, spec)?;
        }
    }
    let sides = Sides::taken_from(&mut streams, case)?;
    let flattened = 1 < streams.len() || case.steps.first() == Some(&Step::Flatten);
    let mut source = if flattened { pipeline.flatten(streams) } else { streams.swap_remove(0) };
    if let Some(spec) = windowing::of_case(case) {
        source = windowed(&source, &spec)?;
    }
    let mut stream: Box<dyn Stream> = Box::new(keyed::Keyed(source));
    let mut dropped = None;
    let wants_dropped = seen::wants_dropped(case);
    let last_grouping = case.steps.iter().rposition(is_grouping);
    for (at, step) in case.steps.iter().enumerate() {
        let give_dropped = wants_dropped && Some(at) == last_grouping;
        if give_dropped {
            let (groups, given) = stream.grouped_with_dropped(step)?;
            (stream, dropped) = (groups, Some(given));
        } else {
            stream = stream.then(step, &sides)?;
        }
    }
    let (output, panes) = stream.seen(ticks);
    Ok(Built { pipeline, output, panes, dropped })
}

/// Whether a step makes panes.
pub(crate) fn is_grouping(step: &Step) -> bool {
    match step {
        Step::GroupByKey
        | Step::CombinePerKey(_)
        | Step::CombinePerKeyWithFanout(..)
        | Step::CombineGlobally(..)
        | Step::CombineWith(_) => true,
        Step::ToOneKey
        | Step::Window(_)
        | Step::Flatten
        | Step::Reshuffle
        | Step::WithSide(..)
        | Step::Map
        | Step::WithState(_)
        | Step::Windowed => false,
    }
}
