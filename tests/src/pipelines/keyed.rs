//! Pairs of a key and a number.

use heliostat::{CollectionId, Count, Max, Mean, Min, PCollection, Sum};

use super::grouped::Grouped;
use super::keyless::Keyless;
use super::script::Value;
use super::seen::{dropped, panes};
use super::stream::{Seen, Stream, cannot_follow};
use super::ticks::Ticks;
use super::windowing::{cannot_build, windowed};
use crate::case::{self, Combine, Defaults, Dropped, Pane, Step};

pub(super) struct Keyed<V>(pub(super) PCollection<(String, V)>);

const ONE_KEY: &str = "all";

impl<V: Value> Stream for Keyed<V> {
    fn then(&self, step: &Step) -> Result<Box<dyn Stream>, String> {
        let pairs = &self.0;
        Ok(match step {
            Step::GroupByKey => Box::new(Grouped(pairs.group_by_key())),
            Step::CombinePerKey(combine) => match combine {
                Combine::Sum => Box::new(Keyed(pairs.sum_per_key())),
                Combine::Count => Box::new(Keyed(pairs.count_per_key())),
                Combine::Mean => Box::new(Keyed(pairs.mean_per_key())),
                Combine::Min => Box::new(Keyed(pairs.min_per_key())),
                Combine::Max => Box::new(Keyed(pairs.max_per_key())),
            },
            Step::CombinePerKeyWithFanout(combine, shards) => match combine {
                Combine::Sum => Box::new(Keyed(pairs.combine_per_key_with_fanout(*shards, Sum))),
                Combine::Count => {
                    Box::new(Keyed(pairs.combine_per_key_with_fanout(*shards, Count)))
                }
                Combine::Mean => Box::new(Keyed(pairs.combine_per_key_with_fanout(*shards, Mean))),
                Combine::Min => Box::new(Keyed(pairs.combine_per_key_with_fanout(*shards, Min))),
                Combine::Max => Box::new(Keyed(pairs.combine_per_key_with_fanout(*shards, Max))),
            },
            Step::CombineGlobally(combine, defaults) => {
                global(&pairs.values(), *combine, *defaults)
            }
            Step::ToOneKey => Box::new(Keyed(pairs.map(|(_, value)| (ONE_KEY.to_owned(), value)))),
            Step::Window(spec) => Box::new(Keyed(windowed(pairs, spec)?)),
            Step::Map => Box::new(Keyed(pairs.map(|pair| pair))),
            Step::Flatten | Step::Windowed => Box::new(Keyed(pairs.clone())),
            Step::Reshuffle => return Err(cannot_build("reshuffle")),
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
                    (Box::new(Keyed(counts)), given)
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
            | Step::Map
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
    match (combine, defaults) {
        (Combine::Sum, Defaults::With) => Box::new(Keyless(values.sum_globally())),
        (Combine::Count, Defaults::With) => Box::new(Keyless(values.count_globally())),
        (Combine::Mean, Defaults::With) => Box::new(Keyless(values.mean_globally())),
        (Combine::Min, Defaults::With) => Box::new(Keyless(values.min_globally())),
        (Combine::Max, Defaults::With) => Box::new(Keyless(values.max_globally())),
        (Combine::Sum, Defaults::Without) => {
            Box::new(Keyless(values.combine_globally_without_default(Sum)))
        }
        (Combine::Count, Defaults::Without) => {
            Box::new(Keyless(values.combine_globally_without_default(Count)))
        }
        (Combine::Mean, Defaults::Without) => {
            Box::new(Keyless(values.combine_globally_without_default(Mean)))
        }
        (Combine::Min, Defaults::Without) => {
            Box::new(Keyless(values.combine_globally_without_default(Min)))
        }
        (Combine::Max, Defaults::Without) => {
            Box::new(Keyless(values.combine_globally_without_default(Max)))
        }
    }
}

/// Every value under the one key.
pub(super) fn under_one_key<V: Value>(value: V) -> (String, V) {
    (ONE_KEY.to_owned(), value)
}

/// What a collection of numbers without keys says to a step that needs keys.
pub(super) fn needs_keys(step: &Step) -> String {
    cannot_follow(step, "values without keys")
}
