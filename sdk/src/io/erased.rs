//! Reads and writes without their types, as runners hold them.

use super::{BadRow, Completion, Fill, Read, Reader, Rows, Write, Writer, Written};
use crate::batch::{Batch, Column, ColumnExt, Meta, Timestamps};
use crate::coder::Coder;
use crate::{Result, Timestamp};
use std::sync::Arc;

/// A source without its types.
pub trait ErasedRead: Send + Sync {
    /// The encoded pieces of the source.
    ///
    /// # Errors
    /// What the source says.
    fn split(&self) -> Result<Vec<Vec<u8>>>;
    /// Opens an encoded piece.
    ///
    /// # Errors
    /// What the source says, or that the bytes are no piece of it.
    fn open(&self, restriction: &[u8]) -> Result<Box<dyn ErasedReader>>;
}

/// An open piece of a source without its types.
pub trait ErasedReader: Send {
    /// Fills empty batches with rows and with bad rows ([`BadRow`]).
    ///
    /// # Errors
    /// What the source says.
    fn fill(&mut self, rows: &mut Batch, bad_rows: &mut Batch, limit: usize) -> Result<Fill>;
    /// No row to come is earlier.
    fn watermark(&self) -> Timestamp;
    /// What is left to read, encoded.
    fn position(&self) -> Vec<u8>;
}

/// A sink without its types.
pub trait ErasedWrite: Send + Sync {
    /// Begins a part.
    ///
    /// # Errors
    /// What the sink says.
    fn open(&self, epoch: u64, shard: u32) -> Result<Box<dyn ErasedWriter>>;
    /// Lets the prepared parts appear.
    ///
    /// # Errors
    /// What the sink says, or that the bytes are no part of it.
    fn commit(&self, parts: Vec<Vec<u8>>, completion: Completion) -> Result<Written>;
    /// The encoded parts in a column of what the write's steps hand over to their commit, in the
    /// order of their numbers.
    fn parts(&self, column: &dyn Column) -> Vec<Vec<u8>>;
    /// Tells it of the prepared parts of an earlier run, which this one will commit.
    ///
    /// # Errors
    /// What the sink says, or that the bytes are no part of it.
    fn recover(&self, parts: &[Vec<u8>]) -> Result<()>;
    /// Removes prepared parts of a run that failed.
    fn discard(&self, parts: Vec<Vec<u8>>);
}

/// An open part of a sink without its types.
pub trait ErasedWriter: Send {
    /// Takes all elements of the batch.
    ///
    /// # Errors
    /// What the sink says.
    fn write(&mut self, batch: &mut Batch) -> Result<()>;
    /// Makes the part durable and returns what it is known by, encoded.
    ///
    /// # Errors
    /// What the sink says.
    fn prepare(self: Box<Self>) -> Result<Vec<u8>>;
}

/// A read that has forgotten its types.
pub(crate) struct TypedRead<R>(pub(crate) R);

struct OpenRead<R: Reader> {
    reader: R,
    /// Kept for its room.
    bad: Vec<BadRow>,
}

impl<R: Read> ErasedRead for TypedRead<R> {
    fn split(&self) -> Result<Vec<Vec<u8>>> {
        let coder = Coder::<R::Restriction>::of();
        Ok(self.0.split()?.iter().map(|piece| coder.encode_one(piece)).collect())
    }

    fn open(&self, restriction: &[u8]) -> Result<Box<dyn ErasedReader>> {
        let piece = Coder::<R::Restriction>::of().decode_one(restriction)?;
        Ok(Box::new(OpenRead { reader: self.0.open(piece)?, bad: Vec::new() }))
    }
}

impl<R: Reader> ErasedReader for OpenRead<R> {
    fn fill(&mut self, rows: &mut Batch, bad_rows: &mut Batch, limit: usize) -> Result<Fill> {
        // The room of the last bundle's timestamps is used again.
        rows.meta.clear();
        let mut timestamps = match std::mem::take(&mut rows.meta).timestamps {
            Timestamps::Each { at, .. } => at,
            Timestamps::Const(_) => Vec::new(),
        };
        let now = self.reader.watermark();
        if rows.values.is_lent() {
            rows.values = rows.values.empty_like();
        }
        let values = rows.values.typed_mut::<R::Element>();
        let mut given = Rows::new(values, &mut timestamps, &mut self.bad);
        let fill = self.reader.fill(&mut given, limit)?;
        if let Some(lent) = given.into_lent() {
            rows.values = Box::new(lent);
        }
        rows.meta = Meta::at(Timestamps::each(timestamps));
        if !self.bad.is_empty() {
            bad_rows.values.typed_mut::<BadRow>().append(&mut self.bad);
            bad_rows.meta = Meta::at(Timestamps::Const(now));
        }
        Ok(fill)
    }

    fn watermark(&self) -> Timestamp {
        self.reader.watermark()
    }

    fn position(&self) -> Vec<u8> {
        Coder::of().encode_one(&self.reader.position())
    }
}

/// A write that has forgotten its types.
pub(crate) struct TypedWrite<W>(pub(crate) Arc<W>);

struct OpenWrite<W>(W);

impl<W: Write> TypedWrite<W> {
    fn decode(parts: &[Vec<u8>]) -> Result<Vec<W::Committable>> {
        let coder = Coder::<W::Committable>::of();
        parts.iter().map(|part| Ok(coder.decode_one(part)?)).collect()
    }
}

impl<W: Write> ErasedWrite for TypedWrite<W> {
    fn open(&self, epoch: u64, shard: u32) -> Result<Box<dyn ErasedWriter>> {
        Ok(Box::new(OpenWrite(self.0.open(epoch, shard)?)))
    }

    fn commit(&self, parts: Vec<Vec<u8>>, completion: Completion) -> Result<Written> {
        self.0.commit(Self::decode(&parts)?, completion)
    }

    fn parts(&self, column: &dyn Column) -> Vec<Vec<u8>> {
        let mut parts: Vec<_> = column.typed::<(u32, W::Committable)>().iter().collect();
        parts.sort_by_key(|part| part.0);
        let coder = Coder::<W::Committable>::of();
        parts.into_iter().map(|(_, part)| coder.encode_one(part)).collect()
    }

    fn recover(&self, parts: &[Vec<u8>]) -> Result<()> {
        self.0.recover(&Self::decode(parts)?)
    }

    fn discard(&self, parts: Vec<Vec<u8>>) {
        if let Ok(parts) = Self::decode(&parts) {
            self.0.discard(parts);
        }
    }
}

impl<W: Writer> ErasedWriter for OpenWrite<W> {
    fn write(&mut self, batch: &mut Batch) -> Result<()> {
        let outcome = self.0.write(batch.values.typed_mut::<W::Element>());
        batch.clear();
        outcome
    }

    fn prepare(self: Box<Self>) -> Result<Vec<u8>> {
        Ok(Coder::of().encode_one(&self.0.prepare()?))
    }
}
