//! The records of a log: rows of state, and elements that came since.

use heliostat::batch::{Batch, Meta, Timestamps, Windows};
use heliostat::graph::EdgeType;
use heliostat::savepoint::Row;
use heliostat::{Interval, Result, Timestamp, WindowFn};
use serde::{Deserialize, Serialize};

/// A record, but for the values of elements, which are its body.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Head {
    /// The watermark that what follows was written at.
    At(Timestamp),
    /// State of a key and window.
    Row(Row),
    /// Elements.
    Elements(Elements),
}

/// What is known of elements besides their values.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Elements {
    count: u32,
    /// One for all, or one each.
    timestamps: Vec<Timestamp>,
    /// One for all, or one each; `None` where they lie where the window function says.
    windows: Option<Vec<Interval>>,
}

impl Elements {
    /// Describes a batch whose elements lie in one window each, or where `window_fn` says; gives
    /// their values, too.
    pub(super) fn of(batch: &Batch, window_fn: &WindowFn, edge: &dyn EdgeType) -> (Self, Vec<u8>) {
        let (meta, count) = (&batch.meta, batch.len());
        let timestamps = match &meta.timestamps {
            Timestamps::Const(at) => vec![*at],
            Timestamps::Each { at, .. } => at.clone(),
        };
        let windows = match &meta.windows {
            Windows::Const(window) => Some(vec![window.clone()]),
            Windows::ByTimestamp(by) if by == window_fn => None,
            Windows::ByTimestamp(_) | Windows::Each(_) | Windows::Many { .. } => {
                let mut windows = Vec::with_capacity(count);
                meta.windows.for_each(&meta.timestamps, count, |_, window| {
                    windows.push(window.clone());
                });
                Some(windows)
            }
        };
        let mut values = Vec::new();
        edge.encode(batch.values.as_ref(), &mut values);
        let count = u32::try_from(count).expect("a batch has fewer than 2^32 elements");
        (Self { count, timestamps, windows }, values)
    }

    /// The batch.
    pub(super) fn batch(
        self,
        values: &[u8],
        window_fn: &WindowFn,
        edge: &dyn EdgeType,
    ) -> Result<Batch> {
        let count = self.count as usize;
        let mut column = edge.empty();
        edge.decode(values, count, column.as_mut())
            .map_err(|error| error.context("elements on disk are damaged"))?;
        let timestamps = match self.timestamps[..] {
            [at] => Timestamps::Const(at),
            _ => Timestamps::each(self.timestamps),
        };
        let windows = match self.windows {
            None => Windows::ByTimestamp(window_fn.clone()),
            Some(mut windows) if windows.len() == 1 => Windows::Const(windows.remove(0)),
            Some(windows) => Windows::Each(windows),
        };
        let meta = Meta { windows, ..Meta::at(timestamps) };
        Ok(Batch { values: column, meta })
    }
}
