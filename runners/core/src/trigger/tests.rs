//! Machines against the rows of model.md 3.2 and 3.3.

use super::{Sight, machine_for};
use heliostat::{Trigger, after_count, after_watermark, repeatedly};

/// Plays `script` on a trigger: `e` an element, `w` the watermark passes the end, `.` a bundle
/// ends. Gives a letter per bundle: `-` nothing, `F` fired, `L` fired and finished.
fn play(trigger: &Trigger, script: &str) -> String {
    let mut machine = machine_for(trigger);
    let mut sight = Sight { past_end: false };
    let mut fired = String::new();
    for event in script.chars() {
        match event {
            'e' => machine.on_element(),
            'w' => sight.past_end = true,
            _ => {
                if !machine.should_fire(sight) {
                    fired.push('-');
                    continue;
                }
                machine.on_fire(sight);
                fired.push(if machine.finished() { 'L' } else { 'F' });
            }
        }
    }
    fired
}

#[test]
fn a_trigger_fires_at_the_ends_of_the_right_bundles() {
    let early_late = || Trigger::from(after_watermark().early(after_count(2)).late(after_count(2)));
    for (trigger, script, fired) in [
        (Trigger::Default, "e.w.e.", "-FF"),
        (Trigger::Never, "e.w.e.", "---"),
        (after_count(2), "e.e.e.", "-L-"),
        (repeatedly(after_count(2)), "eee.e.e.", "F-F"),
        (after_watermark().into(), "e.w.e.", "-L-"),
        (after_watermark().early(after_count(1)).into(), "e.e.w.", "FFL"),
        (early_late(), "e.e.e.w.e.e.", "-F-F-F"),
        (early_late(), "w.e.ee.", "F-F"),
        (repeatedly(after_watermark()), "e.w.e.e.", "-FFF"),
    ] {
        assert_eq!(play(&trigger, script), fired, "{trigger} on {script}");
    }
}
