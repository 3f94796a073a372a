//! The smallest change to a pipeline after which it no longer needs something.

use crate::graph::Requirement;
use crate::{Boundedness, Capability, Modes, Support};

/// What a change asks of the runner instead, and the change.
type Change = (&'static [Capability], &'static str);

const ON_THE_WATERMARK: Change =
    (&[Capability::TriggerEvent], "fire on the watermark, `.trigger(after_watermark())`");
const AT_THE_END_OF_WINDOWS: Change = (
    &[Capability::TimestampCombinerEow],
    "leave out `.timestamp_combiner(..)`: panes are stamped with the end of their window",
);
const GAPLESS_NON_MERGING: Change =
    (&[Capability::WindowFixed], "window into windows that do not merge, `Window::fixed(..)`");

/// The first known change after which a runner with this support could do.
pub(super) fn smallest(need: Requirement, support: &Support) -> Option<String> {
    let declares = |capability, input| support.extent(capability, input).is_declared();
    let differs = need.capability.modes() == Modes::Differ;
    if differs
        && need.input == Boundedness::Unbounded
        && declares(need.capability, Boundedness::Bounded)
    {
        return Some("give it bounded input, from a source that ends".into());
    }
    let possible = |(instead, _): &&Change| instead.iter().all(|&it| declares(it, need.input));
    changes(need.capability).iter().find(possible).map(|(_, change)| (*change).into())
}

#[expect(clippy::too_many_lines, reason = "a table: an arm for each capability")]
fn changes(capability: Capability) -> &'static [Change] {
    use Capability as C;
    match capability {
        C::ReadUnbounded => &[(
            &[C::ReadBounded],
            "read what is there and ends: leave out what makes the source unbounded",
        )],
        C::TestStreamMultiOutput => {
            &[(&[C::TestStreamBasic], "give each stream a script of its own, `.test_stream(..)`")]
        }
        C::TestStreamProcessingTime => {
            &[(&[C::TestStreamBasic], "leave `.processing_time(..)` out of the script")]
        }
        C::PardoMultiOut => &[(
            &[C::PardoElementWise],
            "run a step for each output, `.filter(..)` and `.map(..)`, on the same collection",
        )],
        C::PardoTimestamps => &[(
            &[C::ReadBounded],
            "let the read assign event time, `.event_time(..)`, and leave out `.timestamps(..)`",
        )],
        C::Gbk => &[(
            &[C::CombinePerKey],
            "reduce the values of a key, such as with `.combine_per_key(..)`",
        )],
        C::CombinePerKey => {
            &[(&[C::Gbk], "group, and reduce each group: `.group_by_key()` and `.map(..)`")]
        }
        C::CombineGlobally => &[(
            &[C::CombinePerKey],
            "give all elements one key, `.with_keys(|_| ())`, and combine per key",
        )],
        C::CombineFanout => {
            &[(&[C::CombinePerKey], "leave out the fanout: `.combine_per_key(..)`")]
        }
        C::CombineContext => &[(
            &[C::CombinePerKey, C::SideStatic],
            "combine first, `.combine_per_key(..)`, and read the view behind it, `.map_with(..)`",
        )],
        C::FlattenEmpty => &[(&[C::Flatten], "flatten at least one collection")],
        C::FlattenHeterogeneousCoder => &[(
            &[C::Flatten, C::PardoElementWise],
            "send the collection that is also grouped through `.map(|pair| pair)` in front of the flatten",
        )],
        C::Reshuffle => &[(&[], "leave out `.reshuffle()`, which changes no element")],
        C::SideTriggered => &[(
            &[C::SideStatic],
            "leave the trigger of the view's collection to the default, so that it is read when complete",
        )],
        C::SideInTimer => &[(
            &[C::SideStatic, C::StateValue],
            "read the view in `process`, and keep what the callback needs in a cell",
        )],
        C::SideMapDuplicate => &[(&[C::SideStatic], "read a multimap, `.as_multimap()`")],
        C::StateBag | C::StateCombining | C::StateMap => {
            &[(&[C::StateValue], "keep it in one value: `declare.value(..)`")]
        }
        C::StateSet => &[
            (&[C::StateMap], "keep a map with empty values: `declare.map(..)`"),
            (&[C::StateValue], "keep it in one value: `declare.value(..)`"),
        ],
        C::StateMultimap => &[
            (&[C::StateMap], "keep a map of vectors: `declare.map(..)`"),
            (&[C::StateValue], "keep it in one value: `declare.value(..)`"),
        ],
        C::StateOrderedList => &[
            (&[C::StateBag], "keep a bag, `declare.bag(..)`, and sort what is read of it"),
            (&[C::StateValue], "keep it in one value: `declare.value(..)`"),
        ],
        C::StateMergingWindows => &[GAPLESS_NON_MERGING],
        C::StateTimeToLive => {
            &[(&[C::TimerEvent], "clear the cell in a timer, `declare.event_timer(..)`")]
        }
        C::TimerEvent => &[(
            &[C::RequiresOnWindowExpiration],
            "do it at the end of windows, `declare.on_window_expiration(..)`",
        )],
        C::TimerProcessing => {
            &[(&[C::TimerEvent], "set an event-time timer, `declare.event_timer(..)`")]
        }
        C::TimerDynamic => {
            &[(&[C::TimerEvent], "declare a timer for each use, `declare.event_timer(..)`")]
        }
        C::RequiresTimeSorted => &[(
            &[C::StateOrderedList, C::TimerEvent],
            "keep the elements in an ordered list, and take them in a timer",
        )],
        C::RequiresOnWindowExpiration => &[(
            &[C::TimerEvent],
            "set a timer for the end of the window, `declare.event_timer(..)`",
        )],
        C::WindowSlidingGaps => {
            &[(&[C::WindowSliding], "give the windows a period of at most their size")]
        }
        C::WindowCalendar => &[(
            &[C::WindowFixed],
            "count days of 24 hours, `Window::fixed(days(1))`, if the zone does not matter",
        )],
        C::WindowCustomMerging => {
            &[(&[C::WindowSession], "window into sessions, `Window::sessions(..)`")]
        }
        C::TimestampCombinerEarliest | C::TimestampCombinerLatest => &[AT_THE_END_OF_WINDOWS],
        C::TriggerCount
        | C::TriggerRepeated
        | C::TriggerNever
        | C::TriggerProcessing
        | C::TriggerSync
        | C::TriggerComposite
        | C::TriggerAlways => &[ON_THE_WATERMARK],
        C::TriggerContinuation => &[(
            &[C::TriggerEvent],
            "give the second grouping a trigger of its own, `.window(Window::configure().trigger(..))`",
        )],
        C::TriggerFinishing => {
            &[(&[C::TriggerRepeated], "fire it again and again, `.trigger(repeatedly(..))`")]
        }
        C::TriggerMerging | C::LatenessMergeProtoDrop => &[GAPLESS_NON_MERGING],
        C::LatenessAllowed => {
            &[(&[C::LatenessDropped], "allow no lateness, `.allowed_lateness(Duration::ZERO)`")]
        }
        C::LatenessDroppedOutput => &[(
            &[C::LatenessDropped],
            "leave out `_with_dropped`: what is dropped is counted all the same",
        )],
        C::LatenessPerWindowDrop => {
            &[(&[C::WindowFixed], "window into windows that do not overlap, `Window::fixed(..)`")]
        }
        C::ModeDiscarding => {
            &[(&[C::ModeAccumulating], "let each pane hold everything so far, `.accumulating()`")]
        }
        C::ModeAccumulating => {
            &[(&[C::ModeDiscarding], "let each pane hold only what is new, `.discarding()`")]
        }
        C::PaneClosing => &[(&[], "leave out `.closing_behavior(ClosingBehavior::Always)`")],
        C::RootImpulse
        | C::ReadBounded
        | C::TestStreamBasic
        | C::TestStreamMultiStage
        | C::PardoElementWise
        | C::PardoLifecycle
        | C::PardoTeardown
        | C::Flatten
        | C::Write
        | C::CombineLift
        | C::SideStatic
        | C::SideWindowed
        | C::StateValue
        | C::TimerOutputTimestamp
        | C::TimerStrictOrder
        | C::TimerLooping
        | C::TimerClear
        | C::RequiresStableInput
        | C::SdfBounded
        | C::SdfUnbounded
        | C::SdfCheckpoint
        | C::SdfSplit
        | C::SdfTruncate
        | C::SdfFinalize
        | C::SdfSideInput
        | C::OrderKeyInBundle
        | C::OrderKeyDelivery
        | C::Schema
        | C::Sql
        | C::CrossLanguage
        | C::WindowGlobal
        | C::WindowFixed
        | C::WindowNegativeTime
        | C::WindowTruncateAtEnd
        | C::TimestampCombinerEow
        | C::WindowSliding
        | C::WindowSession
        | C::WindowCustom
        | C::TriggerEvent
        | C::LatenessDropped
        | C::WatermarkHolds
        | C::PaneInfo
        | C::PaneEmptyOnTime
        | C::PaneLeftover
        | C::ModeRetracting
        | C::MetricsSystem
        | C::MetricsCommitted
        | C::MetricsAttempted
        | C::MetricsCounter
        | C::MetricsDistribution
        | C::MetricsGauge
        | C::MetricsStringSet
        | C::MetricsHistogram
        | C::OpsStop
        | C::OpsRetry
        | C::OpsSnapshot
        | C::OpsCheckpoint
        | C::OpsUpdate
        | C::OpsDrain => &[],
    }
}
