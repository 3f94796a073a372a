//! A view as a `DoFn` reads it.

use super::View;
use super::erased::read;
use crate::{Context, Declare, DoFn, Result};
use std::fmt;
use std::marker::PhantomData;

/// A view that the `DoFn` `D` has declared that it reads; another `DoFn`'s is a type error.
///
/// ```
/// use heliostat::prelude::*;
/// use heliostat_direct::DirectRunner;
///
/// /// Gives amounts in euro.
/// struct InEuro {
///     rates: SideInput<Self, MapView<Str, f64>>,
/// }
///
/// impl DoFn for InEuro {
///     type Input = (Str, f64);
///     type Output = f64;
///     type Local = ();
///
///     fn setup(&self) -> Result<()> {
///         Ok(())
///     }
///
///     fn process(
///         &self,
///         _: &mut (),
///         (currency, amount): (Str, f64),
///         context: &mut Context<'_, Self>,
///     ) -> Result<()> {
///         let rates = self.rates.get(context)?;
///         if let Some(rate) = rates.get(&currency) {
///             context.emit(amount * rate);
///         }
///         Ok(())
///     }
/// }
///
/// let pipeline = Pipeline::new();
/// let rates = pipeline.create([(Str::from("NOK"), 0.085)]).as_map();
/// let in_euro = pipeline
///     .create([(Str::from("NOK"), 200.0)])
///     .par_do_with(|declare| InEuro { rates: declare.side_input(&rates) })
///     .main()
///     .collect();
/// let result = DirectRunner::default().run(&pipeline)?;
/// assert_eq!(result.collected(&in_euro), [17.0]);
/// # Ok::<(), heliostat::RunError>(())
/// ```
pub struct SideInput<D, V> {
    /// Its place among the side inputs of the step.
    index: usize,
    types: PhantomData<fn() -> (D, V)>,
}

impl<D: DoFn> Declare<D> {
    /// A view to be read beside each element.
    pub fn side_input<V: Send + Sync + 'static>(&mut self, view: &View<V>) -> SideInput<D, V> {
        self.spec.sides.push(view.spec());
        SideInput { index: self.spec.sides.len() - 1, types: PhantomData }
    }
}

impl<D: DoFn, V: Send + Sync + 'static> SideInput<D, V> {
    /// What the view holds for the window of the element in hand: the same for all calls with one
    /// element.
    ///
    /// # Errors
    /// If the view cannot be made of what came: of a singleton, no element where no default was
    /// given, or several; of a map, a key that came twice.
    pub fn get<'a>(&self, context: &Context<'a, D>) -> Result<&'a V> {
        read(&context.sides[self.index])
    }
}

impl<D, V> Clone for SideInput<D, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<D, V> Copy for SideInput<D, V> {}

impl<D, V> fmt::Debug for SideInput<D, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SideInput({})", self.index)
    }
}
