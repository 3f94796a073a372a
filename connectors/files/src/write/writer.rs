//! Writes one part of a file.

use super::sink::{Encode, FilePart};
use super::temp_file::TempFile;
use heliostat::{Element, Result, Writer};

/// Bytes that are gathered before they are written.
const BUFFER_BYTES: usize = 64 << 10;

/// Writes a part of a [`FileWrite`](crate::FileWrite); dropping it removes the part.
///
/// ```
/// use heliostat::{Write, Writer};
/// use heliostat_files::lines;
///
/// let directory = std::env::temp_dir().join(format!("heliostat-writer-{}", std::process::id()));
/// std::fs::create_dir_all(&directory)?;
///
/// let mut writer = lines(directory.join("a.txt")).open(0, 0)?;
/// writer.write(&mut vec![1, 2])?;
/// drop(writer);
/// assert_eq!(std::fs::read_dir(&directory)?.count(), 0);
/// # std::fs::remove_dir_all(&directory)?;
/// # Ok::<(), heliostat::Error>(())
/// ```
pub struct FileWriter<T> {
    temp: TempFile,
    encode: Encode<T>,
    bytes: Vec<u8>,
    elements: u64,
}

impl<T> FileWriter<T> {
    pub(super) fn new(temp: TempFile, encode: Encode<T>) -> Self {
        Self { temp, encode, bytes: Vec::with_capacity(BUFFER_BYTES), elements: 0 }
    }

    fn flush(&mut self) -> Result<()> {
        self.temp.write_all(&self.bytes)?;
        self.bytes.clear();
        Ok(())
    }
}

impl<T: Element> Writer for FileWriter<T> {
    type Element = T;
    type Committable = FilePart;

    fn write(&mut self, elements: &mut Vec<T>) -> Result<()> {
        for element in elements.drain(..) {
            (self.encode)(&element, &mut self.bytes)?;
            self.bytes.push(b'\n');
            self.elements += 1;
            if BUFFER_BYTES <= self.bytes.len() {
                self.flush()?;
            }
        }
        Ok(())
    }

    fn prepare(mut self) -> Result<FilePart> {
        self.flush()?;
        let path = crate::io_reason::path_text(&self.temp.keep()?)?;
        Ok(FilePart { path, elements: self.elements })
    }
}
