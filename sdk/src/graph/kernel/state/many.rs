//! Cells that hold any number of entries in order.

use super::chunked::Change;
use super::stamps::Stamps;
use super::{Arrange, CellColumn, Chunked, Place, SWEPT_ROWS};
use crate::coder::Coder;
use crate::graph::{RowId, SavedCell};
use crate::{Duration, Element, Result, Timestamp};

/// Cells of entries `E`, whose order `A` knows.
pub(crate) struct ManyColumn<E: 'static, A> {
    cells: Vec<Chunked<E>>,
    journal: Vec<(RowId, Change<E>)>,
    /// How long the journal was at the mark.
    marked: usize,
    stamps: Stamps,
    pub(crate) order: A,
    coder: Coder<E>,
    /// What a cell past its time to live reads as.
    nothing: Chunked<E>,
    /// Whether the bundle took something out.
    emptied: bool,
    /// Where the next sweep begins.
    swept: usize,
}

impl<E: Element, A: Arrange<E>> ManyColumn<E, A> {
    pub(crate) fn new(order: A, coder: Coder<E>, time_to_live: Option<Duration>) -> Self {
        Self {
            cells: Vec::new(),
            journal: Vec::new(),
            marked: 0,
            stamps: Stamps::new(time_to_live),
            order,
            coder,
            nothing: Chunked::default(),
            emptied: false,
            swept: 0,
        }
    }

    /// What a cell holds.
    pub(crate) fn read(&self, row: RowId, now: Timestamp) -> &Chunked<E> {
        if self.stamps.expired(row, now) {
            return &self.nothing;
        }
        &self.cells[row.0 as usize]
    }

    /// A cell to change.
    pub(crate) fn open(&mut self, row: RowId, now: Timestamp) -> Opened<'_, E, A> {
        if self.stamps.expired(row, now) {
            self.wipe(row);
        }
        Opened {
            row,
            now,
            cell: &mut self.cells[row.0 as usize],
            order: &self.order,
            journal: &mut self.journal,
            stamps: &mut self.stamps,
            emptied: &mut self.emptied,
        }
    }

    /// Undoes what is behind this place in the journal.
    fn undo(&mut self, from: usize) {
        for (row, change) in self.journal.drain(from..).rev() {
            self.cells[row.0 as usize].undo(change);
        }
    }

    fn sweep(&mut self, now: Timestamp) {
        for _ in 0..SWEPT_ROWS.min(self.cells.len()) {
            let row = RowId(u32::try_from(self.swept).expect("rows are numbered in 32 bits"));
            if self.stamps.expired(row, now) {
                self.cells[self.swept] = Chunked::default();
            }
            self.swept = (self.swept + 1) % self.cells.len();
        }
    }
}

/// A cell whose changes are written down, together with their time.
pub(crate) struct Opened<'a, E, A> {
    row: RowId,
    now: Timestamp,
    pub(crate) cell: &'a mut Chunked<E>,
    pub(crate) order: &'a A,
    journal: &'a mut Vec<(RowId, Change<E>)>,
    stamps: &'a mut Stamps,
    emptied: &'a mut bool,
}

impl<E: Element, A> Opened<'_, E, A> {
    /// Puts an entry behind the last one.
    pub(crate) fn push(self, entry: E) {
        self.stamps.set(self.row, self.now);
        self.cell.push(entry, |change| self.journal.push((self.row, change)));
    }

    /// Puts an entry in front of the one at this place.
    pub(crate) fn insert(self, place: Place, entry: E) {
        self.stamps.set(self.row, self.now);
        self.cell.insert(place, entry, |change| self.journal.push((self.row, change)));
    }

    /// Puts an entry in place of another.
    pub(crate) fn replace(self, place: Place, entry: E) {
        self.stamps.set(self.row, self.now);
        self.cell.replace(place, entry, |change| self.journal.push((self.row, change)));
    }

    /// Takes an entry out.
    pub(crate) fn remove(self, place: Place) {
        *self.emptied = true;
        self.stamps.set(self.row, self.now);
        self.cell.remove(place, |change| self.journal.push((self.row, change)));
    }

    /// Takes out the entries from one place up to another.
    pub(crate) fn cut(self, from: Place, to: Place) {
        if from < to {
            *self.emptied = true;
            self.stamps.set(self.row, self.now);
            let rest = self.cell.without(from, to);
            self.cell.become_whole(rest, |change| self.journal.push((self.row, change)));
        }
    }
}

impl<E: Element, A: Arrange<E>> CellColumn for ManyColumn<E, A> {
    fn grow(&mut self, rows: usize) {
        self.cells.resize_with(rows, Chunked::default);
        self.stamps.grow(rows);
    }

    fn is_empty(&self, row: RowId, now: Timestamp) -> bool {
        self.read(row, now).is_empty()
    }

    fn wipe(&mut self, row: RowId) {
        let cell = &mut self.cells[row.0 as usize];
        if !cell.is_empty() {
            self.emptied = true;
            cell.become_whole(Chunked::default(), |change| self.journal.push((row, change)));
        }
    }

    fn has_emptied(&self) -> bool {
        self.emptied
    }

    fn forget(&mut self, row: RowId) {
        self.cells[row.0 as usize] = Chunked::default();
    }

    fn merge(&mut self, into: RowId, from: RowId, now: Timestamp) -> Result<()> {
        let (kept, moved) = (self.read(into, now), self.read(from, now));
        if !moved.is_empty() {
            let was_empty = kept.is_empty();
            let merged = self.order.merge(kept, moved)?;
            match self.stamps.of(from) {
                Some(written) if was_empty => self.stamps.set(into, written),
                _ => self.stamps.merge(into, from),
            }
            let journal = &mut self.journal;
            let cell = &mut self.cells[into.0 as usize];
            cell.become_whole(merged, |change| journal.push((into, change)));
        }
        self.wipe(from);
        Ok(())
    }

    fn commit(&mut self, now: Timestamp) {
        self.journal.clear();
        self.emptied = false;
        self.stamps.commit();
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
    }

    fn undo_to_mark(&mut self) {
        self.undo(self.marked);
        self.stamps.undo_to_mark();
    }

    fn save(&self, row: RowId, cell: u32, now: Timestamp) -> Option<SavedCell> {
        let entries = self.read(row, now);
        if entries.is_empty() {
            return None;
        }
        // As `Coder::iterable` writes them, without bringing them together first.
        let count = i32::try_from(entries.len()).expect("a cell has fewer than 2^31 entries");
        let mut bytes = count.to_be_bytes().to_vec();
        for chunk in entries.chunks() {
            self.coder.encode_all(chunk, &mut bytes, None);
        }
        Some(SavedCell { cell, written: self.stamps.of(row), bytes })
    }

    fn load(&mut self, row: RowId, saved: &SavedCell) -> Result<()> {
        let entries = Coder::iterable(self.coder.clone()).decode_one(&saved.bytes)?;
        self.cells[row.0 as usize] = entries.into_iter().collect();
        self.stamps.load(row, saved.written);
        Ok(())
    }

    fn bytes(&self) -> usize {
        self.cells.capacity() * size_of::<Chunked<E>>()
            + self.cells.iter().map(Chunked::bytes).sum::<usize>()
            + self.journal.capacity() * size_of::<(RowId, Change<E>)>()
    }
}
