//! The values of one key in one pane.

use crate::{Element, Result};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What `group_by_key` gives for a key: values that can be gone through again and again.
///
/// Their order is no promise. Going through them can fail, because a runner may keep a large
/// group elsewhere than in memory.
///
/// ```
/// use heliostat::Group;
///
/// let group: Group<i64> = [1, 2, 3].into_iter().collect();
/// let sum: heliostat::Result<i64> = group.iter().sum();
/// assert_eq!(sum?, 6);
/// assert_eq!(group.to_vec()?, [1, 2, 3]);
/// # Ok::<(), heliostat::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent, bound = "T: Element")]
pub struct Group<T> {
    #[serde(with = "as_plain_vec")]
    values: Arc<Vec<T>>,
}

impl<T: Element> Group<T> {
    pub(crate) fn of(values: Vec<T>) -> Self {
        Self { values: Arc::new(values) }
    }

    /// The values themselves, if nobody else has the group; else clones.
    pub(crate) fn into_values(self) -> Vec<T> {
        Arc::try_unwrap(self.values).unwrap_or_else(|shared| shared.as_ref().clone())
    }

    /// The values, one by one, from the beginning.
    pub fn iter(&self) -> impl Iterator<Item = Result<T>> + '_ {
        self.values.iter().cloned().map(Ok)
    }

    /// How many values it has.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether it has none, as an empty pane has.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// All values at once.
    ///
    /// # Errors
    /// If one cannot be had.
    pub fn to_vec(&self) -> Result<Vec<T>> {
        self.iter().collect()
    }
}

impl<T: Element> FromIterator<T> for Group<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        Self::of(values.into_iter().collect())
    }
}

/// A shared vector is written as a plain one.
mod as_plain_vec {
    use super::{Arc, Deserialize, Element};
    use serde::{Deserializer, Serialize, Serializer};

    pub(super) fn serialize<T: Element, S: Serializer>(
        values: &Arc<Vec<T>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        values.as_ref().serialize(serializer)
    }

    pub(super) fn deserialize<'de, T: Element, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Arc<Vec<T>>, D::Error> {
        Vec::deserialize(deserializer).map(Arc::new)
    }
}
