//! Watches over the workers: tells how far they are, and lets them stop.

use crate::control::BadRows;
use crate::worker::Shared;
use heliostat::{Observer, RunEvent, millis};
use heliostat_runner_core::{Progress, Steps};

/// How often it looks at what nobody rings for, and tells how far the run is.
const TURN_MILLIS: i64 = 100;

/// Stays on the thread that began the run.
pub(crate) struct Coordinator<'a, 'b> {
    pub(crate) shared: &'a Shared<'a>,
    pub(crate) observer: &'b mut dyn Observer,
    /// What it was told of bad rows.
    pub(crate) bad_rows: Vec<BadRows>,
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
        self.bad_rows.extend(control.take_bad_rows());
        self.observer.event(RunEvent::Progress {
            elements: control.elements(),
            watermark: control.watermark(),
            bundles: control.bundles(),
        });
        if control.is_done() {
            return Progress::Done;
        }
        Progress::Waiting(self.shared.clock.now() + millis(TURN_MILLIS))
    }
}
