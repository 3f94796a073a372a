//! Results that tell something else than what happened.

use heliostat::{DropCounts, Observer, RunEvent, RunResult};

/// The late ones, or all.
pub(super) fn counts_no_drops(result: &mut RunResult, seed: u64) {
    for step in result.metrics.values_mut() {
        let closed = if seed.is_multiple_of(2) { step.dropped.closed } else { 0 };
        step.dropped = DropCounts { late: 0, closed };
    }
}

pub(super) fn counts_nothing(result: &mut RunResult, _: u64) {
    result.metrics.clear();
}

/// What was taken, or what was given.
pub(super) fn counts_twice(result: &mut RunResult, seed: u64) {
    for step in result.metrics.values_mut() {
        match seed % 2 {
            0 => step.elements_in *= 2,
            _ => step.elements_out *= 2,
        }
    }
}

pub(super) fn counts_no_late_panes(result: &mut RunResult, _: u64) {
    result.metrics.values_mut().for_each(|step| step.late_panes = 0);
}

pub(super) fn counts_no_dead_letters(result: &mut RunResult, _: u64) {
    result.metrics.values_mut().for_each(|step| step.dead_letters = 0);
}

pub(super) fn shows_no_bad_rows(result: &mut RunResult, _: u64) {
    result.bad_rows.clear();
}

pub(super) fn tells_of_no_writes(result: &mut RunResult, _: u64) {
    result.written.clear();
}

pub(super) fn tells_of_nothing_open(result: &mut RunResult, _: u64) {
    result.interrupted = None;
}

pub(super) fn tells_of_no_stop(result: &mut RunResult, _: u64) {
    result.stopped = None;
}

/// Does not pass on counts, bad rows, or what was written.
pub(super) struct Silenced<'a> {
    pub(super) observer: &'a mut dyn Observer,
    pub(super) seed: u64,
}

impl Observer for Silenced<'_> {
    fn event(&mut self, event: RunEvent) {
        let kept_back = match &event {
            RunEvent::Step { .. } => Some(0),
            RunEvent::BadRow { .. } => Some(1),
            RunEvent::Written { .. } => Some(2),
            RunEvent::Progress { .. } | RunEvent::Round(_) | RunEvent::Held { .. } => None,
        };
        if kept_back != Some(self.seed % 3) {
            self.observer.event(event);
        }
    }

    fn wants_rounds(&self) -> bool {
        self.observer.wants_rounds()
    }
}
