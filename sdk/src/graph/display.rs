//! Drawings of a graph, for people and for other programs.
//!
//! A combine is drawn as one step, and so is a co-grouping: runners know them by name, and their
//! expansions would hide the pipeline. Outputs beside the main one are drawn if something takes them, and where an
//! author chose dead letters for what a step fails on. The JSON has it all.

mod text;
mod mermaid;
mod dot;
pub(super) mod layout;

use super::requires::{is_known, is_known_grouping};
use super::{Collection, Composite, Graph, Step, Transform};
use crate::{Error, Windowing};
use std::fmt::{self, Write as _};
use std::str::FromStr;

/// The forms in which a graph can be drawn.
///
/// ```
/// use heliostat::graph::Format;
///
/// assert_eq!("dot".parse::<Format>()?, Format::Dot);
/// let error = "gif".parse::<Format>().expect_err("nobody draws GIFs");
/// assert_eq!(error.to_string(), "no format `gif`: choose text, mermaid, dot, svg or json");
/// # Ok::<(), heliostat::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// An indented tree of steps, for a terminal.
    Text,
    /// A Mermaid flowchart, for Markdown.
    Mermaid,
    /// A Graphviz digraph.
    Dot,
    /// A picture that needs no other program.
    Svg,
    /// All that is known of the graph, for other programs.
    Json,
}

impl Format {
    /// All of them, in the order of [`Format::NAMES`].
    pub const ALL: [Self; 5] = [Self::Text, Self::Mermaid, Self::Dot, Self::Svg, Self::Json];

    /// What they are called on a command line.
    ///
    /// ```
    /// assert_eq!(heliostat::graph::Format::NAMES, ["text", "mermaid", "dot", "svg", "json"]);
    /// ```
    pub const NAMES: [&'static str; 5] = ["text", "mermaid", "dot", "svg", "json"];

    /// What it is called on a command line.
    fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Mermaid => "mermaid",
            Self::Dot => "dot",
            Self::Svg => "svg",
            Self::Json => "json",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Format {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        let known = Self::ALL.into_iter().find(|format| format.name() == name);
        known.ok_or_else(|| {
            let [firsts @ .., last] = Self::NAMES;
            Error::new(format!("no format `{name}`: choose {} or {last}", firsts.join(", ")))
        })
    }
}

impl Graph {
    /// Draws the graph.
    ///
    /// ```
    /// use heliostat::{graph::Format, prelude::*};
    ///
    /// let pipeline = Pipeline::new();
    /// pipeline.create([1, 2, 3]).map(|n| n + 1).named("Add one");
    /// let drawing = pipeline.graph().render(Format::Text);
    /// assert!(drawing.contains("Add one (par do)\n  <- Create/Values\n"), "{drawing}");
    /// ```
    pub fn render(&self, format: Format) -> String {
        match format {
            Format::Text => self.to_text(),
            Format::Mermaid => self.to_mermaid(),
            Format::Dot => self.to_dot(),
            Format::Svg => self.to_svg(),
            Format::Json => {
                let json = serde_json::to_string_pretty(self);
                json.expect("a graph holds nothing that JSON cannot") + "\n"
            }
        }
    }

    /// The steps beside each other within a composite, or at the top.
    fn siblings(&self, parent: Option<&Step>) -> impl Iterator<Item = &Step> {
        let parent = parent.map(|step| step.id);
        self.steps().iter().filter(move |step| step.parent == parent)
    }

    /// The steps that are drawn whole, in the order they were built.
    pub(super) fn drawn(&self) -> impl Iterator<Item = &Step> {
        self.outer_steps().filter(|step| is_whole(step))
    }

    /// What a drawn step reads beside its main input: each view's collection.
    pub(super) fn beside(&self, step: &Step) -> Vec<&Collection> {
        let within =
            self.leaves().filter(|leaf| leaf.id == step.id || self.is_within(leaf, step.id));
        let sides = within.flat_map(|leaf| match &leaf.transform {
            Transform::ParDo(spec) => spec.sides.as_slice(),
            Transform::Impulse
            | Transform::GroupByKey
            | Transform::Flatten
            | Transform::WindowInto(_)
            | Transform::TestStream(_)
            | Transform::Composite(_) => &[],
        });
        sides.map(|side| self.collection(side.collection)).collect()
    }

    /// The dashed lines of the drawing: each view with a drawn step that reads it.
    fn dashed(&self) -> impl Iterator<Item = (&Collection, &Step)> {
        self.drawn().flat_map(|step| self.beside(step).into_iter().map(move |view| (view, step)))
    }

    /// The lines of the drawing: each collection with a drawn step that takes it.
    fn lines(&self) -> impl Iterator<Item = (&Collection, &Step)> {
        let taken = |step| self.taken_by(step).into_iter().map(move |input| (input, step));
        let lines: Vec<_> = self.drawn().flat_map(taken).collect();
        lines.into_iter().map(|(input, step)| (self.collection(input), step))
    }

    /// What a drawn step makes: its first output, the others that something takes, and the dead
    /// letters that were chosen.
    pub(super) fn drawn_outputs(&self, step: &Step) -> Vec<&Collection> {
        let taken_outside = |collection: &&Collection| {
            let mut consumers = self.consumers(collection.id).peekable();
            consumers.peek().is_none() || consumers.any(|it| !self.is_within(it, step.id))
        };
        let made: Vec<&Collection> = if step.outputs.is_empty() && is_known_grouping(step) {
            let parts = self.collections().iter();
            parts
                .filter(|collection| self.is_within(self.producer(collection.id), step.id))
                .filter(taken_outside)
                .collect()
        } else {
            step.outputs.iter().map(|&output| self.collection(output)).collect()
        };
        let shown = |(place, collection): &(usize, &Collection)| {
            *place == 0
                || self.consumers(collection.id).next().is_some()
                || step.dead_letters() == Some(collection.id)
        };
        made.into_iter().enumerate().filter(shown).map(|(_, collection)| collection).collect()
    }

    /// What a drawing says on a collection: its name unless it is the main output, its type, and
    /// its windowing where that is new.
    pub(super) fn label(&self, collection: &Collection) -> Vec<String> {
        let mut lines = vec![format!("{}{}", prefix(collection), collection.element)];
        if self.windowing_is_new(collection) {
            lines.push(collection.windowing.to_string());
        }
        lines
    }

    /// Whether a windowing reads otherwise than that of what its step takes.
    fn windowing_is_new(&self, collection: &Collection) -> bool {
        let producer = self.named_step(self.producer(collection.id));
        let before = self.taken_by(producer).first().map_or_else(
            || Windowing::default().to_string(),
            |&input| self.collection(input).windowing.to_string(),
        );
        collection.windowing.to_string() != before
    }
}

/// Whether a drawing shows a step and not its parts: leaves, and what runners know as a whole.
pub(super) fn is_whole(step: &Step) -> bool {
    step.is_leaf() || is_known(step)
}

/// The name of an output, unless it is the main one.
fn prefix(collection: &Collection) -> String {
    if collection.output == "out" { String::new() } else { format!("{}: ", collection.output) }
}

/// What a step does, in a word or two, and what it reads or writes.
pub(super) fn kind(step: &Step) -> String {
    match &step.transform {
        Transform::Composite(Composite::Read(spec)) => format!("read {}", spec.about),
        Transform::Composite(Composite::Write(spec)) => format!("write {}", spec.about),
        Transform::Composite(
            Composite::Named
            | Composite::Reshuffle
            | Composite::View(_)
            | Composite::CoGroupByKey
            | Composite::Combine { .. }
            | Composite::CombineGlobally { .. }
            | Composite::CombineWithFanout { .. }
            | Composite::CombineWithView { .. },
        )
        | Transform::Impulse
        | Transform::ParDo(_)
        | Transform::GroupByKey
        | Transform::Flatten
        | Transform::WindowInto(_)
        | Transform::TestStream(_) => step.transform.to_string(),
    }
}

fn line(text: &mut String, line: fmt::Arguments<'_>) {
    writeln!(text, "{line}").expect("a string takes all that is written to it");
}
