//! What in a pipeline asks for a capability.

use super::Capability;

/// No graph says it in so many words, so an author has to.
const BY_NAME: &str = "nothing but `.requires(..)`";

/// It comes along with every change to windows that end.
const WINDOWS_THAT_END: &str =
    "`.window(..)` to windows that end, but for windows of the author's own";

impl Capability {
    /// What in a pipeline asks for it, as its author wrote it.
    ///
    /// Everything can be asked for by name as well ([`PCollection::requires`](crate::PCollection::requires)).
    ///
    /// ```
    /// use heliostat::Capability;
    ///
    /// assert_eq!(Capability::TriggerCount.required_by(), "`after_count(..)` in a trigger");
    /// assert_eq!(Capability::OpsDrain.required_by(), "nothing but `.requires(..)`");
    /// ```
    #[expect(clippy::too_many_lines, reason = "a table: an arm for each capability")]
    pub fn required_by(self) -> &'static str {
        match self {
            Self::RootImpulse => "`.create(..)`, and all that is made from it",
            Self::ReadBounded => "`.read(..)` of a source that ends",
            Self::ReadUnbounded => "`.read(..)` of a source that keeps coming",
            Self::TestStreamBasic => "`.test_stream(..)`",
            Self::TestStreamMultiOutput => "`.test_streams(..)` with more than one stream",
            Self::TestStreamMultiStage => "a grouping of scripted input behind another one",
            Self::TestStreamProcessingTime => "`.processing_time(..)` in a script",
            Self::PardoElementWise => {
                "a step with the author's code: `.map(..)`, `.filter(..)`, `.par_do(..)`"
            }
            Self::PardoMultiOut => "a step with more than one output",
            Self::PardoLifecycle | Self::PardoTeardown => "a step with the author's code",
            Self::PardoTimestamps => "`.timestamps(..)`, and each step that moves timestamps",
            Self::Gbk => "`.group_by_key()`, `.co_group_by_key(..)`, or a view",
            Self::CombinePerKey => {
                "`.combine_per_key(..)`, and what is made of it, such as `.sum_per_key()`"
            }
            Self::CombineGlobally => "`.combine_globally(..)`, and what is made of it",
            Self::Flatten => "`.flatten(..)`, `.flatten_with(..)`, `.co_group_by_key(..)`",
            Self::FlattenEmpty => "`.flatten(..)` of no collections",
            Self::FlattenHeterogeneousCoder => "`.flatten(..)` of collections whose coders differ",
            Self::Write => "`.write(..)`",
            Self::CombineFanout => {
                "`.combine_per_key_with_fanout(..)`, or a fanout of a global combine"
            }
            Self::CombineContext => "`.combine_per_key_with(..)`",
            Self::Reshuffle => "`.reshuffle()`",
            Self::SideStatic => "a step that reads a view",
            Self::SideWindowed => "a step that reads a view from windows that end",
            Self::SideTriggered => "a view of a collection with a trigger",
            Self::SideInTimer => "timers, or a callback at the end of windows, beside a view",
            Self::SideMapDuplicate => "`.as_map()`",
            Self::StateValue => "`declare.value(..)`",
            Self::StateBag => "`declare.bag(..)`",
            Self::StateCombining => "`declare.combining(..)`",
            Self::StateMap => "`declare.map(..)`",
            Self::StateSet => "`declare.set(..)`",
            Self::StateMultimap => "`declare.multimap(..)`",
            Self::StateOrderedList => "`declare.ordered_list(..)`",
            Self::StateMergingWindows => "state in windows that merge",
            Self::StateTimeToLive => "a cell with a time to live",
            Self::TimerEvent | Self::TimerOutputTimestamp | Self::TimerStrictOrder => {
                "`declare.event_timer(..)`"
            }
            Self::TimerProcessing => "`declare.processing_timer(..)`",
            Self::TimerDynamic => "`declare.event_timer_family(..)`, and that of processing time",
            Self::TimerLooping | Self::TimerClear => "every timer",
            Self::RequiresTimeSorted => "`declare.time_sorted_input()`",
            Self::RequiresStableInput => "`declare.stable_input()`",
            Self::RequiresOnWindowExpiration => "`declare.on_window_expiration(..)`",
            Self::WindowGlobal => "a grouping in the global window, or `Window::global()`",
            Self::WindowFixed => "`Window::fixed(..)`",
            Self::WindowNegativeTime | Self::WindowTruncateAtEnd => WINDOWS_THAT_END,
            Self::TimestampCombinerEow => "a grouping, unless its windowing says otherwise",
            Self::TimestampCombinerEarliest => "`.timestamp_combiner(TimestampCombiner::Earliest)`",
            Self::TimestampCombinerLatest => "`.timestamp_combiner(TimestampCombiner::Latest)`",
            Self::WindowSliding => "`Window::sliding(..)`",
            Self::WindowSlidingGaps => "`Window::sliding(..)` with a period larger than its size",
            Self::WindowCalendar => "`Window::days(..)`, weeks, months and years",
            Self::WindowSession => "`Window::sessions(..)`",
            Self::WindowCustom => "`Window::custom(..)`",
            Self::WindowCustomMerging => "`Window::custom_merging(..)`",
            Self::TriggerEvent => "a grouping with the default trigger, or `after_watermark()`",
            Self::TriggerCount => "`after_count(..)` in a trigger",
            Self::TriggerRepeated => "`repeatedly(..)` in a trigger",
            Self::TriggerNever => "`Trigger::Never`",
            Self::TriggerContinuation => {
                "a grouping behind another one, with a trigger that is not the default"
            }
            Self::TriggerFinishing => {
                "a trigger that can finish early, with `.allow_unsafe_trigger()`"
            }
            Self::TriggerProcessing => "`after_processing_time(..)` in a trigger",
            Self::TriggerSync => "`Trigger::AfterSynchronizedProcessingTime`",
            Self::TriggerComposite => "a trigger made of others: any, all, each, or finally",
            Self::TriggerAlways => "`Trigger::Always`",
            Self::TriggerMerging => "a grouping in windows that merge",
            Self::LatenessAllowed => "`.allowed_lateness(..)` of more than nothing",
            Self::LatenessDropped => "every grouping, and every step with state",
            Self::LatenessDroppedOutput => {
                "a grouping that gives what it drops: `.group_by_key_with_dropped()`"
            }
            Self::LatenessPerWindowDrop => {
                "a grouping or state in sliding windows, or the author's own"
            }
            Self::LatenessMergeProtoDrop => "a grouping or state in windows that merge",
            Self::ModeDiscarding => "`.discarding()`, where a window can have more than one pane",
            Self::ModeAccumulating => {
                "`.accumulating()`, where a window can have more than one pane"
            }
            Self::PaneEmptyOnTime => {
                "a window that can have more than one pane, or `.on_time_behavior(..)`"
            }
            Self::PaneClosing => "`.closing_behavior(ClosingBehavior::Always)`",
            Self::WatermarkHolds | Self::PaneInfo | Self::PaneLeftover => "every grouping",
            Self::MetricsSystem | Self::MetricsCommitted => "every pipeline",
            Self::CombineLift
            | Self::SdfBounded
            | Self::SdfUnbounded
            | Self::SdfCheckpoint
            | Self::SdfSplit
            | Self::SdfTruncate
            | Self::SdfFinalize
            | Self::SdfSideInput
            | Self::OrderKeyInBundle
            | Self::OrderKeyDelivery
            | Self::Schema
            | Self::Sql
            | Self::CrossLanguage
            | Self::ModeRetracting
            | Self::MetricsAttempted
            | Self::MetricsCounter
            | Self::MetricsDistribution
            | Self::MetricsGauge
            | Self::MetricsStringSet
            | Self::MetricsHistogram
            | Self::OpsDrain => BY_NAME,
            Self::OpsStop => "an interrupt",
            Self::OpsRetry => "code that fails",
            Self::OpsSnapshot => "`--savepoint`, `--stop-at` or `--from`",
            Self::OpsCheckpoint => "`--savepoint-every`",
            Self::OpsUpdate => "`--from` a savepoint of the pipeline as it was",
        }
    }
}
