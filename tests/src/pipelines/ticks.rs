//! A stream beside a case's own that says, in a run, which event has come.
//!
//! It gives one element before each event. A runner is quiet between the events of a script, so
//! whatever a step sees between two ticks follows from the event between them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use heliostat::PCollection;

use super::script::Value;

/// The name of the stream; no case can write it.
pub(super) const STREAM: &str = " ticks";

/// The number of the event that has come last, counted from 0.
///
/// It passes through memory that the steps of a run share, so the runner must run in this process
/// and let a step finish an event before another one sees the next.
#[derive(Clone, Default)]
pub(crate) struct Ticks {
    last: Arc<AtomicUsize>,
}

impl Ticks {
    /// Follows the stream.
    pub(super) fn follow<N: Value>(&self, stream: &PCollection<(String, N)>) {
        let last = Arc::clone(&self.last);
        let tick = move |(_, number): (String, N)| {
            last.store(usize::try_from(number.floor()).unwrap_or_default(), Ordering::SeqCst);
        };
        // Nothing runs that nobody collects.
        stream.map(tick).named("Tick").collect();
    }

    pub(super) fn last(&self) -> usize {
        self.last.load(Ordering::SeqCst)
    }
}
