//! Why a comparison ends before it has compared anything.

use crate::Error;

/// What keeps a comparison from its end.
#[derive(Debug)]
pub(super) enum Stop {
    /// Its input cannot be read.
    Failed(Error),
    /// Somebody wants it to stop.
    Interrupted,
}
