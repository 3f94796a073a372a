//! The closed vocabulary of what a pipeline can need and a runner can do.

mod feature;
mod support;

pub use support::{Extent, Support};

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// The five questions of the model under which the matrix lists its rows.
///
/// ```
/// assert_eq!(heliostat::Question::When.to_string(), "when");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Question {
    /// What is computed.
    What,
    /// Where in event time.
    Where,
    /// When in processing time panes come.
    When,
    /// How refinements relate.
    How,
    /// What a running job can be asked to do.
    Operations,
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::What => "what",
            Self::Where => "where",
            Self::When => "when",
            Self::How => "how",
            Self::Operations => "operations",
        })
    }
}

/// Whether an author can already ask for a capability.
///
/// ```
/// use heliostat::{Capability, Standing};
///
/// assert_eq!(Capability::WindowFixed.standing(), Standing::Expressible);
/// assert_eq!(Capability::ModeRetracting.standing(), Standing::Planned);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// A pipeline can need it, and a conformance case must show it.
    Expressible,
    /// Not built yet: named so that the matrix can say so.
    Planned,
}

macro_rules! capabilities {
    ($($variant:ident $id:literal $question:ident $standing:ident $modes:ident $sentence:literal;)*) => {
        /// One testable claim about a runner, by its stable id.
        ///
        /// ```
        /// use heliostat::Capability;
        ///
        /// assert_eq!(Capability::TriggerCount.id(), "trigger.count");
        /// assert_eq!(Capability::from_id("trigger.count"), Some(Capability::TriggerCount));
        /// assert_eq!(Capability::from_id("trigger.psychic"), None);
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Capability {
            $(#[doc = $sentence] $variant,)*
        }

        impl Capability {
            /// All of them, in the order the matrix prints.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The stable id, such as `trigger.count`.
            pub fn id(self) -> &'static str {
                match self { $(Self::$variant => $id,)* }
            }

            /// The question of the model it answers.
            pub fn question(self) -> Question {
                match self { $(Self::$variant => Question::$question,)* }
            }

            /// Whether a pipeline can already need it.
            pub fn standing(self) -> Standing {
                match self { $(Self::$variant => Standing::$standing,)* }
            }

            /// Whether bounded and unbounded input are separate claims.
            pub fn modes(self) -> Modes {
                match self { $(Self::$variant => Modes::$modes,)* }
            }

            /// What it claims, in one sentence.
            pub fn sentence(self) -> &'static str {
                match self { $(Self::$variant => $sentence,)* }
            }
        }
    };
}

/// Whether a capability is one claim or one for bounded and one for unbounded input.
///
/// ```
/// use heliostat::{Capability, Modes};
///
/// assert_eq!(Capability::Gbk.modes(), Modes::Differ);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Modes {
    /// A case on either kind of input shows it for both.
    Same,
    /// Each kind of input needs a case of its own.
    Differ,
}

capabilities! {
    RootImpulse "root.impulse" What Expressible Same "starts from one element, at the beginning of time";
    ReadBounded "root.read.bounded" What Expressible Same "reads input that is all there and ends";
    ReadUnbounded "root.read.unbounded" What Expressible Same "reads input that keeps coming, with a watermark";
    TestStreamBasic "teststream.basic" What Expressible Same "plays a script of elements and watermarks to quiescence after each event";
    TestStreamMultiOutput "teststream.multi_output" What Expressible Same "plays a script with several streams, each with its own watermark";
    TestStreamMultiStage "teststream.multi_stage" What Expressible Same "is quiet after each event across several groupings";
    TestStreamProcessingTime "teststream.processing_time" What Expressible Same "advances processing time by script";
    PardoElementWise "pardo.element_wise" What Expressible Same "runs the author's code on each element";
    PardoMultiOut "pardo.multi_out" What Expressible Same "gives a step several typed outputs";
    PardoLifecycle "pardo.lifecycle" What Expressible Same "calls setup, start, process, finish and teardown in order";
    PardoTeardown "pardo.lifecycle.teardown" What Expressible Same "tears down what a step set up, also when its bundle fails";
    PardoTimestamps "pardo.timestamps" What Expressible Same "lets a step move timestamps forward, and refuses moves behind the allowed skew";
    Gbk "gbk" What Expressible Differ "groups by key, window and pane";
    CombinePerKey "combine.per_key" What Expressible Differ "reduces the values of a key without buffering them";
    CombineGlobally "combine.globally" What Expressible Same "reduces a whole collection, with a default for an empty one";
    Flatten "flatten" What Expressible Same "unites collections, with the smallest watermark of its inputs";
    FlattenEmpty "flatten.empty" What Expressible Same "unites no collections at all into one that is empty and ends";
    FlattenHeterogeneousCoder "flatten.heterogeneous_coder" What Expressible Same "unites collections that travel in different encodings";
    Write "write" What Expressible Same "writes to a sink that appears whole or not at all";
    CombineLift "combine.lift" What Expressible Same "combines before the exchange where the trigger allows it";
    CombineFanout "combine.fanout" What Expressible Same "spreads hot keys over partial combines";
    CombineContext "combine.context" What Expressible Same "lets a combine read side inputs";
    Reshuffle "reshuffle" What Expressible Same "breaks fusion and makes its input stable";
    SideStatic "side.static" What Expressible Same "reads a whole collection beside the main input";
    SideWindowed "side.windowed" What Expressible Same "maps main windows to side windows";
    SideTriggered "side.triggered" What Expressible Same "sees newer panes of a side input as they fire";
    SideInTimer "side.in_timer" What Planned Same "reads side inputs in the callbacks of timers";
    SideMapDuplicate "side.map_dup_error" What Expressible Same "refuses a map view in which a key comes twice";
    StateValue "state.value" What Expressible Same "keeps one value per key and window";
    StateBag "state.bag" What Expressible Same "keeps a bag per key and window";
    StateCombining "state.combining" What Expressible Same "keeps an accumulator per key and window";
    StateMap "state.map" What Expressible Same "keeps a map per key and window";
    StateSet "state.set" What Expressible Same "keeps a set per key and window";
    StateMultimap "state.multimap" What Expressible Same "keeps a multimap per key and window";
    StateOrderedList "state.ordered_list" What Expressible Same "keeps a list sorted by time per key and window";
    StateMergingWindows "state.merging_windows" What Expressible Same "keeps state in windows that merge";
    StateTimeToLive "state.ttl" What Expressible Same "forgets a cell some time after its last write";
    TimerEvent "timer.event" What Expressible Same "calls back when the watermark passes a time";
    TimerProcessing "timer.processing" What Expressible Same "calls back when processing time passes a time";
    TimerDynamic "timer.dynamic" What Expressible Same "keeps any number of timers by tag";
    TimerOutputTimestamp "timer.output_ts" What Expressible Same "holds the watermark for a timer's output";
    TimerStrictOrder "timer.strict_order" What Expressible Same "fires the timers of a key in the order of their times, those set meanwhile among them";
    TimerLooping "timer.looping" What Expressible Same "lets a timer set itself again until its window expires";
    TimerClear "timer.clear" What Expressible Same "lets a timer be cleared before it fires";
    RequiresTimeSorted "requires.time_sorted" What Expressible Same "gives a step the elements of a key and window in the order of their timestamps";
    RequiresStableInput "requires.stable_input" What Expressible Same "shows a step that is tried again the very same elements";
    RequiresOnWindowExpiration "requires.on_window_expiration" What Expressible Same "calls a step once for each key and window with state when the window expires";
    SdfBounded "root.sdf.bounded" What Planned Same "splits the work of one element, bounded";
    SdfUnbounded "root.sdf.unbounded" What Planned Same "splits the work of one element, unbounded";
    SdfCheckpoint "sdf.checkpoint" What Planned Same "leaves the work of an element in the middle and goes on with it later";
    SdfSplit "sdf.split" What Planned Same "splits the work of an element while it goes on";
    SdfTruncate "sdf.truncate" What Planned Same "cuts the work of an element short when a job is drained";
    SdfFinalize "sdf.finalize" What Planned Same "tells a step when its bundle is durable";
    SdfSideInput "sdf.side_input" What Planned Same "reads side inputs while it splits the work of an element";
    OrderKeyInBundle "order.key_in_bundle" What Planned Same "keeps the order of a key's elements within a bundle";
    OrderKeyDelivery "order.key_delivery" What Planned Same "hands the elements of a key to the next step in the order they were given";
    Schema "schema" What Planned Same "knows the fields of rows by name and type";
    Sql "sql" What Planned Same "takes queries in SQL";
    CrossLanguage "xlang" What Planned Same "takes steps that were written in another language";
    WindowGlobal "window.global" Where Expressible Same "groups in one window for all of time";
    WindowFixed "window.fixed" Where Expressible Differ "groups in windows of one size, with an offset";
    WindowNegativeTime "window.negative_time" Where Expressible Same "puts times before 1970 in the right window";
    WindowTruncateAtEnd "window.truncate_at_end" Where Expressible Same "cuts windows at the end of time";
    TimestampCombinerEow "ts_combiner.eow" Where Expressible Same "stamps a pane with the end of its window";
    TimestampCombinerEarliest "ts_combiner.earliest" Where Expressible Same "stamps a pane with its earliest element";
    TimestampCombinerLatest "ts_combiner.latest" Where Expressible Same "stamps a pane with its latest element";
    WindowSliding "window.sliding" Where Expressible Same "groups in overlapping windows";
    WindowSlidingGaps "window.sliding.gaps" Where Expressible Same "drops what falls between sliding windows with gaps";
    WindowCalendar "window.calendar" Where Expressible Same "groups by days, weeks, months or years of a time zone";
    WindowSession "window.session" Where Expressible Same "groups in windows that merge while elements keep coming";
    WindowCustom "window.custom" Where Expressible Same "groups in windows of the author's making";
    WindowCustomMerging "window.custom_merging" Where Expressible Same "merges windows of the author's making";
    TriggerEvent "trigger.event" When Expressible Differ "fires when the watermark passes the end of a window, and before and after it";
    TriggerCount "trigger.count" When Expressible Differ "fires when enough elements have come";
    TriggerRepeated "trigger.repeated" When Expressible Same "fires a trigger again and again";
    TriggerNever "trigger.never" When Expressible Same "fires only when a window is garbage";
    TriggerContinuation "trigger.continuation" When Expressible Same "goes on with the continuation of its trigger behind a grouping";
    TriggerFinishing "trigger.finishing" When Expressible Same "closes a window whose trigger is finished and counts what comes after";
    LatenessAllowed "lateness.allowed" When Expressible Same "takes late elements until their window expires";
    LatenessDropped "lateness.dropped" When Expressible Same "counts each dropped element and window by cause";
    LatenessDroppedOutput "lateness.dropped_output" When Expressible Same "gives dropped elements as a second output";
    LatenessPerWindowDrop "lateness.per_window_drop" When Expressible Same "judges an element that lies in several windows window by window";
    LatenessMergeProtoDrop "lateness.merge_proto_drop" When Expressible Same "judges an element of merging windows by the window it brings, before that merges";
    WatermarkHolds "watermark.holds" When Expressible Same "holds the watermark for panes that are still to come";
    TriggerProcessing "trigger.processing" When Expressible Same "fires at a processing time";
    TriggerSync "trigger.sync" When Expressible Same "fires at a synchronized processing time";
    TriggerComposite "trigger.composite" When Expressible Same "fires on any, all, each or until of other triggers";
    TriggerAlways "trigger.always" When Expressible Same "fires with every bundle";
    TriggerMerging "trigger.merging" When Expressible Same "merges trigger state when windows merge";
    ModeDiscarding "mode.discarding" How Expressible Same "emits only what came since the last pane";
    ModeAccumulating "mode.accumulating" How Expressible Same "emits everything so far in each pane";
    PaneInfo "pane.info" How Expressible Same "labels panes with timing, index, first and last, per key";
    PaneEmptyOnTime "pane.empty_on_time" How Expressible Same "emits an empty on-time pane where asked";
    PaneClosing "pane.closing" How Expressible Same "emits an empty closing pane where asked";
    PaneLeftover "pane.gc_leftover" How Expressible Same "emits what is left when a window is garbage";
    ModeRetracting "mode.retracting" How Planned Same "takes back an old pane before a new one";
    MetricsSystem "metrics.system" Operations Expressible Same "counts elements, drops and bad rows per step";
    MetricsCommitted "metrics.committed" Operations Expressible Same "counts only what bundles that succeeded did";
    MetricsAttempted "metrics.attempted" Operations Planned Same "counts what failed attempts did, too, apart from the rest";
    MetricsCounter "metrics.counter" Operations Planned Same "adds up counters of the author's";
    MetricsDistribution "metrics.distribution" Operations Planned Same "keeps count, sum, least and greatest of numbers of the author's";
    MetricsGauge "metrics.gauge" Operations Planned Same "keeps the latest of numbers of the author's";
    MetricsStringSet "metrics.string_set" Operations Planned Same "gathers different texts of the author's";
    MetricsHistogram "metrics.histogram" Operations Planned Same "counts numbers of the author's by ranges";
    OpsStop "ops.stop" Operations Expressible Same "stops cleanly when interrupted and says what was written";
    OpsRetry "ops.retry" Operations Expressible Same "retries a failed bundle without a trace of the failed attempt";
    OpsSnapshot "ops.snapshot" Operations Expressible Same "stops with a savepoint and goes on from it";
    OpsCheckpoint "ops.checkpoint" Operations Expressible Same "gives savepoints while it goes on";
    OpsUpdate "ops.update" Operations Expressible Same "goes on from a savepoint of the pipeline as it was before a change";
    OpsDrain "ops.drain" Operations Planned Same "ends a running job and flushes its windows";
}

impl Capability {
    /// The capability of this id.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|capability| capability.id() == id)
    }
}

/// Its id.
impl Serialize for Capability {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

impl<'de> Deserialize<'de> for Capability {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let id = String::deserialize(deserializer)?;
        let unknown = || D::Error::custom(format_args!("there is no capability `{id}`"));
        Self::from_id(&id).ok_or_else(unknown)
    }
}

impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}
