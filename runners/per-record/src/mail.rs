//! What moves between operators, and the mailboxes it moves through.

use heliostat::Timestamp;
use heliostat::batch::Batch;
use heliostat_runner_core::Bell;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// What moves on a channel, in order.
#[derive(Debug)]
pub(crate) enum Item {
    /// Elements, and about how many bytes they are.
    Batch(Batch, usize),
    /// No element that follows is older than this, unless it is late.
    Watermark(Timestamp),
    /// Nobody need wait for what follows, until it does.
    Idle,
    /// All before it is before the barrier of this number; all behind it, behind.
    Barrier(Barrier),
    /// Nothing follows.
    End,
}

/// A cut through everything that is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Barrier {
    pub(crate) number: u64,
    pub(crate) kind: BarrierKind,
}

/// What a barrier is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BarrierKind {
    /// It ends an event of a script: everything is quiet behind it.
    Quiet,
    /// What is in front of it goes into a savepoint.
    Save,
    /// Nothing follows it: the run stops.
    Stop,
}

/// An item on its way to a channel of another worker.
#[derive(Debug)]
pub(crate) struct Letter {
    pub(crate) channel: usize,
    pub(crate) item: Item,
}

/// What was sent to a worker and not taken yet. That it is bounded, its senders see to: they look at
/// [`Mailbox::is_full`] first.
#[derive(Debug)]
pub(crate) struct Mailbox {
    letters: Mutex<Vec<Letter>>,
    /// About how many bytes wait on each channel, in letters or behind them.
    queued: Vec<AtomicUsize>,
    /// Rings when there is mail, or room where there was none.
    pub(crate) bell: Bell,
}

impl Mailbox {
    pub(crate) fn of(channels: usize) -> Self {
        let queued = (0..channels).map(|_| AtomicUsize::new(0)).collect();
        Self { letters: Mutex::default(), queued, bell: Bell::default() }
    }

    /// Puts letters in, in their order, and rings.
    pub(crate) fn put(&self, letters: &mut Vec<Letter>) {
        self.letters.lock().unwrap_or_else(PoisonError::into_inner).append(letters);
        self.bell.ring();
    }

    /// Takes all letters out.
    pub(crate) fn take(&self, into: &mut Vec<Letter>) {
        let mut letters = self.letters.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::swap(&mut *letters, into);
    }

    /// Notes that so many bytes are on their way on a channel.
    pub(crate) fn add(&self, channel: usize, bytes: usize) {
        self.queued[channel].fetch_add(bytes, Ordering::Relaxed);
    }

    /// Notes that so many bytes of a channel are gone; says whether that makes room where there was
    /// none under this limit.
    pub(crate) fn remove(&self, channel: usize, bytes: usize, limit: usize) -> bool {
        let before = self.queued[channel].fetch_sub(bytes, Ordering::AcqRel);
        limit <= before && before - bytes < limit
    }

    /// Whether nothing more should be sent on a channel under this limit.
    pub(crate) fn is_full(&self, channel: usize, limit: usize) -> bool {
        limit <= self.queued[channel].load(Ordering::Acquire)
    }
}
