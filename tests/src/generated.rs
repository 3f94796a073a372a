//! Generated pipelines: a seed is a small graph of steps with a script to feed it.
//!
//! What [`script()`] makes goes through a few steps in a line. Here steps branch and meet again,
//! read each other as side inputs, keep state and set timers, and several collections are looked at
//! in the end. Every such pipeline passes preflight, and what it gives is the same wherever it runs:
//! where the model leaves an order open, no step depends on it. So there is no collection in memory
//! beside a script: whether it is read before the first event or later is open.
//!
//! [`script()`]: crate::script()

mod node;
mod dofns;
mod verbs;
mod building;
mod growing;
mod settled;
mod leaves;
mod totals;
mod shrinking;

use std::fmt;

use heliostat::graph::Format;
use heliostat::{RunError, Runner, Seed};

use crate::case::{
    Boundedness, Bundling, Case, Element, Event, Expectation, GLOBAL_WINDOW_MAX, Number, Output,
    Pane, Step, StreamWindow, WatermarkTo, WindowFunction,
};
use crate::scripts::chance::{one_in, pick};
use crate::scripts::events::events;
use crate::scripts::timeline::Timeline;
use crate::scripts::windowing;
use crate::written::of_event;
use building::{Building, Feed};
pub use leaves::Leaves;
use node::{Node, Verb};
pub use settled::settled;

const STREAMS: [&str; 3] = ["x", "y", "z"];

/// More than a script has: they have to meet on a few shards.
const KEYS: [&str; 8] = ["a", "b", "c", "d", "e", "f", "g", "h"];

/// A pipeline of a seed.
///
/// It is shown as its steps by number, each with the numbers of those it takes, and its script.
#[derive(Clone, Debug, PartialEq)]
pub struct Generated {
    /// Streams and events; its own steps and windows say nothing.
    script: Case,
    nodes: Vec<Node>,
    order: Order,
}

/// In which order the elements of its script may come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    /// In just this one: in another, it may give something else.
    Any,
    /// In any, and late: it comes to the same.
    Late,
    /// In any in which nothing is late: it comes to the same.
    Kept,
}

/// The pipeline of a seed.
///
/// ```
/// use heliostat_conformance::generated;
///
/// let pipeline = generated(7);
/// assert_eq!(pipeline, generated(7));
/// assert!(pipeline.to_string().starts_with("0: stream 0\n"), "{pipeline}");
/// ```
pub fn generated(seed: u64) -> Generated {
    let mut chance = Seed::new(seed);
    let chance = &mut chance;
    let function = windowing::function(chance);
    let timeline = Timeline::of(&function, chance);
    let bounded = function == WindowFunction::Global || one_in(chance, 8);
    let boundedness = if bounded { Boundedness::Bounded } else { Boundedness::Unbounded };
    let first = growing::any_window(chance, &timeline, function, boundedness);
    let mut script = without_events(seed, pick(chance, &[1, 1, 2, 2, 3]), boundedness);
    let nodes = growing::grown(chance, &timeline, &script, &first);
    // Events lie at the edges of the first windows, and all delays are theirs to meet.
    script.windows = vec![StreamWindow { stream: None, spec: first }];
    script.steps = nodes.iter().filter_map(window_of).collect();
    script.events = within_time(events(chance, &script, timeline));
    (script.windows, script.steps) = (Vec::new(), vec![Step::Windowed]);
    let keys = pick(chance, &[1, 2, 3, 5, 8]);
    for event in &mut script.events {
        if let Event::Add { elements, .. } = event {
            elements.iter_mut().for_each(|element| rekeyed(chance, element, &KEYS[..keys]));
        }
    }
    Generated { script, nodes, order: Order::Any }
}

fn without_events(seed: u64, streams: usize, boundedness: Boundedness) -> Case {
    let streams = if streams == 1 { &[] } else { &STREAMS[..streams] };
    Case {
        name: format!("generated-{seed}"),
        description: Vec::new(),
        from: None,
        streams: streams.iter().map(|name| (*name).to_owned()).collect(),
        boundedness,
        bundling: Bundling::Exact,
        windows: Vec::new(),
        trigger: None,
        unsafe_trigger: true,
        requires: Vec::new(),
        events: Vec::new(),
        expectation: Expectation::Output(Output::default()),
        steps: vec![Step::Windowed],
    }
}

fn window_of(node: &Node) -> Option<Step> {
    if let Verb::Window(spec) = &node.verb { Some(Step::Window(spec.clone())) } else { None }
}

/// The events without watermarks behind the end of the global window. There everything is late for
/// a grouping, and a reshuffle is one or none.
fn within_time(events: Vec<Event>) -> Vec<Event> {
    let in_time = |event: &Event| match event {
        Event::Watermark { to: WatermarkTo::Time(to), .. } => *to <= GLOBAL_WINDOW_MAX,
        Event::Watermark { to: WatermarkTo::End, .. }
        | Event::Add { .. }
        | Event::Processing { .. } => true,
    };
    events.into_iter().filter(in_time).collect()
}

/// The element with a whole number and one of these keys, within the global window.
fn rekeyed(chance: &mut Seed, element: &mut Element, keys: &[&str]) {
    element.key = pick(chance, keys).to_owned();
    element.timestamp = element.timestamp.map(|at| at.min(GLOBAL_WINDOW_MAX));
    if let Number::Decimal(decimal) = element.value {
        element.value = Number::Integer(decimal.floor() as i64);
    }
}

impl Generated {
    /// What its last collections hold after a run, and how much was dropped on the way.
    ///
    /// ```
    /// use heliostat_conformance::generated;
    ///
    /// for runner in heliostat::runners() {
    ///     let leaves = generated(7).run(runner.as_ref())?;
    ///     assert_eq!(leaves, generated(7).run(runner.as_ref())?);
    /// }
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    ///
    /// # Errors
    /// If the runner refuses it, which it must not, or the run fails.
    pub fn run(&self, runner: &dyn Runner) -> Result<Leaves, RunError> {
        self.fed(runner, Feed::Script)
    }

    /// The same for its elements without their script: all there from the beginning, and then
    /// their end.
    ///
    /// ```
    /// let pipeline = heliostat_conformance::settled(7);
    /// for runner in heliostat::runners() {
    ///     assert_eq!(pipeline.in_memory(runner.as_ref())?.dropped(), 0);
    /// }
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    ///
    /// # Errors
    /// If the run fails, or the runner refuses it.
    pub fn in_memory(&self, runner: &dyn Runner) -> Result<Leaves, RunError> {
        self.fed(runner, Feed::Memory)
    }

    /// What its last collections come to, whatever the panes: each by its number, as lines.
    ///
    /// See [`settled()`].
    ///
    /// ```
    /// let pipeline = heliostat_conformance::settled(7);
    /// for runner in heliostat::runners() {
    ///     let leaves = pipeline.run(runner.as_ref())?;
    ///     assert_eq!(pipeline.totals(&leaves).len(), leaves.collections());
    /// }
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    pub fn totals(&self, leaves: &Leaves) -> Vec<(usize, Vec<String>)> {
        let total = |(at, panes): &(usize, Vec<Pane>)| {
            let verb = &self.nodes[*at].verb;
            let total =
                if let Verb::Total(of, windows) = verb { Some((*of, *windows)) } else { None };
            (*at, totals::lines(panes, total))
        };
        leaves.panes.iter().map(total).collect()
    }

    fn fed(&self, runner: &dyn Runner, feed: Feed) -> Result<Leaves, RunError> {
        let building = self.built(feed).map_err(RunError::failed)?;
        let seen: Vec<_> = self.leaves().map(|at| (at, building.seen(at))).collect();
        let result = runner.run(&building.pipeline)?;
        let panes = seen.iter().map(|(at, seen)| (*at, seen(&result))).collect();
        Ok(Leaves { panes, dropped: result.dropped() })
    }

    fn built(&self, feed: Feed) -> Result<Building, String> {
        let mut building = Building::of(&self.script, feed)?;
        for node in &self.nodes {
            building.add(node)?;
        }
        Ok(building)
    }

    /// The nodes that nothing takes.
    fn leaves(&self) -> impl Iterator<Item = usize> {
        growing::leaves(&self.nodes)
    }

    /// The graph as the sdk draws it.
    ///
    /// ```
    /// let drawing = heliostat_conformance::generated(7).drawing();
    /// assert!(drawing.contains("Test stream"), "{drawing}");
    /// ```
    pub fn drawing(&self) -> String {
        match self.built(Feed::Script) {
            Ok(building) => building.pipeline.graph().render(Format::Text),
            Err(why) => why,
        }
    }

    /// What its steps are called, each as often as it stands there.
    ///
    /// ```
    /// let names: Vec<String> = heliostat_conformance::generated(7).names().collect();
    /// assert_eq!(names[0], "stream");
    /// ```
    pub fn names(&self) -> impl Iterator<Item = String> {
        self.nodes.iter().map(|node| node.verb.name())
    }
}

impl fmt::Display for Generated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, node) in self.nodes.iter().enumerate() {
            writeln!(f, "{at}: {node}")?;
        }
        writeln!(f, "\nscript {}", format!("{:?}", self.script.boundedness).to_lowercase())?;
        for event in &self.script.events {
            writeln!(f, "{}", of_event(event))?;
        }
        Ok(())
    }
}
