//! A combine that spreads the values of hot keys.

use super::group_by_key::DroppedOutput;
use crate::batch::{Batch, ColumnExt};
use crate::graph::build::Caller;
use crate::graph::{Composite, StepFn, StepWork, erase};
use crate::{
    Accumulation, ClosingBehavior, CombineFn, Element, Key, OnTimeBehavior, PCollection, Result,
    Seed, Window, Windowing,
};
use std::marker::PhantomData;
use std::panic::Location;
use std::sync::Arc;

impl<K: Element, V: Element> PCollection<(K, V)> {
    /// The same as [`combine_per_key`](PCollection::combine_per_key), for keys with so many values
    /// that one worker would be busy with one key: the values of a key go to `fanout` shards, each
    /// shard is reduced by itself, and what comes of the shards is merged (model.md 8).
    ///
    /// The shards are reduced under the windowing of this collection, discarding, and without empty
    /// panes; they are merged under that windowing as it is, not under its continuation. So the
    /// values of all panes, or the last pane in accumulating mode, come to what the plain combine
    /// gives. But there can be more panes on the way, since each shard fires for itself, and a
    /// trigger that counts elements counts in a shard, and then what the shards gave.
    ///
    /// # Panics
    /// If `fanout` is 0.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// let pipeline = Pipeline::new();
    /// let clicks = pipeline.create((0..10).map(|n| ("home".to_owned(), n)));
    /// let sums = clicks.combine_per_key_with_fanout(3, Sum).collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// assert_eq!(result.collected(&sums), [("home".to_owned(), 45)]);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    pub fn combine_per_key_with_fanout<C: CombineFn<V>>(
        &self,
        fanout: u32,
        combine: C,
    ) -> PCollection<(K, C::Output)>
    where
        K: Key,
    {
        assert!(0 < fanout, "a fanout needs at least one shard");
        self.fanned_out(fanout, combine, Location::caller())
    }

    /// Adds the composite and its expansion: shards, a combine of each, and one of what they give.
    pub(crate) fn fanned_out<C: CombineFn<V>>(
        &self,
        fanout: u32,
        combine: C,
        caller: Caller,
    ) -> PCollection<(K, C::Output)>
    where
        K: Key,
    {
        let function = erase::function_name::<C>();
        let composite = Composite::CombineWithFanout { function, fanout };
        let builder = &self.builder;
        builder.composite(("Combine with fanout", composite), &[self.id()], caller, |id| {
            let combine = Arc::new(combine);
            let windowing = builder.edge(self.id()).windowing;
            let shards: Arc<dyn StepFn> = Arc::new(Shards::<K, V> { fanout, types: PhantomData });
            let shards =
                self.element_wise::<((K, u32), V)>("Spread over shards", shards, false, caller);
            let partial = Partial(Arc::clone(&combine));
            let counted = DroppedOutput::Counted;
            let (partials, _) = shards.window(of_shards(&windowing)).combined(
                "Combine per shard",
                partial,
                counted,
                caller,
            );
            let forget =
                erase::map(|((key, _), partial): ((K, u32), C::Accumulator)| (key, partial));
            let partials = partials
                .element_wise::<(K, C::Accumulator)>("Forget shards", forget, false, caller)
                .window(behind_shards(&windowing));
            let merged = Merged { combine, values: PhantomData::<fn(V)> };
            let (combined, _) = partials.combined("Merge shards", merged, counted, caller);
            builder.composite_outputs(id, &[combined.id()]);
            combined.made_by(id)
        })
    }
}

/// The windowing that shards are reduced under. What is named of it is never more than an author
/// has named, since behind it preflight asks for what an author has left open.
fn of_shards(windowing: &Windowing) -> Window {
    let window = Window::configure()
        .on_time_behavior(OnTimeBehavior::IfNonEmpty)
        .closing_behavior(ClosingBehavior::IfNonEmpty);
    match windowing.accumulation {
        Accumulation::Discarding => window,
        Accumulation::Accumulating => window.discarding(),
    }
}

/// From what the shards give back to the windowing itself; windows that grew in each shard grow
/// together.
fn behind_shards(windowing: &Windowing) -> Window {
    let window = Window::configure()
        .on_time_behavior(windowing.on_time_behavior)
        .closing_behavior(windowing.closing_behavior)
        .merge_again();
    let window = match windowing.accumulation {
        Accumulation::Discarding => window,
        Accumulation::Accumulating => window.accumulating(),
    };
    if windowing.trigger == windowing.trigger.continuation() {
        return window;
    }
    window.trigger(windowing.trigger.clone())
}

/// Gives each pair a shard of its key.
struct Shards<K, V> {
    fanout: u32,
    types: PhantomData<fn(K, V)>,
}

struct ShardsWork<K, V> {
    fanout: u32,
    /// The same on each worker and in each run, and no pattern of keys is in step with it.
    chance: Seed,
    types: PhantomData<fn(K, V)>,
}

impl<K: Element, V: Element> StepFn for Shards<K, V> {
    fn setup(&self) -> Result<Box<dyn StepWork>> {
        let (fanout, chance) = (self.fanout, Seed::new(0));
        Ok(Box::new(ShardsWork::<K, V> { fanout, chance, types: PhantomData }))
    }
}

impl<K: Element, V: Element> StepWork for ShardsWork<K, V> {
    fn process(&mut self, input: &mut Batch, out: &mut [Batch], done: &mut usize) -> Result<()> {
        let pairs = input.values.typed_mut::<(K, V)>();
        *done += pairs.len();
        let (fanout, chance) = (u64::from(self.fanout), &mut self.chance);
        out[0].values.typed_mut::<((K, u32), V)>().extend(pairs.drain(..).map(|(key, value)| {
            let shard = u32::try_from(chance.below(fanout)).unwrap_or_default();
            ((key, shard), value)
        }));
        std::mem::swap(&mut out[0].meta, &mut input.meta);
        Ok(())
    }
}

/// Gives the accumulator itself.
struct Partial<C>(Arc<C>);

impl<In, C: CombineFn<In>> CombineFn<In> for Partial<C> {
    type Accumulator = C::Accumulator;
    type Output = C::Accumulator;

    fn create(&self) -> C::Accumulator {
        self.0.create()
    }

    fn add(&self, accumulator: &mut C::Accumulator, value: &In) {
        self.0.add(accumulator, value);
    }

    fn merge(&self, accumulator: &mut C::Accumulator, other: &C::Accumulator) {
        self.0.merge(accumulator, other);
    }

    fn extract(&self, accumulator: &C::Accumulator) -> C::Accumulator {
        let mut shipped = accumulator.clone();
        self.0.compact(&mut shipped);
        shipped
    }

    fn compact(&self, accumulator: &mut C::Accumulator) {
        self.0.compact(accumulator);
    }
}

/// Takes accumulators for values.
struct Merged<C, In> {
    combine: Arc<C>,
    values: PhantomData<fn(In)>,
}

impl<In: 'static, C: CombineFn<In>> CombineFn<C::Accumulator> for Merged<C, In> {
    type Accumulator = C::Accumulator;
    type Output = C::Output;

    fn create(&self) -> C::Accumulator {
        self.combine.create()
    }

    fn add(&self, accumulator: &mut C::Accumulator, partial: &C::Accumulator) {
        self.combine.merge(accumulator, partial);
    }

    fn merge(&self, accumulator: &mut C::Accumulator, other: &C::Accumulator) {
        self.combine.merge(accumulator, other);
    }

    fn extract(&self, accumulator: &C::Accumulator) -> C::Output {
        self.combine.extract(accumulator)
    }

    fn compact(&self, accumulator: &mut C::Accumulator) {
        self.combine.compact(accumulator);
    }
}
