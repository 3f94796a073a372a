//! What a combine function makes of values.

use crate::graph::kernel::{CellColumn, Combined, OneColumn};
use crate::{CombineFn, Context, DoFn, Element, Result};

handle! {
    /// A cell for what the combine function `C` makes of values of type `In`.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// /// Gives the sum of each key so far.
    /// struct RunningSum {
    ///     sum: CombiningState<Self, i64, Sum>,
    /// }
    ///
    /// impl DoFn for RunningSum {
    ///     type Input = (Str, i64);
    ///     type Output = i64;
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
    ///         self.sum.add(context, n)?;
    ///         context.emit(self.sum.get(context)?);
    ///         Ok(())
    ///     }
    /// }
    ///
    /// let pipeline = Pipeline::new();
    /// let numbers = pipeline.create([(Str::from("a"), 2), (Str::from("a"), 2)]);
    /// let sums = numbers
    ///     .par_do_with(|declare| RunningSum { sum: declare.combining("sum", Sum) })
    ///     .named("Running sum")
    ///     .main()
    ///     .collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// let mut sums = result.collected(&sums);
    /// sums.sort();
    /// assert_eq!(sums, [2, 4]);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    pub struct CombiningState<D, In: Element, C: CombineFn<In>>;
}

type Column<In, C> = OneColumn<<C as CombineFn<In>>::Accumulator, Combined<In, C>>;

impl<D: DoFn, In: Element, C: CombineFn<In>> CombiningState<D, In, C> {
    /// Adds a value.
    ///
    /// # Errors
    /// If the step at hand did not declare the cell, or state cannot be had; so for the methods
    /// below.
    pub fn add(self, context: &mut Context<'_, D>, value: In) -> Result<()> {
        self.change(context, |combine, accumulator| combine.add(accumulator, &value))
    }

    /// What the values come to; without any, what the combine function makes of nothing.
    pub fn get(self, context: &Context<'_, D>) -> Result<C::Output> {
        self.see(context, C::extract)
    }

    /// Adds what another accumulator has gathered.
    pub fn add_accumulator(
        self,
        context: &mut Context<'_, D>,
        other: &C::Accumulator,
    ) -> Result<()> {
        self.change(context, |combine, accumulator| combine.merge(accumulator, other))
    }

    /// What has been gathered.
    pub fn accumulator(self, context: &Context<'_, D>) -> Result<C::Accumulator> {
        self.see(context, |_, accumulator| accumulator.clone())
    }

    /// Whether nothing has been added.
    pub fn is_empty(self, context: &Context<'_, D>) -> Result<bool> {
        let call = context.call()?;
        Ok(call.column::<Column<In, C>>(self.cell)?.is_empty(call.row, call.moment.now))
    }

    /// Forgets everything.
    pub fn clear(self, context: &mut Context<'_, D>) -> Result<()> {
        let call = context.call_mut()?;
        let row = call.row;
        call.column_mut::<Column<In, C>>(self.cell)?.wipe(row);
        Ok(())
    }

    fn change(
        self,
        context: &mut Context<'_, D>,
        change: impl FnOnce(&C, &mut C::Accumulator),
    ) -> Result<()> {
        let call = context.call_mut()?;
        let (row, now) = (call.row, call.moment.now);
        call.column_mut::<Column<In, C>>(self.cell)?.change(
            row,
            now,
            |join| join.combine.create(),
            |join, accumulator| change(&join.combine, accumulator),
        );
        Ok(())
    }

    fn see<T>(
        self,
        context: &Context<'_, D>,
        see: impl FnOnce(&C, &C::Accumulator) -> T,
    ) -> Result<T> {
        let call = context.call()?;
        let column = call.column::<Column<In, C>>(self.cell)?;
        let combine = &*column.join.combine;
        Ok(match column.read(call.row, call.moment.now) {
            Some(accumulator) => see(combine, accumulator),
            None => see(combine, &combine.create()),
        })
    }
}
