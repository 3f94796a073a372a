//! Triggers that are a little simpler.

use super::without;
use crate::case::Trigger;

/// What is inside of a trigger, and the trigger with something less in it.
pub(super) fn smaller_triggers(trigger: &Trigger) -> Vec<Trigger> {
    let boxed = |trigger: Trigger| Box::new(trigger);
    match trigger {
        Trigger::Default | Trigger::Never | Trigger::Always | Trigger::AfterCount(0 | 1) => {
            Vec::new()
        }
        Trigger::AfterCount(count) => vec![Trigger::AfterCount(count - 1)],
        Trigger::AfterSynchronizedProcessingTime
        | Trigger::AfterWatermark { early: None, late: None } => vec![Trigger::Default],
        Trigger::AfterProcessingTime { align: None, .. } => vec![Trigger::AfterCount(1)],
        Trigger::AfterProcessingTime { delay, align: Some(_) } => {
            vec![Trigger::AfterProcessingTime { delay: *delay, align: None }]
        }
        Trigger::Repeatedly(inner) => {
            let repeated = smaller_triggers(inner).into_iter().map(boxed).map(Trigger::Repeatedly);
            [(**inner).clone()].into_iter().chain(repeated).collect()
        }
        Trigger::AfterWatermark { early, late } => {
            let mut all: Vec<Trigger> =
                [early, late].into_iter().flatten().map(|inner| (**inner).clone()).collect();
            for early in smaller_firing(early.as_deref()) {
                all.push(Trigger::AfterWatermark { early: early.map(boxed), late: late.clone() });
            }
            for late in smaller_firing(late.as_deref()) {
                all.push(Trigger::AfterWatermark { early: early.clone(), late: late.map(boxed) });
            }
            all
        }
        Trigger::AfterAny(triggers) => smaller_lists(triggers, Trigger::AfterAny),
        Trigger::AfterAll(triggers) => smaller_lists(triggers, Trigger::AfterAll),
        Trigger::AfterEach(triggers) => smaller_lists(triggers, Trigger::AfterEach),
        Trigger::OrFinally(main, until) => {
            let mut all = vec![(**main).clone(), (**until).clone()];
            let or_finally = |main: &Trigger, until: &Trigger| {
                Trigger::OrFinally(boxed(main.clone()), boxed(until.clone()))
            };
            all.extend(smaller_triggers(main).iter().map(|main| or_finally(main, until)));
            all.extend(smaller_triggers(until).iter().map(|until| or_finally(main, until)));
            all
        }
    }
}

fn smaller_firing(firing: Option<&Trigger>) -> Vec<Option<Trigger>> {
    let Some(firing) = firing else { return Vec::new() };
    [None].into_iter().chain(smaller_triggers(firing).into_iter().map(Some)).collect()
}

fn smaller_lists(triggers: &[Trigger], of: fn(Vec<Trigger>) -> Trigger) -> Vec<Trigger> {
    let mut all: Vec<Trigger> = triggers.to_vec();
    if triggers.len() > 1 {
        all.extend(without(triggers).map(of));
    }
    for (at, trigger) in triggers.iter().enumerate() {
        for smaller in smaller_triggers(trigger) {
            let mut triggers = triggers.to_vec();
            triggers[at] = smaller;
            all.push(of(triggers));
        }
    }
    all
}
