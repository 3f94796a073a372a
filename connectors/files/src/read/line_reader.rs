//! The lines of a file, one at a time, with their numbers and their places.

use crate::io_reason::reason;
use heliostat::{Error, Result};
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};

/// A longer line is a bad row: a file without line breaks must not fill the memory.
pub(crate) const LINE_BYTES_MAX: usize = 16 << 20;

const BUFFER_BYTES: usize = 64 << 10;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Where a line begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Bytes before it.
    pub(crate) offset: u64,
    /// Its number, counted from 1.
    pub(crate) line: u64,
}

/// Invariant: `file` stands at `next`.
#[derive(Debug)]
pub struct LineReader {
    path: String,
    file: BufReader<File>,
    next: Place,
    /// The line that was read last, with its break; kept for its room.
    bytes: Vec<u8>,
    is_too_long: bool,
}

impl LineReader {
    /// Stands at the first line; a byte order mark is not part of it.
    pub(crate) fn open(path: String) -> Result<Self> {
        let refuse = |reason: String| Error::new(format!("cannot open `{path}`: {reason}"));
        let file = File::open(&path).map_err(|error| refuse(reason(&error)))?;
        if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
            return Err(refuse("it is a directory".into()));
        }
        let mut file = BufReader::with_capacity(BUFFER_BYTES, file);
        let mut next = Place { offset: 0, line: 1 };
        if file.fill_buf().map_err(|error| refuse(reason(&error)))?.starts_with(BYTE_ORDER_MARK) {
            file.consume(BYTE_ORDER_MARK.len());
            next.offset = BYTE_ORDER_MARK.len() as u64;
        }
        Ok(Self { path, file, next, bytes: Vec::new(), is_too_long: false })
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// Where the next line begins.
    pub(crate) fn next(&self) -> Place {
        self.next
    }

    /// Goes to the beginning of a line.
    pub(crate) fn go_to(&mut self, place: Place) -> Result<()> {
        if self.next.offset != place.offset {
            // Also where nothing is left, so that a file that was cut does not look read.
            let length =
                self.file.get_ref().metadata().map_err(|error| failed(&self.path, &error))?.len();
            if length < place.offset {
                let (path, offset) = (&self.path, place.offset);
                return Err(Error::new(format!(
                    "cannot read `{path}`: it has {length} bytes now, and {offset} were read before"
                )));
            }
            let sought = self.file.seek(SeekFrom::Start(place.offset));
            sought.map_err(|error| failed(&self.path, &error))?;
        }
        self.next = place;
        Ok(())
    }

    /// Reads the next line, if there is one. What follows the last line break is one if it is not
    /// empty.
    pub(crate) fn advance(&mut self) -> Result<bool> {
        self.bytes.clear();
        let mut room = (&mut self.file).take(LINE_BYTES_MAX as u64);
        let read = room.read_until(b'\n', &mut self.bytes);
        let mut length = read.map_err(|error| failed(&self.path, &error))?;
        if length == 0 {
            return Ok(false);
        }
        self.is_too_long = length == LINE_BYTES_MAX && !self.bytes.ends_with(b"\n");
        if self.is_too_long {
            let skipped = self.file.skip_until(b'\n');
            length += skipped.map_err(|error| failed(&self.path, &error))?;
        }
        self.next = Place { offset: self.next.offset + length as u64, line: self.next.line + 1 };
        Ok(true)
    }

    /// Whether there is no further line.
    pub(crate) fn is_at_end(&mut self) -> Result<bool> {
        let ahead = self.file.fill_buf().map_err(|error| failed(&self.path, &error))?;
        Ok(ahead.is_empty())
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

fn failed(path: &str, error: &std::io::Error) -> Error {
    Error::new(format!("cannot read `{path}`: {}", reason(error)))
}
