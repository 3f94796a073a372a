//! What each round tells, for whatever watches the run: what changed since the round before.
//!
//! Nothing here goes through keys in every round. Counts come from the ledger, the size of a grouping
//! on the aligned path from its tables. Other state is counted key by key, so only when as many
//! elements have gone through as it ever had rows, and at the end of its input: a step with many keys
//! and little to do costs nothing, one that grows is soon counted again.

use super::Executor;
use heliostat::graph::Transform;
use heliostat::{
    DropCounts, ReadProgress, RoundProgress, RunEvent, StateProgress, StepMetrics, Timestamp,
    TransformId,
};
use heliostat_runner_core::{GroupingPath, Ledger, Node, Site, Source, Works};

/// What was told last.
#[derive(Default)]
pub(super) struct Progress {
    /// The counts of all steps together.
    steps: StepMetrics,
    /// Those of each source, in their order.
    reads: Vec<StepMetrics>,
    /// In the order data meets them.
    state: Vec<State>,
}

/// How long each phase of a round took.
#[derive(Clone, Copy)]
pub(super) struct Phases {
    pub(super) read_micros: u64,
    pub(super) settle_micros: u64,
    pub(super) commit_micros: u64,
}

/// A grouping, or a step with state.
struct State {
    node: Node,
    step: TransformId,
    size: Size,
    /// The most rows that were ever counted: to count goes through the room of so many.
    rows_max: u64,
    /// How many elements had come to it and from it when it was counted.
    through: u64,
    /// Its watermark then.
    watermark: Timestamp,
}

/// How much is in it.
#[derive(Clone, Copy, Default)]
struct Size {
    rows: u64,
    bytes: u64,
}

impl Progress {
    /// Before the first round; what earlier runs counted is not told again.
    pub(super) fn of(site: Site<'_>, works: &Works, ledger: &Ledger) -> Self {
        let state = |&node: &Node| {
            Some(State {
                node,
                step: step_with_state(site, node)?,
                size: Size::default(),
                rows_max: 0,
                through: 0,
                watermark: Timestamp::MIN,
            })
        };
        Self {
            steps: ledger.sum(),
            reads: works.sources.iter().map(|source| ledger.counts(source.step())).collect(),
            state: site.plan.nodes.iter().filter_map(state).collect(),
        }
    }

    /// How far each read is, and what it gave since the last call.
    fn reads(&mut self, works: &Works, ledger: &Ledger) -> Vec<ReadProgress> {
        let reads = works.sources.iter().zip(&mut self.reads);
        let told = reads.filter(|(source, _)| source.is_read()).map(|(source, before)| {
            let counts = ledger.counts(source.step());
            let before = std::mem::replace(before, counts);
            ReadProgress {
                step: source.path().to_owned(),
                elements: counts.elements_out - before.elements_out,
                bad_rows: counts.bad_rows - before.bad_rows,
                watermark: source.slowest(),
            }
        });
        told.collect()
    }

    fn state(&mut self, site: Site<'_>, works: &Works, ledger: &Ledger) -> Vec<StateProgress> {
        let told = self.state.iter_mut().map(|state| {
            let watermark = watermark(works, state.node);
            let counts = ledger.counts(state.step);
            let through = counts.elements_in + counts.elements_out;
            let has_ended = watermark == Timestamp::MAX && state.watermark != watermark;
            let is_cheap = has_tables(works, state.node);
            if is_cheap || has_ended || state.rows_max <= through - state.through {
                state.size = size(works, state.node);
                state.rows_max = state.rows_max.max(state.size.rows);
                (state.through, state.watermark) = (through, watermark);
            }
            let Size { rows, bytes } = state.size;
            let step = site.graph.step(state.step).path.clone();
            StateProgress { step, rows, bytes: Some(bytes), watermark }
        });
        told.collect()
    }
}

impl Executor<'_> {
    /// Tells what the round did, if someone wants to know.
    pub(super) fn tell_round(&mut self, phases: Phases) {
        if !self.job.observer.wants_rounds() {
            return;
        }
        let site = super::site(&self.plan, &self.job);
        let reads = self.progress.reads(&self.works, &self.ledger);
        let state = self.progress.state(site, &self.works, &self.ledger);
        let sum = self.ledger.sum();
        let before = std::mem::replace(&mut self.progress.steps, sum);
        let nodes = self.plan.nodes.iter().map(|&node| watermark(&self.works, node));
        let slowest = reads.iter().map(|read| read.watermark).chain(nodes).min();
        let Phases { read_micros, settle_micros, commit_micros } = phases;
        self.job.observer.event(RunEvent::Round(RoundProgress {
            round: self.rounds,
            reads,
            processed: sum.elements_in - before.elements_in,
            watermark: slowest.unwrap_or(Timestamp::MAX),
            state,
            dropped: DropCounts {
                late: sum.dropped.late - before.dropped.late,
                closed: sum.dropped.closed - before.dropped.closed,
            },
            read_micros,
            settle_micros,
            commit_micros,
        }));
    }

    /// Tells how far the run is.
    pub(super) fn tell_progress(&mut self) {
        let reads = self.works.sources.iter().filter(|source| source.is_read());
        let watermark = reads.map(Source::slowest).min().unwrap_or(Timestamp::MAX);
        self.job.observer.event(RunEvent::Progress {
            elements: self.ledger.elements,
            watermark,
            bundles: self.rounds,
        });
    }
}

/// The step of a node, if it keeps something of its own by key.
fn step_with_state(site: Site<'_>, node: Node) -> Option<TransformId> {
    match node {
        Node::Grouping(id) => Some(site.plan.groupings[id.0 as usize].step),
        Node::Stage(id) => {
            let step = site.plan.stages[id.0 as usize].head.as_ref()?.step;
            match &site.graph.step(step).transform {
                Transform::ParDo(spec) => spec.is_keyed().then_some(step),
                Transform::Impulse
                | Transform::GroupByKey
                | Transform::Flatten
                | Transform::WindowInto(_)
                | Transform::TestStream(_)
                | Transform::Composite(_) => None,
            }
        }
    }
}

/// Nothing that comes out of a node is earlier.
fn watermark(works: &Works, node: Node) -> Timestamp {
    let of_lanes = works.lanes.iter().map(|lane| match node {
        Node::Grouping(id) => lane.groupings[id.0 as usize].output_watermark(),
        Node::Stage(id) => lane.exchanges[id.0 as usize].told,
    });
    of_lanes.min().unwrap_or(Timestamp::MAX)
}

/// Whether its size is known by its tables, without going through its keys.
fn has_tables(works: &Works, node: Node) -> bool {
    match node {
        Node::Grouping(id) => {
            let path = |lane: &heliostat_runner_core::Lane| lane.groupings[id.0 as usize].path();
            works.lanes.iter().all(|lane| path(lane) == GroupingPath::Aligned)
        }
        Node::Stage(_) => false,
    }
}

fn size(works: &Works, node: Node) -> Size {
    match node {
        Node::Grouping(id) => {
            let of_lanes = || works.lanes.iter().map(|lane| &lane.groupings[id.0 as usize]);
            Size {
                rows: of_lanes().map(|grouping| grouping.saved_rows()).sum(),
                bytes: of_lanes().map(|grouping| grouping.bytes() as u64).sum(),
            }
        }
        Node::Stage(id) => {
            let of_lanes = || works.lanes.iter().map(|lane| &lane.stages[id.0 as usize]);
            Size {
                rows: of_lanes().map(|stage| stage.saved_rows() as u64).sum(),
                bytes: of_lanes().map(|stage| stage.state_bytes() as u64).sum(),
            }
        }
    }
}
