//! The bytes of a file, unpacked if its name says that they are packed.

use super::open_files::OpenFiles;
use crate::io_reason::reason;
use flate2::bufread::MultiGzDecoder;
use heliostat::{Error, Result};
use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Seek, SeekFrom};
use std::path::Path;

const BUFFER_BYTES: usize = 64 << 10;

/// What a gzip file begins with.
const GZIP_MARK: [u8; 2] = [0x1F, 0x8B];

#[derive(Debug)]
pub(crate) enum Input {
    Plain(BufReader<Handle>),
    Gzip(Box<BufReader<MultiGzDecoder<BufReader<Handle>>>>),
}

/// A file that can be closed for a while.
#[derive(Debug)]
pub(crate) struct Handle {
    path: String,
    /// How far it was read.
    offset: u64,
    /// Invariant: counted in `open_files` while it is some.
    file: Option<File>,
    open_files: OpenFiles,
}

/// Whether the name of a file says that it is packed.
pub(crate) fn is_gzip(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("gz"))
}

impl Input {
    /// Stands at the first byte.
    pub(crate) fn open(path: &str, open_files: &OpenFiles) -> Result<Self> {
        let refuse = |reason: &str| Error::new(format!("cannot open `{path}`: {reason}"));
        let (path, open_files) = (path.to_owned(), open_files.clone());
        let mut handle = Handle { path: path.clone(), offset: 0, file: None, open_files };
        handle.file().map_err(|error| refuse(&reason(&error)))?;
        let mut bytes = BufReader::with_capacity(BUFFER_BYTES, handle);
        let head = bytes.fill_buf().map_err(|error| refuse(&reason(&error)))?;
        if !is_gzip(&path) {
            return Ok(Self::Plain(bytes));
        }
        // An empty file passes, and turns out to be cut.
        if head.iter().zip(GZIP_MARK).any(|(byte, mark)| *byte != mark) {
            let help = "rename it without `.gz` if it is not packed";
            return Err(refuse(&format!(
                "it is not gzip, though its name says so\n  help: {help}"
            )));
        }
        let unpacked = BufReader::with_capacity(BUFFER_BYTES, MultiGzDecoder::new(bytes));
        Ok(Self::Gzip(Box::new(unpacked)))
    }

    /// Goes from `from`, where it stands, to `to`, or to the end if that comes first; returns
    /// where it stands then.
    pub(crate) fn go_to(&mut self, from: u64, to: u64) -> Result<u64> {
        match self {
            Self::Plain(bytes) => {
                let moved = bytes.get_mut().length().and_then(|length| {
                    let to = to.min(length);
                    bytes.seek(SeekFrom::Start(to))
                });
                moved.map_err(|error| self.failed(&error))
            }
            Self::Gzip(_) => {
                let mut from = from;
                if to < from {
                    let handle = self.handle();
                    *self = Self::open(&handle.path.clone(), &handle.open_files.clone())?;
                    from = 0;
                }
                let skipped = io::copy(&mut self.take(to - from), &mut io::sink());
                Ok(from + skipped.map_err(|error| self.failed(&error))?)
            }
        }
    }

    /// Adds the bytes up to the next line break, with it, or as many as there is `room` for.
    #[inline]
    pub(crate) fn read_line(&mut self, bytes: &mut Vec<u8>, room: usize) -> io::Result<usize> {
        // Which kind it is, is asked once for a line and not once for each of its parts.
        match self {
            Self::Plain(input) => input.take(room as u64).read_until(b'\n', bytes),
            Self::Gzip(input) => input.take(room as u64).read_until(b'\n', bytes),
        }
    }

    /// What it is while others are read, if it is worth keeping: a plain file can be opened again
    /// at any place, but a packed one is read from its beginning.
    pub(crate) fn rested(mut self) -> Option<Self> {
        match self {
            Self::Plain(_) => None,
            Self::Gzip(_) => {
                self.handle().close();
                Some(self)
            }
        }
    }

    /// Bytes of the file, packed if it is.
    pub(crate) fn length(&mut self) -> Result<u64> {
        let length = self.handle().length();
        length.map_err(|error| self.failed(&error))
    }

    /// Why it cannot be read on, and what can be done about it.
    pub(crate) fn failed(&mut self, error: &io::Error) -> Error {
        let is_gzip = matches!(self, Self::Gzip(_));
        let path = &self.handle().path;
        let help = "help: get it again; `gzip -t` says whether it is whole";
        let words = reason(error);
        // What the system says has a number.
        if !is_gzip || error.raw_os_error().is_some() {
            Error::new(format!("cannot read `{path}`: {words}"))
        } else if error.kind() == ErrorKind::UnexpectedEof {
            Error::new(format!(
                "cannot read `{path}`: it ends in the middle of its gzip data, as a file does that \
                 was cut on its way or is still being written\n  {help}"
            ))
        } else {
            Error::new(format!(
                "cannot read `{path}`: its gzip data is damaged ({words})\n  {help}"
            ))
        }
    }

    fn handle(&mut self) -> &mut Handle {
        match self {
            Self::Plain(bytes) => bytes.get_mut(),
            Self::Gzip(bytes) => bytes.get_mut().get_mut().get_mut(),
        }
    }
}

impl Read for Input {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(bytes) => bytes.read(room),
            Self::Gzip(bytes) => bytes.read(room),
        }
    }
}

impl BufRead for Input {
    #[inline]
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        match self {
            Self::Plain(bytes) => bytes.fill_buf(),
            Self::Gzip(bytes) => bytes.fill_buf(),
        }
    }

    #[inline]
    fn consume(&mut self, amount: usize) {
        match self {
            Self::Plain(bytes) => bytes.consume(amount),
            Self::Gzip(bytes) => bytes.consume(amount),
        }
    }
}

impl Handle {
    /// The file, which is opened where it was closed.
    fn file(&mut self) -> io::Result<&mut File> {
        let file = match self.file.take() {
            Some(file) => file,
            None => {
                let mut file = File::open(&self.path)?;
                if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
                    return Err(io::Error::new(ErrorKind::IsADirectory, "it is a directory"));
                }
                if self.offset != 0 {
                    file.seek(SeekFrom::Start(self.offset))?;
                }
                self.open_files.one_more();
                file
            }
        };
        Ok(self.file.insert(file))
    }

    fn length(&mut self) -> io::Result<u64> {
        Ok(self.file()?.metadata()?.len())
    }

    fn close(&mut self) {
        if self.file.take().is_some() {
            self.open_files.one_less();
        }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.close();
    }
}

impl Read for Handle {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let read = self.file()?.read(room)?;
        self.offset += read as u64;
        Ok(read)
    }
}

impl Seek for Handle {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.offset = self.file()?.seek(to)?;
        Ok(self.offset)
    }
}
