//! One conformance case: a script, the windowing it runs under, and what must come out.
//!
//! A case is a text file, short enough to read in a review, in three parts that keep their order:
//! header, events, expectations. `#` starts a comment; the comments before the first line are the
//! case's description. Times are milliseconds, or carry a suffix (`10s`). See [`parse()`] for the
//! whole grammar. The types here are the file as written, not yet anything of the sdk: what is not
//! written is `None`, because some refusals are about what was never said.

mod error;
mod time;
mod number;
mod cursor;
mod trigger;
mod window;
mod side;
mod stateful;
mod step;
mod event;
mod expectation;
mod pane;
mod render;
mod parse;
#[cfg(test)]
mod tests;

pub use error::CaseError;
pub use event::{Element, Event, WatermarkTo};
pub use expectation::{Expectation, Output};
pub use number::{Number, Value};
pub use pane::{Dropped, DroppedBecause, Pane, PaneInfo, PaneWindow, Timing};
pub use parse::parse;
pub use render::{render_dropped, render_drops, render_output, render_pane};
pub use side::SideView;
pub(crate) use side::render_view;
pub use stateful::{AlarmTo, Cell, Stateful, When};
pub use step::{Combine, Defaults, Step};
pub use time::{GLOBAL_WINDOW_MAX, TIMESTAMP_MAX, TIMESTAMP_MIN};
pub(crate) use trigger::parse_trigger_text;
pub use trigger::{Align, Trigger};
pub use window::{
    Accumulation, CalendarUnit, Closing, OnTime, StreamWindow, TimestampCombiner, WindowFunction,
    WindowSpec,
};

/// A case as its file writes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// The name the file was parsed under, usually its path.
    pub name: String,
    /// The comment lines at the top, without their `#`.
    pub description: Vec<String>,
    /// Where the expectation comes from, in free text.
    pub from: Option<String>,
    /// What the elements go through, in order, after the window and trigger lines.
    pub steps: Vec<Step>,
    /// The tags of the script's streams. Those that no step reads as a side input are flattened
    /// before anything else. Empty: one untagged stream.
    pub streams: Vec<String>,
    /// Whether the script counts as bounded input.
    pub boundedness: Boundedness,
    /// Whether the expectation depends on one `add` line being one bundle.
    pub bundling: Bundling,
    /// The `window` lines: those of a stream apply before the flatten, the untagged one after it.
    pub windows: Vec<StreamWindow>,
    /// The `trigger` line. It belongs to the untagged window, or configures what is there.
    pub trigger: Option<Trigger>,
    /// Whether the `trigger` line ends in `unsafe`.
    pub unsafe_trigger: bool,
    /// Ids of the capabilities that a runner must declare to run this case.
    pub requires: Vec<String>,
    /// The script.
    pub events: Vec<Event>,
    /// What must come of it.
    pub expectation: Expectation,
}

impl Case {
    /// The untagged `window` line, which applies after the flatten, if there is one.
    pub fn window(&self) -> Option<&WindowSpec> {
        self.windows.iter().find(|window| window.stream.is_none()).map(|window| &window.spec)
    }

    /// The `window on STREAM` line of one stream, if there is one.
    pub fn window_on(&self, stream: &str) -> Option<&WindowSpec> {
        let of_stream = |window: &&StreamWindow| window.stream.as_deref() == Some(stream);
        self.windows.iter().find(of_stream).map(|window| &window.spec)
    }

    /// Whether a step reads this stream as a side input.
    pub fn is_side(&self, stream: &str) -> bool {
        self.steps.iter().any(|step| step.side() == Some(stream))
    }
}

/// Whether a script counts as bounded input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Boundedness {
    /// As a `TestStream` is by itself.
    #[default]
    Unbounded,
    /// Declared finite, so that the global window with its default trigger is legal.
    Bounded,
}

/// What the expectation needs of a runner's bundles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Bundling {
    /// One `add` line must be one bundle.
    #[default]
    Exact,
    /// The panes are the same however the elements are cut into bundles.
    Any,
}
