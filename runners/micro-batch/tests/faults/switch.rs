//! What can fail in a run, and the switch that makes it fail.

use heliostat::{Error, Observer, Result, RunEvent};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// Where user code, a source, a sink or a worker can fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// A worker, before it has done its task; its error is a task that is lost.
    Task,
    /// A worker behind its task.
    TaskDone,
    /// A `fill` that has given nothing yet.
    FillFirst,
    /// A `fill` that has given rows.
    FillLast,
    Watermark,
    Position,
    Setup,
    Start,
    Process,
    Finish,
    Teardown,
    Timer,
    Expiry,
    Add,
    Merge,
    Extract,
    Clone,
    Open,
    Write,
    Prepare,
    Commit,
    /// A commit that has let everything appear.
    Appeared,
    /// A sink that has removed prepared parts.
    Discard,
    /// Where a savepoint is stored.
    Store,
    /// A sink that is told of parts from a savepoint.
    Recover,
}

/// Whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    Host,
    Element,
    Read,
    Flaky,
    Letters,
    Sum,
    Group,
    Count,
    Total,
    Look,
    Spread,
    Rate,
    Epochs,
    File,
}

/// How it fails, for those that can do either.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    Error,
    Panic,
}

pub(crate) type Place = (Kind, Step);

/// Everything that a run without faults comes by.
pub(crate) const KINDS: [Kind; 24] = [
    Kind::Task,
    Kind::TaskDone,
    Kind::FillFirst,
    Kind::FillLast,
    Kind::Watermark,
    Kind::Position,
    Kind::Setup,
    Kind::Start,
    Kind::Process,
    Kind::Finish,
    Kind::Teardown,
    Kind::Timer,
    Kind::Expiry,
    Kind::Add,
    Kind::Merge,
    Kind::Extract,
    Kind::Clone,
    Kind::Open,
    Kind::Write,
    Kind::Prepare,
    Kind::Commit,
    Kind::Appeared,
    Kind::Store,
    Kind::Recover,
];

/// Something that fails.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fault {
    pub(crate) place: Place,
    /// 0 before the first round, then the round; the end of the run has one more.
    pub(crate) phase: u32,
    /// At which call in that phase.
    pub(crate) call: u32,
    pub(crate) how: How,
    /// How often in a row.
    pub(crate) times: u32,
    /// What fails once in consequence, when the run clears up behind it.
    pub(crate) second: Option<Place>,
}

#[derive(Default)]
struct Switch {
    phase: u32,
    calls: BTreeMap<(Place, u32), u32>,
    fault: Option<Fault>,
    fired: u32,
    second_fired: bool,
}

thread_local! {
    // Of this thread: a simulated host has no other.
    static SWITCH: RefCell<Switch> = RefCell::default();
}

/// What a run has met.
pub(crate) struct Met {
    /// How often each place was called in each phase.
    pub(crate) calls: BTreeMap<(Place, u32), u32>,
    /// How far it came.
    pub(crate) phase: u32,
    pub(crate) fired: u32,
    pub(crate) second_fired: bool,
}

impl Step {
    /// The path of the step; workers and elements have none.
    pub(crate) fn path(self) -> Option<&'static str> {
        match self {
            Self::Host | Self::Element => None,
            Self::Read => Some("Read"),
            Self::Flaky => Some("Flaky"),
            Self::Letters => Some("Letters"),
            Self::Sum => Some("Sum"),
            Self::Group => Some("Group"),
            Self::Count => Some("Count"),
            Self::Total => Some("Total"),
            Self::Look => Some("Look"),
            Self::Spread => Some("Spread"),
            Self::Rate => Some("Rate"),
            Self::Epochs => Some("Epochs"),
            Self::File => Some("File"),
        }
    }
}

/// What a place says when it fails.
pub(crate) fn words((kind, step): Place) -> String {
    format!("{kind:?} of {step:?} is broken")
}

impl Switch {
    /// Counts a call, and says whether it fails.
    fn fails(&mut self, place: Place) -> Option<How> {
        let calls = self.calls.entry((place, self.phase)).or_default();
        let call = *calls;
        *calls += 1;
        let fault = self.fault?;
        if fault.second == Some(place) && 0 < self.fired && !self.second_fired {
            self.second_fired = true;
            return Some(fault.how);
        }
        let begins = self.phase == fault.phase && call == fault.call;
        let goes_on = 0 < self.fired && self.fired < fault.times;
        if fault.place != place || !(begins || goes_on) {
            return None;
        }
        self.fired += 1;
        Some(fault.how)
    }
}

/// Begins a run in which this fails.
pub(crate) fn begin(fault: Option<Fault>) {
    SWITCH.set(Switch { fault, ..Switch::default() });
}

/// Ends it.
pub(crate) fn end() -> Met {
    let Switch { phase, calls, fired, second_fired, .. } = SWITCH.take();
    Met { calls, phase, fired, second_fired }
}

/// Which phase it is.
pub(crate) fn phase() -> u32 {
    SWITCH.with_borrow(|switch| switch.phase)
}

/// The first worker has something to do: the first round begins.
pub(crate) fn at_work() {
    SWITCH.with_borrow_mut(|switch| switch.phase = switch.phase.max(1));
}

/// Someone comes by a place.
pub(crate) fn meet(place: Place) -> Result<()> {
    match SWITCH.with_borrow_mut(|switch| switch.fails(place)) {
        None => Ok(()),
        Some(How::Error) => Err(Error::new(words(place))),
        Some(How::Panic) => panic!("{}", words(place)),
    }
}

/// Where no error can be returned.
pub(crate) fn meet_or_panic(place: Place) {
    meet(place).unwrap_or_else(|error| panic!("{error}"));
}

/// Notes that a round has ended.
pub(crate) struct Rounds;

impl Observer for Rounds {
    fn event(&mut self, event: RunEvent) {
        match event {
            RunEvent::Progress { .. } => SWITCH.with_borrow_mut(|switch| switch.phase += 1),
            RunEvent::Round(_)
            | RunEvent::Held { .. }
            | RunEvent::BadRow { .. }
            | RunEvent::Written { .. }
            | RunEvent::Step { .. } => {}
        }
    }
}
