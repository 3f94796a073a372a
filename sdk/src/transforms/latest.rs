//! The latest in event time.

use super::group_by_key::DroppedOutput;
use crate::batch::{Batch, ColumnExt};
use crate::graph::erase::batches;
use crate::graph::{Composite, StepFn};
use crate::{Element, Key, Latest, PCollection, Timestamp, View};
use std::marker::PhantomData;
use std::panic::Location;
use std::sync::Arc;

impl<T: Element> PCollection<T> {
    /// The element with the greatest timestamp, per pane; `None` if there is none.
    ///
    /// Of several with the same timestamp it is always the same one, but which is no promise. The
    /// result's own timestamp is up to the windowing, as behind every grouping.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// let pipeline = Pipeline::new();
    /// let readings =
    ///     [("new", Timestamp::secs(8)), ("old", Timestamp::secs(2))].map(|(r, at)| (Str::from(r), at));
    /// let latest = pipeline.create_timestamped(readings).latest_globally().collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// assert_eq!(result.collected(&latest), [Some("new".into())]);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    pub fn latest_globally(&self) -> PCollection<Option<T>> {
        let caller = Location::caller();
        self.builder.composite(("Latest globally", Composite::Named), &[self.id()], caller, |id| {
            let timed = with_timestamps(|element: T, at| (at, element));
            let timed =
                self.element_wise::<(Timestamp, T)>("With timestamps", timed, false, caller);
            timed.global("Combine globally", Latest, caller).made_by(id)
        })
    }

    /// The element with the greatest timestamp of each window, or `None`, to be read beside another
    /// collection.
    ///
    /// In the global window with a trigger that fires again and again it is a value that changes
    /// while the pipeline runs. To be read as the latest of all so far the panes must accumulate;
    /// where they discard, it is the latest of the newest pane.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// let pipeline = Pipeline::new();
    /// let at = Timestamp::secs;
    /// let script = TestStreams::new(["prices", "rates"])
    ///     .add("rates", [(20, at(1))])
    ///     .add("prices", [(100, at(2))])
    ///     .add("rates", [(21, at(3))])
    ///     .add("prices", [(100, at(4))]);
    /// let [prices, rates] = &pipeline.test_streams(script)[..] else { panic!("it has two streams") };
    /// let always = Window::global().trigger(repeatedly(after_count(1))).accumulating();
    /// let rate: View<Option<i64>> = rates.window(always).latest_globally_as_view();
    /// let taxes = prices.map_with(&rate, |price, rate| price * rate.unwrap_or(0) / 100).collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// let mut taxes = result.collected(&taxes);
    /// taxes.sort_unstable();
    /// assert_eq!(taxes, [20, 21]);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    pub fn latest_globally_as_view(&self) -> View<Option<T>> {
        let caller = Location::caller();
        let composite = ("Latest globally as view", Composite::Named);
        self.builder.composite(composite, &[self.id()], caller, |id| {
            let timed = with_timestamps(|element: T, at| (at, element));
            let timed =
                self.element_wise::<(Timestamp, T)>("With timestamps", timed, false, caller);
            timed.global_view(Latest, caller).made_by(id)
        })
    }
}

impl<K: Element, V: Element> PCollection<(K, V)> {
    /// The value of each key with the greatest timestamp, per pane; `None` in an empty pane.
    ///
    /// Of several with the same timestamp it is always the same one, but which is no promise.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// let pipeline = Pipeline::new();
    /// let readings = [(('a', 7), Timestamp::secs(8)), (('a', 5), Timestamp::secs(2))];
    /// let latest = pipeline.create_timestamped(readings).latest_per_key().collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// assert_eq!(result.collected(&latest), [('a', Some(7))]);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    pub fn latest_per_key(&self) -> PCollection<(K, Option<V>)>
    where
        K: Key,
    {
        let caller = Location::caller();
        let composite = ("Latest per key", Composite::Named);
        self.builder.composite(composite, &[self.id()], caller, |id| {
            let timed = with_timestamps(|(key, value): (K, V), at| (key, (at, value)));
            let timed =
                self.element_wise::<(K, (Timestamp, V))>("With timestamps", timed, false, caller);
            let dropped = DroppedOutput::Counted;
            timed.combined("Combine per key", Latest, dropped, caller).0.made_by(id)
        })
    }
}

/// What `pair` makes of each element and its timestamp.
fn with_timestamps<T: Element, U: Element>(
    pair: impl Fn(T, Timestamp) -> U + Send + Sync + 'static,
) -> Arc<dyn StepFn> {
    batches::<T, U>(
        move |input: &mut Batch, out: &mut Batch, done: &mut usize| {
            let timestamps = &input.meta.timestamps;
            let values = input.values.typed_mut::<T>();
            *done += values.len();
            let paired =
                values.drain(..).enumerate().map(|(at, value)| pair(value, timestamps.at(at)));
            out.values.typed_mut::<U>().extend(paired);
            std::mem::swap(&mut out.meta, &mut input.meta);
            Ok(())
        },
        PhantomData,
    )
}
