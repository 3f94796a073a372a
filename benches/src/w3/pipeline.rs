//! W3 as a pipeline, as an author would write it.

use super::{Event, PERIOD_MILLIS, SIZE_MILLIS};
use crate::check::seconds;
use crate::checked::Checked;
use crate::replay::Replay;
use heliostat::prelude::*;
use std::sync::Arc;

/// Counts per key and window, of events that are read in so many pieces.
pub fn pipeline(events: &Arc<Vec<Event>>, pieces: usize) -> (Pipeline, Checked) {
    let (pipeline, checked) = (Pipeline::new(), Checked::default());
    pipeline
        .read(Replay::new(events, pieces))
        .window(Window::sliding(millis(SIZE_MILLIS), millis(PERIOD_MILLIS)))
        .count_per_key()
        .windowed()
        .write(checked.rows(|row: &Windowed<(u64, u64)>| {
            let (key, count) = row.value;
            (seconds(row.window.end()), key, count)
        }));
    (pipeline, checked)
}
