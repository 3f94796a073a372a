//! Watches over the workers: tells how far they are, and lets them stop.

use crate::control::BadRows;
use crate::savepoints::Savepoints;
use crate::worker::Shared;
use heliostat::{
    BadRow, Observer, RunError, RunEvent, RunResult, TransformId, catch_panic, millis,
};
use heliostat_runner_core::{Commits, Progress, Steps};
use std::collections::BTreeMap;

/// How often it looks at what nobody rings for, and tells how far the run is.
const TURN_MILLIS: i64 = 100;

/// Stays on the thread that began the run.
pub(crate) struct Coordinator<'a, 'b> {
    pub(crate) shared: &'a Shared<'a>,
    pub(crate) observer: &'b mut dyn Observer,
    /// The first bad rows of each source.
    pub(crate) bad_rows: BTreeMap<usize, Vec<BadRow>>,
    /// For how many microseconds each root was held up by each slot when that was told last.
    pub(crate) held: BTreeMap<(usize, usize), u64>,
    /// By the step that elements go to.
    pub(crate) commits: BTreeMap<TransformId, Commits>,
    /// Where they are wanted while the run goes on.
    pub(crate) savepoints: Option<Savepoints<'a, 'b>>,
}

impl Steps for Coordinator<'_, '_> {
    fn step(&mut self) -> Progress {
        // Workers would wait for ever for one that unwinds.
        let outcome = catch_panic(|| self.step_once());
        let outcome = outcome.unwrap_or_else(|panicked| {
            Err(RunError::failed(format!("whoever watches the run panicked: {panicked}")))
        });
        outcome.unwrap_or_else(|error| {
            self.shared.fail(error);
            Progress::Done
        })
    }
}

impl Coordinator<'_, '_> {
    fn step_once(&mut self) -> Result<Progress, RunError> {
        let control = &self.shared.control;
        if control.has_failed() {
            return Ok(Progress::Done);
        }
        self.shared.look_whether_to_stop()?;
        self.take_bad_rows();
        let mut turn = self.shared.clock.now() + millis(TURN_MILLIS);
        if let Some(savepoints) = &mut self.savepoints {
            savepoints.step(&mut self.commits)?;
            if !savepoints.is_open {
                turn = turn.min(savepoints.due);
            }
        }
        self.observer.event(RunEvent::Progress {
            elements: control.elements(),
            watermark: control.watermark(),
            bundles: control.bundles(),
        });
        self.tell_held();
        Ok(if control.is_done() { Progress::Done } else { Progress::Waiting(turn) })
    }

    /// Tells the first of the bad rows that sources gave.
    pub(crate) fn take_bad_rows(&mut self) {
        let Shared { control, layout, site, .. } = self.shared;
        for BadRows { source, rows } in control.take_bad_rows() {
            let known = self.bad_rows.entry(source).or_default();
            let room = RunResult::BAD_ROWS_KEPT.saturating_sub(known.len());
            for row in rows.into_iter().take(room) {
                let step = layout.root_path(*site, source).to_owned();
                self.observer.event(RunEvent::BadRow { step, row: row.clone() });
                known.push(row);
            }
        }
    }

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
