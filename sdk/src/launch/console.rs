//! The only way to the terminal: results to one stream, remarks to the other.

use indicatif::ProgressBar;
use std::fmt;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The two streams of a program; clones write to the same ones.
#[derive(Clone)]
pub(super) struct Console {
    streams: Arc<Mutex<Streams>>,
    remarks_on: Device,
}

/// Whether somebody looks on while a stream is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Device {
    Terminal,
    File,
}

struct Streams {
    results: Box<dyn Write + Send>,
    remarks: Box<dyn Write + Send>,
    /// The line that must step aside while remarks are written.
    progress: Option<ProgressBar>,
    /// Why results were lost, other than that nobody wanted more of them.
    lost: Option<io::Error>,
}

impl Console {
    /// Standard output and standard error.
    pub(super) fn system() -> Self {
        let remarks_on = if io::stderr().is_terminal() { Device::Terminal } else { Device::File };
        Self::new(Box::new(io::stdout()), Box::new(io::stderr()), remarks_on)
    }

    pub(super) fn new(
        results: Box<dyn Write + Send>,
        remarks: Box<dyn Write + Send>,
        remarks_on: Device,
    ) -> Self {
        let streams = Streams { results, remarks, progress: None, lost: None };
        Self { streams: Arc::new(Mutex::new(streams)), remarks_on }
    }

    /// Writes lines that somebody asked for.
    pub(super) fn result(&self, lines: fmt::Arguments<'_>) {
        let mut streams = self.streams();
        if let Err(error) = writeln!(streams.results, "{lines}") {
            streams.lose(error);
        }
    }

    /// Writes lines about what happens. Where they cannot be written there is nobody to tell.
    pub(super) fn remark(&self, lines: fmt::Arguments<'_>) {
        let mut streams = self.streams();
        let Streams { remarks, progress, .. } = &mut *streams;
        let mut write = || writeln!(remarks, "{lines}").and_then(|()| remarks.flush()).ok();
        match progress {
            Some(progress) => progress.suspend(write),
            None => write(),
        };
    }

    /// Whether remarks are read as they are written.
    pub(super) fn remarks_on(&self) -> Device {
        self.remarks_on
    }

    /// From now on this line steps aside for remarks.
    pub(super) fn begin_progress(&self, progress: ProgressBar) {
        self.streams().progress = Some(progress);
    }

    /// Removes the line.
    pub(super) fn end_progress(&self) {
        if let Some(progress) = self.streams().progress.take() {
            progress.finish_and_clear();
        }
    }

    /// Writes out what is held back; gives the reason if results were lost.
    ///
    /// A reader that wants no more of them (`program graph | head`) is no such reason.
    pub(super) fn finish(&self) -> Option<io::Error> {
        let mut streams = self.streams();
        if let Err(error) = streams.results.flush() {
            streams.lose(error);
        }
        streams.lost.take()
    }

    fn streams(&self) -> MutexGuard<'_, Streams> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Streams {
    fn lose(&mut self, error: io::Error) {
        if error.kind() != ErrorKind::BrokenPipe {
            self.lost.get_or_insert(error);
        }
    }
}
