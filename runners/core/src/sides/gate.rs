//! In front of a step with side inputs: elements go through window by window, when all it reads is
//! ready (model.md 7.3).

use super::{PushedBack, Sight, ViewStore, per_window};
use heliostat::batch::Batch;
use heliostat::graph::ViewValue;
use heliostat::{Interval, Result, Timestamp};

/// What is on its way into one step, and what waits for its side inputs.
#[derive(Debug, Default)]
pub struct Gate {
    pushed_back: PushedBack,
    late: u64,
}

/// Elements of one window, and what their step reads beside them.
pub struct Admitted {
    /// In the order the step declares them; empty where it declares none.
    pub sides: Vec<ViewValue>,
    /// The elements.
    pub batch: Batch,
}

impl Admitted {
    /// Elements whose step reads nothing beside them.
    pub fn without_sides(batch: Batch) -> Self {
        Self { sides: Vec::new(), batch }
    }
}

impl Gate {
    /// Lets through what is ready, first of what waited; the rest waits. What comes for a window
    /// that its views have forgotten is dropped and counted: they would be read as empty.
    ///
    /// # Errors
    /// If more would wait than may.
    pub fn admit(&mut self, batches: Vec<Batch>, views: &[&ViewStore]) -> Result<Vec<Admitted>> {
        let known = |window: &Interval| !matches!(seen(views, window), Seen::NotReady);
        let mut parts: Vec<(Interval, Batch)> = Vec::new();
        for mut waited in self.pushed_back.take_ready(known) {
            parts.extend(per_window(&mut waited));
        }
        for mut batch in batches {
            parts.extend(per_window(&mut batch));
        }
        let mut admitted = Vec::new();
        for (window, mut batch) in parts {
            match seen(views, &window) {
                Seen::Ready(sides) => admitted.push(Admitted { sides, batch }),
                Seen::NotReady => self.pushed_back.push(&mut batch)?,
                Seen::Expired => self.late += batch.len() as u64,
            }
        }
        Ok(admitted)
    }

    /// The smallest timestamp that waits: it holds the watermark of the step.
    pub fn oldest(&self) -> Option<Timestamp> {
        self.pushed_back.oldest()
    }

    /// How many elements came too late since the last call.
    pub fn take_late(&mut self) -> u64 {
        std::mem::take(&mut self.late)
    }

    /// What waits.
    pub fn pushed_back(&self) -> &PushedBack {
        &self.pushed_back
    }

    /// The same, to put back what was saved.
    pub fn pushed_back_mut(&mut self) -> &mut PushedBack {
        &mut self.pushed_back
    }
}

enum Seen {
    Ready(Vec<ViewValue>),
    NotReady,
    Expired,
}

/// What all views together say of a main window.
fn seen(views: &[&ViewStore], window: &Interval) -> Seen {
    let mut sides = Vec::with_capacity(views.len());
    let mut ready = true;
    for view in views {
        match view.lookup(window) {
            Sight::Ready(value) => sides.push(value),
            Sight::NotReady => ready = false,
            Sight::Expired => return Seen::Expired,
        }
    }
    if ready { Seen::Ready(sides) } else { Seen::NotReady }
}
