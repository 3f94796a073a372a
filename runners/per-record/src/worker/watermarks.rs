//! How far sources are, what others are told of it, and when they have more.

use super::Worker;
use crate::layout::Outlet;
use heliostat::{Timestamp, millis};
use heliostat_runner_core::{Heard, Readiness, Source};

/// How often a read looks again that is ahead of others.
const DRIFT_MILLIS: i64 = 5;

impl Worker<'_> {
    /// Tells everything behind a source how far it is; says whether that is news.
    pub(super) fn tell_source(&mut self, at: usize) -> bool {
        if self.parts.sources[at].is_none() {
            return false;
        }
        self.reads[at].untold = 0;
        let mut is_news = false;
        for (outlet, it) in self.shared.layout.roots[at].1.iter().enumerate() {
            let told = self.heard(at, it);
            is_news |= self.tell_outlet((at, outlet), told);
        }
        self.tell_read(at);
        let reads = self.parts.sources.iter().flatten().filter(|source| source.is_read());
        let slowest = reads.map(Source::slowest).min().unwrap_or(Timestamp::MAX);
        self.shared.control.set_watermark(self.number, slowest);
        is_news
    }

    /// Whether something behind a source does not know yet how far it is.
    pub(super) fn has_news(&self, at: usize) -> bool {
        let mut outlets = self.shared.layout.roots[at].1.iter().enumerate();
        outlets.any(|(outlet, it)| self.roots[at].told(outlet) != self.heard(at, it))
    }

    /// How far a source is for what is behind an outlet; nothing if nobody need wait for it.
    fn heard(&self, at: usize, outlet: &Outlet) -> Option<Timestamp> {
        let source = self.parts.sources[at].as_ref()?;
        let (now, idle) = (self.now, self.shared.settings.idle_timeout);
        let mut heard = outlet.outputs.iter().map(|output| source.heard(*output, now, idle));
        heard.try_fold(Timestamp::MAX, |told, heard| match heard {
            Heard::Watermark(watermark) => Some(told.min(watermark)),
            Heard::Idle => None,
        })
    }

    /// Tells other reads how far one is.
    fn tell_read(&self, at: usize) {
        let Some(source) = &self.parts.sources[at] else { return };
        let (now, idle) = (self.now, self.shared.settings.idle_timeout);
        let outputs = &self.shared.site.graph.step(source.step()).outputs;
        // A script can be without streams; then nobody waits for it.
        let heard = outputs.first().map(|output| source.heard(*output, now, idle));
        let watermark = match heard {
            Some(Heard::Watermark(watermark)) if source.is_unbounded() => watermark,
            Some(Heard::Watermark(_) | Heard::Idle) | None => Timestamp::MAX,
        };
        self.shared.control.set_read(self.number, at, watermark);
    }

    /// When sources have something to do although nobody rings.
    pub(super) fn sources_wake_at(&self) -> Option<Timestamp> {
        if self.is_stopped {
            return None;
        }
        let open = self.parts.sources.iter().zip(&self.roots).filter(|(_, root)| !root.is_ended);
        let wakes = open.filter_map(|(source, _)| {
            let source = source.as_ref()?;
            let until = match source.readiness(self.now) {
                Readiness::Idle(until) => until,
                // Nobody rings when those it waits for come nearer.
                Readiness::Ready if self.shared.settings.max_drift.is_some() => {
                    return Some(self.now + millis(DRIFT_MILLIS));
                }
                Readiness::Ready | Readiness::Done => return None,
            };
            let idle = self.shared.settings.idle_timeout;
            let idle_at = idle.and_then(|idle| source.idle_at(self.now, idle));
            Some(idle_at.map_or(until, |at| at.min(until)))
        });
        wakes.min()
    }
}
