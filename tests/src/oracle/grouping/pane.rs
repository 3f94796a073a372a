//! What a firing emits, and what it is called (model.md 4.2, 4.3 and 5.5).

use super::Grouping;
use super::state::gc_hold;
use crate::case::{Closing, OnTime, Pane, PaneInfo, PaneWindow, Timing};

impl Grouping {
    /// The output step of a firing. The buffer stays as it is.
    pub(super) fn output(
        &mut self,
        key: &str,
        window: PaneWindow,
        is_final: bool,
    ) -> Result<Option<Pane>, String> {
        let (closing, on_time) = (self.windowing.closing, self.windowing.on_time);
        let (gc, input_watermark) = (self.gc(window), self.input_watermark);
        let output_watermark = self.keys[key].output_watermark;
        let state = self.window(key, window);
        // 5.5, then 5.4: both holds are released.
        let max = window.max_timestamp();
        let held = [state.element_hold, state.gc_hold].into_iter().flatten().min();
        let timestamp = held.map_or(max, |hold| hold.min(max));
        state.element_hold = None;
        state.gc_hold = None;
        if !is_final && closing == Closing::Always {
            state.gc_hold = Some(gc_hold(gc));
        }
        // 4.3, 1.
        let empty = !state.new_elements;
        if empty && closing == Closing::IfNonempty && on_time == OnTime::IfNonempty {
            return Ok(None);
        }
        // 4.3, 2.
        let info = label(state.last_pane, max, (input_watermark, output_watermark), is_final);
        let due = info.timing == Timing::OnTime && on_time == OnTime::Always;
        let closes = is_final && closing == Closing::Always;
        if empty && !due && !closes {
            return Ok(None);
        }
        // 4.3, 3.
        if !is_final {
            state.last_pane = Some(info);
        }
        let buffer = state.buffer.clone();
        let value = self.fold.of(&buffer, self.numbers)?;
        let key = self.keyed.then(|| key.to_owned());
        Ok(Some(Pane { key, value, window, info, timestamp }))
    }
}

/// Model.md 4.2; `watermarks` are the input watermark and the key's output watermark.
fn label(previous: Option<PaneInfo>, max: i64, watermarks: (i64, i64), is_final: bool) -> PaneInfo {
    let (input_watermark, output_watermark) = watermarks;
    let mut nonspeculative = previous.map_or(0, |pane| pane.nonspeculative + 1);
    let timing =
        if max < output_watermark || previous.is_some_and(|pane| pane.timing != Timing::Early) {
            Timing::Late
        } else if input_watermark <= max {
            nonspeculative = -1;
            Timing::Early
        } else {
            Timing::OnTime
        };
    PaneInfo {
        timing,
        index: previous.map_or(0, |pane| pane.index + 1),
        nonspeculative,
        first: previous.is_none(),
        last: is_final,
    }
}
