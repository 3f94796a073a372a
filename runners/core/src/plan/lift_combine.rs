//! Whether a combine may reduce its values before they are exchanged (model.md 8).
//!
//! It may if nobody can see that several elements came as one: its trigger counts none, its pane
//! timestamps come from the window alone, no element can find its window closed (what is late is
//! dropped, and counted, before it is reduced), and nobody wants the dropped elements themselves.

use super::CombineForm;
use heliostat::{TimestampCombiner, Trigger, Windowing};
use std::fmt;

/// Where a grouping reduces its values.
#[derive(Clone, Debug, PartialEq)]
pub enum Lifting {
    /// In front of the exchange as far as they come together there; the grouping merges the rest.
    Lifted,
    /// Behind it; the runner could have asked for the other.
    Liftable,
    /// Behind it, for this reason.
    NotLiftable(NotLiftable),
}

/// Why a combine may not be lifted.
#[derive(Clone, Debug, PartialEq)]
pub enum NotLiftable {
    /// It keeps the values themselves.
    GathersGroups,
    /// Its trigger tells one element from several.
    TriggerCounts(Trigger),
    /// Its trigger can close a window that still takes elements, and those are counted.
    WindowsClose(Trigger),
    /// Its panes have timestamps that single elements decide.
    Timestamps(TimestampCombiner),
    /// What it drops is wanted element by element.
    DroppedWanted,
}

impl fmt::Display for NotLiftable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::GathersGroups => f.write_str("it keeps the values themselves"),
            Self::TriggerCounts(trigger) => write!(f, "{trigger} counts elements"),
            Self::WindowsClose(trigger) => {
                write!(f, "{trigger} can close a window before its last element")
            }
            Self::Timestamps(combiner) => write!(f, "the {combiner} element stamps a pane"),
            Self::DroppedWanted => f.write_str("what it drops is wanted element by element"),
        }
    }
}

/// What becomes of a combine that is to run in this form.
pub(super) fn lifting(form: CombineForm, windowing: &Windowing, dropped_wanted: bool) -> Lifting {
    match (form, may_be_lifted(windowing, dropped_wanted)) {
        (_, Err(why)) => Lifting::NotLiftable(why),
        (CombineForm::Lifted, Ok(())) => Lifting::Lifted,
        (CombineForm::Native | CombineForm::Expanded, Ok(())) => Lifting::Liftable,
    }
}

fn may_be_lifted(windowing: &Windowing, dropped_wanted: bool) -> Result<(), NotLiftable> {
    let trigger = &windowing.trigger;
    if counts_elements(trigger) {
        return Err(NotLiftable::TriggerCounts(trigger.clone()));
    }
    if trigger.may_lose_data(windowing) {
        return Err(NotLiftable::WindowsClose(trigger.clone()));
    }
    match windowing.timestamp_combiner {
        TimestampCombiner::EndOfWindow => {}
        combiner @ (TimestampCombiner::Earliest | TimestampCombiner::Latest) => {
            return Err(NotLiftable::Timestamps(combiner));
        }
    }
    if dropped_wanted { Err(NotLiftable::DroppedWanted) } else { Ok(()) }
}

/// Whether a trigger tells several elements from one.
fn counts_elements(trigger: &Trigger) -> bool {
    match trigger {
        Trigger::Default
        | Trigger::AfterProcessingTime(_)
        | Trigger::AfterSynchronizedProcessingTime
        | Trigger::Never
        | Trigger::Always => false,
        Trigger::AfterWatermark { early, late } => {
            [early, late].into_iter().flatten().any(|inner| counts_elements(inner))
        }
        Trigger::AfterCount(count) => 1 < *count,
        Trigger::Repeatedly(inner) => counts_elements(inner),
        Trigger::AfterAny(parts) => parts.iter().any(counts_elements),
        Trigger::AfterAll(_) | Trigger::AfterEach(_) | Trigger::OrFinally(..) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::{CombineForm, Lifting, lifting};
    use heliostat::{
        Duration, TimestampCombiner, Trigger, Window, Windowing, after_count, after_watermark,
        repeatedly, secs,
    };

    fn windowing(trigger: Trigger, lateness: Duration) -> Windowing {
        let window = Window::fixed(secs(10)).trigger(trigger).allowed_lateness(lateness);
        window.change().applied_to(&Windowing::default())
    }

    fn text(lifting: &Lifting) -> String {
        match lifting {
            Lifting::Lifted => "lifted".to_owned(),
            Lifting::Liftable => "liftable".to_owned(),
            Lifting::NotLiftable(why) => why.to_string(),
        }
    }

    #[test]
    fn a_combine_is_lifted_where_nobody_sees_it() {
        let zero = Duration::ZERO;
        let early = |trigger: Trigger| Trigger::from(after_watermark().early(trigger));
        for (trigger, lateness, comes_to) in [
            (Trigger::Default, zero, "lifted"),
            (Trigger::Default, secs(20), "lifted"),
            (Trigger::Never, secs(20), "lifted"),
            (after_watermark().into(), zero, "lifted"),
            (
                after_watermark().into(),
                secs(20),
                "after_watermark can close a window before its last element",
            ),
            (early(after_count(1)), zero, "lifted"),
            (early(after_count(2)), zero, "after_watermark(early=after_count(2)) counts elements"),
            (after_watermark().late(after_count(1)).into(), secs(20), "lifted"),
            (repeatedly(after_count(1)), secs(20), "lifted"),
            (repeatedly(after_count(3)), secs(20), "repeatedly(after_count(3)) counts elements"),
            (after_count(1), secs(20), "after_count(1) can close a window before its last element"),
        ] {
            let windowing = windowing(trigger, lateness);
            let found = lifting(CombineForm::Lifted, &windowing, false);
            assert_eq!(text(&found), comes_to, "{windowing}");
        }
    }

    #[test]
    fn it_is_not_lifted_where_single_elements_are_wanted_or_nobody_asks() {
        let default = Windowing::default();
        let earliest =
            Windowing { timestamp_combiner: TimestampCombiner::Earliest, ..Windowing::default() };
        for (form, windowing, dropped, comes_to) in [
            (CombineForm::Lifted, &default, true, "what it drops is wanted element by element"),
            (CombineForm::Lifted, &earliest, false, "the earliest element stamps a pane"),
            (CombineForm::Native, &default, false, "liftable"),
        ] {
            assert_eq!(text(&lifting(form, windowing, dropped)), comes_to);
        }
    }
}
