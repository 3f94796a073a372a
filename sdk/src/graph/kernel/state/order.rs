//! In which order a cell keeps its entries, and how two such cells become one.

use super::one::{Join, Merged};
use super::{Chunked, Place};
use crate::coder::Coder;
use crate::{Element, Key, Result, Timestamp};
use std::cmp::Ordering;

/// An order of entries.
pub(crate) trait Arrange<E>: Send + 'static {
    /// The entries of both, in this order.
    ///
    /// # Errors
    /// If two of them would have to become one, and nobody has said how.
    fn merge(&self, into: &Chunked<E>, from: &Chunked<E>) -> Result<Chunked<E>>;
}

/// Entries in the order they came.
pub(crate) struct Unordered;

impl<T: Element> Arrange<T> for Unordered {
    fn merge(&self, into: &Chunked<T>, from: &Chunked<T>) -> Result<Chunked<T>> {
        let mut merged = into.clone();
        merged.append(from);
        Ok(merged)
    }
}

/// Entries by timestamp; those of one timestamp in the order they came.
pub(crate) struct ByTime;

impl<T: Element> Arrange<(Timestamp, T)> for ByTime {
    fn merge(
        &self,
        into: &Chunked<(Timestamp, T)>,
        from: &Chunked<(Timestamp, T)>,
    ) -> Result<Chunked<(Timestamp, T)>> {
        let mut all: Vec<(Timestamp, T)> = into.iter().chain(from.iter()).cloned().collect();
        all.sort_by_key(|&(at, _)| at);
        Ok(all.into_iter().collect())
    }
}

/// Entries by the canonical bytes of their keys; those of one key in the order they came.
pub(crate) struct ByKey<K: 'static, V> {
    coder: Coder<K>,
    doubled: Doubled<V>,
}

/// What becomes of a key that both of two merging cells have.
pub(crate) enum Doubled<V> {
    /// Both entries are kept.
    KeepBoth,
    /// Both entries are the same.
    KeepOne,
    /// Their values become one.
    Join(Merged<V>),
}

impl<K: Key, V> ByKey<K, V> {
    pub(crate) fn new(doubled: Doubled<V>) -> Self {
        Self { coder: Coder::of(), doubled }
    }

    /// The places of the first entry of a key and of the first entry behind it.
    pub(crate) fn range(&self, cell: &Chunked<(K, V)>, key: &K) -> (Place, Place) {
        let wanted = self.coder.encode_one(key);
        let mut bytes = Vec::with_capacity(wanted.len());
        let from = cell.first_not(|entry| self.write(&entry.0, &mut bytes) < &wanted[..]);
        let to = cell.first_not(|entry| self.write(&entry.0, &mut bytes) <= &wanted[..]);
        (from, to)
    }

    /// The place of the entry of a key, or the place where it would be.
    pub(crate) fn find(&self, cell: &Chunked<(K, V)>, key: &K) -> Result<Place, Place> {
        let wanted = self.coder.encode_one(key);
        let mut bytes = Vec::with_capacity(wanted.len());
        let place = cell.first_not(|entry| self.write(&entry.0, &mut bytes) < &wanted[..]);
        match cell.get(place) {
            Some((found, _)) if found == key => Ok(place),
            _ => Err(place),
        }
    }

    fn write<'a>(&self, key: &K, bytes: &'a mut Vec<u8>) -> &'a [u8] {
        bytes.clear();
        self.coder.encode_all(std::slice::from_ref(key), bytes, None);
        bytes
    }
}

impl<K: Key, V: Element> Arrange<(K, V)> for ByKey<K, V> {
    fn merge(&self, into: &Chunked<(K, V)>, from: &Chunked<(K, V)>) -> Result<Chunked<(K, V)>> {
        let keyed = |cell: &Chunked<(K, V)>| -> Vec<(Vec<u8>, (K, V))> {
            cell.iter().map(|entry| (self.coder.encode_one(&entry.0), entry.clone())).collect()
        };
        let (mut kept, mut moved) =
            (keyed(into).into_iter().peekable(), keyed(from).into_iter().peekable());
        let mut merged = Vec::new();
        while let (Some((a, _)), Some((b, _))) = (kept.peek(), moved.peek()) {
            let order = a.cmp(b);
            let next = if order == Ordering::Greater { moved.next() } else { kept.next() };
            let (_, mut entry) = next.expect("both have more");
            if order == Ordering::Equal {
                match &self.doubled {
                    Doubled::KeepBoth => {}
                    Doubled::KeepOne => drop(moved.next()),
                    Doubled::Join(join) => {
                        let (_, (_, other)) = moved.next().expect("both have more");
                        entry.1 = join.join(entry.1, other)?;
                    }
                }
            }
            merged.push(entry);
        }
        Ok(merged.into_iter().chain(kept.chain(moved).map(|(_, entry)| entry)).collect())
    }
}
