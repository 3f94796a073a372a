//! Which row belongs to which key and window.

use super::index::Index;
use crate::coder::Coder;
use crate::graph::RowId;
use crate::graph::kernel::KeyId;
use crate::{Interval, Key, Result};
use foldhash::fast::FixedState;
use std::any::Any;
use std::hash::BuildHasher;

/// A dictionary of keys, each with its windows.
///
/// A key mostly has one window, or comes again in the window it came in last: both are found
/// without a search.
pub(crate) struct Rows<K: 'static> {
    hasher: FixedState,
    /// From the hash of a key to its place in `keys`.
    index: Index,
    /// `None` where a key was forgotten.
    keys: Vec<Option<Known<K>>>,
    free_keys: Vec<u32>,
    /// `None` where a row was closed.
    rows: Vec<Option<Row>>,
    free_rows: Vec<RowId>,
    /// Those that were opened since somebody asked.
    pub(crate) opened: Vec<RowId>,
    /// How many keys have come so far.
    came: u64,
    /// The window of the elements in hand, and its number: one window may have had several.
    window: Interval,
    number: u64,
    /// The same of the window before it: elements around an edge go back and forth.
    before: (Interval, u64),
    coder: Coder<K>,
}

struct Known<K> {
    key: K,
    /// The row that was asked for last.
    last: RowId,
    /// The number that its window had then.
    number: u64,
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
            index: Index::new(),
            keys: Vec::new(),
            free_keys: Vec::new(),
            rows: Vec::new(),
            free_rows: Vec::new(),
            opened: Vec::new(),
            came: 0,
            window: Interval::GLOBAL,
            number: 0,
            before: (Interval::GLOBAL, 0),
            coder: Coder::of(),
        }
    }

    /// One more than the largest row so far.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Goes on to elements of this window.
    #[inline]
    pub(crate) fn go_to(&mut self, window: &Interval) {
        if self.window != *window {
            let number = self.number.max(self.before.1) + 1;
            std::mem::swap(&mut self.window, &mut self.before.0);
            std::mem::swap(&mut self.number, &mut self.before.1);
            if self.window != *window {
                self.window = window.clone();
                self.number = number;
            }
        }
    }

    /// The row of a key in the window in hand, opened where new.
    #[inline]
    pub(crate) fn row_of(&mut self, key: &K) -> RowId {
        let hash = self.hasher.hash_one(key);
        let keys = &self.keys;
        let (mut last, mut number) = (RowId(0), 0);
        let same = |at: u32| match keys.get(at as usize) {
            Some(Some(known)) if known.key == *key => {
                (last, number) = (known.last, known.number);
                true
            }
            _ => false,
        };
        match self.index.find(hash, same) {
            // Numbers are compared in place of windows, which are larger.
            Some(_) if number == self.number => last,
            Some(at) => self.in_window(at),
            None => self.open_first(hash, key),
        }
    }

    /// The row of a known key in the window in hand, which it was not last asked for in.
    #[inline(never)]
    fn in_window(&mut self, at: u32) -> RowId {
        let window = self.window.clone();
        let row = self.another(at, &window);
        self.keys[at as usize].as_mut().expect("it was just found").number = self.number;
        row
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
                    (known.last, known.number) = (first, u64::MAX);
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
        self.go_to(window);
        Ok(self.row_of(&key))
    }

    /// An estimate of the bytes it holds.
    pub(crate) fn bytes(&self) -> usize {
        self.index.bytes()
            + self.keys.capacity() * size_of::<Option<Known<K>>>()
            + self.rows.capacity() * size_of::<Option<Row>>()
    }

    #[inline]
    fn row(&self, row: RowId) -> &Row {
        self.rows[row.0 as usize].as_ref().expect("only open rows are used")
    }

    #[cold]
    fn open_first(&mut self, hash: u64, key: &K) -> RowId {
        let at = self.free_keys.pop().unwrap_or_else(|| {
            self.keys.push(None);
            u32::try_from(self.keys.len() - 1).expect("fewer than 2^32 keys have state")
        });
        let window = self.window.clone();
        let last = self.open(at, &window);
        let (key, number, several, came) = (key.clone(), self.number, Vec::new(), self.came);
        self.keys[at as usize] = Some(Known { key, last, number, several, came });
        self.came += 1;
        let (hasher, keys) = (&self.hasher, &self.keys);
        self.index.insert(hash, at, |at| hasher.hash_one(&known(keys, at).key));
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
        let of_key = self.keys[at as usize].as_mut().expect("it was just found");
        // Whatever number the window had: it is compared anew when it is asked for again.
        (of_key.last, of_key.number) = (row, u64::MAX);
        row
    }

    fn open(&mut self, key: u32, window: &Interval) -> RowId {
        let id = self.free_rows.pop().unwrap_or_else(|| {
            self.rows.push(None);
            RowId(u32::try_from(self.rows.len() - 1).expect("fewer than 2^32 rows are open"))
        });
        self.rows[id.0 as usize] = Some(Row { key, window: window.clone() });
        self.opened.push(id);
        id
    }

    fn forget(&mut self, at: u32) {
        let gone = self.keys[at as usize].take().expect("a key is forgotten once");
        let hash = self.hasher.hash_one(&gone.key);
        let (hasher, keys) = (&self.hasher, &self.keys);
        self.index.remove(hash, at, |other| hasher.hash_one(&known(keys, other).key));
        self.free_keys.push(at);
    }
}

#[inline]
fn known<K>(keys: &[Option<Known<K>>], at: u32) -> &Known<K> {
    keys[at as usize].as_ref().expect("the index names only keys that have rows")
}
