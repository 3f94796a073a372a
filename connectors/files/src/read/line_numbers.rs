//! How many lines lie before a place: what a piece from the middle of a file does not know.

use super::input::Input;
use super::open_files::OpenFiles;
use heliostat::Result;
use std::collections::BTreeMap;
use std::io::BufRead;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Lines of the files of a source, counted when someone asks, and each of them once: a count goes
/// on from the last place before it that was asked for. Clones count together.
#[derive(Clone, Debug, Default)]
pub(crate) struct LineNumbers(Arc<Mutex<Counted>>);

/// By file and offset.
type Counted = BTreeMap<String, BTreeMap<u64, u64>>;

impl LineNumbers {
    /// The number of the line that begins at `offset`, counted from 1.
    pub(crate) fn at(&self, path: &str, offset: u64) -> Result<u64> {
        let mut counted = self.counted();
        let counted = counted.entry(path.to_owned()).or_default();
        let (&from, &line) = counted.range(..=offset).next_back().unwrap_or((&0, &1));
        let mut input = Input::open(path, &OpenFiles::default())?;
        let reached = input.go_to(0, from)?;
        let line = line + breaks(&mut input, offset.saturating_sub(reached))?;
        counted.insert(offset, line);
        Ok(line)
    }

    /// Files may have changed.
    pub(crate) fn forget(&self) {
        self.counted().clear();
    }

    fn counted(&self) -> MutexGuard<'_, Counted> {
        // Only whole counts are put into it, whoever panicked beside it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The line breaks among the next `bytes` bytes.
fn breaks(input: &mut Input, mut bytes: u64) -> Result<u64> {
    let mut breaks = 0;
    while 0 < bytes {
        let filled = input.fill_buf().map(|ahead| {
            let length = ahead.len().min(usize::try_from(bytes).unwrap_or(usize::MAX));
            (length, ahead[..length].iter().filter(|byte| **byte == b'\n').count())
        });
        let (length, found) = filled.map_err(|error| input.failed(&error))?;
        if length == 0 {
            break;
        }
        breaks += found as u64;
        input.consume(length);
        bytes -= length as u64;
    }
    Ok(breaks)
}
