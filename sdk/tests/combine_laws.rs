//! Our own combine functions obey the laws, and for each law there is one that breaks just it.

use heliostat::testing::{BrokenLaw, CombineLaw, check_combine_laws, check_combine_laws_with};
use heliostat::{CombineFn, Count, Element, Latest, Max, Mean, Min, Sum, Timestamp, Top};
use serde::{Deserialize, Serialize};
use std::fmt::Debug;

const NUMBERS: [i64; 9] = [3, -1, 4, 1, 5, -9, 2, 6, 5];
const FLOATS: [f64; 7] = [0.1, 0.2, -0.3, 1e6, f64::MIN_POSITIVE, 7.5, -1e-3];

fn holds<In: Debug, C: CombineFn<In, Output: PartialEq + Debug>>(combine: &C, inputs: &[In]) {
    for len in [0, 1, 2, inputs.len()] {
        if let Err(broken) = check_combine_laws(combine, &inputs[..len]) {
            panic!("{broken}");
        }
    }
}

#[test]
fn our_own_obey_the_laws() {
    holds(&Sum, &NUMBERS);
    holds(&Count, &NUMBERS);
    holds(&Mean, &NUMBERS);
    holds(&Max, &NUMBERS);
    holds(&Min, &NUMBERS);
    holds(&Max, &FLOATS);
    holds(&Min, &["b", "a", "", "a"].map(str::to_owned));
    for count in [0, 1, 2, 20] {
        holds(&Top::largest(count), &NUMBERS);
        holds(&Top::smallest(count), &NUMBERS);
        holds(&Top::largest_by(count, f64::total_cmp), &FLOATS);
    }
    let timed = [(3, 'a'), (8, 'b'), (8, 'c'), (1, 'd')];
    holds(&Latest, &timed.map(|(second, value)| (Timestamp::secs(second), value)));
    holds(&(Sum, Mean, Count, Max, Min, Top::largest(2)), &NUMBERS);
    holds(&|a: i64, b: i64| a.max(b), &NUMBERS);
}

#[test]
fn sums_of_floats_obey_them_but_for_rounding() {
    let close = |a: &f64, b: &f64| (a - b).abs() < 1e-6 || (a.is_nan() && b.is_nan());
    assert_eq!(check_combine_laws_with(&Sum, &FLOATS, close), Ok(()));
    assert_eq!(check_combine_laws_with(&Mean, &FLOATS, close), Ok(()));
    let broken = check_combine_laws(&Sum, &[0.1, 0.2, 0.3]).expect_err("they are rounded");
    assert_eq!(broken.law, CombineLaw::MergeAssociative);
}

/// A sum, but for one law.
struct Broken(CombineLaw);

#[derive(Clone, Serialize, Deserialize)]
struct Partial {
    total: i64,
    merges: u32,
    #[serde(skip)]
    unwritten: i64,
}

impl Broken {
    fn is(&self, law: CombineLaw) -> bool {
        self.0 == law
    }
}

impl CombineFn<i64> for Broken {
    type Accumulator = Partial;
    type Output = i64;

    fn create(&self) -> Partial {
        Partial { total: 0, merges: 0, unwritten: 0 }
    }

    fn add(&self, partial: &mut Partial, value: &i64) {
        if self.is(CombineLaw::AddIsMerge) {
            partial.total = 2 * partial.total + value;
        } else if self.is(CombineLaw::SurvivesCoder) {
            partial.unwritten += value;
        } else {
            partial.total += value;
        }
    }

    fn merge(&self, partial: &mut Partial, other: &Partial) {
        partial.total += other.total;
        partial.unwritten += other.unwritten;
        partial.merges += 1 + other.merges;
    }

    fn extract(&self, partial: &Partial) -> i64 {
        // It takes more merges than the other laws look at until it shows.
        let worn = self.is(CombineLaw::AnyGrouping) && 3 < partial.merges;
        partial.total + partial.unwritten + i64::from(worn)
    }

    fn compact(&self, partial: &mut Partial) {
        if self.is(CombineLaw::CompactChangesNothing) {
            partial.total -= partial.total.rem_euclid(10);
        }
    }
}

/// Keeps the last value, the mean of two means, or the last value until nothing is merged in.
struct Pairs(CombineLaw);

impl CombineFn<i64> for Pairs {
    type Accumulator = Option<i64>;
    type Output = Option<i64>;

    fn create(&self) -> Option<i64> {
        None
    }

    fn add(&self, pair: &mut Option<i64>, value: &i64) {
        self.merge(pair, &Some(*value));
    }

    fn merge(&self, pair: &mut Option<i64>, other: &Option<i64>) {
        *pair = match (*pair, *other) {
            (_, None) if self.0 == CombineLaw::MergeWithEmpty => None,
            (Some(one), Some(other)) if self.0 == CombineLaw::MergeAssociative => {
                Some((one + other) / 2)
            }
            (one, None) => one,
            (_, Some(other)) => Some(other),
        };
    }

    fn extract(&self, pair: &Option<i64>) -> Option<i64> {
        *pair
    }
}

#[test]
fn each_broken_law_is_told_by_name() {
    fn broken<T: Element>(outcome: Result<T, BrokenLaw>) -> CombineLaw {
        outcome.err().expect("a law is broken").law
    }
    for law in [
        CombineLaw::AddIsMerge,
        CombineLaw::AnyGrouping,
        CombineLaw::SurvivesCoder,
        CombineLaw::CompactChangesNothing,
    ] {
        assert_eq!(broken(check_combine_laws(&Broken(law), &NUMBERS)), law);
    }
    for law in
        [CombineLaw::MergeWithEmpty, CombineLaw::MergeAssociative, CombineLaw::MergeCommutative]
    {
        assert_eq!(broken(check_combine_laws(&Pairs(law), &NUMBERS)), law);
    }
}

#[test]
fn a_broken_law_says_what_differs() {
    let broken = check_combine_laws(&Pairs(CombineLaw::MergeCommutative), &[1, 2]);
    assert_eq!(
        broken.expect_err("the last of two depends on their order").to_string(),
        "broken: merge is commutative; of [1, 2] one way makes Some(2) and another Some(1)"
    );
}
