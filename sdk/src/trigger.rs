//! When a grouping emits a pane: triggers as values (model.md 3). The machines are the runners'.

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
    /// Its trigger, over and over.
    Repeatedly(Box<Trigger>),
    /// Not before the window is garbage.
    Never,
}

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

impl Trigger {
    /// The trigger of whatever is grouped again behind a grouping (model.md 3.6).
    #[must_use]
    pub fn continuation(&self) -> Self {
        let of = |inner: &Option<Box<Self>>| inner.as_ref().map(|t| Box::new(t.continuation()));
        match self {
            Self::Default => Self::Default,
            Self::AfterWatermark { early, late } => {
                Self::AfterWatermark { early: of(early), late: of(late) }
            }
            Self::AfterCount(_) => Self::AfterCount(1),
            Self::Repeatedly(inner) => Self::Repeatedly(Box::new(inner.continuation())),
            Self::Never => Self::Never,
        }
    }

    /// Whether it can fire for the last time while its window still takes elements, which would
    /// drop what comes after it (model.md 3.6).
    pub fn may_lose_data(&self, windowing: &Windowing) -> bool {
        match self {
            Self::Default | Self::Repeatedly(_) | Self::Never => false,
            Self::AfterWatermark { late: Some(_), .. } => false,
            Self::AfterWatermark { late: None, .. } => windowing.allowed_lateness > Duration::ZERO,
            Self::AfterCount(_) => true,
        }
    }
}

impl fmt::Display for Trigger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
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
            Self::Repeatedly(inner) => write!(f, "repeatedly({inner})"),
            Self::Never => f.write_str("never"),
        }
    }
}
