//! W2 as a pipeline, as an author would write it.

use super::Event;
use crate::check::seconds;
use crate::checked::Checked;
use crate::replay::Replay;
use heliostat::prelude::*;
use std::sync::Arc;

/// Sums per key and minute, of events that are read in so many pieces.
pub fn pipeline(events: &Arc<Vec<Event>>, pieces: usize) -> (Pipeline, Checked) {
    let (pipeline, checked) = (Pipeline::new(), Checked::default());
    pipeline
        .read(Replay::new(events, pieces))
        .window(Window::fixed(minutes(1)))
        .sum_per_key()
        .windowed()
        .write(checked.rows(|row: &Windowed<(u64, i64)>| {
            let (key, sum) = row.value;
            (seconds(row.window.start()), key, sum.unsigned_abs())
        }));
    (pipeline, checked)
}
