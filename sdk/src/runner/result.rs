//! What a run tells while it goes and what it leaves behind.

use super::RoundProgress;
use crate::io::Collected;
use crate::{BadRow, Element, Timestamp, Written};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Elements that a step did not take, by cause; one count per element and window.
///
/// ```
/// let drops = heliostat::DropCounts { late: 2, closed: 1 };
/// assert_eq!(drops.total(), 3);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DropCounts {
    /// Their window had expired.
    pub late: u64,
    /// Their window's trigger had finished.
    pub closed: u64,
}

impl DropCounts {
    /// All of them.
    pub fn total(self) -> u64 {
        self.late + self.closed
    }
}

/// What one step did; counts of bundles that succeeded.
///
/// ```
/// assert_eq!(heliostat::StepMetrics::default().elements_in, 0);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepMetrics {
    /// Elements it took.
    pub elements_in: u64,
    /// Elements it gave, over all its outputs.
    pub elements_out: u64,
    /// Rows it could not understand.
    pub bad_rows: u64,
    /// Elements it did not take.
    pub dropped: DropCounts,
    /// Of the elements it gave, those in late panes.
    pub late_panes: u64,
    /// Elements it failed on and gave to the output that was chosen for them
    /// ([`PCollection::on_failure`](crate::PCollection::on_failure)).
    pub dead_letters: u64,
}

/// What an interrupted run left behind.
///
/// ```
/// let open = heliostat::OpenWindows { windows: 3, panes_pending: 2 };
/// assert!(open.panes_pending <= open.windows);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenWindows {
    /// Key and window pairs that were still open.
    pub windows: u64,
    /// Of them, those with elements that no pane has shown yet.
    pub panes_pending: u64,
}

/// Why and where a run was stopped.
///
/// ```
/// use heliostat::{StopCause, Stopped};
///
/// let stopped = Stopped { cause: StopCause::Bundles, bundles: 3, saved: true };
/// assert_ne!(stopped.cause, StopCause::Interrupt);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped {
    /// Why.
    pub cause: StopCause,
    /// Bundles of the reads that succeeded in this run.
    pub bundles: u64,
    /// Whether a savepoint was stored. Then no sink has committed, and `written` is empty.
    pub saved: bool,
}

/// Why a run was stopped.
///
/// ```
/// assert_ne!(heliostat::StopCause::Bundles, heliostat::StopCause::Interrupt);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopCause {
    /// It had made as many bundles as it was asked to.
    Bundles,
    /// Somebody interrupted it.
    Interrupt,
    /// It had read all there was, and was asked to wait for no more.
    CaughtUp,
}

/// What a run left behind.
///
/// ```
/// use heliostat::prelude::*;
/// use heliostat_direct::DirectRunner;
///
/// let pipeline = Pipeline::new();
/// let sums = pipeline.create([1, 2, 3]).sum_globally().named("Total").collect();
/// let result = DirectRunner::default().run(&pipeline)?;
/// assert_eq!(result.collected(&sums), [6]);
/// assert_eq!(result.dropped().total(), 0);
/// # Ok::<(), heliostat::RunError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct RunResult {
    /// By step path, leaves only.
    pub metrics: BTreeMap<String, StepMetrics>,
    /// The first bad rows of each read, by step path.
    pub bad_rows: BTreeMap<String, Vec<BadRow>>,
    /// What each sink let appear, by step path.
    pub written: BTreeMap<String, Written>,
    /// What was still open, if the run was stopped.
    pub interrupted: Option<OpenWindows>,
    /// Why and where it was stopped, if it was.
    pub stopped: Option<Stopped>,
}

impl RunResult {
    /// How many bad rows of each read are kept to be shown.
    pub const BAD_ROWS_KEPT: usize = 3;

    /// What a collection held at the end of the run.
    pub fn collected<T: Element>(&self, collected: &Collected<T>) -> Vec<T> {
        collected.values()
    }

    /// The drops of all steps.
    pub fn dropped(&self) -> DropCounts {
        self.metrics.values().fold(DropCounts::default(), |all, step| DropCounts {
            late: all.late + step.dropped.late,
            closed: all.closed + step.dropped.closed,
        })
    }

    /// The metrics of one step; all zero if there is none of this path.
    pub fn step(&self, path: &str) -> StepMetrics {
        self.metrics.get(path).copied().unwrap_or_default()
    }
}

/// Something worth telling while a run goes.
///
/// ```
/// use heliostat::{RunEvent, Timestamp};
///
/// let event = RunEvent::Progress { elements: 7, watermark: Timestamp::secs(0), bundles: 1 };
/// let json = serde_json::to_string(&event).expect("an event is plain data");
/// assert!(json.starts_with(r#"{"event":"progress","elements":7"#));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum RunEvent {
    /// How far it is; told often.
    Progress {
        /// Elements read so far.
        elements: u64,
        /// The smallest watermark of all reads.
        watermark: Timestamp,
        /// Bundles that succeeded so far.
        bundles: u64,
    },
    /// What one round did; told by runners that work in rounds, to those who want it.
    Round(RoundProgress),
    /// A step was held up by one behind it, which has not taken what it was sent; told by runners whose
    /// steps wait for each other, while it goes on.
    Held {
        /// The path of the step that could have gone on.
        step: String,
        /// The path of the step it waits for.
        by: String,
        /// For how many microseconds so far, in this run, on all workers together.
        micros: u64,
    },
    /// A row that could not be understood; told for the first few of each read.
    BadRow {
        /// The path of the read.
        step: String,
        /// Where and why.
        row: BadRow,
    },
    /// A sink let something appear.
    Written {
        /// The path of the write.
        step: String,
        /// Where and how much.
        written: Written,
    },
    /// The counts of a step at the end.
    Step {
        /// Its path.
        step: String,
        /// What it did.
        metrics: StepMetrics,
    },
}

/// Who is told how a run goes.
///
/// ```
/// use heliostat::{Observer, RunEvent};
///
/// #[derive(Default)]
/// struct Counting(u64);
///
/// impl Observer for Counting {
///     fn event(&mut self, _event: RunEvent) {
///         self.0 += 1;
///     }
/// }
///
/// let mut counting = Counting::default();
/// let watermark = heliostat::Timestamp::MIN;
/// counting.event(RunEvent::Progress { elements: 0, watermark, bundles: 0 });
/// assert_eq!(counting.0, 1);
/// ```
pub trait Observer {
    /// Takes an event; must not block for long.
    fn event(&mut self, event: RunEvent);

    /// Whether it is worth making a [`RunEvent::Round`] for it. Without, a runner does not count what
    /// only they tell.
    fn wants_rounds(&self) -> bool {
        true
    }
}

/// Nobody wants to know.
///
/// ```
/// use heliostat::{NoObserver, Observer, RunEvent, Timestamp};
///
/// let watermark = Timestamp::MIN;
/// NoObserver.event(RunEvent::Progress { elements: 0, watermark, bundles: 0 });
/// assert_eq!(std::mem::size_of::<NoObserver>(), 0);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct NoObserver;

impl Observer for NoObserver {
    fn event(&mut self, _event: RunEvent) {}

    fn wants_rounds(&self) -> bool {
        false
    }
}
