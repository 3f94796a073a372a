//! A change of windowing.

use crate::graph::Transform;
use crate::graph::build::{Code, Edge};
use crate::{Element, PCollection, Window, WindowFn, WindowsFor};
use std::panic::Location;

impl<T: Element> PCollection<T> {
    /// The elements under another windowing; what `window` does not say is inherited, and of two
    /// allowed latenesses the larger holds (model.md S8).
    ///
    /// ```
    /// use heliostat::prelude::*;
    ///
    /// let pipeline = Pipeline::new();
    /// let hourly = pipeline.create([1]).window(Window::fixed(hours(1)));
    /// let graph = pipeline.graph();
    /// assert_eq!(graph.collection(hourly.id()).windowing.to_string(),
    ///     "fixed 1h, default, discarding");
    /// ```
    #[track_caller]
    pub fn window<A: WindowsFor<T>>(&self, window: Window<A>) -> PCollection<T> {
        let (change, code) = window.parts();
        let before = self.builder.edge(self.id());
        let edge = Edge { windowing: change.applied_to(&before.windowing), ..before };
        let window_fn = change.window_fn.clone();
        let transform = Transform::WindowInto(change);
        let step = self.builder.step("Window", transform, &[self.id()], Location::caller());
        if let Some(assigner) = code.assign {
            self.builder.code(step, Code::Assigner(assigner));
        }
        if let (Some(WindowFn::Custom(custom)), Some(merger)) = (window_fn, code.merge) {
            self.builder.code(step, Code::Merger(custom, merger));
        }
        let id = self.builder.output::<T>(step, "out", edge);
        PCollection::new(&self.builder, id, step)
    }
}
