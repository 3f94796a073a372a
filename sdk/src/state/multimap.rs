//! Any number of values per key of its own.

use super::parts;
use crate::graph::kernel::{ByKey, CellColumn, ManyColumn, Opened};
use crate::{Context, DoFn, Element, Key, Result};

handle! {
    /// A cell for any number of values per key of its own. Keys are in the order of their canonical
    /// bytes, values of a key in the order they came.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// /// Gives with each order all orders of the same day.
    /// struct SameDay {
    ///     orders: MultimapState<Self, u32, i64>,
    /// }
    ///
    /// impl DoFn for SameDay {
    ///     type Input = (Str, (u32, i64));
    ///     type Output = Vec<i64>;
    ///     type Local = ();
    ///
    ///     fn setup(&self) -> Result<()> {
    ///         Ok(())
    ///     }
    ///
    ///     fn process(
    ///         &self,
    ///         _: &mut (),
    ///         (_, (day, order)): (Str, (u32, i64)),
    ///         context: &mut Context<'_, Self>,
    ///     ) -> Result<()> {
    ///         self.orders.put(context, day, order)?;
    ///         context.emit(self.orders.get(context, &day)?.collect());
    ///         Ok(())
    ///     }
    /// }
    ///
    /// let pipeline = Pipeline::new();
    /// let orders = pipeline.create([(Str::from("a"), (7, 1)), (Str::from("a"), (8, 2))]);
    /// let days = orders
    ///     .par_do_with(|declare| SameDay { orders: declare.multimap("orders") })
    ///     .named("Same day")
    ///     .main()
    ///     .collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// let mut days = result.collected(&days);
    /// days.sort();
    /// assert_eq!(days, [[1], [2]]);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    pub struct MultimapState<D, K: Key, V: Element>;
}

type Column<K, V> = ManyColumn<(K, V), ByKey<K, V>>;

impl<D: DoFn, K: Key, V: Element> MultimapState<D, K, V> {
    /// Puts a value to a key, behind those that are there.
    ///
    /// # Errors
    /// If the step at hand did not declare the cell, or state cannot be had; so for the methods
    /// below.
    pub fn put(self, context: &mut Context<'_, D>, key: K, value: V) -> Result<()> {
        let map = open::<D, K, V>(self.cell, context)?;
        let (_, behind) = map.order.range(map.cell, &key);
        map.insert(behind, (key, value));
        Ok(())
    }

    /// The values of a key, as they are now: what changes meanwhile does not show.
    pub fn get(
        self,
        context: &Context<'_, D>,
        key: &K,
    ) -> Result<impl Iterator<Item = V> + use<D, K, V>> {
        let call = context.call()?;
        let column = call.column::<Column<K, V>>(self.cell)?;
        let cell = column.read(call.row, call.moment.now);
        let (from, to) = column.order.range(cell, key);
        Ok(parts(cell.entries(from, to), |(_, value)| value.clone()))
    }

    /// Takes a key and all its values out.
    pub fn remove(self, context: &mut Context<'_, D>, key: &K) -> Result<()> {
        let map = open::<D, K, V>(self.cell, context)?;
        let (from, to) = map.order.range(map.cell, key);
        map.cut(from, to);
        Ok(())
    }

    /// All keys, each once, as they are now.
    pub fn keys(self, context: &Context<'_, D>) -> Result<impl Iterator<Item = K> + use<D, K, V>> {
        let call = context.call()?;
        let cell = call.column::<Column<K, V>>(self.cell)?.read(call.row, call.moment.now);
        let mut last = None;
        Ok(parts(cell.all(), |(key, _)| key.clone()).filter(move |key| {
            let is_new = last.as_ref() != Some(key);
            last = Some(key.clone());
            is_new
        }))
    }

    /// All keys, each with every one of its values, as they are now.
    pub fn entries(
        self,
        context: &Context<'_, D>,
    ) -> Result<impl Iterator<Item = (K, V)> + use<D, K, V>> {
        let call = context.call()?;
        let cell = call.column::<Column<K, V>>(self.cell)?.read(call.row, call.moment.now);
        Ok(cell.all())
    }

    /// Whether a key has a value.
    pub fn contains_key(self, context: &Context<'_, D>, key: &K) -> Result<bool> {
        let call = context.call()?;
        let column = call.column::<Column<K, V>>(self.cell)?;
        Ok(column.order.find(column.read(call.row, call.moment.now), key).is_ok())
    }

    /// Whether it holds nothing.
    pub fn is_empty(self, context: &Context<'_, D>) -> Result<bool> {
        let call = context.call()?;
        let cell = call.column::<Column<K, V>>(self.cell)?.read(call.row, call.moment.now);
        Ok(cell.is_empty())
    }

    /// Forgets everything.
    pub fn clear(self, context: &mut Context<'_, D>) -> Result<()> {
        let call = context.call_mut()?;
        let row = call.row;
        call.column_mut::<Column<K, V>>(self.cell)?.wipe(row);
        Ok(())
    }
}

/// The cell at hand, to change.
fn open<'a, D: DoFn, K: Key, V: Element>(
    cell: u32,
    context: &'a mut Context<'_, D>,
) -> Result<Opened<'a, (K, V), ByKey<K, V>>> {
    let call = context.call_mut()?;
    let (row, now) = (call.row, call.moment.now);
    Ok(call.column_mut::<Column<K, V>>(cell)?.open(row, now))
}
