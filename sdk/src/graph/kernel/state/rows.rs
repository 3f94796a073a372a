//! Which row belongs to which key and window.

use crate::coder::Coder;
use crate::graph::RowId;
use crate::graph::kernel::KeyId;
use crate::{Interval, Key, Result};
use foldhash::fast::FixedState;
use hashbrown::HashTable;
use std::any::Any;
use std::hash::BuildHasher;

/// A dictionary of keys, each with its windows.
///
/// A key mostly has one window, or comes again in the window it came in last: both are found
/// without a search.
pub(crate) struct Rows<K: 'static> {
    hasher: FixedState,
    /// From the hash of a key to its place in `keys`.
    index: HashTable<u32>,
    /// `None` where a key was forgotten.
    keys: Vec<Option<Known<K>>>,
    free_keys: Vec<u32>,
    /// `None` where a row was closed.
    rows: Vec<Option<Row>>,
    free_rows: Vec<RowId>,
    /// How many keys have come so far.
    came: u64,
    coder: Coder<K>,
}

struct Known<K> {
    key: K,
    /// The row that was asked for last.
    last: RowId,
    /// All its rows by window, once there are several; empty as long as there is one.
    several: Vec<RowId>,
    /// The how manieth key it was.
    came: u64,
}

struct Row {
    /// The place of its key.
    key: u32,
    window: Interval,
}

/// What the code of a step can see of a table whose keys it knows by another type.
pub(crate) trait RowTable: Any {
    /// The window of a row.
    fn window(&self, row: RowId) -> &Interval;
}

impl<K: Key> RowTable for Rows<K> {
    fn window(&self, row: RowId) -> &Interval {
        self.window_of(row)
    }
}

impl<K: Key> Rows<K> {
    /// `seed` keys its hashes.
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            hasher: FixedState::with_seed(seed),
            index: HashTable::new(),
            keys: Vec::new(),
            free_keys: Vec::new(),
            rows: Vec::new(),
            free_rows: Vec::new(),
            came: 0,
            coder: Coder::of(),
        }
    }

    /// One more than the largest row so far.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The row of a key in a window, opened where new.
    #[inline]
    pub(crate) fn row_of(&mut self, key: &K, window: &Interval) -> RowId {
        let hash = self.hasher.hash_one(key);
        let keys = &self.keys;
        let Some(&at) = self.index.find(hash, |&at| known(keys, at).key == *key) else {
            return self.open_first(hash, key, window);
        };
        let last = known(keys, at).last;
        if self.row(last).window == *window { last } else { self.another(at, window) }
    }

    /// The row of the same key in another window, opened where new.
    pub(crate) fn row_in(&mut self, row: RowId, window: &Interval) -> RowId {
        let at = self.row(row).key;
        self.another(at, window)
    }

    /// The window of a row.
    pub(crate) fn window_of(&self, row: RowId) -> &Interval {
        &self.row(row).window
    }

    /// The key of a row.
    pub(crate) fn key(&self, row: RowId) -> &K {
        &known(&self.keys, self.row(row).key).key
    }

    /// The number of the key of a row.
    pub(crate) fn key_id(&self, row: RowId) -> KeyId {
        KeyId(self.row(row).key)
    }

    /// Forgets a row, and its key with the last of its rows.
    pub(crate) fn close(&mut self, row: RowId) {
        let Some(Row { key: at, .. }) = self.rows[row.0 as usize].take() else { return };
        self.free_rows.push(row);
        let known = self.keys[at as usize].as_mut().expect("a row has a key");
        known.several.retain(|&other| other != row);
        match known.several[..] {
            [] => self.forget(at),
            [first, ..] => {
                if known.last == row {
                    known.last = first;
                }
                if known.several.len() == 1 {
                    known.several.clear();
                }
            }
        }
    }

    /// All open rows, by key in the order the keys came, then by window.
    pub(crate) fn open_rows(&self) -> Vec<RowId> {
        let mut keys: Vec<&Known<K>> = self.keys.iter().flatten().collect();
        keys.sort_by_key(|known| known.came);
        let mut rows = Vec::new();
        for known in keys {
            match &known.several[..] {
                [] => rows.push(known.last),
                several => rows.extend_from_slice(several),
            }
        }
        rows
    }

    /// Appends the canonical bytes of the key of a row.
    pub(crate) fn save_key(&self, row: RowId, out: &mut Vec<u8>) {
        self.coder.encode_all(std::slice::from_ref(self.key(row)), out, None);
    }

    /// The row of a saved key in a window.
    ///
    /// # Errors
    /// If the bytes are not what the coder wrote.
    pub(crate) fn load(&mut self, key: &[u8], window: &Interval) -> Result<RowId> {
        let key = self.coder.decode_one(key)?;
        Ok(self.row_of(&key, window))
    }

    /// An estimate of the bytes it holds.
    pub(crate) fn bytes(&self) -> usize {
        self.index.allocation_size()
            + self.keys.capacity() * size_of::<Option<Known<K>>>()
            + self.rows.capacity() * size_of::<Option<Row>>()
    }

    #[inline]
    fn row(&self, row: RowId) -> &Row {
        self.rows[row.0 as usize].as_ref().expect("only open rows are used")
    }

    #[cold]
    fn open_first(&mut self, hash: u64, key: &K, window: &Interval) -> RowId {
        let at = self.free_keys.pop().unwrap_or_else(|| {
            self.keys.push(None);
            u32::try_from(self.keys.len() - 1).expect("fewer than 2^32 keys have state")
        });
        let last = self.open(at, window);
        self.keys[at as usize] =
            Some(Known { key: key.clone(), last, several: Vec::new(), came: self.came });
        self.came += 1;
        let (hasher, keys) = (&self.hasher, &self.keys);
        self.index.insert_unique(hash, at, |&at| hasher.hash_one(&known(keys, at).key));
        last
    }

    /// The row of a known key in a window that is not its last one.
    #[inline(never)]
    fn another(&mut self, at: u32, window: &Interval) -> RowId {
        let of_key = known(&self.keys, at);
        let last = [of_key.last];
        let all = if of_key.several.is_empty() { &last[..] } else { &of_key.several[..] };
        let row = match all.binary_search_by(|&row| self.row(row).window.cmp(window)) {
            Ok(found) => all[found],
            Err(place) => {
                let row = self.open(at, window);
                let of_key = self.keys[at as usize].as_mut().expect("it was just found");
                if of_key.several.is_empty() {
                    of_key.several.push(of_key.last);
                }
                of_key.several.insert(place, row);
                row
            }
        };
        self.keys[at as usize].as_mut().expect("it was just found").last = row;
        row
    }

    fn open(&mut self, key: u32, window: &Interval) -> RowId {
        let row = Some(Row { key, window: window.clone() });
        if let Some(free) = self.free_rows.pop() {
            self.rows[free.0 as usize] = row;
            return free;
        }
        self.rows.push(row);
        RowId(u32::try_from(self.rows.len() - 1).expect("fewer than 2^32 rows are open"))
    }

    fn forget(&mut self, at: u32) {
        let gone = self.keys[at as usize].take().expect("a key is forgotten once");
        let hash = self.hasher.hash_one(&gone.key);
        if let Ok(entry) = self.index.find_entry(hash, |&other| other == at) {
            entry.remove();
        }
        self.free_keys.push(at);
    }
}

#[inline]
fn known<K>(keys: &[Option<Known<K>>], at: u32) -> &Known<K> {
    keys[at as usize].as_ref().expect("the index names only keys that have rows")
}
