//! What runs together: fused stages between reads, groupings and writes.
//!
//! A stage begins at one root, runs every element-wise step that the root reaches, and ends where its
//! elements are handed over: at groupings, writes, views, and other stages. A root is a source, the
//! output of a grouping, or an exchange: a step with state or side inputs, or a reshuffle, is the
//! head of a stage of its own, to which other stages hand over what it takes. A step behind a
//! flatten is part of the stage of every root that reaches it. Stages refer to each other by id
//! alone.

mod fuse;
mod lift_combine;
mod display;

pub use lift_combine::{Lifting, NotLiftable};

use crate::GroupingPath;
use heliostat::graph::Graph;
use heliostat::{CollectionId, TransformId, Windowing};

/// Names a stage of a plan; stages are in an order in which data can only go forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StageId(pub u32);

/// Names a grouping of a plan; a grouping's input comes only from stages and groupings before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupingId(pub u32);

/// Where the elements of a stage come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Root {
    /// A read, a test stream or an impulse.
    Source(TransformId),
    /// The panes, or the dropped elements, of a grouping.
    Grouping(GroupingId),
    /// What other stages hand over to the head of this one.
    Exchange(StageId),
}

/// The first step of a stage behind an exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// A step with state, timers or side inputs, or a reshuffle.
    pub step: TransformId,
    /// What it reads beside its main input, in the order it was declared.
    pub views: Vec<ViewId>,
    /// The roots whose watermarks its own is the smallest of.
    pub upstream: Vec<Root>,
}

/// Names a view of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ViewId(pub u32);

/// A side input: panes that are kept for the steps that read it.
#[derive(Clone, Debug, PartialEq)]
pub struct ViewPlan {
    /// Its name in the plan.
    pub id: ViewId,
    /// Its panes.
    pub collection: CollectionId,
    /// The roots whose watermarks its own is the smallest of.
    pub upstream: Vec<Root>,
}

/// What has a watermark of its own between sources and sinks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Node {
    /// A grouping.
    Grouping(GroupingId),
    /// A stage behind an exchange.
    Stage(StageId),
}

/// Where elements leave a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// Into a grouping.
    Grouping(GroupingId),
    /// To the head of another stage.
    Exchange(StageId),
    /// Into a view.
    View(ViewId),
    /// Into a write.
    Write(TransformId),
}

/// Whether a combine runs as such or as the grouping and fold it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CombineForm {
    /// Keeps accumulators.
    Native,
    /// Keeps accumulators, of values that were reduced in front of the exchange already. What may
    /// not be lifted runs natively.
    Lifted,
    /// Gathers groups, then folds them: slow, and what the native form must equal.
    Expanded,
}

impl CombineForm {
    /// The form that a setting names.
    ///
    /// ```
    /// use heliostat_runner_core::CombineForm;
    ///
    /// assert_eq!(CombineForm::named("lifted"), Some(CombineForm::Lifted));
    /// assert_eq!(CombineForm::named("raised"), None);
    /// ```
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "native" => Some(Self::Native),
            "lifted" => Some(Self::Lifted),
            "expanded" => Some(Self::Expanded),
            _ => None,
        }
    }
}

/// Steps that run together on each bundle of one root.
#[derive(Clone, Debug, PartialEq)]
pub struct Stage {
    /// Its name in the plan.
    pub id: StageId,
    /// Where its elements come from.
    pub root: Root,
    /// The collection it begins with.
    pub input: CollectionId,
    /// Its first step, where its root is an exchange.
    pub head: Option<Head>,
    /// All its element-wise steps, in an order in which data can only go forward.
    pub steps: Vec<TransformId>,
    /// Where its elements go, and which collection goes there.
    pub targets: Vec<(CollectionId, Target)>,
}

/// A grouping between stages.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupingPlan {
    /// Its name in the plan.
    pub id: GroupingId,
    /// The step: a `GroupByKey`, or a combine in its native or its lifted form.
    pub step: TransformId,
    /// What it groups.
    pub input: CollectionId,
    /// Its panes.
    pub panes: CollectionId,
    /// What it does not take, where that is wanted.
    pub dropped: Option<CollectionId>,
    /// The windowing of its input.
    pub windowing: Windowing,
    /// Which engine it takes.
    pub path: GroupingPath,
    /// Where its values are reduced.
    pub lifting: Lifting,
    /// The roots whose watermarks its own is the smallest of.
    pub upstream: Vec<Root>,
}

/// What runs together, and in which order.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// In an order in which data can only go forward.
    pub stages: Vec<Stage>,
    /// In an order in which data can only go forward.
    pub groupings: Vec<GroupingPlan>,
    /// Groupings and stages behind exchanges, in an order in which data can only go forward.
    pub nodes: Vec<Node>,
    /// All side inputs.
    pub views: Vec<ViewPlan>,
    /// All writes, in the order they were built.
    pub writes: Vec<TransformId>,
}

impl Plan {
    /// The plan of a graph without problems. `form` is asked for each combine.
    pub fn of(graph: &Graph, form: impl FnMut(TransformId) -> CombineForm) -> Self {
        fuse::plan(graph, form)
    }

    /// The stages that begin at this collection.
    pub fn stages_from(&self, collection: CollectionId) -> impl Iterator<Item = &Stage> {
        self.stages.iter().filter(move |stage| stage.input == collection)
    }

    /// Draws it for a person.
    pub fn render(&self, graph: &Graph) -> String {
        display::render(self, graph)
    }
}
