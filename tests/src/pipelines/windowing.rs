//! The windows and triggers of a case as those of the sdk, and back.

use heliostat::{
    ClosingBehavior, Duration, OnTimeBehavior, TimestampCombiner, Window, after_count,
    after_watermark, repeatedly,
};

use crate::case::{
    Accumulation, Case, Closing, OnTime, TimestampCombiner as Combiner, Trigger, WindowFunction,
    WindowSpec,
};

/// What the case's own window and trigger lines do to its elements, if anything.
pub(super) fn of_case(case: &Case) -> Result<Option<Window>, String> {
    let window = match (case.window(), &case.trigger) {
        (None, None) => return Ok(None),
        (Some(spec), _) => window(spec)?,
        (None, Some(_)) => Window::configure(),
    };
    let window = match &case.trigger {
        Some(trigger) => window.trigger(of_trigger(trigger)?),
        None => window,
    };
    Ok(Some(if case.unsafe_trigger { window.allow_unsafe_trigger() } else { window }))
}

/// A window as the sdk has it.
pub(super) fn window(spec: &WindowSpec) -> Result<Window, String> {
    let mut window = match &spec.function {
        None => Window::configure(),
        Some(WindowFunction::Global) => Window::global(),
        Some(WindowFunction::Fixed { size, offset }) => {
            let fixed = Window::fixed(Duration::from_millis(*size));
            if *offset == 0 { fixed } else { fixed.offset(Duration::from_millis(*offset)) }
        }
        Some(
            WindowFunction::Sliding { .. }
            | WindowFunction::Sessions { .. }
            | WindowFunction::Calendar { .. }
            | WindowFunction::Custom { .. },
        ) => return Err(cannot_build("this window function")),
    };
    if let Some(lateness) = spec.lateness {
        window = window.allowed_lateness(Duration::from_millis(lateness));
    }
    window = match spec.accumulation {
        Some(Accumulation::Accumulating) => window.accumulating(),
        Some(Accumulation::Discarding) => window.discarding(),
        None => window,
    };
    if let Some(combiner) = spec.timestamp {
        window = window.timestamp_combiner(match combiner {
            Combiner::Earliest => TimestampCombiner::Earliest,
            Combiner::Latest => TimestampCombiner::Latest,
            Combiner::EndOfWindow => TimestampCombiner::EndOfWindow,
        });
    }
    if let Some(closing) = spec.closing {
        window = window.closing_behavior(match closing {
            Closing::Always => ClosingBehavior::Always,
            Closing::IfNonempty => ClosingBehavior::IfNonEmpty,
        });
    }
    if let Some(on_time) = spec.on_time {
        window = window.on_time_behavior(match on_time {
            OnTime::Always => OnTimeBehavior::Always,
            OnTime::IfNonempty => OnTimeBehavior::IfNonEmpty,
        });
    }
    if let Some(trigger) = &spec.trigger {
        window = window.trigger(of_trigger(trigger)?);
    }
    Ok(if spec.unsafe_trigger { window.allow_unsafe_trigger() } else { window })
}

fn of_trigger(trigger: &Trigger) -> Result<heliostat::Trigger, String> {
    Ok(match trigger {
        Trigger::Default => heliostat::Trigger::Default,
        Trigger::AfterWatermark { early, late } => {
            let mut whole = after_watermark();
            if let Some(early) = early {
                whole = whole.early(of_trigger(early)?);
            }
            if let Some(late) = late {
                whole = whole.late(of_trigger(late)?);
            }
            whole.into()
        }
        Trigger::AfterCount(count) => after_count(*count),
        Trigger::Repeatedly(inner) => repeatedly(of_trigger(inner)?),
        Trigger::Never => heliostat::Trigger::Never,
        Trigger::AfterProcessingTime { .. }
        | Trigger::AfterSynchronizedProcessingTime
        | Trigger::Always
        | Trigger::AfterAny(_)
        | Trigger::AfterAll(_)
        | Trigger::AfterEach(_)
        | Trigger::OrFinally(..) => return Err(cannot_build(&format!("trigger {trigger}"))),
    })
}

/// A trigger of the sdk as a case writes it.
pub(super) fn written(trigger: &heliostat::Trigger) -> Trigger {
    let boxed = |inner: &Option<Box<heliostat::Trigger>>| {
        inner.as_ref().map(|inner| Box::new(written(inner)))
    };
    match trigger {
        heliostat::Trigger::Default => Trigger::Default,
        heliostat::Trigger::AfterWatermark { early, late } => {
            Trigger::AfterWatermark { early: boxed(early), late: boxed(late) }
        }
        heliostat::Trigger::AfterCount(count) => Trigger::AfterCount(*count),
        heliostat::Trigger::Repeatedly(inner) => Trigger::Repeatedly(Box::new(written(inner))),
        heliostat::Trigger::Never => Trigger::Never,
    }
}

pub(super) fn cannot_build(what: &str) -> String {
    format!("the sdk has no way to say it: {what}")
}
