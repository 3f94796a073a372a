//! Cells that hold one thing or nothing: values and accumulators.

use super::stamps::Stamps;
use super::{CellColumn, SWEPT_ROWS};
use crate::coder::Coder;
use crate::graph::{RowId, SavedCell};
use crate::{CombineFn, Duration, Element, Error, Result, Timestamp};
use std::marker::PhantomData;
use std::sync::Arc;

/// How two things in cells become one.
pub(crate) trait Join<T>: Send + 'static {
    /// # Errors
    /// If nobody has said how.
    fn join(&self, into: T, from: T) -> Result<T>;
}

/// A merge that the author may have declared with a cell.
pub(crate) struct Merged<T> {
    id: &'static str,
    merge: Option<MergeFn<T>>,
}

/// What makes one value of two.
pub(crate) type MergeFn<T> = Arc<dyn Fn(T, T) -> T + Send + Sync>;

impl<T> Merged<T> {
    /// `id` is that of the cell.
    pub(crate) fn new(id: &'static str, merge: Option<MergeFn<T>>) -> Self {
        Self { id, merge }
    }
}

impl<T: Element> Join<T> for Merged<T> {
    fn join(&self, into: T, from: T) -> Result<T> {
        let Some(merge) = &self.merge else {
            return Err(Error::new(format!(
                "two values of cell `{}` meet where windows merge, and nothing says what becomes \
                 of them; declare it with `CellOptions::merged_by`",
                self.id
            )));
        };
        Ok(merge(into, from))
    }
}

/// A combine function, shared by all workers.
pub(crate) struct Combined<In, C> {
    pub(crate) combine: Arc<C>,
    input: PhantomData<fn(In)>,
}

impl<In, C> Combined<In, C> {
    pub(crate) fn new(combine: Arc<C>) -> Self {
        Self { combine, input: PhantomData }
    }
}

impl<In: 'static, C: CombineFn<In>> Join<C::Accumulator> for Combined<In, C> {
    fn join(&self, mut into: C::Accumulator, from: C::Accumulator) -> Result<C::Accumulator> {
        self.combine.merge(&mut into, &from);
        Ok(into)
    }
}

/// Cells of at most one `T`.
pub(crate) struct OneColumn<T: 'static, J> {
    values: Vec<Option<T>>,
    /// What a cell held before each change of the bundle.
    journal: Vec<(RowId, Option<T>)>,
    /// How long the journal was at the mark.
    marked: usize,
    stamps: Stamps,
    /// How they merge.
    pub(crate) join: J,
    coder: Coder<T>,
    /// Behind which mark or beginning of a bundle a row was last changed in place; grown on demand.
    changed_since: Vec<u64>,
    /// Counts marks and bundles.
    since: u64,
    /// Whether the bundle took something out.
    emptied: bool,
    /// Where the next sweep begins.
    swept: usize,
}

impl<T: Element, J: Join<T>> OneColumn<T, J> {
    pub(crate) fn new(join: J, time_to_live: Option<Duration>) -> Self {
        Self {
            values: Vec::new(),
            journal: Vec::new(),
            marked: 0,
            stamps: Stamps::new(time_to_live),
            join,
            coder: Coder::of(),
            changed_since: Vec::new(),
            since: 1,
            emptied: false,
            swept: 0,
        }
    }

    /// What a cell holds.
    #[inline(always)]
    pub(crate) fn read(&self, row: RowId, now: Timestamp) -> Option<&T> {
        if self.stamps.expired(row, now) {
            return None;
        }
        self.values[row.0 as usize].as_ref()
    }

    /// Fills a cell.
    #[inline(always)]
    pub(crate) fn write(&mut self, row: RowId, now: Timestamp, value: T) {
        self.stamps.set(row, now);
        self.put(row, Some(value));
    }

    /// Fills a cell with what `change` makes of what it holds.
    #[inline(always)]
    pub(crate) fn update(
        &mut self,
        row: RowId,
        now: Timestamp,
        change: impl FnOnce(Option<&T>) -> T,
    ) -> &T {
        let expired = self.stamps.expired(row, now);
        self.stamps.set(row, now);
        let value = &mut self.values[row.0 as usize];
        let after = change(value.as_ref().filter(|_| !expired));
        self.journal.push((row, value.take()));
        value.insert(after)
    }

    /// Changes what a cell holds where it is, made by `create` if there is nothing. What was in it
    /// is cloned, at most once per bundle or mark.
    pub(crate) fn change(
        &mut self,
        row: RowId,
        now: Timestamp,
        create: impl FnOnce(&J) -> T,
        change: impl FnOnce(&J, &mut T),
    ) {
        let at = row.0 as usize;
        if self.stamps.expired(row, now) {
            self.put(row, None);
        }
        self.stamps.set(row, now);
        if self.changed_since.len() <= at {
            self.changed_since.resize(self.values.len(), 0);
        }
        if self.values[at].is_none() || self.changed_since[at] != self.since {
            self.changed_since[at] = self.since;
            self.journal.push((row, self.values[at].clone()));
        }
        let join = &self.join;
        change(join, self.values[at].get_or_insert_with(|| create(join)));
    }

    #[inline(always)]
    fn put(&mut self, row: RowId, value: Option<T>) {
        let before = std::mem::replace(&mut self.values[row.0 as usize], value);
        self.journal.push((row, before));
    }

    /// Undoes what is behind this place in the journal.
    fn undo(&mut self, from: usize) {
        for (row, before) in self.journal.drain(from..).rev() {
            self.values[row.0 as usize] = before;
        }
        self.since += 1;
    }

    fn sweep(&mut self, now: Timestamp) {
        for _ in 0..SWEPT_ROWS.min(self.values.len()) {
            let row = RowId(u32::try_from(self.swept).expect("rows are numbered in 32 bits"));
            if self.stamps.expired(row, now) {
                self.values[self.swept] = None;
            }
            self.swept = (self.swept + 1) % self.values.len();
        }
    }
}

impl<T: Element, J: Join<T>> CellColumn for OneColumn<T, J> {
    fn grow(&mut self, rows: usize) {
        self.values.resize_with(rows, || None);
        self.stamps.grow(rows);
    }

    fn is_empty(&self, row: RowId, now: Timestamp) -> bool {
        self.read(row, now).is_none()
    }

    fn wipe(&mut self, row: RowId) {
        if self.values[row.0 as usize].is_some() {
            self.emptied = true;
            self.put(row, None);
        }
    }

    fn has_emptied(&self) -> bool {
        self.emptied
    }

    fn forget(&mut self, row: RowId) {
        self.values[row.0 as usize] = None;
    }

    fn merge(&mut self, into: RowId, from: RowId, now: Timestamp) -> Result<()> {
        let Some(moved) = self.read(from, now).cloned() else {
            self.wipe(from);
            return Ok(());
        };
        match self.read(into, now).cloned() {
            None => {
                let written = self.stamps.of(from).unwrap_or(now);
                self.write(into, written, moved);
            }
            Some(kept) => {
                let joined = self.join.join(kept, moved)?;
                self.stamps.merge(into, from);
                self.put(into, Some(joined));
            }
        }
        self.wipe(from);
        Ok(())
    }

    fn commit(&mut self, now: Timestamp) {
        self.journal.clear();
        self.stamps.commit();
        self.since += 1;
        self.emptied = false;
        if self.stamps.count() {
            self.sweep(now);
        }
    }

    fn roll_back(&mut self) {
        self.undo(0);
        self.stamps.roll_back();
        self.emptied = false;
    }

    fn mark(&mut self) {
        self.marked = self.journal.len();
        self.stamps.mark();
        self.since += 1;
    }

    fn undo_to_mark(&mut self) {
        self.undo(self.marked);
        self.stamps.undo_to_mark();
    }

    fn save(&self, row: RowId, cell: u32, now: Timestamp) -> Option<SavedCell> {
        let value = self.read(row, now)?;
        let bytes = self.coder.encode_one(value);
        Some(SavedCell { cell, written: self.stamps.of(row), bytes })
    }

    fn load(&mut self, row: RowId, saved: &SavedCell) -> Result<()> {
        self.values[row.0 as usize] = Some(self.coder.decode_one(&saved.bytes)?);
        self.stamps.load(row, saved.written);
        Ok(())
    }

    fn bytes(&self) -> usize {
        self.values.capacity() * size_of::<Option<T>>()
            + self.journal.capacity() * size_of::<(RowId, Option<T>)>()
    }
}
