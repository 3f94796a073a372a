//! What time makes due: timers in order, then the end of windows (model.md 6.1, 6.3).

use super::Keyed;
use super::timers::Due;
use crate::stage::Outputs;
use heliostat::graph::{DueTimer, RowId, TimeDomain, ViewValue};
use heliostat::{Error, Interval, Result, Timestamp};

/// A callback may set timers of its row to times that have passed so often in a row; more is a
/// loop that would not end. At the end of time, when every time has passed, a looping timer is cut
/// there.
const LOOPING_TIMER_FIRINGS_MAX: u32 = 10_000;

/// What the views that a step reads say for a window.
pub type Sides<'a> = dyn Fn(&Interval) -> Vec<ViewValue> + 'a;

impl Keyed {
    /// Whether anything is due.
    pub(crate) fn has_due(&self) -> bool {
        self.timers.first_due(self.moment).is_some()
            || self.sorted.as_ref().is_some_and(|sorted| sorted.has_due(self.moment))
            || self.timers.next_deadline().is_some_and(|at| at < self.moment.now)
    }

    /// Calls back everything that is due, within the bundle in hand. What callbacks set to times
    /// that have passed fires as well, before what is later.
    pub(crate) fn fire_due(&mut self, sides: &Sides<'_>, out: &mut Outputs) -> Result<()> {
        self.emptied |= self.has_due();
        loop {
            // What waits to be sorted comes before the timers of the same time.
            let flush = self
                .sorted
                .as_ref()
                .and_then(|it| it.next_due(self.moment, self.timers.first_due(self.moment)));
            if let Some(row) = flush {
                self.flush_sorted(row, self.moment.watermark, sides, out)?;
                continue;
            }
            match self.timers.next_due(self.moment) {
                None => break,
                Some(Due::Timer(due, domain, chain)) => {
                    self.fire(&due, (domain, chain), sides, out)?
                }
                Some(Due::Expiry(row)) => self.expire(row, sides, out)?,
            }
        }
        self.work.describe(out.own());
        Ok(())
    }

    fn fire(
        &mut self,
        due: &DueTimer,
        (domain, chain): (TimeDomain, u32),
        sides: &Sides<'_>,
        out: &mut Outputs,
    ) -> Result<()> {
        self.touched.push(due.row);
        let window = self.window(due.row);
        if domain == TimeDomain::ProcessingTime
            && window.is_expired(self.lateness, self.moment.watermark)
        {
            return Ok(());
        }
        self.look_at(&window, sides);
        self.work.on_timer(due, self.moment, out.own())?;
        self.take_requests(Some((due, chain)))
    }

    /// The end of a key and window: what is left of its input, the author's last word, and all of it
    /// is forgotten.
    fn expire(&mut self, row: RowId, sides: &Sides<'_>, out: &mut Outputs) -> Result<()> {
        self.touched.push(row);
        self.timers.expired(row);
        self.flush_sorted(row, Timestamp::MAX, sides, out)?;
        if self.spec.on_window_expiration && !self.work.is_empty(row, self.moment.now) {
            let window = self.window(row);
            self.look_at(&window, sides);
            self.work.on_window_expiration(row, self.moment, out.own())?;
        }
        self.work.timer_requests().clear();
        self.work.wipe(row);
        self.timers.clear(row);
        Ok(())
    }

    /// Gives the author's code the elements of a row that this watermark settles, in the order of
    /// their timestamps.
    fn flush_sorted(
        &mut self,
        row: RowId,
        watermark: Timestamp,
        sides: &Sides<'_>,
        out: &mut Outputs,
    ) -> Result<()> {
        let Some(sorted) = &mut self.sorted else { return Ok(()) };
        let Some(mut batch) = sorted.take(row, watermark, self.work.as_ref(), self.lateness) else {
            return Ok(());
        };
        let window = self.window(row);
        self.touched.push(row);
        self.look_at(&window, sides);
        let rows = vec![row; batch.len()];
        self.take(&mut batch, &rows, out, &mut 0)?;
        self.take_requests(None)
    }

    fn look_at(&mut self, window: &Interval, sides: &Sides<'_>) {
        if !self.spec.sides.is_empty() {
            self.work.see(&sides(window));
        }
    }

    /// Does what callbacks want of timers; `by` is the timer that called, and how long it has been
    /// setting timers without time moving on.
    pub(super) fn take_requests(&mut self, by: Option<(&DueTimer, u32)>) -> Result<()> {
        let mut requests = std::mem::take(self.work.timer_requests());
        for request in requests.drain(..) {
            self.emptied |= request.set.is_none();
            let Some((due, before)) = by else {
                self.timers.request(request, 0);
                continue;
            };
            let at_end = self.moment.watermark == Timestamp::MAX;
            let stuck = request.set.is_some_and(|set| set.at <= due.at);
            let chain = if at_end || stuck { before + 1 } else { 0 };
            if chain <= LOOPING_TIMER_FIRINGS_MAX {
                self.timers.request(request, chain);
            } else if !at_end {
                let id = &self.spec.timers[request.timer as usize].id;
                return Err(Error::new(format!(
                    "timer `{id}` was set {LOOPING_TIMER_FIRINGS_MAX} times in a row to a time that \
                     had passed, by callbacks that fire at once: it would not end\n  help: set it to \
                     a later time than `fired.at`, or not at all"
                )));
            }
        }
        *self.work.timer_requests() = requests;
        Ok(())
    }
}
