//! What a `DoFn` sees of an element and where it puts what it makes.

use super::Output;
use crate::batch::{Batch, ColumnExt, Meta};
use crate::graph::ViewValue;
use crate::transforms::check_skew;
use crate::{DoFn, Duration, Element, Error, Interval, PaneInfo, Result, Timestamp};
use std::marker::PhantomData;

/// Where one output's elements came from, until the batch is through.
#[derive(Default)]
pub(super) struct Provenance {
    /// For each element of the output the input element it was made of.
    sources: Vec<u32>,
    /// Elements that were given a timestamp of their own.
    moved: Vec<(usize, Timestamp)>,
}

impl Provenance {
    /// Describes the elements that were emitted, and forgets them.
    pub(super) fn settle(&mut self, input: &Meta, out: &mut Batch) {
        let len = out.len();
        out.meta = input.select(&self.sources);
        if !self.moved.is_empty() {
            let mut at: Vec<Timestamp> =
                (0..len).map(|index| out.meta.timestamps.at(index)).collect();
            for &(index, timestamp) in &self.moved {
                at[index] = timestamp;
            }
            out.meta.move_to(crate::batch::Timestamps::each(at), len);
        }
        self.sources.clear();
        self.moved.clear();
    }
}

/// What a `DoFn` sees in [`process`](DoFn::process).
///
/// What it emits has the timestamp, windows and pane of the element in hand, unless given another
/// timestamp.
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
    pub(super) index: u32,
    pub(super) skew: Duration,
    pub(super) main: &'a mut Vec<D::Output>,
    pub(super) others: &'a mut [Batch],
    pub(super) provenance: &'a mut [Provenance],
    pub(crate) sides: &'a [ViewValue],
}

impl<D: DoFn> Context<'_, D> {
    /// The event time of the element in hand.
    pub fn timestamp(&self) -> Timestamp {
        self.meta.timestamps.at(self.index as usize)
    }

    /// Which firing of a grouping made the element in hand.
    pub fn pane(&self) -> PaneInfo {
        *self.meta.panes.at(self.index as usize)
    }

    /// Adds an element to the main output.
    pub fn emit(&mut self, element: D::Output) {
        self.main.push(element);
        self.provenance[0].sources.push(self.index);
    }

    /// The same, at another timestamp.
    ///
    /// # Errors
    /// If it is earlier than the element's own less the allowed skew (model.md 1.5).
    pub fn emit_at(&mut self, element: D::Output, timestamp: Timestamp) -> Result<()> {
        check_skew(self.timestamp(), timestamp, self.skew)?;
        self.provenance[0].moved.push((self.main.len(), timestamp));
        self.emit(element);
        Ok(())
    }

    /// Adds an element to a further output.
    pub fn emit_to<T: Element>(&mut self, output: Output<D, T>, element: T) {
        self.others[output.index - 1].values.typed_mut::<T>().push(element);
        self.provenance[output.index].sources.push(self.index);
    }
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
