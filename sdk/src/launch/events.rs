//! The events of a run as lines of JSON, for whatever watches it.

use crate::{Duration, Error, Result, RunEvent};
use serde::Serialize;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// A file of one event per line, the last of them `finished`.
pub(super) struct EventsFile {
    path: PathBuf,
    lines: BufWriter<File>,
    /// Why the file is not whole. The run goes on without it.
    broken: Option<io::Error>,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Outcome {
    Done,
    Stopped,
    Failed,
    Interrupted,
}

#[derive(Serialize)]
#[serde(tag = "event", rename = "finished")]
struct Finished {
    outcome: Outcome,
    seconds: f64,
}

impl EventsFile {
    /// Creates it, or empties it if it is there.
    ///
    /// # Errors
    /// If it cannot be written to.
    pub(super) fn create(path: &Path) -> Result<Self> {
        let file = File::create(path).map_err(|error| {
            Error::new(format!(
                "cannot write the events to `{}`: {error}\n  \
                 help: give `--events` a file in a directory that is there and can be written to",
                path.display(),
            ))
        })?;
        Ok(Self { path: path.to_owned(), lines: BufWriter::new(file), broken: None })
    }

    /// Adds an event. What tells more than progress is on disk when this returns.
    pub(super) fn add(&mut self, event: &RunEvent) {
        self.add_line(event);
        match event {
            RunEvent::Progress { .. } => {}
            RunEvent::Round(_)
            | RunEvent::Held { .. }
            | RunEvent::BadRow { .. }
            | RunEvent::Written { .. }
            | RunEvent::Step { .. } => self.flush(),
        }
    }

    /// Adds the last line.
    ///
    /// # Errors
    /// If the file is not whole.
    pub(super) fn finish(mut self, outcome: Outcome, elapsed: Duration) -> Result<()> {
        let seconds = elapsed.millis() as f64 / 1000.0;
        self.add_line(&Finished { outcome, seconds });
        self.flush();
        match self.broken {
            Some(error) => {
                Err(Error::from(error).context(format_args!("`{}`", self.path.display())))
            }
            None => Ok(()),
        }
    }

    fn add_line(&mut self, line: &impl Serialize) {
        let written = serde_json::to_writer(&mut self.lines, line)
            .map_err(io::Error::from)
            .and_then(|()| self.lines.write_all(b"\n"));
        self.note(written);
    }

    fn flush(&mut self) {
        let flushed = self.lines.flush();
        self.note(flushed);
    }

    fn note(&mut self, written: io::Result<()>) {
        if let Err(error) = written {
            self.broken.get_or_insert(error);
        }
    }
}
