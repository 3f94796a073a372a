//! Any number of values, in no order.

use crate::graph::kernel::{CellColumn, ManyColumn, Opened, Unordered};
use crate::{Context, DoFn, Element, Result};

handle! {
    /// A cell for any number of values, in no order. To add one reads nothing.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// /// Gives the elements of each key in pairs.
    /// struct Pairs {
    ///     kept: BagState<Self, i64>,
    /// }
    ///
    /// impl DoFn for Pairs {
    ///     type Input = (Str, i64);
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
    ///         (_, n): (Str, i64),
    ///         context: &mut Context<'_, Self>,
    ///     ) -> Result<()> {
    ///         self.kept.add(context, n)?;
    ///         if self.kept.len(context)? == 2 {
    ///             context.emit(self.kept.read(context)?.collect());
    ///             self.kept.clear(context)?;
    ///         }
    ///         Ok(())
    ///     }
    /// }
    ///
    /// let pipeline = Pipeline::new();
    /// let numbers = pipeline.create([1, 1, 1].map(|n| (Str::from("a"), n)));
    /// let pairs = numbers
    ///     .par_do_with(|declare| Pairs { kept: declare.bag("kept") })
    ///     .named("Pair")
    ///     .main()
    ///     .collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// assert_eq!(result.collected(&pairs), [[1, 1]]);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    pub struct BagState<D, T: Element>;
}

type Column<T> = ManyColumn<T, Unordered>;

impl<D: DoFn, T: Element> BagState<D, T> {
    /// Adds a value.
    ///
    /// # Errors
    /// If the step at hand did not declare the cell, or state cannot be had; so for the methods
    /// below.
    pub fn add(self, context: &mut Context<'_, D>, value: T) -> Result<()> {
        open::<D, T>(self.cell, context)?.push(value);
        Ok(())
    }

    /// All values, as they are now: what is added or cleared meanwhile does not show.
    pub fn read(self, context: &Context<'_, D>) -> Result<impl Iterator<Item = T> + use<D, T>> {
        let call = context.call()?;
        let cell = call.column::<Column<T>>(self.cell)?.read(call.row, call.moment.now);
        Ok(cell.all())
    }

    /// How many values it holds.
    pub fn len(self, context: &Context<'_, D>) -> Result<usize> {
        let call = context.call()?;
        let cell = call.column::<Column<T>>(self.cell)?.read(call.row, call.moment.now);
        Ok(cell.len())
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
fn open<'a, D: DoFn, T: Element>(
    cell: u32,
    context: &'a mut Context<'_, D>,
) -> Result<Opened<'a, T, Unordered>> {
    let call = context.call_mut()?;
    let (row, now) = (call.row, call.moment.now);
    Ok(call.column_mut::<Column<T>>(cell)?.open(row, now))
}
