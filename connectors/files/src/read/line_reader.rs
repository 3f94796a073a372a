//! The lines of a file, one at a time, with their numbers and their places.

use super::input::{Input, is_gzip};
use super::open_files::OpenFiles;
use heliostat::{Error, Result};
use std::io::BufRead;

/// A longer line is a bad row: a file without line breaks must not fill the memory.
pub(crate) const LINE_BYTES_MAX: usize = 16 << 20;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Where a line begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Bytes before it.
    pub(crate) offset: u64,
    /// Its number, counted from 1 at the beginning of the file, or of what is read if that is not
    /// known.
    pub(crate) line: u64,
}

/// Invariant: `input` stands at `next`.
#[derive(Debug)]
pub struct LineReader {
    path: String,
    input: Input,
    next: Place,
    /// The line that was read last, with its break; kept for its room.
    bytes: Vec<u8>,
    is_too_long: bool,
}

impl LineReader {
    /// Stands at the first line; a byte order mark is not part of it.
    pub(crate) fn open(path: &str, open_files: &OpenFiles) -> Result<Self> {
        let mut input = Input::open(path, open_files)?;
        let mut next = Place { offset: 0, line: 1 };
        let is_marked = input.fill_buf().map(|ahead| ahead.starts_with(BYTE_ORDER_MARK));
        if is_marked.map_err(|error| input.failed(&error))? {
            input.consume(BYTE_ORDER_MARK.len());
            next.offset = BYTE_ORDER_MARK.len() as u64;
        }
        Ok(Self { path: path.to_owned(), input, next, bytes: Vec::new(), is_too_long: false })
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// Where the next line begins.
    pub(crate) fn next(&self) -> Place {
        self.next
    }

    /// Bytes of the file.
    pub(crate) fn length(&mut self) -> Result<u64> {
        self.input.length()
    }

    /// Goes to the beginning of a line.
    pub(crate) fn go_to(&mut self, place: Place) -> Result<()> {
        if self.next.offset != place.offset {
            let reached = self.input.go_to(self.next.offset, place.offset)?;
            self.is_as_long_as_before(reached, place.offset)?;
        }
        self.next = place;
        Ok(())
    }

    /// Goes to the first line that begins at `offset` or behind, which is not the first of the
    /// file, and counts from `line` there.
    pub(crate) fn go_behind_a_break(&mut self, offset: u64, line: u64) -> Result<()> {
        let before = offset.saturating_sub(1);
        let mut reached = self.input.go_to(self.next.offset, before)?;
        let skipped = self.input.skip_until(b'\n');
        reached += skipped.map_err(|error| self.input.failed(&error))? as u64;
        self.is_as_long_as_before(reached, offset)?;
        self.next = Place { offset: reached, line };
        Ok(())
    }

    /// Also asked where nothing is left, so that a file that was cut does not look read.
    fn is_as_long_as_before(&self, reached: u64, offset: u64) -> Result<()> {
        if offset <= reached {
            return Ok(());
        }
        let path = &self.path;
        let unpacked = if is_gzip(path) { " unpacked" } else { "" };
        Err(Error::new(format!(
            "cannot read `{path}`: it has {reached} bytes{unpacked} now, and {offset} were read \
             before"
        )))
    }

    /// The next line is found to be number `line`.
    pub(crate) fn renumber(&mut self, line: u64) {
        self.next.line = line;
    }

    /// What it is while others are read; none if it can as well be opened again.
    pub(crate) fn rested(self) -> Option<Self> {
        let Self { path, input, next, bytes, is_too_long } = self;
        let input = input.rested()?;
        Some(Self { path, input, next, bytes, is_too_long })
    }

    /// Reads the next line, if there is one. What follows the last line break is one if it is not
    /// empty.
    pub(crate) fn advance(&mut self) -> Result<bool> {
        self.bytes.clear();
        let read = self.input.read_line(&mut self.bytes, LINE_BYTES_MAX);
        let mut length = read.map_err(|error| self.input.failed(&error))?;
        if length == 0 {
            return Ok(false);
        }
        self.is_too_long = length == LINE_BYTES_MAX && !self.bytes.ends_with(b"\n");
        if self.is_too_long {
            let skipped = self.input.skip_until(b'\n');
            length += skipped.map_err(|error| self.input.failed(&error))?;
        }
        self.next = Place { offset: self.next.offset + length as u64, line: self.next.line + 1 };
        Ok(true)
    }

    /// Whether there is no further line.
    pub(crate) fn is_at_end(&mut self) -> Result<bool> {
        let is_at_end = self.input.fill_buf().map(<[u8]>::is_empty);
        is_at_end.map_err(|error| self.input.failed(&error))
    }

    /// The line without its break, or why it is none.
    pub(crate) fn text(&self) -> Result<&str, String> {
        if self.is_too_long {
            return Err(format!("the line is longer than {} MiB", LINE_BYTES_MAX >> 20));
        }
        let text = &self.bytes[..self.bytes.len() - self.line_break().len()];
        str::from_utf8(text).map_err(|error| {
            format!("the line is not UTF-8: its byte {} is no character", error.valid_up_to() + 1)
        })
    }

    /// How the line ends; empty only at the end of the file.
    pub(crate) fn line_break(&self) -> &'static str {
        match self.bytes.as_slice() {
            [.., b'\r', b'\n'] => "\r\n",
            [.., b'\n'] => "\n",
            _ => "",
        }
    }
}
