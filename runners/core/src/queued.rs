//! Elements under way, as a savepoint holds them.

use heliostat::batch::{Batch, Each, Meta, Timestamps, Windows};
use heliostat::graph::EdgeType;
use heliostat::savepoint::{QueuedBatch, QueuedElement};
use heliostat::{Interval, Result};

/// A batch that waits in this queue.
pub fn queued(queue: &str, batch: &Batch, edge: &dyn EdgeType) -> QueuedBatch {
    let meta = &batch.meta;
    let mut windows: Vec<Vec<Interval>> = vec![Vec::new(); batch.len()];
    meta.windows.for_each(&meta.timestamps, batch.len(), |at, window| {
        windows[at].push(window.clone());
    });
    let element = |(at, windows)| QueuedElement {
        timestamp: meta.timestamps.at(at),
        windows,
        pane: *meta.panes.at(at),
        kind: *meta.kinds.at(at),
    };
    let mut values = Vec::new();
    edge.encode(batch.values.as_ref(), &mut values);
    QueuedBatch {
        queue: queue.to_owned(),
        coder: edge.coder(),
        elements: windows.into_iter().enumerate().map(element).collect(),
        values,
    }
}

/// The batch that waited.
///
/// # Errors
/// If the values are not what the coder wrote.
pub fn unqueued(queued: &QueuedBatch, edge: &dyn EdgeType) -> Result<Batch> {
    let mut values = edge.empty();
    edge.decode(&queued.values, queued.elements.len(), values.as_mut())
        .map_err(|error| error.context("elements that wait in a savepoint are damaged"))?;
    let elements = &queued.elements;
    let mut offsets = vec![0];
    let mut windows = Vec::new();
    for element in elements {
        windows.extend(element.windows.iter().cloned());
        offsets.push(u32::try_from(windows.len()).unwrap_or(u32::MAX));
    }
    let meta = Meta {
        timestamps: Timestamps::each(elements.iter().map(|element| element.timestamp).collect()),
        windows: Windows::Many { offsets, windows },
        panes: Each::Each(elements.iter().map(|element| element.pane).collect()),
        kinds: Each::Each(elements.iter().map(|element| element.kind).collect()),
    };
    Ok(Batch { values, meta })
}
