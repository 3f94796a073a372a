//! What a pane is called: its timing, its numbers, whether it is the first or the last.

use heliostat::{PaneInfo, PaneTiming, Timestamp};

/// What the label of a pane depends on (model.md 4.2).
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    /// The last pane of the key and window that was emitted.
    pub(super) previous: Option<PaneInfo>,
    /// The last millisecond of the window.
    pub(super) window_max: Timestamp,
    /// The input watermark.
    pub(super) input: Timestamp,
    /// The key's own output watermark.
    pub(super) output: Timestamp,
    /// The trigger is finished, or the window is garbage.
    pub(super) is_last: bool,
}

/// The label of the pane that is made at this moment.
pub(super) fn label(moment: Moment) -> PaneInfo {
    let Moment { previous, window_max, input, output, is_last } = moment;
    let spoken = previous.is_some_and(|pane| pane.timing != PaneTiming::Early);
    let timing = if window_max < output || spoken {
        PaneTiming::Late
    } else if input <= window_max {
        PaneTiming::Early
    } else {
        PaneTiming::OnTime
    };
    let next_non_speculative = previous.map_or(0, |pane| pane.non_speculative_index + 1);
    PaneInfo {
        timing,
        index: previous.map_or(0, |pane| pane.index + 1),
        non_speculative_index: if timing == PaneTiming::Early { -1 } else { next_non_speculative },
        is_first: previous.is_none(),
        is_last,
    }
}

#[cfg(test)]
mod tests {
    use super::{Moment, label};
    use heliostat::{PaneInfo, PaneTiming, Timestamp};

    #[test]
    fn a_pane_is_labelled_by_watermarks_and_by_the_pane_before_it() {
        let at = Timestamp::from_millis;
        let pane = |timing, index, non_speculative_index| PaneInfo {
            timing,
            index,
            non_speculative_index,
            is_first: index == 0,
            is_last: false,
        };
        let (early, on_time, late) = (PaneTiming::Early, PaneTiming::OnTime, PaneTiming::Late);
        for (previous, input, output, expected) in [
            (None, 5, 5, pane(early, 0, -1)),
            (Some(pane(early, 0, -1)), 5, 5, pane(early, 1, -1)),
            (Some(pane(early, 1, -1)), 10, 9, pane(on_time, 2, 0)),
            (Some(pane(early, 0, -1)), 10, 10, pane(late, 1, 0)),
            (Some(pane(on_time, 2, 0)), 10, 10, pane(late, 3, 1)),
            (None, 12, 12, pane(late, 0, 0)),
            (None, 10, 9, pane(on_time, 0, 0)),
        ] {
            let moment = Moment {
                previous,
                window_max: at(9),
                input: at(input),
                output: at(output),
                is_last: false,
            };
            assert_eq!(label(moment), expected, "{moment:?}");
        }
    }
}
