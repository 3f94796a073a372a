//! What an author writes in `.trigger(..)`.

use super::{Deadline, Trigger};
use crate::Duration;

/// Fires when at least `count` elements have come since the last pane.
///
/// # Panics
/// If `count` is 0.
///
/// ```
/// assert_eq!(heliostat::after_count(3).to_string(), "after_count(3)");
/// ```
#[track_caller]
pub fn after_count(count: u32) -> Trigger {
    assert!(0 < count, "after_count needs at least 1 element");
    Trigger::AfterCount(count)
}

/// Fires `trigger` again and again.
///
/// ```
/// use heliostat::{after_count, repeatedly};
///
/// assert_eq!(repeatedly(after_count(3)).to_string(), "repeatedly(after_count(3))");
/// ```
pub fn repeatedly(trigger: impl Into<Trigger>) -> Trigger {
    Trigger::Repeatedly(Box::new(trigger.into()))
}

/// Fires with the first of `triggers`, once; the others forget what they gathered.
///
/// ```
/// use heliostat::{after_any, after_count, after_processing_time, repeatedly, secs};
///
/// let trigger = repeatedly(after_any((after_count(100), after_processing_time(secs(5)))));
/// assert_eq!(
///     trigger.to_string(),
///     "repeatedly(after_any(after_count(100), after_processing_time(5s)))",
/// );
/// ```
///
/// # Panics
/// If there are none.
#[track_caller]
pub fn after_any(triggers: impl TriggerList) -> Trigger {
    Trigger::AfterAny(some(triggers, "after_any"))
}

/// Fires when all of `triggers` are ready or have fired, once.
///
/// ```
/// use heliostat::{after_all, after_count, after_watermark};
///
/// let trigger = after_all((after_count(100), after_watermark()));
/// assert_eq!(trigger.to_string(), "after_all(after_count(100), after_watermark)");
/// ```
///
/// # Panics
/// If there are none.
#[track_caller]
pub fn after_all(triggers: impl TriggerList) -> Trigger {
    Trigger::AfterAll(some(triggers, "after_all"))
}

/// Fires `triggers` one after the other, each until it is finished.
///
/// ```
/// use heliostat::{after_count, after_each, repeatedly};
///
/// let trigger = after_each([after_count(1), repeatedly(after_count(100))]);
/// assert_eq!(trigger.to_string(), "after_each(after_count(1), repeatedly(after_count(100)))");
/// ```
///
/// # Panics
/// If there are none.
#[track_caller]
pub fn after_each(triggers: impl TriggerList) -> Trigger {
    Trigger::AfterEach(some(triggers, "after_each"))
}

#[track_caller]
fn some(triggers: impl TriggerList, name: &str) -> Vec<Trigger> {
    let triggers = triggers.into_triggers();
    assert!(!triggers.is_empty(), "{name} needs at least 1 trigger");
    triggers
}

/// Triggers for [`after_any`], [`after_all`] and [`after_each`]: an array, a vector or a tuple.
///
/// ```
/// use heliostat::{TriggerList, after_count, after_watermark};
///
/// assert_eq!((after_count(1), after_watermark()).into_triggers().len(), 2);
/// assert_eq!([after_count(1), after_count(2)].into_triggers().len(), 2);
/// ```
pub trait TriggerList {
    /// The triggers, in order.
    fn into_triggers(self) -> Vec<Trigger>;
}

impl<T: Into<Trigger>> TriggerList for Vec<T> {
    fn into_triggers(self) -> Vec<Trigger> {
        self.into_iter().map(Into::into).collect()
    }
}

impl<T: Into<Trigger>, const N: usize> TriggerList for [T; N] {
    fn into_triggers(self) -> Vec<Trigger> {
        self.into_iter().map(Into::into).collect()
    }
}

macro_rules! tuples {
    ($(($($trigger:ident $at:tt)+))*) => {$(
        impl<$($trigger: Into<Trigger>),+> TriggerList for ($($trigger,)+) {
            fn into_triggers(self) -> Vec<Trigger> {
                vec![$(self.$at.into()),+]
            }
        }
    )*};
}

tuples! {
    (A 0)
    (A 0 B 1)
    (A 0 B 1 C 2)
    (A 0 B 1 C 2 D 3)
    (A 0 B 1 C 2 D 3 E 4)
    (A 0 B 1 C 2 D 3 E 4 F 5)
}

/// Fires once, when the watermark passes the end of the window; add `.early(..)` and `.late(..)`.
///
/// ```
/// assert_eq!(heliostat::Trigger::from(heliostat::after_watermark()).to_string(), "after_watermark");
/// ```
pub fn after_watermark() -> AfterWatermark {
    AfterWatermark { early: None, late: None }
}

/// An after-watermark trigger while its early and late firings are being added.
///
/// ```
/// use heliostat::{Trigger, after_count, after_watermark};
///
/// let trigger: Trigger = after_watermark().late(after_count(2)).into();
/// assert_eq!(trigger.to_string(), "after_watermark(late=after_count(2))");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct AfterWatermark {
    early: Option<Trigger>,
    late: Option<Trigger>,
}

impl AfterWatermark {
    /// Also fires before the end of the window, over and over.
    #[must_use]
    pub fn early(mut self, trigger: impl Into<Trigger>) -> Self {
        self.early = Some(trigger.into());
        self
    }

    /// Also fires behind the end of the window, over and over.
    #[must_use]
    pub fn late(mut self, trigger: impl Into<Trigger>) -> Self {
        self.late = Some(trigger.into());
        self
    }
}

impl From<AfterWatermark> for Trigger {
    fn from(trigger: AfterWatermark) -> Self {
        Self::AfterWatermark {
            early: trigger.early.map(Box::new),
            late: trigger.late.map(Box::new),
        }
    }
}

/// Fires once, when processing time has passed the first element of the pane by more than `delay`;
/// add `.aligned_to(..)` to fire at whole minutes, say.
///
/// # Panics
/// If `delay` is negative.
///
/// ```
/// use heliostat::{Trigger, after_processing_time, minutes, secs};
///
/// let trigger: Trigger = after_processing_time(secs(5)).aligned_to(minutes(1)).into();
/// assert_eq!(trigger.to_string(), "after_processing_time(5s, align=1m)");
/// ```
#[track_caller]
pub fn after_processing_time(delay: Duration) -> AfterProcessingTime {
    AfterProcessingTime { deadline: Deadline::default().delayed(delay) }
}

/// A processing-time trigger while its deadline is being described.
///
/// ```
/// use heliostat::{Trigger, after_processing_time, hours, minutes};
///
/// let trigger = after_processing_time(minutes(0)).aligned_to_offset(hours(1), minutes(5));
/// assert_eq!(Trigger::from(trigger).to_string(), "after_processing_time(0s, align=1h, offset=5m)");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct AfterProcessingTime {
    deadline: Deadline,
}

impl AfterProcessingTime {
    /// Not before the next whole multiple of `period` since 1970 UTC.
    ///
    /// # Panics
    /// If `period` is not positive.
    #[track_caller]
    #[must_use]
    pub fn aligned_to(self, period: Duration) -> Self {
        self.aligned_to_offset(period, Duration::ZERO)
    }

    /// Not before the next `offset + n * period`.
    ///
    /// # Panics
    /// If `period` is not positive.
    #[track_caller]
    #[must_use]
    pub fn aligned_to_offset(self, period: Duration, offset: Duration) -> Self {
        Self { deadline: self.deadline.aligned(period, offset) }
    }

    /// That much later still.
    ///
    /// # Panics
    /// If `delay` is negative.
    #[track_caller]
    #[must_use]
    pub fn delayed(self, delay: Duration) -> Self {
        Self { deadline: self.deadline.delayed(delay) }
    }
}

impl From<AfterProcessingTime> for Trigger {
    fn from(trigger: AfterProcessingTime) -> Self {
        Self::AfterProcessingTime(trigger.deadline)
    }
}
