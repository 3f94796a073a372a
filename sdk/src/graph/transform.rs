//! A node of the graph: one of six leaves, or a composite of them.

use super::{Boundedness, CollectionId, FailureChoice, ParDoSpec, ViewKind};
use crate::{Capability, WindowingChange};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Names a step of a graph.
///
/// ```
/// use heliostat::prelude::*;
///
/// let pipeline = Pipeline::new();
/// pipeline.create([1]);
/// let graph = pipeline.graph();
/// assert_eq!(graph.step(graph.steps()[0].id).path, "Create");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TransformId(pub(crate) u32);

impl TransformId {
    /// Its place in [`Graph::steps`](super::Graph::steps).
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// What a step does. Matched in full by every runner.
///
/// ```
/// use heliostat::{graph::Transform, prelude::*};
///
/// let pipeline = Pipeline::new();
/// pipeline.create([("a", 1)].map(|(k, v)| (k.to_string(), v))).group_by_key();
/// let graph = pipeline.graph();
/// let grouping = graph.find("Group by key").expect("it was just built");
/// assert_eq!(grouping.transform, Transform::GroupByKey);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Transform {
    /// One empty element at the beginning of time.
    Impulse,
    /// The author's code on each element; may move timestamps.
    ParDo(ParDoSpec),
    /// Groups pairs by key, window and pane; its second output, if asked for, is what it dropped.
    GroupByKey,
    /// Unites its inputs.
    Flatten,
    /// Changes the windowing.
    WindowInto(WindowingChange),
    /// Plays a script.
    TestStream(TestStreamSpec),
    /// A step made of others, or one that a runner knows by name.
    Composite(Composite),
}

/// A named part of a pipeline: its expansion is the steps that have it as parent.
///
/// ```
/// use heliostat::graph::Composite;
///
/// let combine = Composite::Combine { function: "Sum".into() };
/// assert_eq!(combine.urn(), Some("beam:transform:combine_per_key:v1"));
/// assert_eq!(Composite::Named.urn(), None);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Composite {
    /// The author's own, known only by its name.
    Named,
    /// Reads a source. Its expansion waits for splittable steps.
    Read(ReadSpec),
    /// Writes to a sink; expands to parts, a reshuffle of what they are known by, and a commit.
    Write(WriteSpec),
    /// Reduces the values of each key; expands to a grouping and a fold of each group.
    Combine {
        /// The name of the combine function.
        function: String,
    },
    /// Breaks fusion and makes what goes through it stable; expands to a random key, a grouping under
    /// the trigger `Always`, and the way back.
    Reshuffle,
    /// Makes a side input of a collection; expands to a grouping of all of it, pane by pane.
    View(ViewKind),
    /// Groups several collections by key; expands to a tag for each, a flatten, a grouping, and the
    /// way back from tags to groups.
    CoGroupByKey,
    /// Reduces the whole collection.
    CombineGlobally {
        /// Whether an empty collection gives the default value.
        with_default: bool,
        /// Over how many shards it is spread, if it is.
        fanout: Option<u32>,
    },
    /// Reduces the values of each key, spread over shards; expands to a combine of each shard and
    /// one of what the shards give.
    CombineWithFanout {
        /// The name of the combine function.
        function: String,
        /// The number of shards of a key.
        fanout: u32,
    },
    /// Reduces the values of each key by a function that depends on a side input; expands to a
    /// grouping, and a fold of each group that reads the view.
    CombineWithView {
        /// The name of the combine function.
        function: String,
    },
}

impl Composite {
    /// The name by which every runner knows it, where there is one.
    pub fn urn(&self) -> Option<&'static str> {
        match self {
            Self::Named => None,
            Self::Read(_) => Some("heliostat:transform:read:v1"),
            Self::Write(_) => Some("heliostat:transform:write:v1"),
            Self::Reshuffle => Some("beam:transform:reshuffle:v1"),
            Self::View(_) => Some("heliostat:transform:view:v1"),
            Self::CoGroupByKey => Some("heliostat:transform:co_group_by_key:v1"),
            Self::Combine { .. } => Some("beam:transform:combine_per_key:v1"),
            Self::CombineGlobally { .. } => Some("beam:transform:combine_globally:v1"),
            Self::CombineWithFanout { .. } => Some("heliostat:transform:combine_with_fanout:v1"),
            Self::CombineWithView { .. } => Some("heliostat:transform:combine_with_view:v1"),
        }
    }
}

/// What is known of a read before it is opened.
///
/// ```
/// use heliostat::{Boundedness, graph::ReadSpec};
///
/// let spec = ReadSpec {
///     boundedness: Boundedness::Unbounded,
///     can_end: true,
///     has_watermark_policy: true,
///     about: "flights.csv".into(),
/// };
/// assert!(spec.can_end);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReadSpec {
    /// Whether it is all there.
    pub boundedness: Boundedness,
    /// Whether it can come to an end.
    pub can_end: bool,
    /// Whether its watermark moves before its end.
    pub has_watermark_policy: bool,
    /// What it reads, in a few words.
    pub about: String,
}

/// What is known of a write before it is opened.
///
/// ```
/// use heliostat::graph::{SinkStyle, WriteSpec};
///
/// let spec = WriteSpec { style: SinkStyle::AtEnd, about: "flights.jsonl".into() };
/// assert_eq!(spec.style, SinkStyle::AtEnd);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WriteSpec {
    /// When what it wrote appears.
    pub style: SinkStyle,
    /// What it writes, in a few words.
    pub about: String,
}

/// When what a sink wrote appears to others.
///
/// ```
/// use heliostat::SinkStyle;
///
/// assert_ne!(SinkStyle::AtEnd, SinkStyle::PerEpoch);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SinkStyle {
    /// Piece by piece, an epoch at a time.
    PerEpoch,
    /// As one whole, at the end of the run.
    AtEnd,
}

/// What is known of a script before it is played.
///
/// ```
/// use heliostat::{Boundedness, graph::TestStreamSpec};
///
/// let spec = TestStreamSpec {
///     boundedness: Boundedness::Unbounded,
///     streams: vec!["out".into()],
///     moves_processing_time: false,
/// };
/// assert_eq!(spec.streams.len(), 1);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TestStreamSpec {
    /// What the script declares its streams to be.
    pub boundedness: Boundedness,
    /// The names of its outputs.
    pub streams: Vec<String>,
    /// Whether the script moves processing time.
    pub moves_processing_time: bool,
}

/// Who gave a step its name.
///
/// ```
/// use heliostat::graph::Naming;
///
/// assert_ne!(Naming::Author, Naming::Numbered);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Naming {
    /// The author: it must be unique.
    Author,
    /// heliostat: it is numbered where it would repeat.
    Numbered,
}

/// A place in the author's source.
///
/// ```
/// use heliostat::graph::SourceLine;
///
/// let line = SourceLine { file: "src/main.rs".into(), line: 12 };
/// assert_eq!(line.to_string(), "src/main.rs:12");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceLine {
    /// As the compiler names it.
    pub file: String,
    /// Counted from 1.
    pub line: u32,
}

impl fmt::Display for SourceLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// One step of the graph.
///
/// ```
/// use heliostat::prelude::*;
///
/// let pipeline = Pipeline::new();
/// pipeline.create([1]).map(|n| n * 2).named("Double");
/// let graph = pipeline.graph();
/// let double = graph.find("Double").expect("it was just built");
/// assert_eq!((double.inputs.len(), double.outputs.len()), (1, 1));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Its name within the graph.
    pub id: TransformId,
    /// The names from the root to it, joined by `/`; unique in a graph without problems.
    pub path: String,
    /// Who named it.
    pub naming: Naming,
    /// The composite it is a part of.
    pub parent: Option<TransformId>,
    /// What it does.
    pub transform: Transform,
    /// What it takes.
    pub inputs: Vec<CollectionId>,
    /// What it makes; empty for a composite with parts.
    pub outputs: Vec<CollectionId>,
    /// Where the author wrote it.
    pub line: SourceLine,
    /// Paths under which a savepoint may have its state.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub formerly: Vec<String>,
    /// What was chosen for the elements that it fails on; one choice at most in a graph without
    /// problems.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub on_failure: Vec<FailureChoice>,
    /// What its author asked for by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requires: Vec<Capability>,
}

impl Step {
    /// Whether it does something itself.
    pub fn is_leaf(&self) -> bool {
        match &self.transform {
            Transform::Composite(composite) => match composite {
                Composite::Read(_) => true,
                Composite::Named
                | Composite::Write(_)
                | Composite::Reshuffle
                | Composite::View(_)
                | Composite::CoGroupByKey
                | Composite::Combine { .. }
                | Composite::CombineGlobally { .. }
                | Composite::CombineWithFanout { .. }
                | Composite::CombineWithView { .. } => false,
            },
            Transform::Impulse
            | Transform::ParDo(_)
            | Transform::GroupByKey
            | Transform::Flatten
            | Transform::WindowInto(_)
            | Transform::TestStream(_) => true,
        }
    }

    /// The last name of its path.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }
}

impl fmt::Display for Transform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Impulse => f.write_str("impulse"),
            Self::ParDo(_) => f.write_str("par do"),
            Self::GroupByKey => f.write_str("group by key"),
            Self::Flatten => f.write_str("flatten"),
            Self::WindowInto(_) => f.write_str("window into"),
            Self::TestStream(_) => f.write_str("test stream"),
            Self::Composite(composite) => match composite {
                Composite::Named => f.write_str("composite"),
                Composite::Read(_) => f.write_str("read"),
                Composite::Write(_) => f.write_str("write"),
                Composite::Reshuffle => f.write_str("reshuffle"),
                Composite::View(kind) => write!(f, "{kind} view"),
                Composite::CoGroupByKey => f.write_str("co group by key"),
                Composite::Combine { .. } => f.write_str("combine"),
                Composite::CombineGlobally { .. } => f.write_str("combine globally"),
                Composite::CombineWithFanout { .. } => f.write_str("combine with fanout"),
                Composite::CombineWithView { .. } => f.write_str("combine with view"),
            },
        }
    }
}
