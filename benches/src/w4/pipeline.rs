//! W4 as a pipeline, as an author would write it: the campaigns are read beside the views.

use super::events::campaigns;
use super::{AdEvent, Kind, WINDOW_MILLIS};
use crate::check::seconds;
use crate::checked::Checked;
use crate::replay::Replay;
use heliostat::prelude::*;
use std::sync::Arc;

/// Views per campaign and window, of events that are read in so many pieces.
pub fn pipeline(events: &Arc<Vec<AdEvent>>, pieces: usize) -> (Pipeline, Checked) {
    let (pipeline, checked) = (Pipeline::new(), Checked::default());
    let campaigns = pipeline.create(campaigns()).as_map();
    pipeline
        .read(Replay::new(events, pieces))
        .filter(|event| event.kind == Kind::View)
        .flat_map_with(&campaigns, |event, campaigns| campaigns.get(&event.ad).copied())
        .window(Window::fixed(millis(WINDOW_MILLIS)))
        .count_per_element()
        .windowed()
        .write(checked.rows(|row: &Windowed<(u64, u64)>| {
            let (campaign, views) = row.value;
            (seconds(row.window.start()), campaign, views)
        }));
    (pipeline, checked)
}
