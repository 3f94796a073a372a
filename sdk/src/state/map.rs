//! One value per key of its own.

use super::parts;
use crate::graph::kernel::{ByKey, CellColumn, ManyColumn, Opened};
use crate::{Context, DoFn, Element, Key, Result};

handle! {
    /// A cell for one value per key of its own, in the order of the keys' canonical bytes.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// /// Gives with each price the one before it at the same place.
    /// struct Before {
    ///     prices: MapState<Self, Str, i64>,
    /// }
    ///
    /// impl DoFn for Before {
    ///     type Input = (Str, (Str, i64));
    ///     type Output = (Str, Option<i64>);
    ///     type Local = ();
    ///
    ///     fn setup(&self) -> Result<()> {
    ///         Ok(())
    ///     }
    ///
    ///     fn process(
    ///         &self,
    ///         _: &mut (),
    ///         (_, (place, price)): (Str, (Str, i64)),
    ///         context: &mut Context<'_, Self>,
    ///     ) -> Result<()> {
    ///         let before = self.prices.get(context, &place)?.copied();
    ///         self.prices.put(context, place.clone(), price)?;
    ///         context.emit((place, before));
    ///         Ok(())
    ///     }
    /// }
    ///
    /// let pipeline = Pipeline::new();
    /// let price = |n| (Str::from("tea"), (Str::from("oslo"), n));
    /// let prices = pipeline.create([price(3), price(3)]);
    /// let before = prices
    ///     .par_do_with(|declare| Before { prices: declare.map("prices") })
    ///     .named("Before")
    ///     .main()
    ///     .values()
    ///     .collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// let mut before = result.collected(&before);
    /// before.sort();
    /// assert_eq!(before, [None, Some(3)]);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    pub struct MapState<D, K: Key, V: Element>;
}

type Column<K, V> = ManyColumn<(K, V), ByKey<K, V>>;

impl<D: DoFn, K: Key, V: Element> MapState<D, K, V> {
    /// Puts a value to a key, in place of what was there.
    ///
    /// # Errors
    /// If the step at hand did not declare the cell, or state cannot be had; so for the methods
    /// below.
    pub fn put(self, context: &mut Context<'_, D>, key: K, value: V) -> Result<()> {
        let map = open::<D, K, V>(self.cell, context)?;
        match map.order.find(map.cell, &key) {
            Ok(place) => map.replace(place, (key, value)),
            Err(place) => map.insert(place, (key, value)),
        }
        Ok(())
    }

    /// Puts a value to a key that has none, and says whether it was put.
    pub fn put_if_absent(self, context: &mut Context<'_, D>, key: K, value: V) -> Result<bool> {
        let map = open::<D, K, V>(self.cell, context)?;
        let Err(place) = map.order.find(map.cell, &key) else { return Ok(false) };
        map.insert(place, (key, value));
        Ok(true)
    }

    /// Takes a key and its value out, if they are there.
    pub fn remove(self, context: &mut Context<'_, D>, key: &K) -> Result<()> {
        let map = open::<D, K, V>(self.cell, context)?;
        if let Ok(place) = map.order.find(map.cell, key) {
            map.remove(place);
        }
        Ok(())
    }

    /// The value of a key, if it has one.
    pub fn get<'a>(self, context: &'a Context<'_, D>, key: &K) -> Result<Option<&'a V>> {
        let call = context.call()?;
        let column = call.column::<Column<K, V>>(self.cell)?;
        let cell = column.read(call.row, call.moment.now);
        let place = column.order.find(cell, key).ok();
        Ok(place.and_then(|place| cell.get(place)).map(|(_, value)| value))
    }

    /// The value of a key, or the default of its type.
    pub fn get_or_default(self, context: &Context<'_, D>, key: &K) -> Result<V>
    where
        V: Default,
    {
        Ok(self.get(context, key)?.cloned().unwrap_or_default())
    }

    /// Whether a key has a value.
    pub fn contains_key(self, context: &Context<'_, D>, key: &K) -> Result<bool> {
        Ok(self.get(context, key)?.is_some())
    }

    /// All keys, as they are now: what changes meanwhile does not show.
    pub fn keys(self, context: &Context<'_, D>) -> Result<impl Iterator<Item = K> + use<D, K, V>> {
        let call = context.call()?;
        let cell = call.column::<Column<K, V>>(self.cell)?.read(call.row, call.moment.now);
        Ok(parts(cell.all(), |(key, _)| key.clone()))
    }

    /// All values, as they are now.
    pub fn values(
        self,
        context: &Context<'_, D>,
    ) -> Result<impl Iterator<Item = V> + use<D, K, V>> {
        let call = context.call()?;
        let cell = call.column::<Column<K, V>>(self.cell)?.read(call.row, call.moment.now);
        Ok(parts(cell.all(), |(_, value)| value.clone()))
    }

    /// All keys with their values, as they are now.
    pub fn entries(
        self,
        context: &Context<'_, D>,
    ) -> Result<impl Iterator<Item = (K, V)> + use<D, K, V>> {
        let call = context.call()?;
        let cell = call.column::<Column<K, V>>(self.cell)?.read(call.row, call.moment.now);
        Ok(cell.all())
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
