//! The windows and triggers of a case as those of the sdk, and back.

use chrono::{DateTime, Utc};
use heliostat::{
    ClosingBehavior, Duration, NaiveDate, OnTimeBehavior, PCollection, Timestamp,
    TimestampCombiner, Tz, Window, after_all, after_any, after_count, after_each,
    after_processing_time, after_watermark, repeatedly,
};

use super::custom::{Auction, Foreign, Parity, Twice};
use super::script::Value;
use crate::case::{
    Accumulation, Align, CalendarUnit, Case, Closing, OnTime, TimestampCombiner as Combiner,
    Trigger, WindowFunction, WindowSpec,
};

/// What the case's own window and trigger lines do to its elements, if anything.
pub(super) fn of_case(case: &Case) -> Option<WindowSpec> {
    let mut spec = match (case.window(), &case.trigger) {
        (None, None) => return None,
        (Some(spec), _) => spec.clone(),
        (None, Some(_)) => WindowSpec::default(),
    };
    if case.trigger.is_some() {
        spec.trigger.clone_from(&case.trigger);
    }
    spec.unsafe_trigger |= case.unsafe_trigger;
    Some(spec)
}

/// The pairs in the windows that a case writes.
pub(crate) fn windowed<V: Value>(
    pairs: &PCollection<(String, V)>,
    spec: &WindowSpec,
) -> Result<PCollection<(String, V)>, String> {
    let Some(WindowFunction::Custom { name }) = &spec.function else {
        return Ok(pairs.window(window(spec)?));
    };
    Ok(match name.as_str() {
        "parity" => pairs.window(configured(Window::custom(Parity), spec)),
        "auction" => pairs.window(configured(Window::custom_merging(Auction), spec)),
        "foreign" => pairs.window(configured(Window::custom_merging(Foreign), spec)),
        "twice" => pairs.window(configured(Window::custom_merging(Twice), spec)),
        other => {
            return Err(format!(
                "there is no custom window function `{other}`; there are parity, auction, foreign \
                 and twice"
            ));
        }
    })
}

/// A window as the sdk has it, where elements of any type can be given it.
pub(super) fn window(spec: &WindowSpec) -> Result<Window, String> {
    let window = match &spec.function {
        None => Window::configure(),
        Some(WindowFunction::Global) => Window::global(),
        Some(WindowFunction::Fixed { size, offset }) => {
            let fixed = Window::fixed(Duration::from_millis(*size));
            if *offset == 0 { fixed } else { fixed.offset(Duration::from_millis(*offset)) }
        }
        Some(WindowFunction::Sliding { size, period, offset }) => {
            let size = Duration::from_millis(*size);
            let sliding = Window::sliding(size, Duration::from_millis(*period));
            if *offset == 0 { sliding } else { sliding.offset(Duration::from_millis(*offset)) }
        }
        Some(WindowFunction::Sessions { gap }) => Window::sessions(Duration::from_millis(*gap)),
        Some(WindowFunction::Calendar { unit, count, zone, start }) => {
            let window = match unit {
                CalendarUnit::Days => Window::days(*count),
                CalendarUnit::Weeks => Window::weeks(*count),
                CalendarUnit::Months => Window::months(*count),
                CalendarUnit::Years => Window::years(*count),
            };
            let zone = zone.as_deref().map_or(Ok(Tz::UTC), zone_named)?;
            let window = window.in_zone(zone);
            window.starting(date_of(start.unwrap_or(0))?)
        }
        Some(WindowFunction::Custom { .. }) => {
            return Err("custom windows are for pairs of a key and a number".into());
        }
    };
    Ok(configured(window, spec))
}

fn zone_named(name: &str) -> Result<Tz, String> {
    name.parse().map_err(|_| format!("there is no time zone `{name}`"))
}

/// The date of a time in UTC, which a case writes in milliseconds.
fn date_of(millis: i64) -> Result<NaiveDate, String> {
    let date = DateTime::<Utc>::try_from(Timestamp::from_millis(millis));
    Ok(date.map_err(|error| format!("windows cannot start there: {error}"))?.date_naive())
}

fn configured<A>(mut window: Window<A>, spec: &WindowSpec) -> Window<A> {
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
        window = window.trigger(of_trigger(trigger));
    }
    if spec.unsafe_trigger { window.allow_unsafe_trigger() } else { window }
}

fn of_trigger(trigger: &Trigger) -> heliostat::Trigger {
    let all = |parts: &[Trigger]| parts.iter().map(of_trigger).collect::<Vec<_>>();
    match trigger {
        Trigger::Default => heliostat::Trigger::Default,
        Trigger::AfterWatermark { early, late } => {
            let mut whole = after_watermark();
            if let Some(early) = early {
                whole = whole.early(of_trigger(early));
            }
            if let Some(late) = late {
                whole = whole.late(of_trigger(late));
            }
            whole.into()
        }
        Trigger::AfterCount(count) => after_count(*count),
        Trigger::AfterProcessingTime { delay, align } => {
            let trigger = after_processing_time(Duration::from_millis(*delay));
            match align {
                None => trigger.into(),
                Some(Align { period, offset }) => {
                    let [period, offset] = [*period, *offset].map(Duration::from_millis);
                    trigger.aligned_to_offset(period, offset).into()
                }
            }
        }
        Trigger::AfterSynchronizedProcessingTime => {
            heliostat::Trigger::AfterSynchronizedProcessingTime
        }
        Trigger::Never => heliostat::Trigger::Never,
        Trigger::Always => heliostat::Trigger::Always,
        Trigger::Repeatedly(inner) => repeatedly(of_trigger(inner)),
        Trigger::AfterAny(parts) => after_any(all(parts)),
        Trigger::AfterAll(parts) => after_all(all(parts)),
        Trigger::AfterEach(parts) => after_each(all(parts)),
        Trigger::OrFinally(main, until) => of_trigger(main).or_finally(of_trigger(until)),
    }
}

/// A trigger of the sdk as a case writes it.
pub(super) fn written(trigger: &heliostat::Trigger) -> Trigger {
    // Both sides print alike.
    crate::case::parse_trigger_text(&trigger.to_string())
        .unwrap_or_else(|error| panic!("a case cannot write the trigger {trigger}: {error}"))
}

pub(super) fn cannot_build(what: &str) -> String {
    format!("the sdk has no way to say it: {what}")
}
