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
        }
    }

    /// User code panicked with this.
    pub fn of_panic(panicked: Panicked) -> Self {
        let Panicked { message, place } = panicked;
        Self { what: message, step: String::new(), element: None, panicked: true, place }
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
        note(match self.panicked {
            true => "help: a panic ends the run; to keep going, return such elements as dead \
                     letters with `try_map`"
                .to_owned(),
            false => "help: to keep going, give such elements to a dead-letter output with \
                      `try_map`"
                .to_owned(),
        });
        RunError::failed(message).in_step(self.step)
    }
}
