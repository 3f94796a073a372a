//! The kinds of mistakes, by name.

use std::fmt;
use std::str::FromStr;

use heliostat::Capability;

use super::mistake::Mistake;
use super::options::Forgotten;
use super::{results, steps, triggers, windowing, works};

macro_rules! bugs {
    ($($variant:ident $name:literal $breaks:ident $shows:ident $sentence:literal $mistake:expr;)*) => {
        /// One kind of mistake that a runner can make.
        ///
        /// ```
        /// use heliostat::Capability;
        /// use heliostat_conformance::Bug;
        ///
        /// let bug: Bug = "sessions-do-not-merge".parse()?;
        /// assert_eq!(bug.breaks(), Capability::WindowSession);
        /// assert!(bug.sentence().starts_with("sessions "));
        /// # Ok::<(), String>(())
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Bug {
            $(#[doc = $sentence] $variant,)*
        }

        impl Bug {
            /// All of them, by area.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// What a runner with it does not do, though it declares it; there may be more.
            pub fn breaks(self) -> Capability {
                match self { $(Self::$variant => Capability::$breaks,)* }
            }

            /// What is wrong, in a sentence.
            pub fn sentence(self) -> &'static str {
                match self { $(Self::$variant => $sentence,)* }
            }

            /// Whether it can be seen in the panes or drops of a case, and not just in how a run ends
            /// and what else it tells.
            pub fn shows_in_panes(self) -> bool {
                match self { $(Self::$variant => Shows::$shows == Shows::InPanes,)* }
            }

            fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            pub(super) fn mistake(self) -> Mistake {
                match self { $(Self::$variant => $mistake,)* }
            }
        }
    };
}

#[derive(PartialEq, Eq)]
enum Shows {
    InPanes,
    Elsewhere,
}

bugs! {
    FixedOffsetLost "fixed-offset-lost" WindowFixed InPanes
        "fixed windows begin at 1970 whatever their offset" Mistake::Windowing(windowing::forgets_offsets);
    SlidingWindowsSkipped "sliding-windows-skipped" WindowSliding InPanes
        "every second sliding window is missing" Mistake::Windowing(windowing::skips_every_second_window);
    SlidingGapsClosed "sliding-gaps-closed" WindowSlidingGaps InPanes
        "what falls between sliding windows with gaps is kept" Mistake::Windowing(windowing::closes_gaps);
    SessionGapMissed "session-gap-missed" WindowSession InPanes
        "the gap of sessions is a millisecond off" Mistake::Windowing(windowing::misses_the_gap);
    SessionsDoNotMerge "sessions-do-not-merge" WindowSession InPanes
        "sessions stay as they were assigned" Mistake::Windowing(windowing::merges_no_sessions);
    MergedSessionsMergeAgain "merged-sessions-merge-again" WindowSession InPanes
        "a second grouping merges sessions that one has merged" Mistake::Windowing(windowing::merges_again);
    CalendarZoneLost "calendar-zone-lost" WindowCalendar InPanes
        "calendar windows begin at midnight in Greenwich" Mistake::Windowing(windowing::forgets_zones);
    CustomWindowsUnknown "custom-windows-unknown" WindowCustom InPanes
        "windows of the author's making are the global one"
        Mistake::Windowing(windowing::knows_no_custom_windows);
    CustomWindowsDoNotMerge "custom-windows-do-not-merge" WindowCustomMerging InPanes
        "windows of the author's making stay as they were assigned"
        Mistake::Windowing(windowing::merges_no_custom_windows);
    EndOfWindowNotStamped "end-of-window-not-stamped" TimestampCombinerEow InPanes
        "a pane that should have the end of its window has the time of an element"
        Mistake::Windowing(windowing::stamps_ends_early);
    EarliestNotStamped "earliest-not-stamped" TimestampCombinerEarliest InPanes
        "a pane that should have the time of its earliest element has the end of its window"
        Mistake::Windowing(windowing::stamps_earliest_late);
    LatestNotStamped "latest-not-stamped" TimestampCombinerLatest InPanes
        "a pane that should have the time of its latest element has that of its earliest"
        Mistake::Windowing(windowing::stamps_latest_early);
    AccumulatingDiscards "accumulating-discards" ModeAccumulating InPanes
        "an accumulating pane holds only what came since the last" Mistake::Windowing(windowing::discards);
    DiscardingAccumulates "discarding-accumulates" ModeDiscarding InPanes
        "a discarding pane repeats what earlier ones held" Mistake::Windowing(windowing::accumulates);
    LatenessIgnored "lateness-ignored" LatenessAllowed InPanes
        "no lateness is allowed" Mistake::Windowing(windowing::allows_nothing_late);
    LatenessMultiplied "lateness-multiplied" LatenessDropped InPanes
        "windows take elements for longer than they may" Mistake::Windowing(windowing::allows_too_much);
    ClosingPaneForgotten "closing-pane-forgotten" PaneClosing InPanes
        "no empty pane closes a window" Mistake::Windowing(windowing::forgets_closing_panes);
    EmptyOnTimePaneForgotten "empty-on-time-pane-forgotten" PaneEmptyOnTime InPanes
        "no on-time pane comes without elements" Mistake::Windowing(windowing::forgets_empty_panes);
    EarlyFiringsForgotten "early-firings-forgotten" TriggerEvent InPanes
        "nothing fires before the end of a window" Mistake::Trigger(triggers::forgets_early);
    LateFiringsForgotten "late-firings-forgotten" TriggerEvent InPanes
        "nothing fires behind the end of a window" Mistake::Trigger(triggers::forgets_late);
    CountMissed "count-missed" TriggerCount InPanes
        "a count trigger is one element off" Mistake::Trigger(triggers::miscounts);
    RepeatedFiresOnce "repeated-fires-once" TriggerRepeated InPanes
        "a repeated trigger fires once" Mistake::Trigger(triggers::fires_once);
    AnyWaitsForAll "any-waits-for-all" TriggerComposite InPanes
        "a trigger on any of several waits for all of them" Mistake::Trigger(triggers::waits_for_all);
    AllWaitsForAny "all-waits-for-any" TriggerComposite InPanes
        "a trigger on all of several fires with the first of them" Mistake::Trigger(triggers::waits_for_any);
    EachGoesBackwards "each-goes-backwards" TriggerComposite InPanes
        "triggers one after the other begin with the last" Mistake::Trigger(triggers::goes_backwards);
    UntilForgotten "until-forgotten" TriggerComposite InPanes
        "a trigger goes on behind what should end it" Mistake::Trigger(triggers::forgets_the_end);
    NeverFiresOnTime "never-fires-on-time" TriggerNever InPanes
        "a window that should never fire does so at its end" Mistake::Trigger(triggers::fires_in_spite);
    AlwaysWaits "always-waits" TriggerAlways InPanes
        "a window that should fire with every bundle waits for its end"
        Mistake::Trigger(triggers::waits_for_the_end);
    ProcessingDelayLost "processing-delay-lost" TriggerProcessing InPanes
        "a processing-time trigger does not wait" Mistake::Trigger(triggers::does_not_wait);
    SynchronizedNeverFires "synchronized-never-fires" TriggerSync InPanes
        "a trigger for synchronized processing time does not fire"
        Mistake::Trigger(triggers::waits_for_ever);
    FinishedTriggerBeginsAgain "finished-trigger-begins-again" TriggerFinishing InPanes
        "a window whose trigger is finished does not close" Mistake::WholeTrigger(triggers::never_finishes);
    ContinuationForgotten "continuation-forgotten" TriggerContinuation InPanes
        "a second grouping has the trigger of the first" Mistake::Graph(steps::continues_nothing);
    FlattenLosesAnInput "flatten-loses-an-input" Flatten InPanes
        "one of the collections that are united is missing" Mistake::Graph(steps::loses_an_input);
    ElementLost "element-lost" PardoElementWise InPanes
        "a step loses one element" Mistake::Code(works::loses_one);
    ElementTwice "element-twice" PardoElementWise InPanes
        "a step gives one element twice" Mistake::Code(works::gives_one_twice);
    PaneMislabelled "pane-mislabelled" PaneInfo InPanes
        "a pane says that it is another of its window" Mistake::Code(works::labels_panes);
    TimestampsNotMoved "timestamps-not-moved" PardoTimestamps Elsewhere
        "elements keep the event times that a step moves them from" Mistake::Code(works::moves_nothing);
    OtherOutputsLost "other-outputs-lost" PardoMultiOut Elsewhere
        "nothing comes out of a step but at its main output" Mistake::Code(works::has_one_output);
    LifecycleCallSkipped "lifecycle-call-skipped" PardoLifecycle Elsewhere
        "a step is not told that a bundle begins or ends, or that all is over"
        Mistake::Code(works::skips_a_call);
    DeadLettersForgotten "dead-letters-forgotten" PardoMultiOut Elsewhere
        "elements that a step fails on end the run, whatever was chosen for them"
        Mistake::Graph(steps::stops_on_failures);
    SideInputFrozen "side-input-frozen" SideTriggered InPanes
        "a step sees of a side input what it saw first" Mistake::Code(works::sees_the_first);
    SideWindowsIgnored "side-windows-ignored" SideWindowed InPanes
        "a step looks for a side input in the global window, whatever its own"
        Mistake::Graph(steps::looks_beside_in_one_window);
    StateForgotten "state-forgotten" StateValue InPanes
        "a bundle finds no state of the one before it" Mistake::Code(works::forgets_state);
    MergedStateLost "merged-state-lost" StateMergingWindows InPanes
        "state of windows that merge is lost" Mistake::Code(works::merges_no_state);
    StateOutlivesItsTime "state-outlives-its-time" StateTimeToLive InPanes
        "a cell is kept beyond its time to live" Mistake::Code(works::stops_the_clock);
    TimerNotCleared "timer-not-cleared" TimerClear InPanes
        "a timer fires though it was cleared" Mistake::Code(works::clears_no_timers);
    TimerDoesNotHold "timer-does-not-hold" TimerOutputTimestamp InPanes
        "no watermark is held for what a timer gives" Mistake::Code(works::holds_nothing);
    TimerDoesNotLoop "timer-does-not-loop" TimerLooping InPanes
        "a timer that sets itself again does not fire again" Mistake::Code(works::loops_nothing);
    TimerTagForgotten "timer-tag-forgotten" TimerDynamic InPanes
        "the timers of a family are one" Mistake::Code(works::forgets_tags);
    TimerDomainConfused "timer-domain-confused" TimerProcessing InPanes
        "timers wait for the watermark instead of processing time, and the reverse"
        Mistake::Graph(steps::confuses_times);
    TimeSortingForgotten "time-sorting-forgotten" RequiresTimeSorted InPanes
        "elements come as they come to a step that wants them in order"
        Mistake::Graph(steps::sorts_nothing);
    ExpirationForgotten "expiration-forgotten" RequiresOnWindowExpiration InPanes
        "nothing is called when a window with state expires"
        Mistake::Graph(steps::calls_nothing_at_expiry);
    RowLost "row-lost" ReadBounded Elsewhere
        "a read loses one row of each piece" Mistake::Code(works::loses_a_row);
    ReadWatermarkStands "read-watermark-stands" ReadUnbounded Elsewhere
        "the watermark of a read does not move before its end" Mistake::Code(works::keeps_the_watermark);
    BadRowsLost "bad-rows-lost" MetricsSystem Elsewhere
        "rows that a read cannot understand are nowhere" Mistake::Code(works::loses_bad_rows);
    CommittedTwice "committed-twice" Write Elsewhere
        "a sink is told twice to let its parts appear" Mistake::Code(works::commits_twice);
    PartLost "part-lost" Write Elsewhere
        "one of the parts of a sink does not appear" Mistake::Code(works::loses_a_part);
    WrittenForgotten "written-forgotten" Write Elsewhere
        "a run does not tell what it has written" Mistake::Result(results::tells_of_no_writes);
    DoneTwice "done-twice" Write Elsewhere
        "a pipeline is run twice" Mistake::Twice;
    DropsNotCounted "drops-not-counted" LatenessDropped InPanes
        "late elements that were dropped are not counted" Mistake::Result(results::counts_no_drops);
    MetricsForgotten "metrics-forgotten" MetricsSystem Elsewhere
        "nothing is counted" Mistake::Result(results::counts_nothing);
    ElementsCountedTwice "elements-counted-twice" MetricsSystem Elsewhere
        "elements are counted twice" Mistake::Result(results::counts_twice);
    LatePanesNotCounted "late-panes-not-counted" MetricsSystem Elsewhere
        "late panes are not counted" Mistake::Result(results::counts_no_late_panes);
    DeadLettersNotCounted "dead-letters-not-counted" PardoMultiOut Elsewhere
        "dead letters are not counted" Mistake::Result(results::counts_no_dead_letters);
    BadRowsNotShown "bad-rows-not-shown" MetricsSystem Elsewhere
        "no bad row is shown" Mistake::Result(results::shows_no_bad_rows);
    WatcherNotTold "watcher-not-told" MetricsSystem Elsewhere
        "who watches a run is not told what its result has" Mistake::Silence;
    RetryForgotten "retry-forgotten" OpsRetry Elsewhere
        "a bundle that fails is not tried again" Mistake::Settings(|settings| {
            if let Some(attempts) = settings.get_mut("attempts") {
                "1".clone_into(attempts);
            }
        });
    OpenWindowsNotTold "open-windows-not-told" OpsStop Elsewhere
        "a run that was interrupted says of no window that it is open"
        Mistake::Result(results::tells_of_nothing_open);
    PartCalledWhole "part-called-whole" OpsStop Elsewhere
        "a sink of a run that was interrupted is told that it has it all"
        Mistake::Code(works::calls_all_complete);
    StopIgnored "stop-ignored" OpsSnapshot Elsewhere
        "a run goes on behind the bundle at which it should stop" Mistake::Options(Forgotten::Stop);
    StopNotTold "stop-not-told" OpsSnapshot Elsewhere
        "a run that stopped does not say so" Mistake::Result(results::tells_of_no_stop);
    SavepointIgnored "savepoint-ignored" OpsSnapshot Elsewhere
        "a run that should go on from a savepoint begins anew" Mistake::Options(Forgotten::Savepoint);
    SavedStateLost "saved-state-lost" OpsSnapshot Elsewhere
        "a run that goes on from a savepoint has lost what one step remembered"
        Mistake::Options(Forgotten::StateOfAStep);
    SavedCountsLost "saved-counts-lost" OpsSnapshot Elsewhere
        "a run that goes on from a savepoint counts anew" Mistake::Options(Forgotten::Counts);
}

impl fmt::Display for Bug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Bug {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let found = Self::ALL.iter().copied().find(|bug| bug.name() == name);
        found.ok_or_else(|| format!("there is no bug `{name}`"))
    }
}
