//! Machines against the rows of model.md 3.2 and 3.3.

use super::{Sight, Wakes, machine_for};
use heliostat::{
    Timestamp, Trigger, after_all, after_any, after_count, after_each, after_processing_time,
    after_watermark, millis, repeatedly,
};

/// Plays `script` on a trigger: `e` an element, `w` the watermark passes the end, `p` a
/// millisecond of processing time goes by, `.` it is looked at. Gives a letter per look: `-`
/// nothing, `F` fired, `L` fired and finished.
fn play(trigger: &Trigger, script: &str) -> String {
    let mut machine = machine_for(trigger);
    let mut sight = Sight { past_end: false, now: Timestamp::from_millis(0), merging: false };
    let mut wakes = Wakes::default();
    let mut fired = String::new();
    for event in script.chars() {
        match event {
            'e' => machine.on_element(sight, &mut wakes),
            'w' => sight.past_end = true,
            'p' => sight.now = sight.now + millis(1),
            _ => {
                if !machine.should_fire(sight) {
                    fired.push('-');
                    continue;
                }
                machine.on_fire(sight, &mut wakes);
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
        (Trigger::Always, "e..w.", "FFF"),
        (after_processing_time(millis(2)).into(), "e.p.p.p.p.", "---L-"),
        (repeatedly(after_processing_time(millis(0))), "e.p.p.e.p.", "-F--F"),
        (Trigger::AfterSynchronizedProcessingTime, "e.p.", "-L"),
        (after_any((after_count(2), after_watermark())), "e.w.", "-L"),
        (after_all((after_count(2), after_watermark())), "e.w.e.", "--L"),
        (after_each([after_count(1), after_count(2), after_count(3)]), "e.e.e.e.e.e.", "F-F--L"),
        (
            repeatedly(after_any((after_count(3), after_processing_time(millis(1))))),
            "e.pp.e.e.e.",
            "-F--F",
        ),
        (repeatedly(after_each([after_count(1), after_count(2)])), "e.e.e.e.e.e.", "F-FF-F"),
        (repeatedly(after_count(2)).or_finally(after_count(5)), "e.e.e.e.e.", "-F-FL"),
        (
            after_watermark().early(after_any((after_count(2), after_count(9)))).into(),
            "ee.e.e.w.",
            "F-FL",
        ),
    ] {
        assert_eq!(play(&trigger, script), fired, "{trigger} on {script}");
    }
}

#[test]
fn a_trigger_asks_to_be_looked_at_where_it_can_get_ready_without_an_element() {
    let sight = Sight { past_end: false, now: Timestamp::from_millis(7), merging: false };
    let p = |delay| Trigger::from(after_processing_time(millis(delay)));
    for (trigger, at_end, deadline) in [
        (Trigger::Default, true, None),
        (Trigger::Never, false, None),
        (Trigger::Always, false, None),
        (after_count(2), false, None),
        (after_any((after_count(2), after_watermark())), true, None),
        (after_each((after_count(2), after_watermark())), false, None),
        (after_each((after_count(1), after_watermark())), true, None),
        (after_all([p(5), p(3)]), false, Some(10)),
    ] {
        let (mut machine, mut wakes) = (machine_for(&trigger), Wakes::default());
        machine.on_element(sight, &mut wakes);
        if machine.should_fire(sight) {
            machine.on_fire(sight, &mut wakes);
        }
        let deadline = deadline.map(Timestamp::from_millis);
        let asked = (wakes.at_end, machine.next_deadline(sight.now));
        assert_eq!(asked, (at_end, deadline), "{trigger}");
    }
}

#[test]
fn merged_triggers_go_on_from_what_the_open_windows_had() {
    let sight = Sight { past_end: false, now: Timestamp::from_millis(0), merging: true };
    let past = Sight { past_end: true, ..sight };
    let played = |trigger: &Trigger, elements: usize, sight: Sight| {
        let (mut machine, mut wakes) = (machine_for(trigger), Wakes::default());
        (0..elements).for_each(|_| machine.on_element(sight, &mut wakes));
        if machine.should_fire(sight) {
            machine.on_fire(sight, &mut wakes);
        }
        machine
    };
    let el = || Trigger::from(after_watermark().early(after_count(3)).late(after_count(9)));
    for (trigger, members, at, ready, finished) in [
        (after_count(3), vec![(1, sight), (2, sight)], sight, true, false),
        (after_count(2), vec![(2, sight), (1, sight)], sight, false, true),
        (after_watermark().into(), vec![(1, past)], sight, false, false),
        (after_watermark().into(), vec![(1, past)], past, false, true),
        (after_watermark().into(), vec![(1, past), (1, sight)], past, true, false),
        (after_watermark().into(), vec![], past, true, false),
        (el(), vec![(1, past), (2, sight)], sight, false, false),
        (el(), vec![(1, past), (3, past)], past, false, false),
        (Trigger::Default, vec![(1, past)], past, true, false),
    ] {
        let members: Vec<_> =
            members.iter().map(|&(n, sight)| played(&trigger, n, sight)).collect();
        let mut merged = machine_for(&trigger);
        merged.on_merge(&members.iter().collect::<Vec<_>>(), at, &mut Wakes::default());
        assert_eq!(
            (merged.should_fire(at) && !merged.finished(), merged.finished()),
            (ready, finished),
            "{trigger} from {members:?}"
        );
    }
}
