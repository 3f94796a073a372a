//! The latest in event time.

use super::group_by_key::DroppedOutput;
use crate::batch::{Batch, ColumnExt};
use crate::graph::erase::batches;
use crate::graph::{Composite, StepFn};
use crate::{Element, Key, Latest, PCollection, Timestamp};
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
