//! What every in-process runner shares, in the order data meets it: plan, stages, lifters,
//! groupings.
//!
//! A runner makes a [`Plan`] from a graph, sets up a [`StageWork`] per stage and a [`Grouping`] per
//! grouping, and decides by itself when each of them is stepped.

mod plan;
mod merges;
mod queued;
mod keyed;
mod stage;
mod lift;
mod grouping;
mod sides;
mod trigger;

pub use grouping::{Fired, Grouping, GroupingCode, GroupingPath, GroupingSettings};
pub use keyed::Sides;
pub use lift::{LIFT_ENTRIES_MAX, Lifter};
pub use plan::{
    CombineForm, GroupingId, GroupingPlan, Head, Lifting, Node, NotLiftable, Plan, Root, Stage,
    StageId, Target, ViewId, ViewPlan,
};
pub use queued::{queued, unqueued};
pub use sides::{
    Admitted, Gate, PUSHED_BACK_MAX, PushedBack, SavedPane, SavedView, Sight, ViewStore, per_window,
};
pub use stage::{Attempt, BundleOutput, Inspect, NoInspect, StageError, StageWork};
