//! Reducing many values to one, piece by piece.

mod number;
mod sum;
mod count;
mod mean;
mod extreme;
mod top;
mod latest;
mod tuple;
mod closure;

pub use count::Count;
pub use extreme::{Extreme, Max, Min};
pub use latest::Latest;
pub use mean::Mean;
pub use number::Number;
pub use sum::Sum;
pub use top::{LargestFirst, Rank, SmallestFirst, Top};

use crate::Element;

/// Reduces values of type `In` by way of an accumulator (model.md 8).
///
/// The laws: `merge` is associative and commutative; merging with a fresh accumulator changes
/// nothing; adding a value is the same as merging an accumulator that holds only it. Try them on
/// yours with [`check_combine_laws`](crate::testing::check_combine_laws). Tuples of combine
/// functions are combine functions, and so are closures `Fn(In, In) -> In`.
///
/// ```
/// use heliostat::prelude::*;
/// use heliostat_direct::DirectRunner;
///
/// /// How many letters in all.
/// struct Letters;
///
/// impl CombineFn<String> for Letters {
///     type Accumulator = u64;
///     type Output = u64;
///
///     fn create(&self) -> u64 {
///         0
///     }
///
///     fn add(&self, letters: &mut u64, word: &String) {
///         *letters += word.len() as u64;
///     }
///
///     fn merge(&self, letters: &mut u64, more: &u64) {
///         *letters += more;
///     }
///
///     fn extract(&self, letters: &u64) -> u64 {
///         *letters
///     }
/// }
///
/// let pipeline = Pipeline::new();
/// let letters =
///     pipeline.create(["to", "be"].map(str::to_owned)).combine_globally(Letters).collect();
/// let result = DirectRunner::default().run(&pipeline)?;
/// assert_eq!(result.collected(&letters), [4]);
/// # Ok::<(), heliostat::RunError>(())
/// ```
pub trait CombineFn<In>: Send + Sync + 'static {
    /// What has been gathered so far.
    type Accumulator: Element;
    /// What it comes to.
    type Output: Element;

    /// An accumulator of no values.
    fn create(&self) -> Self::Accumulator;
    /// Takes one more value.
    fn add(&self, accumulator: &mut Self::Accumulator, value: &In);
    /// Takes what another accumulator gathered.
    fn merge(&self, accumulator: &mut Self::Accumulator, other: &Self::Accumulator);
    /// What the values so far come to.
    fn extract(&self, accumulator: &Self::Accumulator) -> Self::Output;
    /// Makes an accumulator smaller, if it can be, before a runner ships it elsewhere to be merged.
    fn compact(&self, accumulator: &mut Self::Accumulator) {
        let _ = accumulator;
    }
}
