//! Values sorted by time.

use crate::graph::kernel::{ByTime, CellColumn, ManyColumn, Opened, Place};
use crate::{Context, DoFn, Element, Result, Timestamp};
use std::ops::Range;

handle! {
    /// A cell for values sorted by time; those of one timestamp stay in the order they came.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// /// Gives with each element those of the second before it.
    /// struct Recent {
    ///     kept: OrderedListState<Self, i64>,
    /// }
    ///
    /// impl DoFn for Recent {
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
    ///         let now = context.timestamp();
    ///         let recent = self.kept.read_range(context, now - secs(1)..now)?;
    ///         context.emit(recent.map(|(_, before)| before).collect());
    ///         self.kept.add(context, now, n)
    ///     }
    /// }
    ///
    /// let pipeline = Pipeline::new();
    /// let number = |n, at| ((Str::from("a"), n), Timestamp::from_millis(at));
    /// let script = TestStream::new().add([number(1, 0)]).add([number(2, 600)]).add([number(3, 1200)]);
    /// let recent = pipeline
    ///     .test_stream(script)
    ///     .par_do_with(|declare| Recent { kept: declare.ordered_list("kept") })
    ///     .named("Recent")
    ///     .main()
    ///     .collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// assert_eq!(result.collected(&recent), [vec![], vec![1], vec![2]]);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    pub struct OrderedListState<D, T: Element>;
}

type Column<T> = ManyColumn<(Timestamp, T), ByTime>;

impl<D: DoFn, T: Element> OrderedListState<D, T> {
    /// Adds a value at this time, behind those that are there at the same time.
    ///
    /// # Errors
    /// If the step at hand did not declare the cell, or state cannot be had; so for the methods
    /// below.
    pub fn add(self, context: &mut Context<'_, D>, at: Timestamp, value: T) -> Result<()> {
        let list = open::<D, T>(self.cell, context)?;
        let place = list.cell.first_not(|&(other, _)| other <= at);
        list.insert(place, (at, value));
        Ok(())
    }

    /// All values with their times, as they are now: what changes meanwhile does not show.
    pub fn read(
        self,
        context: &Context<'_, D>,
    ) -> Result<impl Iterator<Item = (Timestamp, T)> + use<D, T>> {
        let call = context.call()?;
        let cell = call.column::<Column<T>>(self.cell)?.read(call.row, call.moment.now);
        Ok(cell.all())
    }

    /// The values from the start of a range up to its end, with their times, as they are now.
    pub fn read_range(
        self,
        context: &Context<'_, D>,
        range: Range<Timestamp>,
    ) -> Result<impl Iterator<Item = (Timestamp, T)> + use<D, T>> {
        let call = context.call()?;
        let cell = call.column::<Column<T>>(self.cell)?.read(call.row, call.moment.now);
        let (from, to) = places(range, |at| cell.first_not(|&(other, _)| other < at));
        Ok(cell.entries(from, to))
    }

    /// Forgets the values from the start of a range up to its end.
    pub fn clear_range(self, context: &mut Context<'_, D>, range: Range<Timestamp>) -> Result<()> {
        let list = open::<D, T>(self.cell, context)?;
        let (from, to) = places(range, |at| list.cell.first_not(|&(other, _)| other < at));
        list.cut(from, to);
        Ok(())
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

fn places(range: Range<Timestamp>, find: impl Fn(Timestamp) -> Place) -> (Place, Place) {
    (find(range.start), find(range.end))
}

/// The cell at hand, to change.
fn open<'a, D: DoFn, T: Element>(
    cell: u32,
    context: &'a mut Context<'_, D>,
) -> Result<Opened<'a, (Timestamp, T), ByTime>> {
    let call = context.call_mut()?;
    let (row, now) = (call.row, call.moment.now);
    Ok(call.column_mut::<Column<T>>(cell)?.open(row, now))
}
