//! What a windowing asks of a runner.

use crate::{
    Accumulation, Capability, ClosingBehavior, Duration, OnTimeBehavior, TimestampCombiner,
    Trigger, WindowFn, Windowing,
};

/// What a windowing asks of a grouping.
pub(super) fn needs(windowing: &Windowing, needed: &mut Vec<Capability>) {
    needed.push(windowing.window_fn.capability());
    needed.push(match windowing.timestamp_combiner {
        TimestampCombiner::EndOfWindow => Capability::TimestampCombinerEow,
        TimestampCombiner::Earliest => Capability::TimestampCombinerEarliest,
        TimestampCombiner::Latest => Capability::TimestampCombinerLatest,
    });
    needed.extend(windowing.merges_windows().then_some(Capability::TriggerMerging));
    drop_needs(windowing, needed);
    trigger_needs(&windowing.trigger, needed);
    if windowing.specified.unsafe_trigger && windowing.trigger.may_lose_data(windowing) {
        needed.push(Capability::TriggerFinishing);
    }
    if windowing.many_panes() {
        needed.push(match windowing.accumulation {
            Accumulation::Discarding => Capability::ModeDiscarding,
            Accumulation::Accumulating => Capability::ModeAccumulating,
        });
    }
    if Duration::ZERO < windowing.allowed_lateness {
        needed.push(Capability::LatenessAllowed);
    }
    if windowing.many_panes() || windowing.on_time_behavior == OnTimeBehavior::IfNonEmpty {
        needed.push(Capability::PaneEmptyOnTime);
    }
    if windowing.closing_behavior == ClosingBehavior::Always {
        needed.push(Capability::PaneClosing);
    }
}

/// What it takes to know which elements come too late, where an element can lie in several windows.
pub(super) fn drop_needs(windowing: &Windowing, needed: &mut Vec<Capability>) {
    if windowing.merges_windows() {
        needed.push(Capability::LatenessMergeProtoDrop);
        return;
    }
    match &windowing.window_fn {
        WindowFn::Sliding(_) | WindowFn::Custom(_) => {
            needed.push(Capability::LatenessPerWindowDrop);
        }
        WindowFn::Global | WindowFn::Fixed(_) | WindowFn::Sessions(_) | WindowFn::Calendar(_) => {}
    }
}

fn trigger_needs(trigger: &Trigger, needed: &mut Vec<Capability>) {
    let mut parts: Vec<&Trigger> = Vec::new();
    needed.push(match trigger {
        Trigger::Default => Capability::TriggerEvent,
        Trigger::AfterWatermark { early, late } => {
            parts.extend([early, late].into_iter().flatten().map(Box::as_ref));
            Capability::TriggerEvent
        }
        Trigger::AfterCount(_) => Capability::TriggerCount,
        Trigger::AfterProcessingTime(_) => Capability::TriggerProcessing,
        Trigger::AfterSynchronizedProcessingTime => Capability::TriggerSync,
        Trigger::Never => Capability::TriggerNever,
        Trigger::Always => Capability::TriggerAlways,
        Trigger::Repeatedly(inner) => {
            parts.push(inner);
            Capability::TriggerRepeated
        }
        Trigger::AfterAny(inner) | Trigger::AfterAll(inner) | Trigger::AfterEach(inner) => {
            parts.extend(inner);
            Capability::TriggerComposite
        }
        Trigger::OrFinally(main, until) => {
            parts.extend([main.as_ref(), until.as_ref()]);
            Capability::TriggerComposite
        }
    });
    for part in parts {
        trigger_needs(part, needed);
    }
}
