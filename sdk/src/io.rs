//! Where elements come from and go to: the contracts of sources and sinks (design: one `fill` is
//! at most one bundle; what is written appears whole or not at all).

mod read;
mod write;
mod erased;
mod memory;
mod sequence;
mod policy;
mod write_steps;

pub use erased::{ErasedRead, ErasedReader, ErasedWrite, ErasedWriter};
pub(crate) use erased::{TypedRead, TypedWrite};
pub use memory::Collected;
pub(crate) use memory::{MEMORY, MemoryWrite};
pub use policy::{BoundedDisorder, bounded_disorder};
pub use read::{BadRow, Fill, Read, Reader, Rows};
pub use sequence::{Sequence, generate_sequence};
pub use write::{Completion, Write, Writer, Written};
pub(crate) use write_steps::{Commit, WriteParts};
