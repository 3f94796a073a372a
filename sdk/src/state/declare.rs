//! The cells of a `DoFn`, declared.

use super::{
    BagState, CellOptions, CombiningState, MapState, MultimapState, OrderedListState, SetState,
    ValueState,
};
use crate::coder::Coder;
use crate::graph::erase::element_name;
use crate::graph::kernel::{
    ByKey, ByTime, CellColumn, Combined, Doubled, ManyColumn, Merged, OneColumn, Unordered,
};
use crate::graph::{CellKind, CellSpec};
use crate::{CombineFn, Declare, DoFn, Element, Key, KeyedInput, Timestamp};
use std::sync::Arc;

/// State cells. Each belongs to a key in a window, so the input needs keys. Each method wants an id
/// that no other cell of the `DoFn` has, and panics otherwise.
impl<D: DoFn> Declare<D> {
    /// A cell for one value.
    #[track_caller]
    pub fn value<T: Element>(&mut self, id: &'static str) -> ValueState<D, T>
    where
        D::Input: KeyedInput,
    {
        self.value_with(id, CellOptions::new())
    }

    /// A cell for one value, with options.
    #[track_caller]
    pub fn value_with<T: Element>(
        &mut self,
        id: &'static str,
        options: CellOptions<T>,
    ) -> ValueState<D, T>
    where
        D::Input: KeyedInput,
    {
        let merges = options.merge.is_some();
        let spec = spec(id, CellKind::Value, &Coder::<T>::of(), &options);
        let cell = self.cell(CellSpec { merges, ..spec }, move || {
            OneColumn::<T, _>::new(Merged::new(id, options.merge.clone()), options.time_to_live)
        });
        ValueState::of(cell)
    }

    /// A cell for any number of values, in no order.
    #[track_caller]
    pub fn bag<T: Element>(&mut self, id: &'static str) -> BagState<D, T>
    where
        D::Input: KeyedInput,
    {
        self.bag_with(id, CellOptions::new())
    }

    /// A cell for any number of values, in no order, with options.
    #[track_caller]
    pub fn bag_with<T: Element>(&mut self, id: &'static str, options: CellOptions) -> BagState<D, T>
    where
        D::Input: KeyedInput,
    {
        let cell = self.cell(spec(id, CellKind::Bag, &Coder::<T>::of(), &options), move || {
            ManyColumn::<T, _>::new(Unordered, Coder::of(), options.time_to_live)
        });
        BagState::of(cell)
    }

    /// A cell for what a combine function makes of the values that are added.
    #[track_caller]
    pub fn combining<In: Element, C: CombineFn<In>>(
        &mut self,
        id: &'static str,
        combine: C,
    ) -> CombiningState<D, In, C>
    where
        D::Input: KeyedInput,
    {
        self.combining_with(id, combine, CellOptions::new())
    }

    /// A cell for what a combine function makes of the values that are added, with options.
    #[track_caller]
    pub fn combining_with<In: Element, C: CombineFn<In>>(
        &mut self,
        id: &'static str,
        combine: C,
        options: CellOptions,
    ) -> CombiningState<D, In, C>
    where
        D::Input: KeyedInput,
    {
        let combine = Arc::new(combine);
        let spec = spec(id, CellKind::Combining, &Coder::<C::Accumulator>::of(), &options);
        let cell = self.cell(spec, move || {
            let join = Combined::<In, C>::new(Arc::clone(&combine));
            OneColumn::<C::Accumulator, _>::new(join, options.time_to_live)
        });
        CombiningState::of(cell)
    }

    /// A cell for one value per key of its own.
    #[track_caller]
    pub fn map<K: Key, V: Element>(&mut self, id: &'static str) -> MapState<D, K, V>
    where
        D::Input: KeyedInput,
    {
        self.map_with(id, CellOptions::new())
    }

    /// A cell for one value per key of its own, with options.
    #[track_caller]
    pub fn map_with<K: Key, V: Element>(
        &mut self,
        id: &'static str,
        options: CellOptions<V>,
    ) -> MapState<D, K, V>
    where
        D::Input: KeyedInput,
    {
        let merges = options.merge.is_some();
        let spec = spec(id, CellKind::Map, &pair::<K, V>(), &options);
        let spec = CellSpec { merges, element: names::<K, V>(), ..spec };
        let cell = self.cell(spec, move || {
            let doubled = Doubled::Join(Merged::new(id, options.merge.clone()));
            ManyColumn::new(ByKey::<K, V>::new(doubled), pair(), options.time_to_live)
        });
        MapState::of(cell)
    }

    /// A cell for different values.
    #[track_caller]
    pub fn set<T: Key>(&mut self, id: &'static str) -> SetState<D, T>
    where
        D::Input: KeyedInput,
    {
        self.set_with(id, CellOptions::new())
    }

    /// A cell for different values, with options.
    #[track_caller]
    pub fn set_with<T: Key>(&mut self, id: &'static str, options: CellOptions) -> SetState<D, T>
    where
        D::Input: KeyedInput,
    {
        let cell = self.cell(spec(id, CellKind::Set, &Coder::<T>::of(), &options), move || {
            let order = ByKey::<T, ()>::new(Doubled::KeepOne);
            ManyColumn::new(order, pair(), options.time_to_live)
        });
        SetState::of(cell)
    }

    /// A cell for any number of values per key of its own.
    #[track_caller]
    pub fn multimap<K: Key, V: Element>(&mut self, id: &'static str) -> MultimapState<D, K, V>
    where
        D::Input: KeyedInput,
    {
        self.multimap_with(id, CellOptions::new())
    }

    /// A cell for any number of values per key of its own, with options.
    #[track_caller]
    pub fn multimap_with<K: Key, V: Element>(
        &mut self,
        id: &'static str,
        options: CellOptions,
    ) -> MultimapState<D, K, V>
    where
        D::Input: KeyedInput,
    {
        let spec = spec(id, CellKind::Multimap, &pair::<K, V>(), &options);
        let cell = self.cell(CellSpec { element: names::<K, V>(), ..spec }, move || {
            let order = ByKey::<K, V>::new(Doubled::KeepBoth);
            ManyColumn::new(order, pair(), options.time_to_live)
        });
        MultimapState::of(cell)
    }

    /// A cell for values sorted by time.
    #[track_caller]
    pub fn ordered_list<T: Element>(&mut self, id: &'static str) -> OrderedListState<D, T>
    where
        D::Input: KeyedInput,
    {
        self.ordered_list_with(id, CellOptions::new())
    }

    /// A cell for values sorted by time, with options.
    #[track_caller]
    pub fn ordered_list_with<T: Element>(
        &mut self,
        id: &'static str,
        options: CellOptions,
    ) -> OrderedListState<D, T>
    where
        D::Input: KeyedInput,
    {
        let spec = spec(id, CellKind::OrderedList, &Coder::<T>::of(), &options);
        let cell = self.cell(spec, move || {
            ManyColumn::new(ByTime, pair::<Timestamp, T>(), options.time_to_live)
        });
        OrderedListState::of(cell)
    }

    #[track_caller]
    fn cell<C: CellColumn>(
        &mut self,
        spec: CellSpec,
        make: impl Fn() -> C + Send + Sync + 'static,
    ) -> u32
    where
        D::Input: KeyedInput,
    {
        let taken = self.spec.cells.iter().any(|cell| cell.id == spec.id);
        assert!(!taken, "a step has one cell of each id, and `{}` is already declared", spec.id);
        self.needs_keys();
        self.spec.cells.push(spec);
        self.cells.push(Box::new(move || Box::new(make())));
        u32::try_from(self.cells.len() - 1).expect("a step has fewer than 2^32 cells")
    }
}

fn spec<T: Element, M>(
    id: &str,
    kind: CellKind,
    coder: &Coder<T>,
    options: &CellOptions<M>,
) -> CellSpec {
    CellSpec {
        id: id.to_owned(),
        kind,
        element: element_name::<T>(),
        coder: coder.urn(),
        time_to_live: options.time_to_live,
        merges: true,
    }
}

fn pair<K: Element, V: Element>() -> Coder<(K, V)> {
    Coder::pair(Coder::of(), Coder::of())
}

fn names<K, V>() -> String {
    format!("{} -> {}", element_name::<K>(), element_name::<V>())
}
