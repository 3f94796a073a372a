//! When a grouping emits a pane: triggers as values (model.md 3). The machines are the runners'.

mod deadline;
mod build;

pub use build::{
    AfterProcessingTime, AfterWatermark, TriggerList, after_all, after_any, after_count,
    after_each, after_processing_time, after_watermark, repeatedly,
};
pub use deadline::Deadline;

use crate::{Duration, Windowing};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A rule that says when the elements gathered for a key and window are emitted.
///
/// ```
/// use heliostat::{Trigger, after_count, after_watermark, repeatedly};
///
/// let trigger = Trigger::from(after_watermark().early(after_count(100)).late(after_count(1)));
/// assert_eq!(
///     trigger.to_string(),
///     "after_watermark(early=after_count(100), late=after_count(1))",
/// );
/// assert_eq!(repeatedly(after_count(3)).continuation(), repeatedly(after_count(1)));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Trigger {
    /// When the watermark passes the end of the window, and at each late bundle.
    #[default]
    Default,
    /// When the watermark passes the end of the window, with more firings before and after.
    AfterWatermark {
        /// Fires before the end, over and over.
        early: Option<Box<Trigger>>,
        /// Fires behind the end, over and over; without it the window closes on time.
        late: Option<Box<Trigger>>,
    },
    /// Once, when at least so many elements have come.
    AfterCount(u32),
    /// Once, when processing time is past a deadline set by the first element of the pane.
    AfterProcessingTime(Deadline),
    /// Once, when everything upstream has caught up with the first element of the pane: behind a
    /// grouping with a processing-time trigger, so that a chain of them waits only once.
    AfterSynchronizedProcessingTime,
    /// Not before the window is garbage.
    Never,
    /// With every bundle.
    Always,
    /// Its trigger, over and over.
    Repeatedly(Box<Trigger>),
    /// Once, with the first of these.
    AfterAny(Vec<Trigger>),
    /// Once, when all of these are ready.
    AfterAll(Vec<Trigger>),
    /// These one after the other.
    AfterEach(Vec<Trigger>),
    /// The first until the second fires.
    OrFinally(Box<Trigger>, Box<Trigger>),
}

impl Trigger {
    /// Fires like this one until `until` fires, which ends it.
    ///
    /// ```
    /// use heliostat::{after_count, after_watermark, repeatedly};
    ///
    /// let trigger = repeatedly(after_count(2)).or_finally(after_watermark());
    /// assert_eq!(trigger.to_string(), "or_finally(repeatedly(after_count(2)), after_watermark)");
    /// ```
    #[must_use]
    pub fn or_finally(self, until: impl Into<Self>) -> Self {
        Self::OrFinally(Box::new(self), Box::new(until.into()))
    }

    /// The trigger of whatever is grouped again behind a grouping (model.md 3.6).
    #[must_use]
    pub fn continuation(&self) -> Self {
        let one = |inner: &Self| Box::new(inner.continuation());
        let all = |inner: &[Self]| inner.iter().map(Self::continuation).collect();
        match self {
            Self::AfterWatermark { early, late } => Self::AfterWatermark {
                early: early.as_deref().map(one),
                late: late.as_deref().map(one),
            },
            Self::AfterCount(_) => Self::AfterCount(1),
            Self::AfterProcessingTime(_) => Self::AfterSynchronizedProcessingTime,
            Self::Default | Self::AfterSynchronizedProcessingTime | Self::Never | Self::Always => {
                self.clone()
            }
            Self::Repeatedly(inner) => Self::Repeatedly(one(inner)),
            Self::AfterAny(inner) => Self::AfterAny(all(inner)),
            Self::AfterAll(inner) => Self::AfterAll(all(inner)),
            Self::AfterEach(inner) => Self::Repeatedly(Box::new(Self::AfterAny(all(inner)))),
            Self::OrFinally(main, until) => {
                Self::Repeatedly(Box::new(Self::OrFinally(one(main), one(until))))
            }
        }
    }

    /// Whether it is certain to have fired for whatever came before the watermark passed the end of
    /// the window (model.md 7.3). If not, only the window's expiry is certain.
    ///
    /// Triggers one after the other begin with the first, so that one decides; so does either of a
    /// trigger and what ends it, since both fire.
    ///
    /// ```
    /// use heliostat::{Trigger, after_all, after_any, after_count, after_watermark, repeatedly};
    ///
    /// let certain = |trigger: Trigger| trigger.fires_by_end_of_window();
    /// assert!(certain(Trigger::Default) && certain(after_watermark().into()));
    /// assert!(certain(after_any((after_count(3), after_watermark()))));
    /// assert!(!certain(after_all((after_count(3), after_watermark()))));
    /// assert!(!certain(repeatedly(after_count(1))));
    /// ```
    pub fn fires_by_end_of_window(&self) -> bool {
        match self {
            Self::Default | Self::AfterWatermark { .. } => true,
            Self::AfterCount(_)
            | Self::AfterProcessingTime(_)
            | Self::AfterSynchronizedProcessingTime
            | Self::Never
            | Self::Always => false,
            Self::Repeatedly(inner) => inner.fires_by_end_of_window(),
            Self::AfterAny(inner) => inner.iter().any(Self::fires_by_end_of_window),
            Self::AfterAll(inner) => inner.iter().all(Self::fires_by_end_of_window),
            Self::AfterEach(inner) => inner.first().is_some_and(Self::fires_by_end_of_window),
            Self::OrFinally(main, until) => {
                main.fires_by_end_of_window() || until.fires_by_end_of_window()
            }
        }
    }

    /// Whether it can fire for the last time while its window still takes elements, which would
    /// drop what comes after it (model.md 3.6).
    pub fn may_lose_data(&self, windowing: &Windowing) -> bool {
        match self {
            Self::Never => false,
            Self::AfterWatermark { late: None, .. } => windowing.allowed_lateness > Duration::ZERO,
            Self::Default
            | Self::AfterWatermark { late: Some(_), .. }
            | Self::AfterCount(_)
            | Self::AfterProcessingTime(_)
            | Self::AfterSynchronizedProcessingTime
            | Self::Always
            | Self::Repeatedly(_)
            | Self::AfterAny(_)
            | Self::AfterAll(_)
            | Self::AfterEach(_)
            | Self::OrFinally(..) => self.may_finish(),
        }
    }

    /// Whether there can be a last firing (model.md 3.6, S32).
    fn may_finish(&self) -> bool {
        match self {
            Self::Default
            | Self::AfterWatermark { late: Some(_), .. }
            | Self::Always
            | Self::Repeatedly(_) => false,
            Self::AfterWatermark { late: None, .. }
            | Self::AfterCount(_)
            | Self::AfterProcessingTime(_)
            | Self::AfterSynchronizedProcessingTime
            | Self::Never
            | Self::AfterAny(_)
            | Self::AfterAll(_) => true,
            Self::AfterEach(inner) => inner.iter().all(Self::may_finish),
            Self::OrFinally(main, until) => main.may_finish() || until.may_finish(),
        }
    }
}

impl fmt::Display for Trigger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list =
            |triggers: &[Self]| triggers.iter().map(Self::to_string).collect::<Vec<_>>().join(", ");
        match self {
            Self::Default => f.write_str("default"),
            Self::AfterWatermark { early: None, late: None } => f.write_str("after_watermark"),
            Self::AfterWatermark { early: Some(early), late: None } => {
                write!(f, "after_watermark(early={early})")
            }
            Self::AfterWatermark { early: None, late: Some(late) } => {
                write!(f, "after_watermark(late={late})")
            }
            Self::AfterWatermark { early: Some(early), late: Some(late) } => {
                write!(f, "after_watermark(early={early}, late={late})")
            }
            Self::AfterCount(count) => write!(f, "after_count({count})"),
            Self::AfterProcessingTime(deadline) => write!(f, "after_processing_time({deadline})"),
            Self::AfterSynchronizedProcessingTime => {
                f.write_str("after_synchronized_processing_time")
            }
            Self::Never => f.write_str("never"),
            Self::Always => f.write_str("always"),
            Self::Repeatedly(inner) => write!(f, "repeatedly({inner})"),
            Self::AfterAny(inner) => write!(f, "after_any({})", list(inner)),
            Self::AfterAll(inner) => write!(f, "after_all({})", list(inner)),
            Self::AfterEach(inner) => write!(f, "after_each({})", list(inner)),
            Self::OrFinally(main, until) => write!(f, "or_finally({main}, {until})"),
        }
    }
}
