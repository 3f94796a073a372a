//! How the values of a group become one: gathered, or folded by a combine function.

use super::cells::Cells;
use super::panes::Tables;
use super::{DropRecord, Kernels, KeyGroups, KeyedCells, PaneTables, TypedKeyGroups};
use crate::batch::{Column, ColumnExt};
use crate::coder::{Coder, key_bytes};
use crate::graph::erase::TypedEdge;
use crate::graph::functions::EdgeType;
use crate::savepoint::CodedType;
use crate::{CombineFn, Dropped, Element, Error, Key, Result};
use std::collections::BTreeMap;
use std::collections::HashMap;
use std::sync::Arc;

/// A combine function that takes its values by move, as kernels need it.
pub(crate) trait Fold<V>: Send + Sync + 'static {
    /// Whether two accumulators come to less when they are merged.
    const SHRINKS: bool = true;
    type Accumulator: Element;
    type Output: Element;
    fn create(&self) -> Self::Accumulator;
    fn add(&self, accumulator: &mut Self::Accumulator, value: V);
    fn merge(&self, into: &mut Self::Accumulator, from: Self::Accumulator);
    /// The same with an accumulator that lives on.
    fn merge_copy(&self, into: &mut Self::Accumulator, from: &Self::Accumulator) {
        self.merge(into, from.clone());
    }
    fn extract(&self, accumulator: &Self::Accumulator) -> Self::Output;
    /// The same of an accumulator that nobody needs any more.
    fn finish(&self, accumulator: Self::Accumulator) -> Self::Output {
        self.extract(&accumulator)
    }
    /// The same of all entries of a table.
    fn finish_all<K>(
        &self,
        entries: impl Iterator<Item = (K, Self::Accumulator)>,
        out: &mut Vec<(K, Self::Output)>,
    ) {
        out.extend(entries.map(|(key, accumulator)| (key, self.finish(accumulator))));
    }
    fn compact(&self, accumulator: &mut Self::Accumulator) {
        let _ = accumulator;
    }
    /// About how many bytes an accumulator holds beside itself.
    fn held_bytes(&self, accumulator: &Self::Accumulator) -> usize {
        held_bytes(accumulator)
    }
}

/// About how many bytes a value holds beside itself: by its encoding, which is not much smaller.
pub(super) fn held_bytes<T: Element>(value: &T) -> usize {
    /// What an allocation takes besides.
    const ALLOCATION: usize = 16;
    if !std::mem::needs_drop::<T>() {
        return 0;
    }
    ALLOCATION + Coder::<T>::of().encode_one(value).len()
}

/// Reduces the values by a combine function.
pub(crate) struct Folded<C>(pub(crate) C);

impl<V: Element, C: CombineFn<V>> Fold<V> for Folded<C> {
    type Accumulator = C::Accumulator;
    type Output = C::Output;

    #[inline]
    fn create(&self) -> C::Accumulator {
        self.0.create()
    }

    #[inline]
    fn add(&self, accumulator: &mut C::Accumulator, value: V) {
        self.0.add(accumulator, &value);
    }

    fn merge(&self, into: &mut C::Accumulator, from: C::Accumulator) {
        self.0.merge(into, &from);
    }

    fn extract(&self, accumulator: &C::Accumulator) -> C::Output {
        self.0.extract(accumulator)
    }

    fn compact(&self, accumulator: &mut C::Accumulator) {
        self.0.compact(accumulator);
    }
}

/// The kernels of a grouping with these keys, values and fold.
pub(crate) struct TypedKernels<K: 'static, V: 'static, F> {
    fold: Arc<F>,
    values: TypedEdge<(K, V)>,
}

impl<K: Key, V: Element, F> TypedKernels<K, V, F> {
    pub(crate) fn new(fold: F) -> Self {
        let coder = Coder::pair(Coder::<K>::of(), Coder::<V>::of());
        Self { fold: Arc::new(fold), values: TypedEdge::with_coder(coder) }
    }
}

impl<K: Key, V: Element, F: Fold<V>> Kernels for TypedKernels<K, V, F> {
    fn pane_tables(&self, seed: u64) -> Box<dyn PaneTables> {
        Box::new(Tables::<K, V, F>::new(Arc::clone(&self.fold), seed))
    }

    fn keyed_cells(&self, seed: u64) -> Box<dyn KeyedCells> {
        Box::new(Cells::<K, V, F>::new(Arc::clone(&self.fold), seed))
    }

    fn push_dropped(&self, values: &dyn Column, drops: &[DropRecord], out: &mut dyn Column) {
        let values = values.typed::<(K, V)>();
        out.typed_mut::<Dropped<(K, V)>>().extend(drops.iter().map(|drop| Dropped {
            value: values[drop.index].clone(),
            timestamp: drop.timestamp,
            window: drop.window.clone(),
            cause: drop.cause,
        }));
    }

    fn check_keys(&self, values: &dyn Column) -> Result<()> {
        let mut by_key: HashMap<&K, Vec<u8>> = HashMap::new();
        let mut by_bytes: BTreeMap<Vec<u8>, &K> = BTreeMap::new();
        for (key, _) in values.typed::<(K, V)>() {
            let bytes = key_bytes(key);
            let first = by_key.entry(key).or_insert_with(|| bytes.clone());
            if *first != bytes || *by_bytes.entry(bytes).or_insert(key) != key {
                return Err(Error::new(format!(
                    "`{}` is no key: two values are equal and their bytes differ, or the reverse; \
                     make `Eq` compare exactly the fields that are serialized",
                    std::any::type_name::<K>()
                )));
            }
        }
        Ok(())
    }

    fn values(&self) -> &dyn EdgeType {
        &self.values
    }

    fn key_groups(&self, seed: u64) -> Box<dyn KeyGroups> {
        Box::new(TypedKeyGroups::<(K, V)>::new(seed))
    }

    fn key_type(&self) -> CodedType {
        CodedType::of::<K>()
    }

    fn accumulator_type(&self) -> CodedType {
        CodedType::of::<F::Accumulator>()
    }
}
