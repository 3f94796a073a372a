//! heliostat: Beam-style data pipelines in Rust. Author once, choose the runner at launch.

extern crate self as heliostat;

pub mod batch;
pub mod coder;
pub mod graph;
pub mod preflight;
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
pub use clock::{Clock, SystemClock, VirtualClock};
pub use coder::{Coder, CoderError, decode_interval, encode_interval, key_bytes};
pub use combine::{CombineFn, Count, Extreme, Max, Mean, Min, Number, Sum};
pub use dofn::{BundleContext, Context, Declare, DoFn, Output};
pub use element::Element;
pub use error::{Error, Result};
pub use graph::{Boundedness, CollectionId, Graph, SinkStyle, TransformId};
pub use group::Group;
pub use heliostat_derive::Key;
pub use inline_str::Str;
pub use io::{
    BadRow, BoundedDisorder, Collected, Completion, Fill, Read, Reader, Rows, Sequence, Write,
    Writer, Written, bounded_disorder, generate_sequence,
};
pub use key::Key;
pub use launch::{Exit, Summary, launch, launch_from};
pub use panics::{Panicked, catch_panic};
pub use pcollection::PCollection;
pub use pipeline::Pipeline;
pub use preflight::{Problem, Severity};
pub use runner::{
    DropCounts, Interrupt, InterruptLevel, Job, NoObserver, Observer, OpenWindows, RunError,
    RunErrorKind, RunEvent, RunResult, Runner, RunnerEntry, Setting, SettingKind, StepMetrics,
    register, runners,
};
pub use seed::Seed;
pub use testing::{TestStream, TestStreams};
pub use time::{
    Duration, TimeParseError, TimeRangeError, Timestamp, days, hours, millis, minutes, secs,
};
pub use transforms::{Emit, Outcome, ParDoOutputs, WriteStep};
pub use trigger::{AfterWatermark, Trigger, after_count, after_watermark, repeatedly};
pub use window::{
    Accumulation, ClosingBehavior, FixedWindows, Interval, MergeStatus, OnTimeBehavior, PaneInfo,
    PaneTiming, Specified, TimestampCombiner, Window, WindowFn, Windowing, WindowingChange,
};
pub use windowed::{DeadLetter, DropCause, Dropped, Windowed};

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
        Accumulation, BadRow, Boundedness, BundleContext, ClosingBehavior, Collected, CombineFn,
        Context, Count, DeadLetter, Declare, DoFn, DropCause, Dropped, Duration, Element, Emit,
        Error, Exit, Fill, Group, Interval, Key, Max, Mean, Min, OnTimeBehavior, Output,
        PCollection, PaneInfo, PaneTiming, Pipeline, Read, Reader, Result, Rows, Runner, Str, Sum,
        TestStream, TestStreams, Timestamp, TimestampCombiner, Trigger, Window, Windowed, Write,
        Writer, after_count, after_watermark, bounded_disorder, days, generate_sequence, hours,
        millis, minutes, repeatedly, secs,
    };
}
