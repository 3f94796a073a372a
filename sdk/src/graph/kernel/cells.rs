//! Accumulators addressed one by one, beside a dictionary of keys.

use super::fold::held_bytes;
use super::{Afterwards, Fold};
use crate::batch::{Column, ColumnExt};
use crate::coder::Coder;
use crate::{Element, Key, Result};
use foldhash::fast::FixedState;
use hashbrown::HashTable;
use std::hash::BuildHasher;
use std::sync::Arc;

/// So many keys and accumulators are looked at to find how large they are.
const SAMPLE: usize = 256;

/// Names a key that has state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub u32);

/// Names an accumulator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CellId(pub u32);

/// A dictionary of keys and a store of accumulators; which cell belongs to which key and window is
/// the runner's to remember.
pub trait KeyedCells: Send {
    /// Writes the id of each value's key; unknown keys get new ids.
    fn keys(&mut self, values: &dyn Column, ids: &mut Vec<KeyId>);
    /// Forgets a key that has no state left, if it is known; its id is used again.
    fn forget(&mut self, key: KeyId);
    /// A new, empty accumulator.
    fn open(&mut self) -> CellId;
    /// Adds the value at each index to its cell, and leaves the column empty. Indices ascend; a
    /// value may be named several times.
    fn add(&mut self, values: &mut dyn Column, to: &[(u32, CellId)]);
    /// Merges `from` into `into` and closes it.
    fn merge(&mut self, into: CellId, from: CellId);
    /// Appends `(key, output)` for each row; a row without a cell fires an empty accumulator.
    fn fire(&mut self, rows: &[(KeyId, Option<CellId>)], out: &mut dyn Column);
    /// Empties or keeps a cell behind a firing.
    fn settle(&mut self, cell: CellId, after: Afterwards);
    /// Forgets a cell; its id is used again.
    fn close(&mut self, cell: CellId);
    /// Appends the canonical bytes of a key.
    fn save_key(&self, key: KeyId, out: &mut Vec<u8>);
    /// Appends the encoding of an accumulator.
    fn save_cell(&self, cell: CellId, out: &mut Vec<u8>);
    /// The id of a saved key.
    ///
    /// # Errors
    /// If the bytes are not what the coder wrote.
    fn load_key(&mut self, key: &[u8]) -> Result<KeyId>;
    /// A cell with a saved accumulator.
    ///
    /// # Errors
    /// If the bytes are not what the coder wrote.
    fn load_cell(&mut self, accumulator: &[u8]) -> Result<CellId>;
    /// An estimate of the bytes it holds.
    fn bytes(&self) -> usize;
}

/// The cells of one grouping, typed.
pub(super) struct Cells<K: 'static, V, F: Fold<V>> {
    fold: Arc<F>,
    hasher: FixedState,
    /// From the hash of a key to its place in `keys`.
    index: HashTable<u32>,
    /// `None` where a key was forgotten.
    keys: Vec<Option<K>>,
    free_keys: Vec<u32>,
    /// `None` where a cell was closed.
    cells: Vec<Option<F::Accumulator>>,
    free_cells: Vec<u32>,
    key_coder: Coder<K>,
    accumulator_coder: Coder<F::Accumulator>,
}

impl<K: Key, V: Element, F: Fold<V>> Cells<K, V, F> {
    pub(super) fn new(fold: Arc<F>, seed: u64) -> Self {
        Self {
            fold,
            hasher: FixedState::with_seed(seed),
            index: HashTable::new(),
            keys: Vec::new(),
            free_keys: Vec::new(),
            cells: Vec::new(),
            free_cells: Vec::new(),
            key_coder: Coder::of(),
            accumulator_coder: Coder::of(),
        }
    }

    fn key_id(&mut self, key: &K) -> KeyId {
        let hash = self.hasher.hash_one(key);
        let keys = &mut self.keys;
        if let Some(&found) = self.index.find(hash, |&at| keys[at as usize].as_ref() == Some(key)) {
            return KeyId(found);
        }
        let new = match self.free_keys.pop() {
            Some(free) => {
                keys[free as usize] = Some(key.clone());
                free
            }
            None => {
                keys.push(Some(key.clone()));
                u32::try_from(keys.len() - 1).expect("fewer than 2^32 keys have state")
            }
        };
        let hasher = &self.hasher;
        self.index.insert_unique(hash, new, |&at| hasher.hash_one(live(keys, at)));
        KeyId(new)
    }

    fn put(&mut self, accumulator: F::Accumulator) -> CellId {
        if let Some(free) = self.free_cells.pop() {
            self.cells[free as usize] = Some(accumulator);
            return CellId(free);
        }
        self.cells.push(Some(accumulator));
        CellId(u32::try_from(self.cells.len() - 1).expect("fewer than 2^32 cells are open"))
    }

    fn cell(&mut self, cell: CellId) -> &mut F::Accumulator {
        self.cells[cell.0 as usize].as_mut().expect("only open cells are used")
    }
}

fn live<K>(keys: &[Option<K>], at: u32) -> &K {
    keys[at as usize].as_ref().expect("the index names only keys that have state")
}

impl<K: Key, V: Element, F: Fold<V>> KeyedCells for Cells<K, V, F> {
    fn keys(&mut self, values: &dyn Column, ids: &mut Vec<KeyId>) {
        let values = values.typed::<(K, V)>();
        ids.reserve(values.len());
        for (key, _) in values {
            let id = self.key_id(key);
            ids.push(id);
        }
    }

    fn forget(&mut self, key: KeyId) {
        let Some(gone) = self.keys[key.0 as usize].take() else { return };
        let hash = self.hasher.hash_one(&gone);
        if let Ok(entry) = self.index.find_entry(hash, |&at| at == key.0) {
            entry.remove();
        }
        self.free_keys.push(key.0);
    }

    fn open(&mut self) -> CellId {
        let empty = self.fold.create();
        self.put(empty)
    }

    fn add(&mut self, values: &mut dyn Column, to: &[(u32, CellId)]) {
        let fold = Arc::clone(&self.fold);
        let mut rest = to.iter().copied().peekable();
        for (index, (_, value)) in (0_u32..).zip(values.typed_mut::<(K, V)>().drain(..)) {
            while let Some((at, cell)) = rest.next_if(|&(at, _)| at == index) {
                match rest.peek() {
                    Some(&(next, _)) if next == at => fold.add(self.cell(cell), value.clone()),
                    _ => {
                        fold.add(self.cell(cell), value);
                        break;
                    }
                }
            }
        }
    }

    fn merge(&mut self, into: CellId, from: CellId) {
        let absorbed = self.cells[from.0 as usize].take().expect("only open cells merge");
        self.free_cells.push(from.0);
        let fold = Arc::clone(&self.fold);
        fold.merge(self.cell(into), absorbed);
    }

    fn fire(&mut self, rows: &[(KeyId, Option<CellId>)], out: &mut dyn Column) {
        let fold = self.fold.as_ref();
        let (keys, cells) = (&self.keys, &self.cells);
        out.typed_mut::<(K, F::Output)>().extend(rows.iter().map(|&(key, cell)| {
            let output = match cell {
                None => fold.extract(&fold.create()),
                Some(cell) => {
                    fold.extract(cells[cell.0 as usize].as_ref().expect("only open cells fire"))
                }
            };
            (live(keys, key.0).clone(), output)
        }));
    }

    fn settle(&mut self, cell: CellId, after: Afterwards) {
        if after == Afterwards::Clear {
            let empty = self.fold.create();
            *self.cell(cell) = empty;
        }
    }

    fn close(&mut self, cell: CellId) {
        self.cells[cell.0 as usize] = None;
        self.free_cells.push(cell.0);
    }

    fn save_key(&self, key: KeyId, out: &mut Vec<u8>) {
        out.extend(self.key_coder.encode_one(live(&self.keys, key.0)));
    }

    fn save_cell(&self, cell: CellId, out: &mut Vec<u8>) {
        let accumulator = self.cells[cell.0 as usize].as_ref().expect("only open cells are saved");
        out.extend(self.accumulator_coder.encode_one(accumulator));
    }

    fn load_key(&mut self, key: &[u8]) -> Result<KeyId> {
        let key = self.key_coder.decode_one(key)?;
        Ok(self.key_id(&key))
    }

    fn load_cell(&mut self, accumulator: &[u8]) -> Result<CellId> {
        let accumulator = self.accumulator_coder.decode_one(accumulator)?;
        Ok(self.put(accumulator))
    }

    fn bytes(&self) -> usize {
        let (keys, cells) = (&self.keys, &self.cells);
        let step = keys.len().div_ceil(SAMPLE).max(1);
        let of_keys: usize = keys.iter().step_by(step).flatten().map(held_bytes).sum();
        let of_keys = step * of_keys + keys.capacity() * size_of::<Option<K>>();
        let step = cells.len().div_ceil(SAMPLE).max(1);
        let of_cells = cells.iter().step_by(step).flatten().map(|cell| self.fold.held_bytes(cell));
        let of_cells = step * of_cells.sum::<usize>();
        let of_cells = of_cells + cells.capacity() * size_of::<Option<F::Accumulator>>();
        self.index.allocation_size() + of_keys + of_cells
    }
}
