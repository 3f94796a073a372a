//! Where in a bundle user code failed, and how.

use heliostat::{Error, Panicked, RunError, Timestamp};
use std::fmt::Write;

/// Which try of which bundle it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Counted from 1, over the whole run.
    pub bundle: u64,
    /// Counted from 1.
    pub attempt: u32,
    /// How many there are.
    pub attempts: u32,
}

/// A failure of user code within a bundle.
#[derive(Clone, Debug)]
pub struct StageError {
    what: String,
    step: String,
    /// The element that failed, how many its batch has, and its event time.
    element: Option<(usize, usize, Option<Timestamp>)>,
    panicked: bool,
    /// Where it panicked.
    place: Option<String>,
    way_out: WayOut,
}

/// How a run can go on without the element that its code failed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WayOut {
    /// It cannot: the code was called for no element of a step of the author's.
    No,
    /// The author can choose dead letters for the step.
    DeadLetters,
    /// The author has, so that the element becomes one if it is taken by itself.
    Chosen,
}

impl StageError {
    /// User code returned this error.
    pub fn of(error: Error) -> Self {
        Self {
            what: error.to_string(),
            step: String::new(),
            element: None,
            panicked: false,
            place: None,
            way_out: WayOut::No,
        }
    }

    /// User code panicked with this.
    pub fn of_panic(panicked: Panicked) -> Self {
        let Panicked { message, place } = panicked;
        Self { panicked: true, place, ..Self::of(Error::new(message)) }
    }

    /// The same, in the step of this path.
    #[must_use]
    pub fn in_step(mut self, path: &str) -> Self {
        path.clone_into(&mut self.step);
        self
    }

    pub(super) fn at_element(
        mut self,
        index: usize,
        count: usize,
        timestamp: Option<Timestamp>,
    ) -> Self {
        self.element = (index < count).then_some((index, count, timestamp));
        self
    }

    /// The same, where this is the way out.
    #[must_use]
    pub(super) fn with(self, way_out: WayOut) -> Self {
        Self { way_out, ..self }
    }

    /// Whether it was on an element of a step whose author chose dead letters, so that the bundle
    /// succeeds without that element.
    pub fn can_be_buried(&self) -> bool {
        self.way_out == WayOut::Chosen
    }

    /// What the code said, in one line, with the place of a panic.
    pub(super) fn words(&self) -> String {
        match (self.panicked, &self.place) {
            (false, _) => self.what.clone(),
            (true, None) => format!("panicked: {}", self.what),
            (true, Some(place)) => format!("panicked: {}, at {place}", self.what),
        }
    }

    /// The error of the run that ends with it.
    pub fn into_run_error(self, attempt: Attempt) -> RunError {
        let verb = if self.panicked { "panicked" } else { "failed" };
        let mut message = format!("`{}` {verb}: {}", self.step, self.what);
        let mut note = |words: String| write!(message, "\n  {words}").unwrap_or_default();
        if let Some(place) = self.place {
            note(format!("at: {place}"));
        }
        if let Some((index, count, timestamp)) = self.element {
            let at = match timestamp {
                Some(at) if Timestamp::MIN < at => format!(", at event time {at}"),
                _ => String::new(),
            };
            note(format!("on element {} of a batch of {count}{at}", index + 1));
        }
        let Attempt { bundle, attempt, attempts } = attempt;
        note(format!("in bundle {bundle}, attempt {attempt} of {attempts}"));
        note(format!("help: {}", self.way_out.help()));
        RunError::failed(message).in_step(self.step)
    }
}

impl WayOut {
    fn help(self) -> &'static str {
        match self {
            Self::No => {
                "this ends the run, for it is no element of a step of yours that could be a dead letter"
            }
            Self::DeadLetters => {
                "to keep going, give such elements to an output of their own with \
                 `.on_failure(dead_letter::<..>())`"
            }
            Self::Chosen => {
                "it was not the step's own code that failed on the element, but what others call, such \
                 as its `Clone`; keep that free of panics"
            }
        }
    }
}
