//! Other event times than the read gave.

use crate::batch::{Batch, ColumnExt, Timestamps};
use crate::graph::erase::batches;
use crate::{Duration, Element, Error, PCollection, Result, Timestamp};
use std::marker::PhantomData;
use std::panic::Location;

impl<T: Element> PCollection<T> {
    /// The elements at the timestamps that `f` gives them, which must not be earlier than the ones
    /// they have (model.md 1.5). It moves no watermark: a read should assign event time itself.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// let pipeline = Pipeline::new();
    /// let seen =
    ///     pipeline.create([5]).timestamps(|n| Timestamp::secs(*n)).windowed().collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// assert_eq!(result.collected(&seen)[0].timestamp, Timestamp::secs(5));
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    pub fn timestamps(
        &self,
        f: impl Fn(&T) -> Timestamp + Send + Sync + 'static,
    ) -> PCollection<T> {
        self.move_timestamps(f, Duration::ZERO, Location::caller())
    }

    /// The same, with timestamps at most `allowed_skew` earlier than the ones they have. What moves
    /// back can become late.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// let pipeline = Pipeline::new();
    /// let seen = pipeline
    ///     .create_timestamped([(5, Timestamp::secs(6))])
    ///     .timestamps_with_skew(|n| Timestamp::secs(*n), secs(1))
    ///     .windowed()
    ///     .collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// assert_eq!(result.collected(&seen)[0].timestamp, Timestamp::secs(5));
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    pub fn timestamps_with_skew(
        &self,
        f: impl Fn(&T) -> Timestamp + Send + Sync + 'static,
        allowed_skew: Duration,
    ) -> PCollection<T> {
        self.move_timestamps(f, allowed_skew, Location::caller())
    }

    fn move_timestamps(
        &self,
        f: impl Fn(&T) -> Timestamp + Send + Sync + 'static,
        allowed_skew: Duration,
        caller: crate::graph::build::Caller,
    ) -> PCollection<T> {
        let code = batches::<T, T>(
            move |input: &mut Batch, out: &mut Batch, done: &mut usize| {
                let values = input.values.typed::<T>();
                let mut moved = Vec::with_capacity(values.len());
                for (index, value) in values.iter().enumerate() {
                    let to = f(value);
                    check_skew(input.meta.timestamps.at(index), to, allowed_skew)?;
                    moved.push(to);
                    *done += 1;
                }
                let len = moved.len();
                out.append(input);
                out.meta.move_to(Timestamps::each(moved), len);
                Ok(())
            },
            PhantomData,
        );
        self.element_wise("Timestamps", code, true, caller)
    }
}

/// The rule of model.md 1.5: an output lies between its input less the skew and the end of time.
pub(crate) fn check_skew(from: Timestamp, to: Timestamp, allowed_skew: Duration) -> Result<()> {
    if from - allowed_skew <= to {
        return Ok(());
    }
    Err(Error::new(format!(
        "an element at {from} cannot be output at {to}: the allowed skew is {allowed_skew}, and \
         what moves further back could be late; raise the skew, or let the read assign event time"
    )))
}
