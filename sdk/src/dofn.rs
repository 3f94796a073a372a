//! The author's code on each element, with a life of its own on each worker.

mod context;
mod declare;
mod keyed_input;
mod call;
mod provenance;
mod erased;
mod keyed;

pub(crate) use call::Call;
pub use context::{BundleContext, Context};
pub use declare::{Declare, Output};
pub(crate) use erased::DoFnStep;
pub(crate) use keyed::{KeyedDoFn, OnTimer};
pub use keyed_input::KeyedInput;

use crate::{Duration, Element, Result};

/// Code that is set up once per worker and called for each element (model.md 9.2).
///
/// The `DoFn` itself is shared by all workers; what one worker needs for itself (a connection, a
/// cache) is its `Local`, made by `setup`. Outputs besides the main one, state cells and timers exist
/// only through their declaration in [`par_do_with`](crate::PCollection::par_do_with).
///
/// ```
/// use heliostat::prelude::*;
/// use heliostat_direct::DirectRunner;
///
/// /// Gives the running number of each element within its bundle.
/// struct Numbered;
///
/// impl DoFn for Numbered {
///     type Input = String;
///     type Output = (usize, String);
///     type Local = usize;
///
///     fn setup(&self) -> Result<usize> {
///         Ok(0)
///     }
///
///     fn start_bundle(&self, seen: &mut usize) -> Result<()> {
///         *seen = 0;
///         Ok(())
///     }
///
///     fn process(
///         &self,
///         seen: &mut usize,
///         element: String,
///         context: &mut Context<'_, Self>,
///     ) -> Result<()> {
///         *seen += 1;
///         context.emit((*seen, element));
///         Ok(())
///     }
/// }
///
/// let pipeline = Pipeline::new();
/// let numbered = pipeline.create(["a".to_owned()]).par_do(Numbered).collect();
/// let result = DirectRunner::default().run(&pipeline)?;
/// assert_eq!(result.collected(&numbered), [(1, "a".to_owned())]);
/// # Ok::<(), heliostat::RunError>(())
/// ```
pub trait DoFn: Send + Sync + Sized + 'static {
    /// What it takes.
    type Input: Element;
    /// What its main output holds.
    type Output: Element;
    /// What each worker has for itself.
    type Local: Send;

    /// Makes what one worker needs; called once per worker, before anything else.
    ///
    /// # Errors
    /// If it cannot be had; the run fails.
    fn setup(&self) -> Result<Self::Local>;

    /// Called before the first element of each bundle.
    ///
    /// # Errors
    /// Any error fails the bundle; so for the methods below.
    fn start_bundle(&self, local: &mut Self::Local) -> Result<()> {
        let _ = local;
        Ok(())
    }

    /// Called for each element.
    fn process(
        &self,
        local: &mut Self::Local,
        element: Self::Input,
        context: &mut Context<'_, Self>,
    ) -> Result<()>;

    /// Called behind the last element of each bundle; what it emits needs a timestamp and a
    /// window of its own.
    fn finish_bundle(
        &self,
        local: &mut Self::Local,
        context: &mut BundleContext<'_, Self>,
    ) -> Result<()> {
        let _ = (local, context);
        Ok(())
    }

    /// Called once per worker at the end; best effort after a failure.
    fn teardown(&self, local: Self::Local) -> Result<()> {
        drop(local);
        Ok(())
    }

    /// How far behind the element's own timestamp an output may lie (model.md 1.5).
    fn allowed_skew(&self) -> Duration {
        Duration::ZERO
    }
}
