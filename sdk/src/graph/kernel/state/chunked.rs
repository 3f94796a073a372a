//! A long sequence in pieces that are shared until they change.
//!
//! A reader takes the pieces along and goes on while the sequence changes: only the piece that
//! changes is copied. Every change says how it is undone.

use std::sync::Arc;

/// How many entries a piece has at most.
pub(crate) const CHUNK_ENTRIES_MAX: usize = 256;

/// Entries in order.
#[derive(Clone, Debug)]
pub(crate) struct Chunked<E> {
    /// Invariant: between calls none is empty, and none is longer than [`CHUNK_ENTRIES_MAX`].
    chunks: Vec<Arc<Vec<E>>>,
}

/// Where an entry is, or would be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    chunk: u32,
    offset: u32,
}

/// What was done to a sequence, and what is needed to undo it; all changes behind it must have been
/// undone before.
#[derive(Debug)]
pub(super) enum Change<E> {
    /// An entry came to this place.
    Inserted(Place),
    /// This entry was taken away.
    Removed(Place, E),
    /// This entry gave way to another.
    Replaced(Place, E),
    /// An empty piece was put in here.
    Opened(u32),
    /// An empty piece was taken out here.
    Closed(u32),
    /// This piece was cut, and its end is the next piece.
    Split(u32),
    /// All of this gave way to something else.
    Whole(Chunked<E>),
}

impl<E> Default for Chunked<E> {
    fn default() -> Self {
        Self { chunks: Vec::new() }
    }
}

impl<E> Chunked<E> {
    pub(crate) fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.len()).sum()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &E> {
        self.chunks.iter().flat_map(|chunk| chunk.iter())
    }

    /// The pieces, in order.
    pub(super) fn chunks(&self) -> impl Iterator<Item = &[E]> {
        self.chunks.iter().map(|chunk| chunk.as_slice())
    }

    pub(crate) fn get(&self, place: Place) -> Option<&E> {
        self.chunks.get(place.chunk as usize)?.get(place.offset as usize)
    }

    /// Behind the last entry.
    pub(crate) fn end(&self) -> Place {
        Place { chunk: number(self.chunks.len()), offset: 0 }
    }

    /// The first place whose entry is not `before`; all that are come first.
    pub(crate) fn first_not(&self, mut before: impl FnMut(&E) -> bool) -> Place {
        let whole = |chunk: &Arc<Vec<E>>| before(chunk.last().expect("no piece is empty"));
        let chunk = self.chunks.partition_point(whole);
        let offset = self.chunks.get(chunk).map_or(0, |chunk| chunk.partition_point(before));
        Place { chunk: number(chunk), offset: number(offset) }
    }

    /// An estimate of the bytes it holds.
    pub(super) fn bytes(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.capacity() * size_of::<E>()).sum()
    }
}

impl<E: Clone> Chunked<E> {
    /// The entries from one place up to another, to be kept while the sequence changes.
    pub(crate) fn entries(&self, from: Place, to: Place) -> Snapshot<E> {
        let last = self.chunks.len().min(to.chunk as usize + 1);
        let shared = self.chunks[(from.chunk as usize).min(last)..last].to_vec();
        let to = Place { chunk: to.chunk.saturating_sub(from.chunk), offset: to.offset };
        Snapshot { chunks: shared, next: Place { chunk: 0, offset: from.offset }, to }
    }

    /// All entries, to be kept while the sequence changes.
    pub(crate) fn all(&self) -> Snapshot<E> {
        self.entries(Place { chunk: 0, offset: 0 }, self.end())
    }

    /// The same without the entries from one place up to another; whole pieces are shared.
    #[must_use]
    pub(crate) fn without(&self, from: Place, to: Place) -> Self {
        let mut chunks = self.chunks[..from.chunk as usize].to_vec();
        let piece = |chunk: u32| self.chunks.get(chunk as usize).map_or(&[][..], |it| it);
        let kept =
            [&piece(from.chunk)[..from.offset as usize], &piece(to.chunk)[to.offset as usize..]];
        chunks.extend(
            kept.into_iter().filter(|part| !part.is_empty()).map(|part| part.to_vec().into()),
        );
        chunks.extend(self.chunks.iter().skip(to.chunk as usize + 1).cloned());
        Self { chunks }
    }

    /// The same with the pieces of another behind it.
    pub(super) fn append(&mut self, other: &Self) {
        self.chunks.extend(other.chunks.iter().cloned());
    }

    /// Puts an entry behind the last one.
    pub(super) fn push(&mut self, entry: E, log: impl FnMut(Change<E>)) {
        self.insert(self.end(), entry, log);
    }

    /// Puts an entry in front of the one at this place.
    pub(super) fn insert(&mut self, place: Place, entry: E, mut log: impl FnMut(Change<E>)) {
        let place = self.make_room(place, &mut log);
        let chunk = Arc::make_mut(&mut self.chunks[place.chunk as usize]);
        chunk.insert(place.offset as usize, entry);
        log(Change::Inserted(place));
    }

    /// Takes an entry out.
    pub(super) fn remove(&mut self, place: Place, mut log: impl FnMut(Change<E>)) {
        let chunk = Arc::make_mut(&mut self.chunks[place.chunk as usize]);
        let entry = chunk.remove(place.offset as usize);
        let emptied = chunk.is_empty();
        log(Change::Removed(place, entry));
        if emptied {
            self.chunks.remove(place.chunk as usize);
            log(Change::Closed(place.chunk));
        }
    }

    /// Puts an entry in place of another.
    pub(super) fn replace(&mut self, place: Place, entry: E, log: impl FnOnce(Change<E>)) {
        let chunk = Arc::make_mut(&mut self.chunks[place.chunk as usize]);
        let before = std::mem::replace(&mut chunk[place.offset as usize], entry);
        log(Change::Replaced(place, before));
    }

    /// Becomes another sequence.
    pub(super) fn become_whole(&mut self, other: Self, log: impl FnOnce(Change<E>)) {
        log(Change::Whole(std::mem::replace(self, other)));
    }

    /// Undoes a change, the last one that is not undone.
    pub(super) fn undo(&mut self, change: Change<E>) {
        match change {
            Change::Inserted(place) => {
                self.chunk(place.chunk).remove(place.offset as usize);
            }
            Change::Removed(place, entry) => {
                self.chunk(place.chunk).insert(place.offset as usize, entry);
            }
            Change::Replaced(place, entry) => {
                self.chunk(place.chunk)[place.offset as usize] = entry;
            }
            Change::Opened(chunk) => drop(self.chunks.remove(chunk as usize)),
            Change::Closed(chunk) => self.chunks.insert(chunk as usize, Arc::default()),
            Change::Split(chunk) => {
                let end = self.chunks.remove(chunk as usize + 1);
                self.chunk(chunk).extend_from_slice(&end);
            }
            Change::Whole(before) => *self = before,
        }
    }

    fn chunk(&mut self, chunk: u32) -> &mut Vec<E> {
        Arc::make_mut(&mut self.chunks[chunk as usize])
    }

    /// Where an entry for this place can be inserted: in a piece that is there and not full.
    fn make_room(&mut self, place: Place, log: &mut impl FnMut(Change<E>)) -> Place {
        let mut at = place;
        if at.chunk as usize == self.chunks.len() && 0 < at.chunk {
            at.chunk -= 1;
            at.offset = number(self.chunks[at.chunk as usize].len());
        }
        let length = self.chunks.get(at.chunk as usize).map_or(CHUNK_ENTRIES_MAX, |it| it.len());
        if length < CHUNK_ENTRIES_MAX {
            return at;
        }
        if place.chunk as usize == self.chunks.len() {
            // What only grows at its end leaves full pieces behind.
            self.chunks.push(Arc::default());
            log(Change::Opened(place.chunk));
            return Place { chunk: place.chunk, offset: 0 };
        }
        let half = number(CHUNK_ENTRIES_MAX / 2);
        let end = self.chunk(at.chunk).split_off(half as usize);
        self.chunks.insert(at.chunk as usize + 1, Arc::new(end));
        log(Change::Split(at.chunk));
        if at.offset <= half {
            return at;
        }
        Place { chunk: at.chunk + 1, offset: at.offset - half }
    }
}

impl<E> FromIterator<E> for Chunked<E> {
    fn from_iter<I: IntoIterator<Item = E>>(entries: I) -> Self {
        let (mut entries, mut chunks) = (entries.into_iter(), Vec::new());
        loop {
            let chunk: Vec<E> = entries.by_ref().take(CHUNK_ENTRIES_MAX).collect();
            if chunk.is_empty() {
                return Self { chunks };
            }
            chunks.push(Arc::new(chunk));
        }
    }
}

/// Entries as they were when they were asked for.
#[derive(Debug)]
pub(crate) struct Snapshot<E> {
    chunks: Vec<Arc<Vec<E>>>,
    next: Place,
    to: Place,
}

impl<E> Snapshot<E> {
    /// The next entry, where it is.
    pub(crate) fn next_ref(&mut self) -> Option<&E> {
        let mut at = self.next;
        if self.chunks.get(at.chunk as usize).is_some_and(|it| it.len() <= at.offset as usize) {
            at = Place { chunk: at.chunk + 1, offset: 0 };
        }
        if self.to <= at {
            return None;
        }
        self.next = Place { offset: at.offset + 1, ..at };
        self.chunks.get(at.chunk as usize)?.get(at.offset as usize)
    }
}

impl<E: Clone> Iterator for Snapshot<E> {
    type Item = E;

    fn next(&mut self) -> Option<E> {
        self.next_ref().cloned()
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).expect("a cell has fewer than 2^32 pieces")
}

#[cfg(test)]
mod tests;
