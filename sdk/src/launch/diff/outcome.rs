//! What a run came to: what it wrote, what it dropped and how it ended.

use super::recorder::recorded;
use super::stop::Stop;
use crate::graph::{Functions, Graph};
use crate::launch::progress::ProgressLine;
use crate::testing::Script;
use crate::{
    DropCounts, Interrupt, InterruptLevel, Interval, Job, Observer, PaneInfo, RunError, RunEvent,
    Runner, Timestamp, catch_panic,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// An element in one of its windows, as a write took it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Pane {
    pub(super) timestamp: Timestamp,
    pub(super) window: Interval,
    /// Encoded.
    pub(super) value: Vec<u8>,
    pub(super) pane: PaneInfo,
}

impl Pane {
    /// What panes stand in order by.
    pub(super) fn order(&self) -> impl Ord + '_ {
        let PaneInfo { timing, index, non_speculative_index, is_first, is_last } = self.pane;
        let firing = (index, non_speculative_index, timing as u8, is_first, is_last);
        (self.timestamp, &self.window, &self.value, firing)
    }
}

/// What a run came to.
pub(super) struct Outcome {
    /// Of each write, in order. Of a run that failed there are none.
    pub(super) writes: Vec<Vec<Pane>>,
    /// By the path of the step, where it is not nothing.
    pub(super) dropped: BTreeMap<String, DropCounts>,
    /// Why it did not come to its end.
    pub(super) error: Option<RunError>,
}

impl Outcome {
    pub(super) fn panes(&self) -> u64 {
        self.writes.iter().map(|panes| panes.len() as u64).sum()
    }
}

/// A pipeline that is ready to be run on any script and any runner.
pub(super) struct Stage {
    /// As the author built it.
    pub(super) original: Graph,
    /// The graph in which one script is all there is to read.
    pub(super) graph: Graph,
    pub(super) functions: Functions,
    /// The path of the script.
    pub(super) script: String,
    pub(super) interrupt: Interrupt,
}

impl Stage {
    /// Runs it; a runner that panics has failed.
    ///
    /// # Errors
    /// If somebody wants it to stop.
    pub(super) fn run(
        &self,
        runner: &dyn Runner,
        script: Arc<dyn Script>,
        progress: &mut Option<ProgressLine>,
    ) -> Result<Outcome, Stop> {
        let mut functions = self.functions.clone();
        functions.scripts.insert(self.script.clone(), script);
        let recorders = recorded(&self.graph, &mut functions);
        let mut watching = Watching(progress);
        let job = Job::new(&self.graph, &functions, &self.interrupt, &mut watching);
        let ended = catch_panic(|| runner.execute(job)).unwrap_or_else(|panicked| {
            Err(RunError::failed(format!("the runner panicked: {panicked}")))
        });
        if self.interrupt.level() != InterruptLevel::None {
            return Err(Stop::Interrupted);
        }
        let (metrics, error) = match ended {
            Ok(result) => (result.metrics, None),
            Err(error) => (BTreeMap::new(), Some(error)),
        };
        let dropped = metrics.into_iter().map(|(path, metrics)| (path, metrics.dropped));
        let dropped = dropped.filter(|(_, dropped)| 0 < dropped.total()).collect();
        let writes = recorders.iter().map(|recorder| {
            // What appeared before a failure depends on when it came.
            let mut panes = if error.is_some() { Vec::new() } else { recorder.panes() };
            panes.sort_by(|a, b| a.order().cmp(&b.order()));
            panes
        });
        Ok(Outcome { writes: writes.collect(), dropped, error })
    }
}

/// Shows how far a run is.
struct Watching<'a>(&'a mut Option<ProgressLine>);

impl Observer for Watching<'_> {
    fn event(&mut self, event: RunEvent) {
        match event {
            RunEvent::Progress { elements, watermark, .. } => {
                if let Some(progress) = &mut self.0 {
                    progress.tell(elements, watermark);
                }
            }
            RunEvent::Round(_)
            | RunEvent::Held { .. }
            | RunEvent::BadRow { .. }
            | RunEvent::Written { .. }
            | RunEvent::Step { .. } => {}
        }
    }

    fn wants_rounds(&self) -> bool {
        false
    }
}
