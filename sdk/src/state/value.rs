//! One value, or none.

use crate::graph::kernel::{CellColumn, Merged, OneColumn};
use crate::{Context, DoFn, Element, Result};

handle! {
    /// A cell for one value.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// /// Lets only the first element of each key and window through.
    /// struct First {
    ///     seen: ValueState<Self, bool>,
    /// }
    ///
    /// impl DoFn for First {
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
    ///         if self.seen.read(context)?.is_none() {
    ///             self.seen.write(context, true)?;
    ///             context.emit(element);
    ///         }
    ///         Ok(())
    ///     }
    /// }
    ///
    /// let pipeline = Pipeline::new();
    /// let orders = pipeline.create([(Str::from("a"), 1), (Str::from("a"), 1)]);
    /// let firsts = orders
    ///     .par_do_with(|declare| First { seen: declare.value("seen") })
    ///     .named("First order")
    ///     .main()
    ///     .collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// assert_eq!(result.collected(&firsts), [(Str::from("a"), 1)]);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    pub struct ValueState<D, T: Element>;
}

type Column<T> = OneColumn<T, Merged<T>>;

impl<D: DoFn, T: Element> ValueState<D, T> {
    /// The value, if there is one.
    ///
    /// # Errors
    /// If the step at hand did not declare the cell, or state cannot be had; so for the methods
    /// below.
    #[inline(always)]
    pub fn read<'a>(self, context: &'a Context<'_, D>) -> Result<Option<&'a T>> {
        let call = context.call()?;
        Ok(call.column::<Column<T>>(self.cell)?.read(call.row, call.moment.now))
    }

    /// Replaces the value.
    #[inline(always)]
    pub fn write(self, context: &mut Context<'_, D>, value: T) -> Result<()> {
        let call = context.call_mut()?;
        let (row, now) = (call.row, call.moment.now);
        call.column_mut::<Column<T>>(self.cell)?.write(row, now, value);
        Ok(())
    }

    /// Keeps what `change` makes of what is kept, if anything is: a read and a write in one.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// /// Gives each value with the number of those before it.
    /// struct Numbered {
    ///     seen: ValueState<Self, u64>,
    /// }
    ///
    /// impl DoFn for Numbered {
    ///     type Input = (Str, i64);
    ///     type Output = (u64, i64);
    ///     type Local = ();
    ///
    ///     fn setup(&self) -> Result<()> {
    ///         Ok(())
    ///     }
    ///
    ///     fn process(
    ///         &self,
    ///         _: &mut (),
    ///         (_, value): (Str, i64),
    ///         context: &mut Context<'_, Self>,
    ///     ) -> Result<()> {
    ///         let seen = *self.seen.update(context, |seen| seen.map_or(1, |seen| seen + 1))?;
    ///         context.emit((seen, value));
    ///         Ok(())
    ///     }
    /// }
    ///
    /// let pipeline = Pipeline::new();
    /// let numbered = pipeline
    ///     .create([(Str::from("a"), 7), (Str::from("b"), 7)])
    ///     .par_do_with(|declare| Numbered { seen: declare.value("seen") })
    ///     .named("Number");
    /// let numbered = numbered.main().collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// assert_eq!(result.collected(&numbered), [(1, 7), (1, 7)]);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    ///
    /// # Errors
    /// As [`read`](Self::read).
    #[inline(always)]
    pub fn update<'a>(
        self,
        context: &'a mut Context<'_, D>,
        change: impl FnOnce(Option<&T>) -> T,
    ) -> Result<&'a T> {
        let call = context.call_mut()?;
        let (row, now) = (call.row, call.moment.now);
        Ok(call.column_mut::<Column<T>>(self.cell)?.update(row, now, change))
    }

    /// Forgets the value.
    pub fn clear(self, context: &mut Context<'_, D>) -> Result<()> {
        let call = context.call_mut()?;
        let row = call.row;
        call.column_mut::<Column<T>>(self.cell)?.wipe(row);
        Ok(())
    }
}
