//! The laws of combine functions, tried on examples.
//!
//! A runner adds values to accumulators in any order, merges accumulators in any grouping, and
//! sends them through their coder. A [`CombineFn`] that obeys the laws gives the same each time;
//! one that does not gives results that differ from run to run.

use crate::coder::Coder;
use crate::{CombineFn, Seed};
use std::fmt::{self, Debug, Display};
use std::marker::PhantomData;

/// So many values at a time are tried in every order and every grouping.
const EXHAUSTED: usize = 4;

/// So many runs of values are tried in that way; of more inputs, some.
const RUNS_MAX: usize = 64;

/// All inputs together are cut and merged at random so many times.
const ROUNDS: u64 = 64;

/// Something that a [`CombineFn`] must fulfil (model.md 8).
///
/// ```
/// use heliostat::testing::CombineLaw;
///
/// assert_eq!(CombineLaw::MergeCommutative.to_string(), "merge is commutative");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CombineLaw {
    /// `add(a, x)` is `merge(a, add(create(), x))`.
    AddIsMerge,
    /// `merge(a, create())` and `merge(create(), a)` are `a`.
    MergeWithEmpty,
    /// `merge(merge(a, b), c)` is `merge(a, merge(b, c))`.
    MergeAssociative,
    /// `merge(a, b)` is `merge(b, a)`.
    MergeCommutative,
    /// What `extract` gives does not depend on how the values were cut into accumulators.
    AnyGrouping,
    /// An accumulator that was written and read back is what it was.
    SurvivesCoder,
    /// `compact` changes neither what an accumulator gives nor what it gives once it is merged.
    CompactChangesNothing,
}

impl Display for CombineLaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AddIsMerge => "adding a value is merging an accumulator that holds only it",
            Self::MergeWithEmpty => "merging with an empty accumulator changes nothing",
            Self::MergeAssociative => "merge is associative",
            Self::MergeCommutative => "merge is commutative",
            Self::AnyGrouping => "the result does not depend on the grouping",
            Self::SurvivesCoder => "an accumulator survives its coder",
            Self::CompactChangesNothing => "compact changes nothing that shows",
        })
    }
}

/// A law that does not hold, with an example of it.
///
/// See [`check_combine_laws`].
///
/// ```
/// use heliostat::testing::{BrokenLaw, CombineLaw, check_combine_laws};
///
/// let broken: BrokenLaw = check_combine_laws(&|a: i64, b: i64| a - b, &[1, 2]).unwrap_err();
/// assert_eq!(broken.law, CombineLaw::MergeAssociative);
/// assert_eq!((broken.inputs.as_str(), broken.one.as_str()), ("[1, 2, 1]", "Some(-2)"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenLaw {
    /// Which.
    pub law: CombineLaw,
    /// The values, in the order they were taken.
    pub inputs: String,
    /// What they came to in one way.
    pub one: String,
    /// What they came to in another.
    pub other: String,
}

impl Display for BrokenLaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { law, inputs, one, other } = self;
        write!(f, "broken: {law}; of {inputs} one way makes {one} and another {other}")
    }
}

impl std::error::Error for BrokenLaw {}

/// Tries the laws of combine functions on `inputs`.
///
/// Runs of a few inputs are tried in every order and grouping, all of them together in many that
/// chance makes, the same each time. Inputs that show how values matter to the function are the
/// better ones: some equal, some extreme. Laws are tried in the order of [`CombineLaw`]; the first
/// that is broken is told.
///
/// ```
/// use heliostat::testing::{CombineLaw, check_combine_laws};
/// use heliostat::{Count, Sum};
///
/// assert!(check_combine_laws(&(Sum, Count), &[3, -1, 4, 1]).is_ok());
///
/// // The first of two values depends on which comes first.
/// let first = |a: i64, _: i64| a;
/// let broken = check_combine_laws(&first, &[3, -1, 4, 1]).unwrap_err();
/// assert_eq!(broken.law, CombineLaw::MergeCommutative);
/// ```
///
/// # Errors
/// If one is broken.
pub fn check_combine_laws<In: Debug, C: CombineFn<In>>(
    combine: &C,
    inputs: &[In],
) -> Result<(), BrokenLaw>
where
    C::Output: PartialEq + Debug,
{
    // A NaN is not equal to itself, but reads the same.
    let same = |a: &C::Output, b: &C::Output| a == b || format!("{a:?}") == format!("{b:?}");
    check_combine_laws_with(combine, inputs, same)
}

/// The same, with results compared by `same`: floats that were added up in another order differ
/// a little.
///
/// ```
/// use heliostat::Mean;
/// use heliostat::testing::check_combine_laws_with;
///
/// let close = |a: &f64, b: &f64| (a - b).abs() < 1e-9 || (a.is_nan() && b.is_nan());
/// assert!(check_combine_laws_with(&Mean, &[0.1, 0.2, 0.3, 1e6], close).is_ok());
/// ```
///
/// # Errors
/// If a law is broken.
pub fn check_combine_laws_with<In: Debug, C: CombineFn<In>>(
    combine: &C,
    inputs: &[In],
    same: impl Fn(&C::Output, &C::Output) -> bool,
) -> Result<(), BrokenLaw>
where
    C::Output: Debug,
{
    let laws = Laws { combine, same, values: PhantomData };
    let runs = runs(inputs);
    let orders: Vec<Vec<&In>> = runs.iter().flat_map(|run| permutations(run)).collect();
    let each = |law: &dyn Fn(&[&In]) -> Result<(), BrokenLaw>| {
        orders.iter().try_for_each(|values| law(values))
    };
    each(&|values| laws.add_is_merge(values))?;
    each(&|values| laws.merge_with_empty(values))?;
    each(&|values| laws.merge_associative(values))?;
    each(&|values| laws.merge_commutative(values))?;
    runs.iter().try_for_each(|run| laws.any_grouping(run))?;
    laws.any_grouping_of_all(inputs)?;
    each(&|values| laws.survives_coder(values))?;
    each(&|values| laws.compact_changes_nothing(values))?;
    let all: Vec<&In> = inputs.iter().collect();
    laws.survives_coder(&all)?;
    laws.compact_changes_nothing(&all)
}

struct Laws<'a, In, C, S> {
    combine: &'a C,
    same: S,
    values: PhantomData<fn(In)>,
}

impl<In, C, S> Laws<'_, In, C, S>
where
    In: Debug,
    C: CombineFn<In, Output: Debug>,
    S: Fn(&C::Output, &C::Output) -> bool,
{
    fn add_is_merge(&self, values: &[&In]) -> Result<(), BrokenLaw> {
        let Some((last, before)) = values.split_last() else { return Ok(()) };
        let mut added = self.of(before);
        self.combine.add(&mut added, last);
        let merged = self.merged(self.of(before), &self.of(&[last]));
        self.equal(CombineLaw::AddIsMerge, values, &added, &merged)
    }

    fn merge_with_empty(&self, values: &[&In]) -> Result<(), BrokenLaw> {
        let all = self.of(values);
        let behind = self.merged(self.of(values), &self.combine.create());
        self.equal(CombineLaw::MergeWithEmpty, values, &all, &behind)?;
        let in_front = self.merged(self.combine.create(), &all);
        self.equal(CombineLaw::MergeWithEmpty, values, &all, &in_front)
    }

    fn merge_associative(&self, values: &[&In]) -> Result<(), BrokenLaw> {
        for (second, third) in cuts(values.len()) {
            let (first, middle) = (&values[..second], &values[second..third]);
            let last = self.of(&values[third..]);
            let left = self.merged(self.merged(self.of(first), &self.of(middle)), &last);
            let right = self.merged(self.of(first), &self.merged(self.of(middle), &last));
            self.equal(CombineLaw::MergeAssociative, values, &left, &right)?;
        }
        Ok(())
    }

    fn merge_commutative(&self, values: &[&In]) -> Result<(), BrokenLaw> {
        for cut in 0..=values.len() {
            let (a, b) = values.split_at(cut);
            let one = self.merged(self.of(a), &self.of(b));
            let other = self.merged(self.of(b), &self.of(a));
            self.equal(CombineLaw::MergeCommutative, values, &one, &other)?;
        }
        Ok(())
    }

    /// Every order and grouping of a few.
    fn any_grouping(&self, run: &[&In]) -> Result<(), BrokenLaw> {
        let whole = self.of(run);
        for values in permutations(run) {
            for groups in groupings(&values) {
                let merged = self.merge_all(&groups);
                self.equal(CombineLaw::AnyGrouping, &values, &whole, &merged)?;
            }
        }
        Ok(())
    }

    /// All inputs, cut and merged at random.
    fn any_grouping_of_all(&self, inputs: &[In]) -> Result<(), BrokenLaw> {
        let mut values: Vec<&In> = inputs.iter().collect();
        let whole = self.of(&values);
        for round in 0..ROUNDS {
            let mut chance = Seed::new(round);
            chance.shuffle(&mut values);
            let mut pieces = Vec::new();
            let mut rest = values.as_slice();
            while !rest.is_empty() {
                let (piece, behind) = rest.split_at(1 + below(&mut chance, rest.len()));
                pieces.push(self.of(piece));
                rest = behind;
            }
            while 1 < pieces.len() {
                let taken = pieces.swap_remove(below(&mut chance, pieces.len()));
                let into = below(&mut chance, pieces.len());
                self.combine.merge(&mut pieces[into], &taken);
            }
            let merged = pieces.pop().unwrap_or_else(|| self.combine.create());
            self.equal(CombineLaw::AnyGrouping, &values, &whole, &merged)?;
        }
        Ok(())
    }

    fn survives_coder(&self, values: &[&In]) -> Result<(), BrokenLaw> {
        let law = CombineLaw::SurvivesCoder;
        let accumulator = self.of(values);
        let coder = Coder::<C::Accumulator>::of();
        match coder.decode_one(&coder.encode_one(&accumulator)) {
            Ok(read) => self.equal(law, values, &accumulator, &read),
            Err(error) => Err(BrokenLaw {
                law,
                inputs: format!("{values:?}"),
                one: format!("{:?}", self.combine.extract(&accumulator)),
                other: format!("no accumulator ({error})"),
            }),
        }
    }

    fn compact_changes_nothing(&self, values: &[&In]) -> Result<(), BrokenLaw> {
        let law = CombineLaw::CompactChangesNothing;
        let compacted = |values: &[&In]| {
            let mut accumulator = self.of(values);
            self.combine.compact(&mut accumulator);
            accumulator
        };
        self.equal(law, values, &self.of(values), &compacted(values))?;
        let (a, b) = values.split_at(values.len() / 2);
        let plain = self.merged(self.of(a), &self.of(b));
        self.equal(law, values, &plain, &self.merged(compacted(a), &compacted(b)))
    }

    /// An accumulator of these values.
    fn of(&self, values: &[&In]) -> C::Accumulator {
        let mut accumulator = self.combine.create();
        values.iter().for_each(|value| self.combine.add(&mut accumulator, value));
        accumulator
    }

    fn merged(&self, mut into: C::Accumulator, other: &C::Accumulator) -> C::Accumulator {
        self.combine.merge(&mut into, other);
        into
    }

    fn merge_all(&self, groups: &[&[&In]]) -> C::Accumulator {
        groups.iter().fold(self.combine.create(), |all, group| self.merged(all, &self.of(group)))
    }

    fn equal(
        &self,
        law: CombineLaw,
        values: &[&In],
        one: &C::Accumulator,
        other: &C::Accumulator,
    ) -> Result<(), BrokenLaw> {
        let (one, other) = (self.combine.extract(one), self.combine.extract(other));
        if (self.same)(&one, &other) {
            return Ok(());
        }
        let inputs = format!("{values:?}");
        Err(BrokenLaw { law, inputs, one: format!("{one:?}"), other: format!("{other:?}") })
    }
}

/// None, one, and a few inputs next to each other, going round at the end; of many inputs, some.
fn runs<In>(inputs: &[In]) -> Vec<Vec<&In>> {
    let step = inputs.len().div_ceil(RUNS_MAX).max(1);
    let from = |at: usize, len: usize| inputs.iter().cycle().skip(at).take(len).collect();
    let starts = (0..inputs.len()).step_by(step);
    let few = starts
        .flat_map(|at| [from(at, 1), from(at, 2), from(at, EXHAUSTED - 1), from(at, EXHAUSTED)]);
    std::iter::once(Vec::new()).chain(few).collect()
}

/// The values in every order.
fn permutations<'a, In>(values: &[&'a In]) -> Vec<Vec<&'a In>> {
    let Some((first, rest)) = values.split_first() else { return vec![Vec::new()] };
    let mut all = Vec::new();
    for order in permutations(rest) {
        for at in 0..=order.len() {
            let mut order = order.clone();
            order.insert(at, *first);
            all.push(order);
        }
    }
    all
}

/// Every way to cut so many values twice.
fn cuts(len: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..=len).flat_map(move |second| (second..=len).map(move |third| (second, third)))
}

/// Every way to cut values into pieces that are not empty.
fn groupings<'v, 'a, In>(values: &'v [&'a In]) -> Vec<Vec<&'v [&'a In]>> {
    if values.is_empty() {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for first in 1..=values.len() {
        let (piece, rest) = values.split_at(first);
        for mut pieces in groupings(rest) {
            pieces.insert(0, piece);
            all.push(pieces);
        }
    }
    all
}

fn below(chance: &mut Seed, bound: usize) -> usize {
    usize::try_from(chance.below(bound as u64)).unwrap_or_default()
}
