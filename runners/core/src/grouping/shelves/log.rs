//! What is on disk: logs of records, in blocks of one file that has no name.

use super::record::Head;
use heliostat::{Error, Result};
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

/// The bytes of a block: what a log keeps in memory at the most.
const BLOCK: usize = 16 << 10;

/// The bytes in front of a record that say how long it is.
const LENGTHS: usize = 8;

/// The file of a grouping. It is gone with the process, however that ends.
pub(super) struct Blocks {
    file: File,
    room: PathBuf,
    /// Blocks that nobody uses any more.
    free: Vec<u32>,
    /// How many blocks the file has.
    count: u32,
}

/// Records in the order they were written.
#[derive(Default)]
pub(super) struct Log {
    blocks: Vec<u32>,
    /// What does not fill a block yet.
    tail: Vec<u8>,
}

impl Blocks {
    /// A new file in this directory.
    pub(super) fn within(room: &Path) -> Result<Self> {
        let file = tempfile::tempfile_in(room).map_err(|error| failed("written", room, &error))?;
        Ok(Self { file, room: room.to_owned(), free: Vec::new(), count: 0 })
    }

    fn write(&mut self, bytes: &[u8]) -> Result<u32> {
        let block = self.free.pop().unwrap_or_else(|| {
            self.count += 1;
            self.count - 1
        });
        let to = SeekFrom::Start(u64::from(block) * BLOCK as u64);
        let written = self.file.seek(to).and_then(|_| self.file.write_all(bytes));
        written.map_err(|error| failed("written", &self.room, &error))?;
        Ok(block)
    }

    /// Appends a block.
    fn read(&self, block: u32, bytes: &mut Vec<u8>) -> Result<()> {
        let (mut file, before) = (&self.file, bytes.len());
        bytes.resize(before + BLOCK, 0);
        let from = SeekFrom::Start(u64::from(block) * BLOCK as u64);
        let read = file.seek(from).and_then(|_| file.read_exact(&mut bytes[before..]));
        read.map_err(|error| failed("read", &self.room, &error))
    }
}

fn failed(what: &str, room: &Path, error: &std::io::Error) -> Error {
    Error::new(format!(
        "state that has no room in memory cannot be {what} in `{}`: {error}\n  make room there, \
         name another directory, or allow state more memory",
        room.display()
    ))
}

impl Log {
    pub(super) fn is_empty(&self) -> bool {
        self.blocks.is_empty() && self.tail.is_empty()
    }

    /// The bytes it takes in memory.
    pub(super) fn bytes(&self) -> usize {
        self.tail.capacity() + self.blocks.capacity() * size_of::<u32>()
    }

    /// Appends a record.
    pub(super) fn push(&mut self, head: &Head, body: &[u8], to: &mut Blocks) -> Result<()> {
        let head = postcard::to_stdvec(head).expect("plain data can always be written");
        for length in [head.len(), body.len()] {
            let length = u32::try_from(length)
                .map_err(|_| Error::new("what a key has in a window is larger than 4 GiB"))?;
            self.tail.extend(length.to_le_bytes());
        }
        self.tail.extend(head);
        self.tail.extend(body);
        let whole = self.tail.len() / BLOCK * BLOCK;
        for block in self.tail[..whole].chunks_exact(BLOCK) {
            self.blocks.push(to.write(block)?);
        }
        self.tail.drain(..whole);
        if BLOCK < self.tail.capacity() {
            self.tail.shrink_to(BLOCK);
        }
        Ok(())
    }

    /// Calls `each` for every record, in order.
    pub(super) fn read(
        &self,
        from: &Blocks,
        mut each: impl FnMut(Head, &[u8]) -> Result<()>,
    ) -> Result<()> {
        let mut bytes = Vec::new();
        for &block in &self.blocks {
            from.read(block, &mut bytes)?;
            let taken = records(&bytes, &mut each)?;
            bytes.drain(..taken);
        }
        bytes.extend(&self.tail);
        let taken = records(&bytes, &mut each)?;
        if taken < bytes.len() { Err(damaged(&"its end is missing")) } else { Ok(()) }
    }

    /// Forgets all records.
    pub(super) fn clear(&mut self, blocks: &mut Blocks) {
        blocks.free.append(&mut self.blocks);
        *self = Self::default();
    }
}

/// Calls `each` for every record that is there whole; gives how many bytes they take.
fn records(bytes: &[u8], each: &mut impl FnMut(Head, &[u8]) -> Result<()>) -> Result<usize> {
    let mut rest = bytes;
    while let Some((lengths, behind)) = rest.split_first_chunk::<LENGTHS>() {
        let [head, body] = [0, LENGTHS / 2].map(|at| {
            let length = lengths[at..].first_chunk().expect("half of the lengths");
            u32::from_le_bytes(*length) as usize
        });
        let Some((record, behind)) = behind.split_at_checked(head + body) else { break };
        let (head, body) = record.split_at(head);
        each(postcard::from_bytes(head).map_err(|error| damaged(&error))?, body)?;
        rest = behind;
    }
    Ok(bytes.len() - rest.len())
}

fn damaged(why: &dyn std::fmt::Display) -> Error {
    Error::new(format!("state on disk is damaged: {why}"))
}
