//! A script as a runner plays it.

use crate::batch::Batch;
use crate::{Duration, Result, Timestamp};

/// What happens next in a script.
#[derive(Debug)]
pub enum ScriptEvent {
    /// A bundle of elements arrives on an output.
    Elements {
        /// Which output.
        stream: usize,
        /// The elements.
        batch: Batch,
    },
    /// The watermark of an output moves.
    Watermark {
        /// Which output.
        stream: usize,
        /// To where.
        to: Timestamp,
    },
    /// Processing time moves.
    ProcessingTime {
        /// By how much.
        by: Duration,
    },
}

/// The events of a test stream, without its element type.
pub trait Script: Send + Sync {
    /// All events, in order.
    ///
    /// # Errors
    /// If the script breaks the contract of model.md 1.6; the message says where and how.
    fn events(&self) -> Result<Vec<ScriptEvent>>;
}
