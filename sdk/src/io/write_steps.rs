//! A write as steps: parts, then a commit of all of them.

use super::{Completion, Write, Writer, Written};
use crate::Result;
use crate::batch::{Batch, ColumnExt, Meta};
use crate::graph::{StepFn, StepWork};
use std::sync::Arc;

/// Writes each bundle to a part of its own, and gives its number and committable.
pub(crate) struct WriteParts<W>(pub(crate) Arc<W>);

struct Parts<W: Write> {
    sink: Arc<W>,
    /// The part of the bundle in hand, if it has elements.
    open: Option<W::Writer>,
    next: u32,
}

impl<W: Write> StepFn for WriteParts<W> {
    fn setup(&self) -> Result<Box<dyn StepWork>> {
        Ok(Box::new(Parts { sink: Arc::clone(&self.0), open: None, next: 0 }))
    }
}

impl<W: Write> StepWork for Parts<W> {
    fn start_bundle(&mut self) -> Result<()> {
        // A bundle that failed may have left something; dropped, it is gone.
        self.open = None;
        Ok(())
    }

    fn process(&mut self, input: &mut Batch, _: &mut [Batch], done: &mut usize) -> Result<()> {
        let writer = match &mut self.open {
            Some(writer) => writer,
            none => none.insert(self.sink.open(0, self.next)?),
        };
        let count = input.len();
        writer.write(input.values.typed_mut::<W::Element>())?;
        *done += count;
        input.clear();
        Ok(())
    }

    fn finish_bundle(&mut self, out: &mut [Batch]) -> Result<()> {
        if let Some(writer) = self.open.take() {
            let part = (self.next, writer.prepare()?);
            self.next += 1;
            out[0].append(&mut Batch::of(vec![part], Meta::default()));
        }
        Ok(())
    }
}

/// Lets the parts of a bundle appear, in the order of their numbers.
pub(crate) struct Commit<W>(pub(crate) Arc<W>);

struct Committing<W: Write>(Arc<W>);

impl<W: Write> StepFn for Commit<W> {
    fn setup(&self) -> Result<Box<dyn StepWork>> {
        Ok(Box::new(Committing(Arc::clone(&self.0))))
    }
}

impl<W: Write> StepWork for Committing<W> {
    fn process(&mut self, input: &mut Batch, out: &mut [Batch], done: &mut usize) -> Result<()> {
        let parts = input.values.typed_mut::<(u32, W::Committable)>();
        parts.sort_by_key(|part| part.0);
        let parts: Vec<W::Committable> = parts.drain(..).map(|part| part.1).collect();
        *done += parts.len();
        let written: Written = self.0.commit(parts, Completion::Complete)?;
        out[0].append(&mut Batch::of(vec![written], Meta::default()));
        input.clear();
        Ok(())
    }
}
