//! What views by key are read as.

use crate::{Error, Key, Result};
use foldhash::fast::RandomState;
use std::borrow::Borrow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;
use std::hash::Hash;

/// The pairs of a window, found by key: what [`as_map`](crate::PCollection::as_map) is read as.
///
/// ```
/// use heliostat::MapView;
///
/// let rates: MapView<String, f64> =
///     MapView::of([("EUR".to_owned(), 1.0), ("NOK".to_owned(), 0.085)])?;
/// assert_eq!((rates.get("NOK"), rates.get("SEK"), rates.len()), (Some(&0.085), None, 2));
/// assert!(MapView::of([(1, 'a'), (1, 'b')]).is_err());
/// # Ok::<(), heliostat::Error>(())
/// ```
#[derive(Clone)]
pub struct MapView<K, V> {
    index: Index<K>,
    /// In the order in which the keys came.
    pairs: Vec<(K, V)>,
}

/// The place of each key in the order in which they came.
type Index<K> = HashMap<K, usize, RandomState>;

impl<K: Key, V> MapView<K, V> {
    /// These pairs, as a view of them would be read.
    ///
    /// # Errors
    /// If a key comes twice (model.md S24).
    pub fn of(pairs: impl IntoIterator<Item = (K, V)>) -> Result<Self> {
        let mut view = Self { index: Index::default(), pairs: Vec::new() };
        for (key, value) in pairs {
            view.insert(key, value)?;
        }
        Ok(view)
    }

    pub(crate) fn insert(&mut self, key: K, value: V) -> Result<()> {
        let place = self.pairs.len();
        if self.index.insert(key.clone(), place).is_some() {
            return Err(Error::new(format!(
                "a map view has one value per key in each window, but key {} came twice: combine \
                 the values of each key in front of `.as_map()`, or read them all through \
                 `.as_multimap()`",
                shown(&key),
            )));
        }
        self.pairs.push((key, value));
        Ok(())
    }

    /// The value of a key, if it has one.
    pub fn get<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.index.get(key).map(|&place| &self.pairs[place].1)
    }

    /// All pairs, in no promised order.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.pairs.iter().map(|(key, value)| (key, value))
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.pairs.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }
}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for MapView<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.pairs.iter().map(|(key, value)| (key, value))).finish()
    }
}

/// The values of each key of a window: what [`as_multimap`](crate::PCollection::as_multimap) is read
/// as.
///
/// ```
/// use heliostat::MultimapView;
///
/// let stops = MultimapView::of([(4, "oslo"), (4, "drammen"), (9, "bergen")]);
/// assert_eq!(stops.get(&4), ["oslo", "drammen"]);
/// assert!(stops.get(&5).is_empty());
/// assert_eq!(stops.len(), 2);
/// ```
#[derive(Clone)]
pub struct MultimapView<K, V> {
    index: Index<K>,
    /// In the order in which the keys came.
    keys: Vec<(K, Vec<V>)>,
}

impl<K: Key, V> MultimapView<K, V> {
    /// These pairs, as a view of them would be read.
    pub fn of(pairs: impl IntoIterator<Item = (K, V)>) -> Self {
        let mut view = Self { index: Index::default(), keys: Vec::new() };
        for (key, value) in pairs {
            view.insert(key, value);
        }
        view
    }

    pub(crate) fn insert(&mut self, key: K, value: V) {
        match self.index.entry(key) {
            Entry::Occupied(known) => self.keys[*known.get()].1.push(value),
            Entry::Vacant(new) => {
                self.keys.push((new.key().clone(), vec![value]));
                new.insert(self.keys.len() - 1);
            }
        }
    }

    /// The values of a key; none for a key that is not there.
    pub fn get<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> &[V]
    where
        K: Borrow<Q>,
    {
        self.index.get(key).map_or(&[], |&place| &self.keys[place].1)
    }

    /// All keys with their values, in no promised order.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &[V])> {
        self.keys.iter().map(|(key, values)| (key, values.as_slice()))
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }
}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for MultimapView<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.keys.iter().map(|(key, values)| (key, values))).finish()
    }
}

/// A key as an author knows it, for messages.
fn shown<K: Key>(key: &K) -> String {
    serde_json::to_string(key).unwrap_or_else(|_| "of one kind".to_owned())
}
