//! Triggers taken for others.

use heliostat::{Deadline, Trigger};

/// The trigger with each of its parts changed, from the inside out.
pub(super) fn in_each(trigger: &Trigger, change: &dyn Fn(Trigger) -> Trigger) -> Trigger {
    let one = |inner: &Trigger| Box::new(in_each(inner, change));
    let all = |inner: &[Trigger]| inner.iter().map(|it| in_each(it, change)).collect();
    change(match trigger {
        Trigger::AfterWatermark { early, late } => Trigger::AfterWatermark {
            early: early.as_deref().map(one),
            late: late.as_deref().map(one),
        },
        Trigger::Default
        | Trigger::AfterCount(_)
        | Trigger::AfterProcessingTime(_)
        | Trigger::AfterSynchronizedProcessingTime
        | Trigger::Never
        | Trigger::Always => trigger.clone(),
        Trigger::Repeatedly(inner) => Trigger::Repeatedly(one(inner)),
        Trigger::AfterAny(inner) => Trigger::AfterAny(all(inner)),
        Trigger::AfterAll(inner) => Trigger::AfterAll(all(inner)),
        Trigger::AfterEach(inner) => Trigger::AfterEach(all(inner)),
        Trigger::OrFinally(main, until) => Trigger::OrFinally(one(main), one(until)),
    })
}

pub(super) fn forgets_early(trigger: Trigger, _: u64) -> Trigger {
    if let Trigger::AfterWatermark { late, .. } = trigger {
        return Trigger::AfterWatermark { early: None, late };
    }
    trigger
}

pub(super) fn forgets_late(trigger: Trigger, _: u64) -> Trigger {
    if let Trigger::AfterWatermark { early, .. } = trigger {
        return Trigger::AfterWatermark { early, late: None };
    }
    trigger
}

/// One more, or one less where that is any.
pub(super) fn miscounts(trigger: Trigger, seed: u64) -> Trigger {
    if let Trigger::AfterCount(count) = trigger {
        let fewer = seed % 2 == 1 && 1 < count;
        return Trigger::AfterCount(if fewer { count - 1 } else { count + 1 });
    }
    trigger
}

pub(super) fn fires_once(trigger: Trigger, _: u64) -> Trigger {
    if let Trigger::Repeatedly(inner) = trigger {
        return *inner;
    }
    trigger
}

pub(super) fn waits_for_all(trigger: Trigger, _: u64) -> Trigger {
    if let Trigger::AfterAny(inner) = trigger {
        return Trigger::AfterAll(inner);
    }
    trigger
}

pub(super) fn waits_for_any(trigger: Trigger, _: u64) -> Trigger {
    if let Trigger::AfterAll(inner) = trigger {
        return Trigger::AfterAny(inner);
    }
    trigger
}

pub(super) fn goes_backwards(trigger: Trigger, _: u64) -> Trigger {
    if let Trigger::AfterEach(mut inner) = trigger {
        inner.reverse();
        return Trigger::AfterEach(inner);
    }
    trigger
}

pub(super) fn forgets_the_end(trigger: Trigger, _: u64) -> Trigger {
    if let Trigger::OrFinally(main, _) = trigger {
        return *main;
    }
    trigger
}

pub(super) fn fires_in_spite(trigger: Trigger, _: u64) -> Trigger {
    if trigger == Trigger::Never {
        return Trigger::AfterWatermark { early: None, late: None };
    }
    trigger
}

pub(super) fn waits_for_the_end(trigger: Trigger, _: u64) -> Trigger {
    if trigger == Trigger::Always { Trigger::Default } else { trigger }
}

pub(super) fn does_not_wait(trigger: Trigger, _: u64) -> Trigger {
    if let Trigger::AfterProcessingTime(_) = trigger {
        return Trigger::AfterProcessingTime(Deadline::default());
    }
    trigger
}

pub(super) fn waits_for_ever(trigger: Trigger, _: u64) -> Trigger {
    if trigger == Trigger::AfterSynchronizedProcessingTime { Trigger::Never } else { trigger }
}

/// As a whole: what finishes begins again.
pub(super) fn never_finishes(trigger: Trigger) -> Trigger {
    let finishes = match &trigger {
        Trigger::AfterCount(_)
        | Trigger::AfterProcessingTime(_)
        | Trigger::AfterSynchronizedProcessingTime
        | Trigger::AfterAny(_)
        | Trigger::AfterAll(_)
        | Trigger::AfterEach(_)
        | Trigger::OrFinally(..) => true,
        Trigger::Default
        | Trigger::AfterWatermark { .. }
        | Trigger::Never
        | Trigger::Always
        | Trigger::Repeatedly(_) => false,
    };
    if finishes { Trigger::Repeatedly(Box::new(trigger)) } else { trigger }
}
