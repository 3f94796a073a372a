//! What the verbs of a generated pipeline do to pairs.

use heliostat::{
    CoGroupByKey, Group, Interval, Max, PCollection, PaneTiming, Pipeline, Sum, Timestamp, Windowed,
};

use super::node::{Beside, Each, Grouping};
use crate::case::{Element, Number};
use crate::pipelines::Pairs;

/// Values that element-wise steps give lie below it, so that sums of many stay exact.
const VALUES: i64 = 997;

const SQUARES: i64 = VALUES * VALUES;

/// Sums of sums stay below it.
const SUMS: i64 = 1_000_000_000_000;

/// What a group or combine of no elements is: no element has this value.
pub(super) const NOTHING: i64 = -SUMS;

const ONE_KEY: &str = "all";

/// A value as it is, if no sum of it could grow too large.
pub(super) fn bounded((key, n): (String, i64)) -> (String, i64) {
    let small = -SUMS < n && n < SUMS;
    (key, if small { n } else { n.rem_euclid(VALUES) })
}

/// The result of a combine that may have combined nothing.
fn combined((key, n): (String, i64)) -> (String, i64) {
    if n == i64::MAX || n == i64::MIN { (key, NOTHING) } else { bounded((key, n)) }
}

fn counted((key, count): (String, u64)) -> (String, i64) {
    (key, i64::try_from(count).unwrap_or(i64::MAX))
}

pub(super) fn created(pipeline: &Pipeline, elements: &[Element]) -> Pairs {
    pipeline.create_timestamped(elements.iter().map(|element| {
        let at = Timestamp::from_millis(element.timestamp.unwrap_or(0));
        ((element.key.clone(), whole(element.value)), at)
    }))
}

fn whole(number: Number) -> i64 {
    match number {
        Number::Integer(integer) => integer,
        Number::Decimal(decimal) => decimal.floor() as i64,
    }
}

/// One number of many, whatever their order.
fn digest(numbers: impl IntoIterator<Item = i64>) -> i64 {
    let (mut sum, mut count) = (0_i64, 0);
    for n in numbers {
        // Not linear, so that two wrong values seldom make up for each other.
        sum = (sum + n.rem_euclid(VALUES) * n.rem_euclid(VALUES)).rem_euclid(SUMS);
        count += 1;
    }
    if count == 0 { NOTHING } else { (sum * 64 + count).rem_euclid(SUMS) }
}

fn held(group: &Group<i64>) -> Vec<i64> {
    group.to_vec().expect("a group in memory can be read")
}

/// What an element is and where, as a value.
fn stamped(seen: Windowed<(String, i64)>) -> (String, i64) {
    let (key, n) = seen.value;
    let timing = match seen.pane.timing {
        PaneTiming::Early => 1,
        PaneTiming::OnTime => 2,
        PaneTiming::Late => 3,
        PaneTiming::Unknown => 4,
    };
    let index = i64::try_from(seen.pane.index).unwrap_or(i64::MAX).rem_euclid(VALUES);
    let window = if seen.window == Interval::GLOBAL { 0 } else { seen.window.start().millis() };
    let place = seen.timestamp.millis().rem_euclid(VALUES) + 7 * window.rem_euclid(VALUES);
    let all = n.rem_euclid(VALUES) * 11 + place + 131 * index + 17 * timing;
    (key, all.rem_euclid(VALUES))
}

/// What a step gives that looks at each element alone.
pub(super) fn each(each: Each, pairs: &Pairs) -> Pairs {
    match each {
        Each::Times(by) => {
            pairs.map(move |(key, n)| (key, (n.rem_euclid(VALUES) * by + 1).rem_euclid(VALUES)))
        }
        Each::Keep(rest) => pairs.filter(move |(_, n)| n.rem_euclid(rest) != 0),
        Each::Rekey(keys) => pairs.map(move |(_, n)| (format!("k{}", n.rem_euclid(keys)), n)),
        Each::Stamp => pairs.windowed().map(stamped),
        Each::Repeat => pairs.flat_map(|(key, n)| {
            (0..n.rem_euclid(4)).map(move |more| (key.clone(), n + more)).collect::<Vec<_>>()
        }),
        Each::Reshuffle => pairs.reshuffle(),
    }
}

/// What a grouping of one collection gives.
pub(super) fn grouped(grouping: Grouping, pairs: &Pairs) -> Pairs {
    match grouping {
        Grouping::Group => pairs.group_by_key().flat_map(|(key, group)| {
            let values = if group.is_empty() { vec![NOTHING] } else { held(&group) };
            values.into_iter().map(move |n| (key.clone(), n)).collect::<Vec<_>>()
        }),
        Grouping::Digest => pairs.group_by_key().map(|(key, group)| (key, digest(held(&group)))),
        Grouping::Sum => pairs.sum_per_key().map(combined),
        Grouping::Fanout => pairs.combine_per_key_with_fanout(3, Sum).map(combined),
        Grouping::Count => pairs.count_per_key().map(counted),
        Grouping::Min => pairs.min_per_key().map(combined),
        Grouping::Max => pairs.max_per_key().map(combined),
        Grouping::MaxOfAll => under_one_key(&pairs.values().combine_globally_without_default(Max)),
        Grouping::Top => pairs.top_per_key(2).map(|(key, top)| (key, digest(top))),
        Grouping::Distinct => pairs.distinct(),
    }
}

fn under_one_key(values: &PCollection<i64>) -> Pairs {
    values.map(|n| combined((ONE_KEY.to_owned(), n)))
}

pub(super) fn co_grouped(left: &Pairs, right: &Pairs) -> Pairs {
    (left, right).co_group_by_key().map(|(key, (left, right))| {
        let [left, right] = [left, right].map(|group| digest(held(&group)).rem_euclid(SQUARES));
        (key, left * 3 + right)
    })
}

/// The pairs, each with what it reads of the side.
pub(super) fn beside(view: Beside, pairs: &Pairs, side: &Pairs) -> Pairs {
    match view {
        Beside::List => pairs.map_with(&side.values().as_list(), |(key, n), list| {
            (key, digest([n, digest(list.iter().copied())]))
        }),
        Beside::Multimap => pairs.map_with(&side.as_multimap(), |(key, n), map| {
            let found = digest(map.get(&key).iter().copied());
            let keys = i64::try_from(map.len()).unwrap_or(i64::MAX);
            (key, digest([n, found, keys]))
        }),
        Beside::Map => pairs.map_with(&side.as_map(), |(key, n), map| {
            let found = map.get(&key).copied().unwrap_or(NOTHING);
            (key, digest([n, found]))
        }),
        Beside::Total => {
            let total = side.values().combine_globally_as_view(Sum);
            pairs.map_with(&total, |(key, n), total| (key, digest([n, *total])))
        }
    }
}
