//! A grouping with its source column and kernels: what a runner does for one worker, without its
//! stages and accounts.

use crate::check::Check;
use crate::replay::Replay;
use crate::w2::Event;
use heliostat::batch::{Batch, ColumnExt, Meta, Windows};
use heliostat::graph::{Functions, Graph, Transform};
use heliostat::{ByTime, Fill, Pipeline, Result, Timestamp, Window, millis};
use heliostat_runner_core::{
    CombineForm, Fired, Grouping, GroupingCode, GroupingPath, GroupingPlan, GroupingSettings, Plan,
};
use std::sync::Arc;

/// Why nothing can fail to be read or written.
const ALL_IN_MEMORY: &str = "all state is in memory";

/// Sums per key and window, on one path.
pub struct Engine {
    graph: Graph,
    functions: Functions,
    plan: GroupingPlan,
    grouping: Grouping,
    seen: Check,
}

impl Engine {
    /// For these events in these windows.
    ///
    /// # Panics
    /// If it is `path` that cannot take them.
    pub fn new(events: Vec<Event>, window: Window<ByTime>, path: GroupingPath) -> Self {
        let pipeline = Pipeline::new();
        pipeline.read(Replay::new(&Arc::new(events), 1)).window(window).sum_per_key();
        let (graph, functions) = (pipeline.graph(), pipeline.functions());
        let plan = Plan::of(&graph, |_| CombineForm::Native).groupings.remove(0);
        let settings = GroupingSettings { windowing: plan.windowing.clone(), path, seed: 0 };
        let kernels = functions.kernels(&graph.step(plan.step).path);
        let merger = functions.merger(&plan.windowing.window_fn);
        let grouping = Grouping::new(settings, GroupingCode { kernels, merger }, None);
        assert_eq!(grouping.path(), path, "the windowing takes the path");
        Self { graph, functions, plan, grouping, seen: Check::default() }
    }

    /// Runs over all of its events, in batches of so many that each take a millisecond.
    ///
    /// # Errors
    /// If the source fails, or a window function.
    pub fn run(mut self, batch_events: usize) -> Result<Check> {
        let graph = self.graph.clone();
        let read = graph.leaves().find(|step| !matches!(step.transform, Transform::WindowInto(_)));
        let read = read.expect("the pipeline begins with a read");
        let source = self.functions.read(&read.path);
        let mut reader = source.open(&source.split()?[0])?;
        let empty = |collection| self.functions.edge(collection).empty();
        let (rows, bad_rows) = (empty(read.outputs[0]), empty(read.outputs[1]));
        let mut rows = Batch { values: rows, meta: Meta::default() };
        let mut bad_rows = Batch { values: bad_rows, meta: Meta::default() };
        let windows = Windows::ByTimestamp(self.plan.windowing.window_fn.clone());
        let mut now = Timestamp::from_millis(0);
        loop {
            let fill = reader.fill(&mut rows, &mut bad_rows, batch_events)?;
            rows.meta.windows = windows.clone();
            self.move_clock(now);
            self.add(&mut rows)?;
            self.advance(reader.watermark());
            now = now + millis(1);
            if fill == Fill::Done {
                self.advance(Timestamp::MAX);
                return Ok(self.seen);
            }
        }
    }

    /// One key each, for the keys below `keys`, all at the beginning of 1970.
    ///
    /// # Errors
    /// If a window function fails.
    pub fn fill(&mut self, keys: u64) -> Result<()> {
        self.move_clock(Timestamp::from_millis(0));
        let meta = Meta {
            windows: Windows::ByTimestamp(self.plan.windowing.window_fn.clone()),
            ..Meta::at(heliostat::batch::Timestamps::Const(Timestamp::from_millis(0)))
        };
        let values: Vec<(u64, i64)> = (0..keys).map(|key| (key, 1)).collect();
        self.add(&mut Batch::of(values, meta))
    }

    /// Moves the watermark and the clock so often, by a millisecond each time.
    #[inline(never)]
    pub fn advance_repeatedly(&mut self, times: i64) {
        for at in (1..=times).map(Timestamp::from_millis) {
            self.move_clock(at);
            self.advance(at);
        }
    }

    /// What it has given so far.
    pub fn seen(&self) -> Check {
        self.seen
    }

    fn move_clock(&mut self, now: Timestamp) {
        self.grouping.set_now(now);
        if self.grouping.next_deadline().is_some_and(|deadline| deadline < now) {
            let fired = self.grouping.fire_overdue(self.panes()).expect(ALL_IN_MEMORY);
            self.count(&fired);
        }
    }

    fn add(&mut self, rows: &mut Batch) -> Result<()> {
        self.grouping.add(rows)?;
        let fired = self.grouping.end_bundle(self.panes())?;
        self.count(&fired);
        Ok(())
    }

    fn advance(&mut self, to: Timestamp) {
        let fired = self.grouping.advance(to, self.panes()).expect(ALL_IN_MEMORY);
        self.count(&fired);
    }

    fn panes(&self) -> Batch {
        Batch { values: self.functions.edge(self.plan.panes).empty(), meta: Meta::default() }
    }

    fn count(&mut self, fired: &Fired) {
        for panes in &fired.panes {
            let sums: &[(u64, i64)] = panes.values.typed();
            let Meta { windows, timestamps, .. } = &panes.meta;
            windows.for_each(timestamps, sums.len(), |at, window| {
                self.seen.add(window.start(), sums[at].0, sums[at].1);
            });
        }
    }
}
