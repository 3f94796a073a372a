//! The wish that a run should stop, from another thread.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// How urgently a run should stop.
///
/// ```
/// assert!(heliostat::InterruptLevel::None < heliostat::InterruptLevel::Abort);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum InterruptLevel {
    /// Not at all.
    #[default]
    None,
    /// After the bundle in hand; what has fired is written.
    Stop,
    /// At once; nothing is written.
    Abort,
}

/// Tells a run to stop; clones tell the same run.
///
/// ```
/// use heliostat::{Interrupt, InterruptLevel};
///
/// let interrupt = Interrupt::new();
/// interrupt.clone().request();
/// assert_eq!(interrupt.level(), InterruptLevel::Stop);
/// interrupt.request();
/// assert_eq!(interrupt.level(), InterruptLevel::Abort);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Interrupt {
    inner: Arc<(Mutex<InterruptLevel>, Condvar)>,
}

impl Interrupt {
    /// No wish yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Wishes it a level more urgently.
    pub fn request(&self) {
        let (level, changed) = &*self.inner;
        let mut level = level.lock().unwrap_or_else(PoisonError::into_inner);
        *level = match *level {
            InterruptLevel::None => InterruptLevel::Stop,
            InterruptLevel::Stop | InterruptLevel::Abort => InterruptLevel::Abort,
        };
        changed.notify_all();
    }

    /// How urgent it is now.
    pub fn level(&self) -> InterruptLevel {
        *self.inner.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the time is over or the wish grows.
    pub fn wait(&self, longest: Duration) {
        let (level, changed) = &*self.inner;
        let level = level.lock().unwrap_or_else(PoisonError::into_inner);
        let before = *level;
        // The outcome does not matter: the caller looks at the clock and the level again.
        drop(changed.wait_timeout_while(level, longest, |now| *now == before));
    }
}
