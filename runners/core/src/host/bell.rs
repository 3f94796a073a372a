//! Wakes work that waits.

use std::fmt;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Wakes work that waits; a ring is kept until it is heard.
///
/// ```
/// use heliostat_runner_core::Bell;
///
/// let bell = Bell::default();
/// assert!(!bell.heard());
/// bell.ring();
/// bell.ring();
/// assert!(bell.heard() && !bell.heard());
/// ```
#[derive(Default)]
pub struct Bell {
    state: Mutex<State>,
    rung: Condvar,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Quiet,
    Rung,
    /// Somebody listens.
    Waiting,
}

impl Bell {
    /// Wakes who waits; if nobody does, who waits next does not.
    pub fn ring(&self) {
        let before = std::mem::replace(&mut *self.lock(), State::Rung);
        // Waking costs a call of the system: not where nobody waits.
        if before == State::Waiting {
            self.rung.notify_one();
        }
    }

    /// Whether it rang since it was heard last.
    pub fn heard(&self) -> bool {
        let mut state = self.lock();
        let rung = *state == State::Rung;
        *state = State::Quiet;
        rung
    }

    /// Waits until it rings, but not longer than this.
    pub(super) fn wait(&self, longest: Duration) {
        let mut state = self.lock();
        if *state != State::Rung {
            *state = State::Waiting;
            let waiting = |state: &mut State| *state == State::Waiting;
            let waited = self.rung.wait_timeout_while(state, longest, waiting);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        *state = State::Quiet;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Bell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Bell").field(&*self.lock()).finish()
    }
}
