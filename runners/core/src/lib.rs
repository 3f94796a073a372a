//! What every in-process runner shares, in the order data meets it: plan, stages, lifters,
//! groupings.
//!
//! A runner makes a [`Plan`] from a graph, sets up a [`StageWork`] per stage and a [`Grouping`] per
//! grouping, and decides by itself when each of them is stepped.

mod guard;
mod host;
mod run_clock;
mod sources;
mod sinks;
mod stopping;
mod plan;
mod merges;
mod queued;
mod keyed;
mod stage;
mod lift;
mod grouping;
mod sides;
mod trigger;
mod works;
mod ledger;

pub use grouping::{Fired, Grouping, GroupingCode, GroupingPath, GroupingSettings};
pub use guard::{caught, guarded, tried};
pub use host::{Bell, Driven, Host, Progress, RealHost, SimulatedHost, Steps, Task, for_each};
pub use keyed::Sides;
pub use ledger::{Ledger, add_metrics};
pub use lift::{LIFT_ENTRIES_MAX, Lifter};
pub use plan::{
    CombineForm, GroupingId, GroupingPlan, Head, Lifting, Node, NotLiftable, Plan, Root, Stage,
    StageId, Target, ViewId, ViewPlan,
};
pub use queued::{queued, unqueued};
pub use run_clock::RunClock;
pub use sides::{
    Admitted, Gate, PUSHED_BACK_MAX, PushedBack, SavedPane, SavedView, Sight, ViewStore, per_window,
};
pub use sinks::{Commits, OpenedWrite, WholeWrites, open_writes};
pub use sources::{BUNDLE_ELEMENTS_MAX, Given, Heard, Piece, Readiness, Source};
pub use stage::{
    Attempt, BundleOutput, Bundling, Inspect, NoInspect, Pause, Retries, StageError, StageWork,
    Tries,
};
pub use stopping::asked_to_stop;
pub use works::{
    BEFORE_ALL, Exchange, Homes, Lane, LaneParts, Saved, Site, Spread, Stepped, Works,
    WorksSettings, empty, forget_views, lane_of, number_of,
};
