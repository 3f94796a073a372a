//! A `WindowInto` at work: elements get their windows.

use heliostat::batch::{Batch, Windows};
use heliostat::graph::{Functions, Step, WindowAssigner};
use heliostat::{WindowFn, WindowingChange};
use std::sync::Arc;

/// What gives elements their windows.
pub(super) enum Assignment {
    /// They keep theirs: only how they are grouped changes.
    Keep,
    /// Their timestamps say it.
    ByTime(WindowFn),
    /// The author's code says it.
    ByElement(Arc<dyn WindowAssigner>),
}

impl Assignment {
    pub(super) fn of(step: &Step, change: &WindowingChange, functions: &Functions) -> Self {
        match &change.window_fn {
            None => Self::Keep,
            Some(WindowFn::Custom(_)) => Self::ByElement(functions.assigner(&step.path)),
            Some(by_time) => Self::ByTime(by_time.clone()),
        }
    }

    /// Gives the elements of a batch new windows; those that get none are gone. An element in
    /// several windows becomes one per window first (model.md 1.1). `done` counts the elements it
    /// is through with.
    pub(super) fn assign(&self, batch: &mut Batch, done: &mut usize) {
        if let Self::Keep = self {
            return;
        }
        if !batch.meta.windows.one_each() {
            *batch = batch.exploded();
        }
        match self {
            Self::Keep => {}
            Self::ByTime(window_fn) => {
                batch.meta.windows = Windows::ByTimestamp(window_fn.clone());
                if let WindowFn::Sliding(sliding) = window_fn
                    && sliding.has_gaps()
                {
                    drop_windowless(batch);
                }
            }
            Self::ByElement(assigner) => {
                batch.meta.windows = assigner.assign(batch, done);
                drop_windowless(batch);
            }
        }
    }
}

/// No element exists nowhere.
fn drop_windowless(batch: &mut Batch) {
    let mut somewhere = Vec::new();
    batch.meta.windows.for_each(&batch.meta.timestamps, batch.len(), |at, _| {
        let at = u32::try_from(at).expect("a batch has fewer than 2^32 elements");
        if somewhere.last() != Some(&at) {
            somewhere.push(at);
        }
    });
    if somewhere.len() < batch.len() {
        *batch = batch.select(&somewhere);
    }
}
