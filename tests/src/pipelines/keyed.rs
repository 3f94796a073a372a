//! Pairs of a key and a number.

use heliostat::{CollectionId, Count, Max, Mean, Min, PCollection, Sum};

use super::grouped::Grouped;
use super::keyless::Keyless;
use super::script::Value;
use super::seen::{dropped, panes};
use super::sides::Sides;
use super::stream::{Seen, Stream, cannot_follow};
use super::ticks::Ticks;
use super::windowing::{cannot_build, windowed};
use crate::case::{self, Combine, Defaults, Dropped, Pane, Step};

pub(super) struct Keyed<V>(pub(super) PCollection<(String, V)>);

const ONE_KEY: &str = "all";

impl<V: Value> Stream for Keyed<V> {
    fn then(&self, step: &Step, sides: &Sides) -> Result<Box<dyn Stream>, String> {
        let pairs = &self.0;
        Ok(match step {
            Step::GroupByKey => Box::new(Grouped(pairs.group_by_key())),
            Step::CombinePerKey(combine) => match combine {
                Combine::Sum => Box::new(Keyed(pairs.sum_per_key())),
                Combine::Count => Box::new(Keyed(pairs.count_per_key().map(keyed_count))),
                Combine::Mean => Box::new(Keyed(pairs.mean_per_key())),
                Combine::Min => Box::new(Keyed(pairs.min_per_key())),
                Combine::Max => Box::new(Keyed(pairs.max_per_key())),
            },
            Step::CombinePerKeyWithFanout(combine, shards) => {
                let others = || pairs.combine_per_key_with_fanout(*shards, OTHERS);
                match combine {
                    Combine::Sum => {
                        Box::new(Keyed(pairs.combine_per_key_with_fanout(*shards, Sum)))
                    }
                    Combine::Count => Box::new(Keyed(others().map(|(k, it)| (k, count(it.0))))),
                    Combine::Mean => Box::new(Keyed(others().map(|(k, it)| (k, it.1)))),
                    Combine::Min => Box::new(Keyed(others().map(|(k, it)| (k, it.2)))),
                    Combine::Max => Box::new(Keyed(others().map(|(k, it)| (k, it.3)))),
                }
            }
            Step::CombineGlobally(combine, defaults) => {
                global(&pairs.values(), *combine, *defaults)
            }
            Step::ToOneKey => Box::new(Keyed(pairs.map(|(_, value)| (ONE_KEY.to_owned(), value)))),
            Step::Window(spec) => Box::new(Keyed(windowed(pairs, spec)?)),
            Step::Map => Box::new(Keyed(pairs.map(|pair| pair))),
            Step::Flatten | Step::Windowed => Box::new(Keyed(pairs.clone())),
            Step::Reshuffle => Box::new(Keyed(pairs.reshuffle())),
            Step::WithSide(stream, view) => sides.read(pairs, stream, *view)?,
            Step::CombineWith(stream) => sides.combined(pairs, stream)?,
            Step::WithState(stateful) => Box::new(Keyed(V::stateful(pairs, stateful)?)),
        })
    }

    fn grouped_with_dropped(
        &self,
        step: &Step,
    ) -> Result<(Box<dyn Stream>, Seen<Dropped>), String> {
        let pairs = &self.0;
        let (stream, given): (Box<dyn Stream>, _) = match step {
            Step::GroupByKey => {
                let (groups, given) = pairs.group_by_key_with_dropped();
                (Box::new(Grouped(groups)), given)
            }
            Step::CombinePerKey(combine) => match combine {
                Combine::Sum => {
                    let (sums, given) = pairs.combine_per_key_with_dropped(Sum);
                    (Box::new(Keyed(sums)), given)
                }
                Combine::Count => {
                    let (counts, given) = pairs.combine_per_key_with_dropped(Count);
                    (Box::new(Keyed(counts.map(keyed_count))), given)
                }
                Combine::Mean => {
                    let (means, given) = pairs.combine_per_key_with_dropped(Mean);
                    (Box::new(Keyed(means)), given)
                }
                Combine::Min => {
                    let (smallest, given) = pairs.combine_per_key_with_dropped(Min);
                    (Box::new(Keyed(smallest)), given)
                }
                Combine::Max => {
                    let (largest, given) = pairs.combine_per_key_with_dropped(Max);
                    (Box::new(Keyed(largest)), given)
                }
            },
            Step::CombinePerKeyWithFanout(..)
            | Step::CombineGlobally(..)
            | Step::ToOneKey
            | Step::Window(_)
            | Step::Flatten
            | Step::Reshuffle
            | Step::WithSide(..)
            | Step::CombineWith(_)
            | Step::Map
            | Step::WithState(_)
            | Step::Windowed => {
                return Err(cannot_build(&format!("what {step:?} drops, as a second output")));
            }
        };
        let collected = given.collect();
        let seen = move |result: &heliostat::RunResult| {
            result.collected(&collected).into_iter().map(dropped).collect()
        };
        Ok((stream, Box::new(seen)))
    }

    fn seen(&self, ticks: Option<&Ticks>) -> (CollectionId, Seen<(usize, Pane)>) {
        let seen = panes(&self.0, ticks, |(key, value)| {
            (Some(key.clone()), case::Value::Number(value.number()))
        });
        (self.0.id(), seen)
    }
}

fn global<V: Value>(
    values: &PCollection<V>,
    combine: Combine,
    defaults: Defaults,
) -> Box<dyn Stream> {
    let others = || match defaults {
        Defaults::With => values.combine_globally(OTHERS),
        Defaults::Without => values.combine_globally_without_default(OTHERS),
    };
    match (combine, defaults) {
        (Combine::Sum, Defaults::With) => Box::new(Keyless(values.sum_globally())),
        (Combine::Sum, Defaults::Without) => {
            Box::new(Keyless(values.combine_globally_without_default(Sum)))
        }
        (Combine::Count, _) => Box::new(Keyless(others().map(|it| count(it.0)))),
        (Combine::Mean, _) => Box::new(Keyless(others().map(|it| it.1))),
        (Combine::Min, _) => Box::new(Keyless(others().map(|it| it.2))),
        (Combine::Max, _) => Box::new(Keyless(others().map(|it| it.3))),
    }
}

/// Combines that cases rarely ask for, in one: each combine function of its own takes its time to
/// compile, for every type of key and value.
const OTHERS: (Count, Mean, Min, Max) = (Count, Mean, Min, Max);

/// A count as the other whole numbers of a case are: one type less to compile for.
fn count(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn keyed_count((key, number): (String, u64)) -> (String, i64) {
    (key, count(number))
}

/// Every value under the one key.
pub(super) fn under_one_key<V: Value>(value: V) -> (String, V) {
    (ONE_KEY.to_owned(), value)
}

/// What a collection of numbers without keys says to a step that needs keys.
pub(super) fn needs_keys(step: &Step) -> String {
    cannot_follow(step, "values without keys")
}
