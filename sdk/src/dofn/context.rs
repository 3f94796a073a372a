//! What a `DoFn` sees of an element and where it puts what it makes.

use super::Output;
use super::call::Call;
use super::provenance::Provenance;
use crate::batch::{Batch, ColumnExt, Meta};
use crate::graph::ViewValue;
use crate::transforms::check_skew;
use crate::{DoFn, Duration, Element, Error, Interval, KeyedInput, PaneInfo, Result, Timestamp};
use std::cell::OnceCell;
use std::marker::PhantomData;

/// What a `DoFn` sees in [`process`](DoFn::process), in the callbacks of its timers and when a
/// window expires.
///
/// What it emits has the timestamp, windows and pane of the element in hand, unless given another
/// timestamp. Without an element in hand it has the output timestamp of the timer, or the last one
/// of the window that expires.
///
/// ```
/// use heliostat::prelude::*;
/// use heliostat_direct::DirectRunner;
///
/// /// Gives each element a second copy, a second later.
/// struct Echo;
///
/// impl DoFn for Echo {
///     type Input = i64;
///     type Output = i64;
///     type Local = ();
///
///     fn setup(&self) -> Result<()> {
///         Ok(())
///     }
///
///     fn process(&self, _: &mut (), n: i64, context: &mut Context<'_, Self>) -> Result<()> {
///         context.emit(n);
///         context.emit_at(n, context.timestamp() + secs(1))
///     }
/// }
///
/// let pipeline = Pipeline::new();
/// let echoed = pipeline.create_timestamped([(7, Timestamp::secs(1))]).par_do(Echo);
/// let seen = echoed.windowed().collect();
/// let result = DirectRunner::default().run(&pipeline)?;
/// let mut times: Vec<Timestamp> =
///     result.collected(&seen).iter().map(|element| element.timestamp).collect();
/// times.sort();
/// assert_eq!(times, [Timestamp::secs(1), Timestamp::secs(2)]);
/// # Ok::<(), heliostat::RunError>(())
/// ```
pub struct Context<'a, D: DoFn> {
    pub(super) meta: &'a Meta,
    /// Which element of `meta`, or which call, is being worked on.
    pub(super) index: u32,
    /// The window of that element, once somebody has asked.
    pub(super) window: OnceCell<Interval>,
    pub(super) skew: Duration,
    pub(super) main: &'a mut Vec<D::Output>,
    pub(super) others: &'a mut [Batch],
    pub(super) provenance: &'a mut [Provenance],
    pub(crate) sides: &'a [ViewValue],
    /// State and timers, where the step has any.
    pub(super) call: Option<Call<'a>>,
}

impl<D: DoFn> Context<'_, D> {
    /// The event time of the element in hand; the output timestamp of the timer that fired; the
    /// last one of the window that expires.
    #[inline]
    pub fn timestamp(&self) -> Timestamp {
        self.meta.timestamps.at(self.index as usize)
    }

    /// Which firing of a grouping made the element in hand.
    pub fn pane(&self) -> PaneInfo {
        *self.meta.panes.at(self.index as usize)
    }

    /// The window that state and timers belong to, or the one that the element in hand lies in.
    ///
    /// # Errors
    /// If the element lies in several windows or in none, which happens only in steps without state,
    /// timers and side inputs.
    pub fn window(&self) -> Result<&Interval> {
        if let Some(call) = &self.call {
            return Ok(call.window());
        }
        if let Some(window) = self.window.get() {
            return Ok(window);
        }
        let window = self.meta.window_of(self.index as usize)?;
        Ok(self.window.get_or_init(|| window))
    }

    /// The key that state and timers belong to.
    ///
    /// # Panics
    /// If the step has declared neither: there it has elements, which have their keys.
    pub fn key(&self) -> &<D::Input as KeyedInput>::Key
    where
        D::Input: KeyedInput,
    {
        let key = self.call.as_ref().and_then(Call::key);
        key.expect("a step without state and timers finds its key in the element")
    }

    /// Adds an element to the main output.
    #[inline]
    pub fn emit(&mut self, element: D::Output) {
        self.main.push(element);
        self.provenance[0].push(self.index);
    }

    /// The same, at another timestamp.
    ///
    /// # Errors
    /// If it is earlier than [`timestamp`](Self::timestamp) less the allowed skew (model.md 1.5).
    pub fn emit_at(&mut self, element: D::Output, timestamp: Timestamp) -> Result<()> {
        check_skew(self.timestamp(), timestamp, self.skew)?;
        self.provenance[0].move_next(timestamp);
        self.emit(element);
        Ok(())
    }

    /// Adds an element to a further output.
    pub fn emit_to<T: Element>(&mut self, output: Output<D, T>, element: T) {
        self.others[output.index - 1].values.typed_mut::<T>().push(element);
        self.provenance[output.index].push(self.index);
    }

    /// What the step reads beside its main input, in the order it was declared.
    #[expect(dead_code, reason = "side inputs read it")]
    pub(crate) fn sides(&self) -> &[ViewValue] {
        self.sides
    }

    /// How far behind [`timestamp`](Self::timestamp) an output may lie.
    pub(crate) fn allowed_skew(&self) -> Duration {
        self.skew
    }

    /// State and timers of the element, timer or window in hand.
    ///
    /// # Errors
    /// If the step has none, and so the handle in use is another step's.
    #[inline]
    pub(crate) fn call(&self) -> Result<&Call<'_>> {
        self.call.as_ref().ok_or_else(foreign_handle)
    }
}

impl<'a, D: DoFn> Context<'a, D> {
    /// The same, to change.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    #[inline]
    pub(crate) fn call_mut(&mut self) -> Result<&mut Call<'a>> {
        self.call.as_mut().ok_or_else(foreign_handle)
    }

    /// Goes on to another element.
    #[inline]
    pub(super) fn go_to(&mut self, index: u32) {
        self.index = index;
        self.window.take();
    }
}

/// Somebody uses a cell or a timer that the step at hand has not declared.
#[cold]
pub(crate) fn foreign_handle() -> Error {
    Error::new(
        "a cell or timer is used in a step that has not declared it; declare it where the step is \
         made, in `par_do_with`, and give that `DoFn` to no other step",
    )
}

/// What a `DoFn` sees in [`finish_bundle`](DoFn::finish_bundle): there is no element in hand, so
/// what it emits needs a timestamp and a window (model.md 1.5).
///
/// ```
/// use heliostat::prelude::*;
/// use heliostat_direct::DirectRunner;
///
/// /// Gives only the sum of each bundle.
/// struct BundleSum;
///
/// impl DoFn for BundleSum {
///     type Input = i64;
///     type Output = i64;
///     type Local = i64;
///
///     fn setup(&self) -> Result<i64> {
///         Ok(0)
///     }
///
///     fn process(&self, sum: &mut i64, n: i64, _: &mut Context<'_, Self>) -> Result<()> {
///         *sum += n;
///         Ok(())
///     }
///
///     fn finish_bundle(
///         &self,
///         sum: &mut i64,
///         context: &mut BundleContext<'_, Self>,
///     ) -> Result<()> {
///         context.emit(std::mem::take(sum), Timestamp::MIN, Interval::GLOBAL)
///     }
/// }
///
/// let pipeline = Pipeline::new();
/// let sums = pipeline.create([1, 2, 3]).par_do(BundleSum).collect();
/// let result = DirectRunner::default().run(&pipeline)?;
/// assert_eq!(result.collected(&sums).iter().sum::<i64>(), 6);
/// # Ok::<(), heliostat::RunError>(())
/// ```
pub struct BundleContext<'a, D: DoFn> {
    pub(super) out: &'a mut [Batch],
    pub(super) dofn: PhantomData<fn() -> D>,
}

impl<D: DoFn> BundleContext<'_, D> {
    /// Adds an element to the main output.
    ///
    /// # Errors
    /// If the timestamp lies outside the window.
    pub fn emit(
        &mut self,
        element: D::Output,
        timestamp: Timestamp,
        window: Interval,
    ) -> Result<()> {
        push(&mut self.out[0], element, timestamp, window)
    }

    /// Adds an element to a further output.
    ///
    /// # Errors
    /// If the timestamp lies outside the window.
    pub fn emit_to<T: Element>(
        &mut self,
        output: Output<D, T>,
        element: T,
        timestamp: Timestamp,
        window: Interval,
    ) -> Result<()> {
        push(&mut self.out[output.index], element, timestamp, window)
    }
}

fn push<T: Element>(
    out: &mut Batch,
    element: T,
    timestamp: Timestamp,
    window: Interval,
) -> Result<()> {
    if timestamp < window.start() || window.max_timestamp() < timestamp {
        return Err(Error::new(format!("timestamp {timestamp} lies outside window {window}")));
    }
    let meta = Meta {
        timestamps: crate::batch::Timestamps::Const(timestamp),
        windows: crate::batch::Windows::Const(window),
        ..Meta::default()
    };
    out.append(&mut Batch::of(vec![element], meta));
    Ok(())
}
