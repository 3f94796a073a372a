//! Windows that become one: step 2 of `process` in model.md 5.6.

use std::collections::{BTreeMap, BTreeSet};

use super::super::trigger::Node;
use super::super::window;
use super::Grouping;
use super::state::{WindowState, combined, gc_hold};
use crate::case::{Pane, PaneWindow, TimestampCombiner};

impl Grouping {
    /// Merges the windows of a key, given what a bundle brings; says where each window went.
    pub(super) fn merge(
        &mut self,
        key: &str,
        bundle: &[Pane],
    ) -> Result<BTreeMap<PaneWindow, PaneWindow>, String> {
        let windows = self.keys[key].windows.iter();
        let active: BTreeSet<PaneWindow> =
            windows.filter(|(_, state)| state.active).map(|(window, _)| *window).collect();
        let of_bundle = bundle.iter().map(|element| element.window);
        let new: BTreeSet<PaneWindow> =
            of_bundle.filter(|window| !active.contains(window)).collect();
        let mut moved = BTreeMap::new();
        if new.is_empty() {
            return Ok(moved);
        }
        let known: BTreeSet<PaneWindow> = active.union(&new).copied().collect();
        let merges = window::merge(&self.windowing.function, &known);
        window::check_merges(&merges, &active, &known)?;
        for (members, result) in merges {
            let active_members: BTreeSet<PaneWindow> =
                members.intersection(&active).copied().collect();
            self.merge_into(key, &active_members, result);
            moved.extend(members.into_iter().map(|member| (member, result)));
        }
        Ok(moved)
    }

    /// Merges the active members of one merge into its result.
    fn merge_into(&mut self, key: &str, members: &BTreeSet<PaneWindow>, result: PaneWindow) {
        let mut sight = self.sight(result);
        let (gc, combiner) = (self.gc(result), self.windowing.timestamp);
        if members.iter().any(|member| *member != result) {
            self.merges += 1;
        }
        let trigger = self.windowing.trigger.clone();
        let key = self.keys.get_mut(key).expect("a key that has elements");
        let mut take = |window: &PaneWindow| key.windows.remove(window).expect("it is active");
        let states: BTreeMap<PaneWindow, WindowState> =
            members.iter().map(|window| (*window, take(window))).collect();
        // The result starts from its own state if it was active, else empty, whatever is
        // remembered of a closed window of that extent.
        let mut merged = states.get(&result).cloned().unwrap_or_else(|| WindowState::new(&trigger));
        merged.active = !members.is_empty();
        merged.buffer = states.values().flat_map(|state| state.buffer.clone()).collect();
        merged.new_elements = states.values().any(|state| state.new_elements);
        let triggers: Vec<Node> = states.values().map(|state| state.trigger.clone()).collect();
        merged.trigger.on_merge(&triggers, &mut sight);
        merged.set_timers(&sight, gc);
        merged.element_hold = match combiner {
            TimestampCombiner::EndOfWindow => {
                let max = result.max_timestamp();
                let allowed = key.output_watermark <= max && max >= self.input_watermark;
                (!members.is_empty() && allowed).then_some(max)
            }
            TimestampCombiner::Earliest | TimestampCombiner::Latest => states
                .values()
                .fold(None, |hold, state| combined(combiner, hold, state.element_hold)),
        };
        merged.gc_hold = Some(gc_hold(gc));
        key.windows.insert(result, merged);
    }
}
