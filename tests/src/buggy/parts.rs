//! A graph taken apart, changed, and put together again.
//!
//! What a graph is made of cannot be changed from outside, and need not be for anyone else. It can be
//! written and read, and that is the way taken here.

use heliostat::graph::{Collection, Graph, Step, Transform};
use heliostat::{Windowing, WindowingChange};
use serde::{Deserialize, Serialize};

/// The parts of a graph, as it is written.
#[derive(Serialize, Deserialize)]
pub(super) struct Parts {
    pub(super) steps: Vec<Step>,
    pub(super) collections: Vec<Collection>,
}

impl Parts {
    pub(super) fn of(graph: &Graph) -> Self {
        let written = serde_json::to_value(graph).expect("a graph is plain data");
        serde_json::from_value(written).expect("a graph is written as its parts")
    }

    pub(super) fn graph(&self) -> Graph {
        let written = serde_json::to_value(self).expect("parts are plain data");
        serde_json::from_value(written).expect("a graph is read as its parts")
    }

    /// Changes the windowing of each collection, and what window steps change, in the same way.
    pub(super) fn windowings(&mut self, change: impl Fn(&mut Windowing)) {
        for collection in &mut self.collections {
            change(&mut collection.windowing);
        }
        for step in &mut self.steps {
            if let Transform::WindowInto(asked) = &mut step.transform {
                let mut windowing = asked.applied_to(&Windowing::default());
                change(&mut windowing);
                *asked = asked_for(asked, windowing);
            }
        }
    }
}

/// A change to what is in this windowing, of just what was asked for.
fn asked_for(asked: &WindowingChange, to: Windowing) -> WindowingChange {
    WindowingChange {
        window_fn: asked.window_fn.as_ref().map(|_| to.window_fn),
        trigger: asked.trigger.as_ref().map(|_| to.trigger),
        accumulation: asked.accumulation.map(|_| to.accumulation),
        allowed_lateness: asked.allowed_lateness.map(|_| to.allowed_lateness),
        timestamp_combiner: asked.timestamp_combiner.map(|_| to.timestamp_combiner),
        closing_behavior: asked.closing_behavior.map(|_| to.closing_behavior),
        on_time_behavior: asked.on_time_behavior.map(|_| to.on_time_behavior),
        ..asked.clone()
    }
}
