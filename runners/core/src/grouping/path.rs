//! Which path a grouping takes, and why.

use heliostat::{ClosingBehavior, Duration, TimestampCombiner, Trigger, Windowing};
use std::fmt;

/// Which of the two engines a grouping takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupingPath {
    /// One table per open pane.
    Aligned,
    /// State per key and window.
    General,
}

impl GroupingPath {
    /// The cheapest path that can do what this windowing asks for.
    pub fn of(windowing: &Windowing) -> Self {
        match late_firings(windowing) {
            Some(_) => Self::Aligned,
            None => Self::General,
        }
    }
}

impl fmt::Display for GroupingPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Aligned => "aligned",
            Self::General => "general",
        })
    }
}

/// How an aligned grouping fires behind the end of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LateFirings {
    /// At the end of each bundle that brought something.
    AtOnce,
    /// When so many elements have come since the key's last pane.
    Count(u32),
}

/// The late firings of a windowing that can take the aligned path; `None` if it cannot.
pub(super) fn late_firings(windowing: &Windowing) -> Option<LateFirings> {
    let aligned = !windowing.merges_windows()
        && windowing.timestamp_combiner == TimestampCombiner::EndOfWindow
        && windowing.closing_behavior == ClosingBehavior::IfNonEmpty;
    if !aligned {
        return None;
    }
    match &windowing.trigger {
        Trigger::Default => Some(LateFirings::AtOnce),
        // At lateness zero a window expires with its on-time pane: nothing is ever late.
        Trigger::AfterWatermark { early: None, late: None } => {
            (windowing.allowed_lateness == Duration::ZERO).then_some(LateFirings::AtOnce)
        }
        Trigger::AfterWatermark { early: None, late: Some(late) } => match counted(late)? {
            1 => Some(LateFirings::AtOnce),
            more => Some(LateFirings::Count(more)),
        },
        Trigger::AfterWatermark { early: Some(_), .. }
        | Trigger::AfterCount(_)
        | Trigger::AfterProcessingTime(_)
        | Trigger::AfterSynchronizedProcessingTime
        | Trigger::Never
        | Trigger::Always
        | Trigger::Repeatedly(_)
        | Trigger::AfterAny(_)
        | Trigger::AfterAll(_)
        | Trigger::AfterEach(_)
        | Trigger::OrFinally(..) => None,
    }
}

/// How many elements late firings wait for, if elements are all they wait for: they are repeated
/// whether it is said or not.
fn counted(late: &Trigger) -> Option<u32> {
    let once = if let Trigger::Repeatedly(inner) = late { inner } else { late };
    if let Trigger::AfterCount(count) = once { Some(*count) } else { None }
}
