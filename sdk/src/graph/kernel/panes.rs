//! One table per open pane, from key to accumulator, dropped whole.

mod add;

use super::fold::held_bytes;
use super::table::Table;
use super::{Afterwards, Fold};
use crate::batch::{Column, ColumnExt};
use crate::coder::Coder;
use crate::{Element, Key, Result};
use foldhash::fast::FixedState;
use std::any::Any;
use std::collections::HashSet;
use std::sync::Arc;

/// Names a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PaneId(pub u32);

/// The entry of a [`PaneColumn`] that says: leave this value out.
pub const SKIP: u32 = u32::MAX;

/// So many closed tables are kept for their room.
const SPARES_MAX: usize = 16;

/// And so many if they take no more than `SMALL_BYTES` each: many are open at a time where windows
/// are short or overlap.
const SMALL_SPARES_MAX: usize = 128;

const SMALL_BYTES: usize = 64 << 10;

/// So many entries of a table are looked at to find how large they are.
const SAMPLE: usize = 256;

/// So many where that is asked for often.
const SMALL_SAMPLE: usize = 32;

/// Which table each value of a column goes to.
#[derive(Clone, Copy, Debug)]
pub enum PaneColumn<'a> {
    /// All to this one.
    All(PaneId),
    /// One number per value, or [`SKIP`].
    Each(&'a [u32]),
}

/// Which entries of a table fire.
#[derive(Clone, Copy, Debug)]
pub enum Entries<'a> {
    /// All, in the order the keys first came.
    All,
    /// These, in this order.
    Some(&'a [u32]),
}

/// A table on its way from one side of a combine to the other, where both are on one worker.
pub struct PaneTable {
    table: Box<dyn Any + Send>,
    /// What its hashes are keyed with.
    seed: u64,
    /// About how many bytes it takes.
    bytes: usize,
}

impl PaneTable {
    /// About how many bytes it takes.
    pub fn bytes(&self) -> usize {
        self.bytes
    }
}

/// Tables from key to accumulator, one per open pane. Entries of a table are numbered from 0 in
/// the order their keys first came, which is also the order they fire in.
pub trait PaneTables: Send {
    /// A new, empty table.
    fn open(&mut self) -> PaneId;
    /// Adds every value to the table its column entry names, and leaves the column empty.
    fn add(&mut self, values: &mut dyn Column, to: PaneColumn<'_>);
    /// The same, and writes down which entry each value that was not skipped went to.
    fn add_noting(&mut self, values: &mut dyn Column, to: &[u32], entries: &mut Vec<u32>);
    /// Merges copies of all entries of `from` into `into`. Keys that are new there follow its own,
    /// in their order; `from` stays as it is.
    fn merge(&mut self, into: PaneId, from: PaneId);
    /// Appends `(key, output)` for these entries.
    fn fire(&mut self, pane: PaneId, entries: Entries<'_>, after: Afterwards, out: &mut dyn Column);
    /// Appends `(key, output)` of all entries in the order their keys first came, and forgets the
    /// table: keys and accumulators move.
    fn fire_and_close(&mut self, pane: PaneId, out: &mut dyn Column);
    /// A table with all it has; it is closed here.
    fn take(&mut self, pane: PaneId) -> PaneTable;
    /// Merges a table into one of its own. It was taken from tables with the same keys and
    /// accumulators: those in front of a combine's exchange for those behind it. Gives an empty one
    /// back, for its room, if there is one.
    fn adopt(&mut self, into: PaneId, table: PaneTable) -> Option<PaneTable>;
    /// Keeps an empty table for its room.
    fn keep(&mut self, table: PaneTable);
    /// Appends `(key, output)` of each value alone, and leaves the column empty.
    fn alone(&self, values: &mut dyn Column, out: &mut dyn Column);
    /// Forgets a table.
    fn close(&mut self, pane: PaneId);
    /// How many entries a table has.
    fn entries(&self, pane: PaneId) -> usize;
    /// How many different keys these tables have in all.
    fn keys(&self, panes: &[PaneId]) -> usize;
    /// Appends the canonical bytes of an entry's key.
    fn save_key(&self, pane: PaneId, entry: u32, out: &mut Vec<u8>);
    /// Appends the encoding of an entry's accumulator.
    fn save_accumulator(&self, pane: PaneId, entry: u32, out: &mut Vec<u8>);
    /// Puts a saved key and accumulator (`None` for an empty one) into a table and returns its
    /// entry.
    ///
    /// # Errors
    /// If the bytes are not what the coders wrote, or the key is already there.
    fn load(&mut self, pane: PaneId, key: &[u8], accumulator: Option<&[u8]>) -> Result<u32>;
    /// About how many bytes the entries of a table take, without what it has room for.
    fn content_bytes(&self, pane: PaneId) -> usize;
    /// Whether what has one key comes to less when it is merged: not where values are gathered.
    fn merges_shrink(&self) -> bool;
    /// An estimate of the bytes it holds.
    fn bytes(&self) -> usize;
}

/// The tables of one grouping, typed.
pub(super) struct Tables<K: 'static, V, F: Fold<V>> {
    fold: Arc<F>,
    hasher: FixedState,
    seed: u64,
    /// `None` where a table was closed; its place is used again.
    panes: Vec<Option<Table<K, F::Accumulator>>>,
    free: Vec<u32>,
    /// Closed tables, kept for their room.
    spare: Vec<Table<K, F::Accumulator>>,
    /// Those of the batch in hand, where they are made before entries are looked for.
    hashes: Vec<u64>,
    /// The entries of its keys, as far as they were found at once.
    found: Vec<u32>,
    key_coder: Coder<K>,
    accumulator_coder: Coder<F::Accumulator>,
}

impl<K: Key, V: Element, F: Fold<V>> Tables<K, V, F> {
    pub(super) fn new(fold: Arc<F>, seed: u64) -> Self {
        Self {
            fold,
            hasher: FixedState::with_seed(seed),
            seed,
            panes: Vec::new(),
            free: Vec::new(),
            spare: Vec::new(),
            hashes: Vec::new(),
            found: Vec::new(),
            key_coder: Coder::of(),
            accumulator_coder: Coder::of(),
        }
    }

    /// Keeps an empty table for its room, if there is not enough of it.
    fn keep_room(&mut self, table: Table<K, F::Accumulator>) {
        let is_small = table.bytes() <= SMALL_BYTES;
        if self.spare.len() < if is_small { SMALL_SPARES_MAX } else { SPARES_MAX } {
            self.spare.push(table);
        }
    }

    fn typed(table: Box<dyn Any + Send>) -> Table<K, F::Accumulator> {
        let table = table.downcast();
        *table.expect("both sides of a combine have the same accumulators")
    }

    /// About how many bytes a table takes.
    fn bytes_of(&self, table: &Table<K, F::Accumulator>) -> usize {
        table.bytes() + self.held_by(table, SAMPLE)
    }

    /// About how many bytes entries hold beside themselves, by so many of them.
    fn held_by(&self, table: &Table<K, F::Accumulator>, sample: usize) -> usize {
        let entries = table.entries();
        let step = entries.len().div_ceil(sample).max(1);
        let held = entries
            .iter()
            .step_by(step)
            .map(|(key, accumulator)| held_bytes(key) + self.fold.held_bytes(accumulator));
        step * held.sum::<usize>()
    }

    fn table(&self, pane: PaneId) -> &Table<K, F::Accumulator> {
        self.panes[pane.0 as usize].as_ref().expect("only open panes are asked about")
    }
}

impl<K: Key, V: Element, F: Fold<V>> PaneTables for Tables<K, V, F> {
    fn open(&mut self) -> PaneId {
        let table = self.spare.pop().unwrap_or_else(Table::new);
        if let Some(free) = self.free.pop() {
            self.panes[free as usize] = Some(table);
            return PaneId(free);
        }
        self.panes.push(Some(table));
        PaneId(u32::try_from(self.panes.len() - 1).expect("fewer than 2^32 panes are open"))
    }

    fn add(&mut self, values: &mut dyn Column, to: PaneColumn<'_>) {
        let values = values.typed_mut::<(K, V)>();
        let panes = match to {
            PaneColumn::All(pane) if std::mem::needs_drop::<K>() => {
                return self.add_in_passes(values, pane);
            }
            PaneColumn::All(pane) => return self.add_to(values, pane),
            PaneColumn::Each(panes) => panes,
        };
        let (fold, hasher) = (self.fold.as_ref(), &self.hasher);
        for ((key, value), &pane) in values.drain(..).zip(panes) {
            if pane == SKIP {
                continue;
            }
            let table = self.panes[pane as usize].as_mut().expect("the pane is open");
            let add = |accumulator: &mut F::Accumulator| fold.add(accumulator, value);
            table.change(hasher, key, || fold.create(), add);
        }
    }

    fn add_noting(&mut self, values: &mut dyn Column, to: &[u32], entries: &mut Vec<u32>) {
        let (fold, hasher) = (self.fold.as_ref(), &self.hasher);
        for ((key, value), &pane) in values.typed_mut::<(K, V)>().drain(..).zip(to) {
            if pane == SKIP {
                continue;
            }
            let table = self.panes[pane as usize].as_mut().expect("the pane is open");
            let add = |accumulator: &mut F::Accumulator| fold.add(accumulator, value);
            entries.push(table.change(hasher, key, || fold.create(), add));
        }
    }

    fn merge(&mut self, into: PaneId, from: PaneId) {
        let fold = self.fold.as_ref();
        let from_at = from.0 as usize;
        let taken = self.panes[from_at].take().expect("only open panes are merged");
        let target = self.panes[into.0 as usize].as_mut().expect("open panes merge into others");
        target.merge(&self.hasher, &taken, |into, from| fold.merge_copy(into, from));
        self.panes[from_at] = Some(taken);
    }

    fn fire(
        &mut self,
        pane: PaneId,
        entries: Entries<'_>,
        after: Afterwards,
        out: &mut dyn Column,
    ) {
        let fold = self.fold.as_ref();
        let table = self.panes[pane.0 as usize].as_mut().expect("only open panes fire");
        let out = out.typed_mut::<(K, F::Output)>();
        let fire = |(key, accumulator): &mut (K, F::Accumulator)| {
            let output = match after {
                Afterwards::Keep => fold.extract(accumulator),
                Afterwards::Clear => fold.finish(std::mem::replace(accumulator, fold.create())),
            };
            (key.clone(), output)
        };
        match entries {
            Entries::All => out.extend(table.entries_mut().iter_mut().map(fire)),
            Entries::Some(some) => {
                let entries = table.entries_mut();
                out.extend(some.iter().map(|&at| fire(&mut entries[at as usize])));
            }
        }
    }

    fn take(&mut self, pane: PaneId) -> PaneTable {
        let table = self.panes[pane.0 as usize].take().expect("only open panes are taken");
        self.free.push(pane.0);
        let bytes = self.bytes_of(&table);
        PaneTable { table: Box::new(table), seed: self.seed, bytes }
    }

    fn adopt(&mut self, into: PaneId, table: PaneTable) -> Option<PaneTable> {
        let PaneTable { table, seed, .. } = table;
        let mut table = Self::typed(table);
        let own = self.panes[into.0 as usize].as_mut().expect("open panes adopt tables");
        if own.entries().is_empty() && seed == self.seed {
            std::mem::swap(own, &mut table);
        } else {
            own.take_in(&self.hasher, &mut table, |into, from| self.fold.merge(into, from));
            table.clear();
        }
        let room = if table.has_room() { table } else { self.spare.pop()? };
        let bytes = room.bytes();
        Some(PaneTable { table: Box::new(room), seed: self.seed, bytes })
    }

    fn keep(&mut self, table: PaneTable) {
        self.keep_room(Self::typed(table.table));
    }

    fn alone(&self, values: &mut dyn Column, out: &mut dyn Column) {
        let fold = self.fold.as_ref();
        let out = out.typed_mut::<(K, F::Output)>();
        out.extend(values.typed_mut::<(K, V)>().drain(..).map(|(key, value)| {
            let mut accumulator = fold.create();
            fold.add(&mut accumulator, value);
            (key, fold.extract(&accumulator))
        }));
    }

    fn fire_and_close(&mut self, pane: PaneId, out: &mut dyn Column) {
        let fold = self.fold.as_ref();
        let mut table = self.panes[pane.0 as usize].take().expect("only open panes fire");
        self.free.push(pane.0);
        let out = out.typed_mut::<(K, F::Output)>();
        table.take_entries(|entries| fold.finish_all(entries, out));
        self.keep_room(table);
    }

    fn close(&mut self, pane: PaneId) {
        let table = self.panes[pane.0 as usize].take();
        self.free.push(pane.0);
        if let Some(mut table) = table {
            table.clear();
            self.keep_room(table);
        }
    }

    fn entries(&self, pane: PaneId) -> usize {
        self.table(pane).entries().len()
    }

    fn keys(&self, panes: &[PaneId]) -> usize {
        if let [pane] = panes {
            return self.entries(*pane);
        }
        let entries = panes.iter().flat_map(|&pane| self.table(pane).entries());
        entries.map(|(key, _)| key).collect::<HashSet<&K>>().len()
    }

    fn save_key(&self, pane: PaneId, entry: u32, out: &mut Vec<u8>) {
        out.extend(self.key_coder.encode_one(&self.table(pane).entries()[entry as usize].0));
    }

    fn save_accumulator(&self, pane: PaneId, entry: u32, out: &mut Vec<u8>) {
        out.extend(
            self.accumulator_coder.encode_one(&self.table(pane).entries()[entry as usize].1),
        );
    }

    fn load(&mut self, pane: PaneId, key: &[u8], accumulator: Option<&[u8]>) -> Result<u32> {
        let key = self.key_coder.decode_one(key)?;
        let accumulator = match accumulator {
            None => self.fold.create(),
            Some(bytes) => self.accumulator_coder.decode_one(bytes)?,
        };
        let table = self.panes[pane.0 as usize].as_mut().expect("state is loaded into open panes");
        let before = table.entries().len();
        let mut loaded = Some(accumulator);
        let fold = self.fold.as_ref();
        let create = || loaded.take().unwrap_or_else(|| fold.create());
        let at = table.change(&self.hasher, key, create, |_| ());
        if at as usize != before {
            return Err(crate::Error::new("saved state names a key twice in one window"));
        }
        Ok(at)
    }

    fn content_bytes(&self, pane: PaneId) -> usize {
        let table = self.table(pane);
        size_of_val(table.entries()) + self.held_by(table, SMALL_SAMPLE)
    }

    fn merges_shrink(&self) -> bool {
        F::SHRINKS
    }

    fn bytes(&self) -> usize {
        let open = self.panes.iter().flatten().map(|table| self.bytes_of(table));
        open.chain(self.spare.iter().map(Table::bytes)).sum()
    }
}
