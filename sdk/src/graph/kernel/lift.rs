//! Values reduced before they are exchanged: accumulators on their way to be merged.

use super::fold::{Fold, TypedKernels};
use super::panes::Tables;
use super::{Kernels, PaneTables};
use crate::coder::Coder;
use crate::graph::erase::TypedEdge;
use crate::graph::functions::EdgeType;
use crate::{Element, Key};
use std::marker::PhantomData;
use std::sync::Arc;

/// Makes the kernels of a combine that reduces its values on both sides of an exchange; kept in
/// [`Functions`](crate::graph::Functions) beside those that reduce them on one.
pub trait LiftKernels: Send + Sync {
    /// Tables for this side: what they fire is `(key, accumulator)`, compacted. `seed` keys their
    /// hashes.
    fn partial_tables(&self, seed: u64) -> Box<dyn PaneTables>;
    /// The element type of what they fire.
    fn partials(&self) -> &dyn EdgeType;
    /// The kernels of the grouping on the other side, which takes what they fire. It saves its
    /// state as one that takes the values themselves does.
    fn merging(&self) -> Arc<dyn Kernels>;
}

/// The lift kernels of a combine with these keys, values and fold.
pub(crate) struct TypedLift<K: 'static, V, F: Fold<V>> {
    fold: Arc<F>,
    partials: TypedEdge<(K, F::Accumulator)>,
    types: PhantomData<fn() -> V>,
}

impl<K: Key, V: Element, F: Fold<V>> TypedLift<K, V, F> {
    pub(crate) fn new(fold: F) -> Self {
        let coder = Coder::pair(Coder::<K>::of(), Coder::<F::Accumulator>::of());
        let partials = TypedEdge::with_coder(coder);
        Self { fold: Arc::new(fold), partials, types: PhantomData }
    }
}

impl<K: Key, V: Element, F: Fold<V>> LiftKernels for TypedLift<K, V, F> {
    fn partial_tables(&self, seed: u64) -> Box<dyn PaneTables> {
        let fold = Arc::new(Partial(Arc::clone(&self.fold)));
        Box::new(Tables::<K, V, Partial<F>>::new(fold, seed))
    }

    fn partials(&self) -> &dyn EdgeType {
        &self.partials
    }

    fn merging(&self) -> Arc<dyn Kernels> {
        let fold = Merged { fold: Arc::clone(&self.fold), values: PhantomData };
        Arc::new(TypedKernels::<K, F::Accumulator, Merged<V, F>>::new(fold))
    }
}

/// Gives the accumulator itself.
struct Partial<F>(Arc<F>);

impl<V: Element, F: Fold<V>> Fold<V> for Partial<F> {
    const SHRINKS: bool = F::SHRINKS;
    type Accumulator = F::Accumulator;
    type Output = F::Accumulator;

    #[inline]
    fn create(&self) -> F::Accumulator {
        self.0.create()
    }

    #[inline]
    fn add(&self, accumulator: &mut F::Accumulator, value: V) {
        self.0.add(accumulator, value);
    }

    fn merge(&self, into: &mut F::Accumulator, from: F::Accumulator) {
        self.0.merge(into, from);
    }

    fn extract(&self, accumulator: &F::Accumulator) -> F::Accumulator {
        self.finish(accumulator.clone())
    }

    fn finish(&self, mut accumulator: F::Accumulator) -> F::Accumulator {
        self.0.compact(&mut accumulator);
        accumulator
    }
}

/// Takes accumulators for values.
struct Merged<V, F> {
    fold: Arc<F>,
    values: PhantomData<fn() -> V>,
}

impl<V: Element, F: Fold<V>> Fold<F::Accumulator> for Merged<V, F> {
    const SHRINKS: bool = F::SHRINKS;
    type Accumulator = F::Accumulator;
    type Output = F::Output;

    fn create(&self) -> F::Accumulator {
        self.fold.create()
    }

    fn add(&self, accumulator: &mut F::Accumulator, partial: F::Accumulator) {
        self.fold.merge(accumulator, partial);
    }

    fn merge(&self, into: &mut F::Accumulator, from: F::Accumulator) {
        self.fold.merge(into, from);
    }

    fn extract(&self, accumulator: &F::Accumulator) -> F::Output {
        self.fold.extract(accumulator)
    }

    fn finish(&self, accumulator: F::Accumulator) -> F::Output {
        self.fold.finish(accumulator)
    }
}
