//! Sources under a script: one event at a time, and quiet after each.

use super::Worker;
use crate::mail::BarrierKind;
use heliostat::RunError;
use heliostat_runner_core::{Given, Readiness, Source};
use std::sync::atomic::Ordering;

impl Worker<'_> {
    /// Plays the next event, if everything is quiet; says whether there was something to do. All
    /// sources are on one worker.
    pub(super) fn step_script(&mut self) -> Result<bool, RunError> {
        let has_any = self.parts.sources.iter().any(Option::is_some);
        if !has_any || self.is_stopped || !self.shared.control.is_quiet(self.barriers) {
            return Ok(false);
        }
        self.shared.look_whether_to_stop()?;
        if self.shared.control.is_stopping() {
            self.is_stopped = true;
            self.send_barriers(BarrierKind::Stop);
            return Ok(true);
        }
        let now = self.now;
        let is_ready = |source: &Option<Source>| {
            source.as_ref().is_some_and(|source| source.readiness(now) == Readiness::Ready)
        };
        match self.parts.sources.iter().position(is_ready) {
            Some(at) => {
                self.play(at)?;
                self.send_barriers(BarrierKind::Quiet);
            }
            None => {
                self.is_stopped = true;
                (0..self.parts.sources.len()).for_each(|root| self.end(root));
            }
        }
        Ok(true)
    }

    fn play(&mut self, at: usize) -> Result<(), RunError> {
        let mut source = self.parts.sources[at].take().expect("it is ready");
        let read_bundles = &self.shared.control.read_bundles;
        read_bundles.fetch_add(u64::from(source.is_read()), Ordering::Relaxed);
        self.reads[at].bundles += u64::from(source.is_read());
        let given = source.next(self.now, |_| 0);
        let settled = given.and_then(|given| {
            let bundle = match given {
                Given::Bundle(bundle) => bundle,
                Given::Moved => Vec::new(),
                Given::TimeMoved(by) => {
                    self.shared.clock.advance(by);
                    self.look_at_clock();
                    Vec::new()
                }
            };
            for (output, batch) in bundle {
                self.count_given((at, &source), output, &batch);
                self.through((at, output), vec![batch])?;
            }
            self.flush(at)?;
            source.settle()
        });
        self.parts.sources[at] = Some(source);
        settled?;
        self.tell_source(at);
        Ok(())
    }
}
