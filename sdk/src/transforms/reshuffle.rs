//! A break in a pipeline: what goes through it is stable, and spread anew.

use crate::batch::{Batch, ColumnExt, Each, Meta, Timestamps, Windows};
use crate::graph::build::{Caller, Code};
use crate::graph::erase::{self, batches};
use crate::graph::{Composite, ParDoSpec, StepFn, StepWork, Transform};
use crate::{Element, OnTimeBehavior, PCollection, Result, Seed, Trigger, Window, Windowed};
use std::marker::PhantomData;
use std::panic::Location;
use std::sync::Arc;

/// Over how many keys the expansion spreads its elements.
const SHARDS: u64 = 64;

impl<T: Element> PCollection<T> {
    /// The same elements, with the same timestamps, windows and panes (model.md 9.1), in bundles of
    /// their own: what stands behind it is not fused with what stands in front of it, and sees
    /// the very same elements when it is tried again.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// let pipeline = Pipeline::new();
    /// let numbers = pipeline.create([1, 2, 3]).reshuffle().collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// let mut numbers = result.collected(&numbers);
    /// numbers.sort();
    /// assert_eq!(numbers, [1, 2, 3]);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[track_caller]
    pub fn reshuffle(&self) -> PCollection<T> {
        self.reshuffled(Location::caller())
    }

    pub(crate) fn reshuffled(&self, caller: Caller) -> PCollection<T> {
        let builder = &self.builder;
        builder.composite(("Reshuffle", Composite::Reshuffle), &[self.id()], caller, |id| {
            let spread: Arc<dyn StepFn> = Arc::new(Spread::<T>(PhantomData));
            let window = Window::global()
                .trigger(Trigger::Always)
                .discarding()
                .on_time_behavior(OnTimeBehavior::IfNonEmpty);
            let groups = self
                .windowed()
                .element_wise::<(u64, Windowed<T>)>("Spread", spread, false, caller)
                .window(window)
                .group_by_key();
            let ungroup =
                erase::flat_map_into(|(_, group): (u64, crate::Group<Windowed<T>>), out| {
                    group.iter().try_for_each(|element| {
                        out.push(element?);
                        Ok(())
                    })
                });
            let elements = groups.element_wise::<Windowed<T>>("Ungroup", ungroup, false, caller);
            let restored = elements.restored(builder.edge(self.id()), caller);
            builder.composite_outputs(id, &[restored.id()]);
            restored.made_by(id)
        })
    }
}

impl<T: Element> PCollection<Windowed<T>> {
    /// The values under the metadata that they hold.
    fn restored(&self, edge: crate::graph::build::Edge, caller: Caller) -> PCollection<T> {
        let code = batches::<Windowed<T>, T>(
            |input: &mut Batch, out: &mut Batch, done: &mut usize| {
                let elements = input.values.typed_mut::<Windowed<T>>();
                *done += elements.len();
                let kinds = input.meta.kinds.clone();
                let (mut at, mut windows, mut panes) = (Vec::new(), Vec::new(), Vec::new());
                out.values.typed_mut::<T>().extend(elements.drain(..).map(|element| {
                    at.push(element.timestamp);
                    windows.push(element.window);
                    panes.push(element.pane);
                    element.value
                }));
                out.meta = Meta {
                    timestamps: Timestamps::each(at),
                    windows: Windows::Each(windows),
                    panes: Each::Each(panes),
                    kinds,
                };
                input.clear();
                Ok(())
            },
            PhantomData,
        );
        let transform = Transform::ParDo(ParDoSpec::default());
        let step = self.builder.step("Restore", transform, &[self.id()], caller);
        self.builder.code(step, Code::Step(code));
        let id = self.builder.output::<T>(step, "out", edge);
        PCollection::new(&self.builder, id, step)
    }
}

/// Gives each element a key by chance; on each worker the chance is the same.
struct Spread<T>(PhantomData<fn(T)>);

struct SpreadWork<T> {
    chance: Seed,
    element: PhantomData<fn(T)>,
}

impl<T: Element> StepFn for Spread<T> {
    fn setup(&self) -> Result<Box<dyn StepWork>> {
        Ok(Box::new(SpreadWork::<T> { chance: Seed::new(0), element: PhantomData }))
    }
}

impl<T: Element> StepWork for SpreadWork<T> {
    fn process(&mut self, input: &mut Batch, out: &mut [Batch], done: &mut usize) -> Result<()> {
        let elements = input.values.typed_mut::<Windowed<T>>();
        *done += elements.len();
        let chance = &mut self.chance;
        let keyed = elements.drain(..).map(|element| (chance.below(SHARDS), element));
        out[0].values.typed_mut::<(u64, Windowed<T>)>().extend(keyed);
        std::mem::swap(&mut out[0].meta, &mut input.meta);
        Ok(())
    }
}
