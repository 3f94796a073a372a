//! Watches over the workers: tells how far they are, and lets them stop.

use crate::control::BadRows;
use crate::savepoints::Savepoints;
use crate::worker::Shared;
use heliostat::{Observer, RunEvent, TransformId, millis};
use heliostat_runner_core::{Commits, Progress, Steps};
use std::collections::BTreeMap;

/// How often it looks at what nobody rings for, and tells how far the run is.
const TURN_MILLIS: i64 = 100;

/// Stays on the thread that began the run.
pub(crate) struct Coordinator<'a, 'b> {
    pub(crate) shared: &'a Shared<'a>,
    pub(crate) observer: &'b mut dyn Observer,
    /// What it was told of bad rows.
    pub(crate) bad_rows: Vec<BadRows>,
    /// For how many microseconds each root was held up by each slot when that was told last.
    pub(crate) held: BTreeMap<(usize, usize), u64>,
    /// By the step that elements go to.
    pub(crate) commits: BTreeMap<TransformId, Commits>,
    /// Where they are wanted while the run goes on.
    pub(crate) savepoints: Option<Savepoints<'a, 'b>>,
}

impl Steps for Coordinator<'_, '_> {
    fn step(&mut self) -> Progress {
        let control = &self.shared.control;
        if control.has_failed() {
            return Progress::Done;
        }
        if let Err(error) = self.shared.look_whether_to_stop() {
            self.shared.fail(error);
            return Progress::Done;
        }
        let mut turn = self.shared.clock.now() + millis(TURN_MILLIS);
        if let Some(savepoints) = &mut self.savepoints {
            if let Err(error) = savepoints.step(&mut self.commits) {
                self.shared.fail(error);
                return Progress::Done;
            }
            if !savepoints.is_open {
                turn = turn.min(savepoints.due);
            }
        }
        self.bad_rows.extend(control.take_bad_rows());
        self.observer.event(RunEvent::Progress {
            elements: control.elements(),
            watermark: control.watermark(),
            bundles: control.bundles(),
        });
        self.tell_held();
        if control.is_done() {
            return Progress::Done;
        }
        Progress::Waiting(turn)
    }
}

impl Coordinator<'_, '_> {
    /// Tells who waited for whom since it was told last.
    fn tell_held(&mut self) {
        let Shared { control, layout, site, .. } = self.shared;
        let held = control.held();
        for (&(root, slot), &micros) in &held {
            if self.held.get(&(root, slot)) != Some(&micros) {
                let step = layout.root_path(*site, root).to_owned();
                let by = layout.slot_path(*site, slot).to_owned();
                self.observer.event(RunEvent::Held { step, by, micros });
            }
        }
        self.held = held;
    }
}
