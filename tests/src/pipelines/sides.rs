//! Streams that are read as side inputs.

use std::any::Any;
use std::collections::BTreeMap;

use heliostat::{CombineFn, Group, PCollection, View};

use super::Pairs;
use super::grouped::Grouped;
use super::script::{Unit, Value};
use super::stream::Stream;
use super::windowing::cannot_build;
use crate::case::{Case, SideView};

/// Side inputs by name. They hold whole numbers: one type to compile for.
pub(super) struct Sides(BTreeMap<String, Pairs>);

type Groups = PCollection<(String, Group<i64>)>;

impl Sides {
    /// Takes the streams that steps read out of those of a case.
    pub(super) fn taken_from<N: Unit>(
        streams: &mut Vec<PCollection<(String, N)>>,
        case: &Case,
    ) -> Result<Self, String> {
        let (mut sides, mut rest) = (BTreeMap::new(), Vec::new());
        let mut names = case.streams.iter();
        for stream in streams.drain(..) {
            match names.next().filter(|name| case.is_side(name)) {
                Some(name) => {
                    sides.insert(name.clone(), whole(&stream)?);
                }
                None => rest.push(stream),
            }
        }
        *streams = rest;
        Ok(Self(sides))
    }

    /// Each pair with what it reads of a stream.
    pub(super) fn read<V: Value>(
        &self,
        pairs: &PCollection<(String, V)>,
        stream: &str,
        view: SideView,
    ) -> Result<Box<dyn Stream>, String> {
        let (pairs, side) = (whole(pairs)?, self.side(stream)?);
        let groups = match view {
            SideView::Iterable => with_all(&pairs, &side.values().as_iterable()),
            SideView::List => with_all(&pairs, &side.values().as_list()),
            SideView::Singleton => with_one(&pairs, &side.values().as_singleton()),
            SideView::SingletonOr(default) => {
                with_one(&pairs, &side.values().as_singleton_or(default))
            }
            SideView::Map => pairs.map_with(&side.as_map(), |(key, value), map| {
                let read = map.get(&key);
                (key, group(value, read))
            }),
            SideView::Multimap => pairs.map_with(&side.as_multimap(), |(key, value), map| {
                let read = map.get(&key);
                (key, group(value, read))
            }),
            SideView::Latest => {
                let latest = side.values().latest_globally_as_view();
                pairs.map_with(&latest, |(key, value), latest| (key, group(value, latest)))
            }
        };
        Ok(Box::new(Grouped(groups)))
    }

    /// The values of each key and pane together with what the pane reads of a stream.
    pub(super) fn combined<V: Value>(
        &self,
        pairs: &PCollection<(String, V)>,
        stream: &str,
    ) -> Result<Box<dyn Stream>, String> {
        let list = self.side(stream)?.values().as_list();
        let groups = whole(pairs)?.combine_per_key_with(&list, |read| With(read.clone()));
        Ok(Box::new(Grouped(groups)))
    }

    fn side(&self, stream: &str) -> Result<&Pairs, String> {
        self.0.get(stream).ok_or_else(|| format!("there is no stream `{stream}`"))
    }
}

fn whole<V: Value>(pairs: &PCollection<(String, V)>) -> Result<Pairs, String> {
    let pairs: &dyn Any = pairs;
    let whole = pairs.downcast_ref::<Pairs>().cloned();
    whole.ok_or_else(|| cannot_build("decimals in a case with side inputs"))
}

fn with_all(pairs: &Pairs, view: &View<Vec<i64>>) -> Groups {
    pairs.map_with(view, |(key, value), all| (key, group(value, all)))
}

fn with_one(pairs: &Pairs, view: &View<i64>) -> Groups {
    pairs.map_with(view, |(key, value), one| (key, group(value, [one])))
}

fn group<'a>(value: i64, read: impl IntoIterator<Item = &'a i64>) -> Group<i64> {
    std::iter::once(value).chain(read.into_iter().copied()).collect()
}

/// All values, and what was read.
struct With(Vec<i64>);

impl CombineFn<i64> for With {
    type Accumulator = Vec<i64>;
    type Output = Group<i64>;

    fn create(&self) -> Vec<i64> {
        Vec::new()
    }

    fn add(&self, values: &mut Vec<i64>, value: &i64) {
        values.push(*value);
    }

    fn merge(&self, values: &mut Vec<i64>, others: &Vec<i64>) {
        values.extend(others);
    }

    fn extract(&self, values: &Vec<i64>) -> Group<i64> {
        values.iter().chain(&self.0).copied().collect()
    }
}
