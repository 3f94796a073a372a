//! The fold of `group_by_key`: the values themselves.

use super::Fold;
use super::fold::held_bytes;
use crate::{Element, Group};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::sync::Arc;

/// Groups of few values share an allocation with others, of at most about so many bytes: whoever
/// keeps one of them keeps no more than that.
const SHARED_BYTES: usize = 16 << 10;

/// Keeps the values themselves: what `group_by_key` does.
pub(crate) struct Gathered;

/// What was gathered of a key; a single value needs no allocation.
#[derive(Clone, Debug, Default)]
pub(crate) enum Gathering<V> {
    #[default]
    None,
    One(V),
    Many(Vec<V>),
}

impl<V> Gathering<V> {
    fn push(&mut self, value: V) {
        match self {
            Self::None => *self = Self::One(value),
            Self::One(_) => self.many().push(value),
            Self::Many(values) => values.push(value),
        }
    }

    /// All of it, as a vector.
    fn many(&mut self) -> &mut Vec<V> {
        if let Self::None | Self::One(_) = self {
            *self = Self::Many(std::mem::take(self).into_iter().collect());
        }
        match self {
            Self::Many(values) => values,
            Self::None | Self::One(_) => unreachable!("it was just made one"),
        }
    }

    fn values(&self) -> &[V] {
        match self {
            Self::None => &[],
            Self::One(value) => std::slice::from_ref(value),
            Self::Many(values) => values,
        }
    }

    fn into_iter(self) -> impl Iterator<Item = V> {
        let (one, many) = match self {
            Self::None => (None, Vec::new()),
            Self::One(value) => (Some(value), Vec::new()),
            Self::Many(values) => (None, values),
        };
        one.into_iter().chain(many)
    }
}

/// Written as a plain sequence.
impl<V: Element> Serialize for Gathering<V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.values())
    }
}

impl<'de, V: Element> Deserialize<'de> for Gathering<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(Self::Many)
    }
}

impl<V: Element> Fold<V> for Gathered {
    const SHRINKS: bool = false;
    type Accumulator = Gathering<V>;
    type Output = Group<V>;

    fn create(&self) -> Gathering<V> {
        Gathering::None
    }

    #[inline]
    fn add(&self, gathering: &mut Gathering<V>, value: V) {
        gathering.push(value);
    }

    fn merge(&self, into: &mut Gathering<V>, from: Gathering<V>) {
        match (&*into, from) {
            (Gathering::None, from) => *into = from,
            (Gathering::One(_) | Gathering::Many(_), Gathering::Many(mut from)) => {
                into.many().append(&mut from);
            }
            (Gathering::One(_) | Gathering::Many(_), from) => {
                from.into_iter().for_each(|value| into.push(value));
            }
        }
    }

    fn merge_copy(&self, into: &mut Gathering<V>, from: &Gathering<V>) {
        into.many().extend_from_slice(from.values());
    }

    fn extract(&self, gathering: &Gathering<V>) -> Group<V> {
        Group::of(gathering.values().to_vec())
    }

    fn finish(&self, gathering: Gathering<V>) -> Group<V> {
        match gathering {
            Gathering::Many(values) => Group::of(values),
            Gathering::None | Gathering::One(_) => gathering.into_iter().collect(),
        }
    }

    fn finish_all<K>(
        &self,
        entries: impl Iterator<Item = (K, Gathering<V>)>,
        out: &mut Vec<(K, Group<V>)>,
    ) {
        let shared_max = SHARED_BYTES / size_of::<V>().max(1);
        out.reserve(entries.size_hint().0);
        let (mut shared, mut ends) = (Vec::with_capacity(shared_max), Vec::new());
        for (key, gathering) in entries {
            if let Gathering::Many(values) = &gathering
                && shared_max < 8 * values.len()
            {
                share(&mut shared, &mut ends, out);
                out.push((key, self.finish(gathering)));
                continue;
            }
            match gathering {
                Gathering::None => {}
                Gathering::One(value) => shared.push(value),
                Gathering::Many(mut values) => shared.append(&mut values),
            }
            ends.push((key, shared.len()));
            if shared_max < shared.len() {
                share(&mut shared, &mut ends, out);
            }
        }
        share(&mut shared, &mut ends, out);
    }

    fn held_bytes(&self, gathering: &Gathering<V>) -> usize {
        const SAMPLE: usize = 4;
        let values = gathering.values();
        let step = values.len().div_ceil(SAMPLE).max(1);
        let sample: usize = values.iter().step_by(step).map(held_bytes).sum();
        let own = match gathering {
            Gathering::None | Gathering::One(_) => 0,
            Gathering::Many(values) => values.capacity() * size_of::<V>(),
        };
        own + step * sample
    }
}

/// Gives keys their groups, which share these values, up to where each ends.
fn share<K, V: Element>(
    values: &mut Vec<V>,
    ends: &mut Vec<(K, usize)>,
    out: &mut Vec<(K, Group<V>)>,
) {
    let values = Arc::new(std::mem::take(values));
    let mut start = 0;
    out.extend(ends.drain(..).map(|(key, end)| {
        let group = Group::of_run(&values, start..end);
        start = end;
        (key, group)
    }));
}

#[cfg(test)]
mod tests {
    use super::{Fold, Gathered, Gathering, SHARED_BYTES};
    use crate::Group;

    fn gathered(values: &[u64]) -> Gathering<u64> {
        let mut gathering = Gathered.create();
        values.iter().for_each(|&value| Gathered.add(&mut gathering, value));
        gathering
    }

    #[test]
    fn groups_that_share_values_are_those_that_do_not() {
        let large: Vec<u64> = (0..SHARED_BYTES as u64).collect();
        let sets: [&[u64]; 5] = [&[1], &[], &[2, 3], &large, &[4]];
        let many = sets.into_iter().cycle().take(5_000).enumerate();
        let mut out = Vec::new();
        let entries = many.clone().map(|(key, values)| (key, gathered(values)));
        Gathered.finish_all(entries, &mut out);
        for ((at, values), (key, group)) in many.zip(&out) {
            assert_eq!((at, values.len()), (*key, group.len()));
            assert!(group.iter().map(Result::ok).eq(values.iter().copied().map(Some)));
        }
    }

    #[test]
    fn merging_keeps_all_values_in_their_order() {
        let sets: [&[u64]; 4] = [&[], &[1], &[2, 3], &[4, 5, 6]];
        for (a, b) in sets.iter().flat_map(|a| sets.iter().map(move |b| (a, b))) {
            let all: Group<u64> = a.iter().chain(*b).copied().collect();
            let (mut moved, mut copied) = (gathered(a), gathered(a));
            Gathered.merge(&mut moved, gathered(b));
            Gathered.merge_copy(&mut copied, &gathered(b));
            assert_eq!((Gathered.extract(&moved), Gathered.finish(copied)), (all.clone(), all));
        }
    }

    #[test]
    fn it_is_written_as_a_vector_is() {
        for values in [&[][..], &[7], &[7, 8]] {
            let bytes = postcard::to_stdvec(&gathered(values)).expect("numbers can be written");
            assert_eq!(bytes, postcard::to_stdvec(values).expect("numbers can be written"));
            let read: Gathering<u64> = postcard::from_bytes(&bytes).expect("they are numbers");
            assert_eq!(read.values(), values);
        }
    }
}
