//! heliostat: Beam-style data pipelines in Rust. Author once, choose the runner at launch.
//!
//! A [`Pipeline`] is a description. Its roots are sources ([`Pipeline::read`],
//! [`Pipeline::create`], or a [`TestStream`] under test); each gives a [`PCollection`], whose methods
//! add steps and give the next one. Nothing runs while it is built.
//!
//! Every element has a timestamp in *event time*, when it happened, which is not when it came. A
//! [`Window`] cuts event time into pieces; a grouping, such as
//! [`group_by_key`](PCollection::group_by_key), [`combine_per_key`](PCollection::combine_per_key) or
//! [`sum_per_key`](PCollection::sum_per_key), then gives one result per key and window. When it is
//! given is up to the [`Trigger`]: by default when the *watermark*, the promise that nothing earlier
//! comes any more, has passed the end of the window. What comes later still is taken for the
//! *allowed lateness* and makes another pane; after that it is dropped, and counted.
//!
//! A [`Runner`] runs the whole. Before it does, [`preflight`] reports everything that can be known
//! to be wrong.
//!
//! ```
//! use heliostat::prelude::*;
//! use heliostat_direct::DirectRunner;
//!
//! // 1. A pipeline with a source: two readings in time, one that is late, and one too late.
//! let pipeline = Pipeline::new();
//! let readings = pipeline.test_stream(
//!     TestStream::new()
//!         .add([((Str::from("oslo"), 3), Timestamp::secs(2)), ((Str::from("oslo"), 5), Timestamp::secs(8))])
//!         .watermark(Timestamp::secs(10))
//!         .add([((Str::from("oslo"), 10), Timestamp::secs(4))])
//!         .watermark(Timestamp::secs(40))
//!         .add([((Str::from("oslo"), 99), Timestamp::secs(5))]),
//! );
//! // 2. Windows of ten seconds, corrected for half a minute.
//! let window = Window::fixed(secs(10)).allowed_lateness(secs(30)).accumulating();
//! // 3. A grouping: the mean of each station and window.
//! let means = readings.window(window).mean_per_key().windowed().collect();
//! // 4. A run, which says what it emitted and what it did not take.
//! let result = DirectRunner::default().run(&pipeline)?;
//! let panes: Vec<(f64, PaneTiming)> =
//!     result.collected(&means).iter().map(|pane| (pane.value.1, pane.pane.timing)).collect();
//! assert_eq!(panes, [(4.0, PaneTiming::OnTime), (6.0, PaneTiming::Late)]);
//! assert_eq!(result.dropped().late, 1);
//! # Ok::<(), heliostat::RunError>(())
//! ```
//!
//! In a program of your own, [`launch()`] does the running: it makes a command line of a function
//! that builds a pipeline, and `--runner` chooses among the runners that are linked in.
//!
//! # Where things are
//!
//! - Author: [`prelude`] has what nearly every pipeline needs; [`PCollection`] has all the verbs;
//!   [`DoFn`], [`CombineFn`], [`Read`] and [`Write`] are what you implement; [`Element`] and [`Key`]
//!   say what can travel and what can be grouped by.
//! - Test: [`TestStream`], [`RunResult`], [`testing`].
//! - Check: [`preflight`], [`Capability`], [`Support`].
//! - Write a runner: [`Runner`], [`graph`] (what a pipeline is, as a value, and its code), [`batch`]
//!   (the unit that moves), [`coder`], [`erased_io`].

extern crate self as heliostat;

pub mod batch;
pub mod coder;
pub mod graph;
mod matrix;
pub mod preflight;
pub mod savepoint;
pub mod testing;

mod time;
mod element;
mod key;
mod inline_str;
mod error;
mod panics;
mod window;
mod trigger;
mod windowed;
mod group;
mod combine;
mod dofn;
mod view;
mod state;
mod timer;
mod pipeline;
mod pcollection;
mod transforms;
mod io;
mod clock;
mod seed;
mod capability;
mod runner;
mod launch;

pub use capability::{Capability, Extent, Modes, Question, Standing, Support};
pub use clock::{Clock, Stopwatch, SystemClock, VirtualClock};
pub use coder::{Coder, CoderError, decode_interval, encode_interval, key_bytes};
pub use combine::{
    CombineFn, Count, Extreme, LargestFirst, Latest, Max, Mean, Min, Number, Rank, SmallestFirst,
    Sum, Top,
};
pub use dofn::{BundleContext, Context, Declare, DoFn, KeyedInput, Output};
pub use element::Element;
pub use error::{Error, Result};
pub use graph::{Boundedness, CollectionId, Graph, SinkStyle, TimeDomain, TransformId};
pub use group::Group;
pub use heliostat_derive::Key;
pub use inline_str::Str;
pub use io::{
    BadRow, BoundedDisorder, Collected, Completion, Fill, Read, Reader, Rows, Sequence, Write,
    Writer, Written, bounded_disorder, generate_sequence,
};
pub use key::Key;
pub use launch::{Exit, Summary, launch, launch_from};
pub use matrix::{Finding, Matrix, MatrixCell};
pub use panics::{Panicked, catch_panic};
pub use pcollection::PCollection;
pub use pipeline::Pipeline;
pub use preflight::{Problem, Severity, Unmet};
pub use runner::{
    DropCounts, Interrupt, InterruptLevel, Job, JobOptions, NoObserver, Observer, OpenWindows,
    ReadProgress, RoundProgress, RunError, RunErrorKind, RunEvent, RunResult, Runner, RunnerEntry,
    Setting, SettingKind, StateProgress, StepMetrics, StopCause, Stopped, register, runner_named,
    runners,
};
pub use savepoint::{KeptSavepoint, Savepoint, SavepointStore};
pub use seed::Seed;
pub use state::{
    BagState, CellOptions, CombiningState, MapState, MultimapState, OrderedListState, SetState,
    ValueState,
};
pub use testing::{TestStream, TestStreams};
pub use time::{
    Duration, TimeParseError, TimeRangeError, Timestamp, days, hours, millis, minutes, secs,
};
pub use timer::{FiredTimer, Timer, TimerFamily};
pub use transforms::{
    ChooseOnFailure, CoGroupByKey, Emit, Outcome, ParDoOutputs, Stop, ToDeadLetters, WriteStep,
    dead_letter, stop,
};
pub use trigger::{
    AfterProcessingTime, AfterWatermark, Deadline, Trigger, TriggerList, after_all, after_any,
    after_count, after_each, after_processing_time, after_watermark, repeatedly,
};
pub use view::{MapView, MultimapView, SideInput, View};
pub use window::{
    Accumulation, AssignWindows, ByElement, ByTime, CalendarUnit, CalendarWindows, ClosingBehavior,
    CustomWindows, FixedWindows, Interval, Merge, MergeStatus, MergeWindows, Merges,
    OnTimeBehavior, PaneInfo, PaneTiming, SessionWindows, SlidingWindows, Specified,
    TimestampCombiner, Window, WindowFn, Windowing, WindowingChange, WindowsFor,
};
pub use windowed::{DeadLetter, DropCause, Dropped, Windowed};

pub use chrono::NaiveDate;
pub use chrono_tz::Tz;

#[doc(hidden)]
pub use inventory;

/// Sources and sinks as runners hold them.
pub mod erased_io {
    pub use crate::io::{ErasedRead, ErasedReader, ErasedWrite, ErasedWriter};
}

/// What nearly every pipeline needs.
///
/// ```
/// use heliostat::prelude::*;
///
/// let pipeline = Pipeline::new();
/// pipeline.create([1]).window(Window::fixed(minutes(1)));
/// assert_eq!(pipeline.graph().steps().len(), 4);
/// ```
pub mod prelude {
    pub use crate::{
        Accumulation, AssignWindows, BadRow, BagState, Boundedness, BundleContext, CellOptions,
        ClosingBehavior, CoGroupByKey, Collected, CombineFn, CombiningState, Context, Count,
        DeadLetter, Declare, DoFn, DropCause, Dropped, Duration, Element, Emit, Error, Exit, Fill,
        FiredTimer, Group, Interval, Key, Latest, MapState, MapView, Max, Mean, MergeWindows,
        Merges, Min, MultimapState, MultimapView, NaiveDate, OnTimeBehavior, OrderedListState,
        Output, PCollection, PaneInfo, PaneTiming, Pipeline, Read, Reader, Result, Rows, Runner,
        SetState, SideInput, Str, Sum, TestStream, TestStreams, TimeDomain, Timer, TimerFamily,
        Timestamp, TimestampCombiner, Top, Trigger, Tz, ValueState, View, Window, Windowed, Write,
        Writer, after_all, after_any, after_count, after_each, after_processing_time,
        after_watermark, bounded_disorder, days, dead_letter, generate_sequence, hours, millis,
        minutes, repeatedly, secs, stop,
    };
}

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
mod readme {}

#[cfg(doctest)]
#[doc = include_str!("../../docs/guide/windows.md")]
mod guide_windows {}

#[cfg(doctest)]
#[doc = include_str!("../../docs/guide/lateness.md")]
mod guide_lateness {}

#[cfg(doctest)]
#[doc = include_str!("../../docs/guide/triggers.md")]
mod guide_triggers {}

#[cfg(doctest)]
#[doc = include_str!("../../docs/guide/state-and-timers.md")]
mod guide_state_and_timers {}

#[cfg(doctest)]
#[doc = include_str!("../../docs/guide/side-inputs.md")]
mod guide_side_inputs {}

#[cfg(doctest)]
#[doc = include_str!("../../docs/guide/failures.md")]
mod guide_failures {}

#[cfg(doctest)]
#[doc = include_str!("../../docs/guide/savepoints.md")]
mod guide_savepoints {}

#[cfg(doctest)]
#[doc = include_str!("../../docs/guide/comparing-runners.md")]
mod guide_comparing_runners {}
