//! Different values.

use super::parts;
use crate::graph::kernel::{ByKey, CellColumn, ManyColumn, Opened};
use crate::{Context, DoFn, Key, Result};

handle! {
    /// A cell for different values, in the order of their canonical bytes.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// /// Lets each value of a key through once.
    /// struct Distinct {
    ///     seen: SetState<Self, i64>,
    /// }
    ///
    /// impl DoFn for Distinct {
    ///     type Input = (Str, i64);
    ///     type Output = (Str, i64);
    ///     type Local = ();
    ///
    ///     fn setup(&self) -> Result<()> {
    ///         Ok(())
    ///     }
    ///
    ///     fn process(
    ///         &self,
    ///         _: &mut (),
    ///         element: (Str, i64),
    ///         context: &mut Context<'_, Self>,
    ///     ) -> Result<()> {
    ///         if self.seen.add_if_absent(context, element.1)? {
    ///             context.emit(element);
    ///         }
    ///         Ok(())
    ///     }
    /// }
    ///
    /// let pipeline = Pipeline::new();
    /// let numbers = pipeline.create([(Str::from("a"), 1), (Str::from("a"), 1)]);
    /// let distinct = numbers
    ///     .par_do_with(|declare| Distinct { seen: declare.set("seen") })
    ///     .named("Distinct")
    ///     .main()
    ///     .collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// assert_eq!(result.collected(&distinct), [(Str::from("a"), 1)]);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    pub struct SetState<D, T: Key>;
}

type Column<T> = ManyColumn<(T, ()), ByKey<T, ()>>;

impl<D: DoFn, T: Key> SetState<D, T> {
    /// Adds a value, unless it is there.
    ///
    /// # Errors
    /// If the step at hand did not declare the cell, or state cannot be had; so for the methods
    /// below.
    pub fn add(self, context: &mut Context<'_, D>, value: T) -> Result<()> {
        self.add_if_absent(context, value).map(drop)
    }

    /// Adds a value, unless it is there, and says whether it was added.
    pub fn add_if_absent(self, context: &mut Context<'_, D>, value: T) -> Result<bool> {
        let set = open::<D, T>(self.cell, context)?;
        let Err(place) = set.order.find(set.cell, &value) else { return Ok(false) };
        set.insert(place, (value, ()));
        Ok(true)
    }

    /// Takes a value out, if it is there.
    pub fn remove(self, context: &mut Context<'_, D>, value: &T) -> Result<()> {
        let set = open::<D, T>(self.cell, context)?;
        if let Ok(place) = set.order.find(set.cell, value) {
            set.remove(place);
        }
        Ok(())
    }

    /// Whether it holds a value.
    pub fn contains(self, context: &Context<'_, D>, value: &T) -> Result<bool> {
        let call = context.call()?;
        let column = call.column::<Column<T>>(self.cell)?;
        Ok(column.order.find(column.read(call.row, call.moment.now), value).is_ok())
    }

    /// All values, as they are now: what changes meanwhile does not show.
    pub fn read(self, context: &Context<'_, D>) -> Result<impl Iterator<Item = T> + use<D, T>> {
        let call = context.call()?;
        let cell = call.column::<Column<T>>(self.cell)?.read(call.row, call.moment.now);
        Ok(parts(cell.all(), |(value, ())| value.clone()))
    }

    /// Whether it holds nothing.
    pub fn is_empty(self, context: &Context<'_, D>) -> Result<bool> {
        let call = context.call()?;
        let cell = call.column::<Column<T>>(self.cell)?.read(call.row, call.moment.now);
        Ok(cell.is_empty())
    }

    /// Forgets everything.
    pub fn clear(self, context: &mut Context<'_, D>) -> Result<()> {
        let call = context.call_mut()?;
        let row = call.row;
        call.column_mut::<Column<T>>(self.cell)?.wipe(row);
        Ok(())
    }
}

/// The cell at hand, to change.
fn open<'a, D: DoFn, T: Key>(
    cell: u32,
    context: &'a mut Context<'_, D>,
) -> Result<Opened<'a, (T, ()), ByKey<T, ()>>> {
    let call = context.call_mut()?;
    let (row, now) = (call.row, call.moment.now);
    Ok(call.column_mut::<Column<T>>(cell)?.open(row, now))
}
