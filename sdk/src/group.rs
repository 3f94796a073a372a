//! The values of one key in one pane.

use crate::{Element, Result};
use serde::ser::SerializeSeq;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::any::Any;
use std::cmp::Ordering;
use std::fmt;
use std::ops::Range;
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
#[derive(Clone)]
pub struct Group<T> {
    values: Values<T>,
}

#[derive(Clone)]
enum Values<T> {
    None,
    All(Run<T>),
    Among(Among<T>),
}

/// Values in a row; there may be others around them.
#[derive(Clone)]
struct Run<T> {
    all: Arc<Vec<T>>,
    range: Range<usize>,
}

/// Those of one kind among values of several, which groups of the other kinds share.
#[derive(Clone)]
struct Among<T> {
    all: Arc<dyn Any + Send + Sync>,
    range: Range<usize>,
    next: Next<T>,
    len: usize,
}

/// The first value of a kind in a range, and its place.
type Next<T> = for<'a> fn(&'a (dyn Any + Send + Sync), Range<usize>) -> Option<(&'a T, usize)>;

/// A value of one of several kinds, of which `KIND` is one.
pub(crate) trait OneOf<const KIND: usize>: Element {
    type Value: Element;
    fn get(&self) -> Option<&Self::Value>;
}

impl<T: Element> Group<T> {
    pub(crate) fn of(values: Vec<T>) -> Self {
        let range = 0..values.len();
        Self { values: Values::All(Run { all: Arc::new(values), range }) }
    }

    /// Those of these values that are in a range.
    pub(crate) fn of_run(all: &Arc<Vec<T>>, range: Range<usize>) -> Self {
        Self { values: Values::All(Run { all: Arc::clone(all), range }) }
    }

    /// Those values of a group that are of one kind. The group's values stay where they are.
    pub(crate) fn among<const KIND: usize, A: OneOf<KIND, Value = T>>(group: &Group<A>) -> Self {
        let Run { all, range } = match &group.values {
            Values::All(run) => run,
            Values::None | Values::Among(_) => {
                let all: Vec<A> = group.values().cloned().collect();
                &Run { range: 0..all.len(), all: Arc::new(all) }
            }
        };
        let len = all[range.clone()].iter().filter_map(A::get).count();
        if len == 0 {
            return Self { values: Values::None };
        }
        let (all, range, next) = (Arc::clone(all), range.clone(), next_of::<KIND, A> as Next<T>);
        Self { values: Values::Among(Among { all, range, next, len }) }
    }

    /// The values, one by one, from the beginning.
    pub fn iter(&self) -> impl Iterator<Item = Result<T>> + '_ {
        self.values().cloned().map(Ok)
    }

    /// All values at once.
    ///
    /// # Errors
    /// If one cannot be had.
    pub fn to_vec(&self) -> Result<Vec<T>> {
        self.iter().collect()
    }
}

impl<T> Group<T> {
    /// How many values it has.
    pub fn len(&self) -> usize {
        match &self.values {
            Values::None => 0,
            Values::All(run) => run.range.len(),
            Values::Among(among) => among.len,
        }
    }

    /// Whether it has none, as an empty pane has.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn values(&self) -> impl Iterator<Item = &T> {
        let (all, among) = match &self.values {
            Values::None => (&[][..], None),
            Values::All(Run { all, range }) => (&all[range.clone()], None),
            Values::Among(among) => (&[][..], Some(among)),
        };
        let mut rest = among.map_or(0..0, |among| among.range.clone());
        all.iter().chain(std::iter::from_fn(move || {
            let Among { all, next, .. } = among?;
            let (value, at) = next(all.as_ref(), rest.clone())?;
            rest.start = at + 1;
            Some(value)
        }))
    }
}

fn next_of<const KIND: usize, A: OneOf<KIND>>(
    all: &(dyn Any + Send + Sync),
    range: Range<usize>,
) -> Option<(&A::Value, usize)> {
    let values = all.downcast_ref::<Vec<A>>()?.get(range.clone())?;
    values.iter().zip(range).find_map(|(value, at)| Some((value.get()?, at)))
}

impl<T: Element> FromIterator<T> for Group<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        Self::of(values.into_iter().collect())
    }
}

impl<T: fmt::Debug> fmt::Debug for Group<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Group ")?;
        f.debug_list().entries(self.values()).finish()
    }
}

impl<T: PartialEq> PartialEq for Group<T> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.values().eq(other.values())
    }
}

impl<T: Eq> Eq for Group<T> {}

impl<T: PartialOrd> PartialOrd for Group<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.values().partial_cmp(other.values())
    }
}

impl<T: Ord> Ord for Group<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.values().cmp(other.values())
    }
}

/// Written as a plain sequence.
impl<T: Element> Serialize for Group<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut values = serializer.serialize_seq(Some(self.len()))?;
        self.values().try_for_each(|value| values.serialize_element(value))?;
        values.end()
    }
}

impl<'de, T: Element> Deserialize<'de> for Group<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(Self::of)
    }
}

#[cfg(test)]
mod tests {
    use super::{Group, OneOf};
    use serde::{Deserialize, Serialize};

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    enum Either {
        Word(String),
        Number(u32),
    }

    impl OneOf<0> for Either {
        type Value = String;

        fn get(&self) -> Option<&String> {
            match self {
                Self::Word(word) => Some(word),
                Self::Number(_) => None,
            }
        }
    }

    impl OneOf<1> for Either {
        type Value = u32;

        fn get(&self) -> Option<&u32> {
            match self {
                Self::Word(_) => None,
                Self::Number(number) => Some(number),
            }
        }
    }

    #[test]
    fn a_part_of_a_group_is_like_a_group_of_its_values() {
        let all = [Either::Number(3), Either::Word("a".into()), Either::Number(1)];
        let all: Group<Either> = all.into_iter().collect();
        let (words, numbers) = (Group::among::<0, _>(&all), Group::among::<1, _>(&all));
        let plain: Group<u32> = [3, 1].into_iter().collect();
        assert_eq!(numbers, plain);
        assert_eq!((words.len(), numbers.len()), (1, 2));
        assert_eq!(numbers.to_vec().expect("they are in memory"), [3, 1]);
        assert_eq!(format!("{numbers:?}"), format!("{plain:?}"));
        let written = |group: &Group<u32>| serde_json::to_string(group).expect("numbers are JSON");
        assert_eq!(written(&numbers), written(&plain));
        let less: Group<u32> = [3, 0].into_iter().collect();
        assert!(less < numbers);
        let none: Group<Either> = std::iter::empty().collect();
        assert!(Group::among::<0, _>(&none).is_empty());
    }
}
