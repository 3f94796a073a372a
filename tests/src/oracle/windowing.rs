//! A collection's windowing, and how it goes on behind each step (model.md 2.6 and 3.6).

use super::window;
use crate::case::{
    Accumulation, Closing, OnTime, TimestampCombiner, Trigger, WindowFunction, WindowSpec,
};

/// Whether windows still merge at the next grouping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MergeStatus {
    NonMerging,
    NeedsMerge,
    AlreadyMerged,
}

/// The fields of model.md 2.6.
#[derive(Clone, Debug)]
pub(super) struct Windowing {
    pub(super) function: WindowFunction,
    pub(super) merge_status: MergeStatus,
    pub(super) trigger: Trigger,
    pub(super) accumulation: Accumulation,
    pub(super) lateness: i64,
    pub(super) timestamp: TimestampCombiner,
    pub(super) closing: Closing,
    pub(super) on_time: OnTime,
}

impl Windowing {
    /// What a script's streams have.
    pub(super) fn of_a_script() -> Self {
        Self {
            function: WindowFunction::Global,
            merge_status: MergeStatus::NonMerging,
            trigger: Trigger::Default,
            accumulation: Accumulation::Discarding,
            lateness: 0,
            timestamp: TimestampCombiner::EndOfWindow,
            closing: Closing::IfNonempty,
            on_time: OnTime::Always,
        }
    }

    /// Behind a window step: what it does not give is inherited, of two latenesses the larger one
    /// holds (S8).
    pub(super) fn windowed(&self, spec: &WindowSpec) -> Self {
        let merge_status = match &spec.function {
            None => self.merge_status,
            Some(function) if window::merges(function) => MergeStatus::NeedsMerge,
            Some(_) => MergeStatus::NonMerging,
        };
        Self {
            function: spec.function.clone().unwrap_or_else(|| self.function.clone()),
            merge_status,
            trigger: spec.trigger.clone().unwrap_or_else(|| self.trigger.clone()),
            accumulation: spec.accumulation.unwrap_or(self.accumulation),
            lateness: spec.lateness.unwrap_or(0).max(self.lateness),
            timestamp: spec.timestamp.unwrap_or(self.timestamp),
            closing: spec.closing.unwrap_or(self.closing),
            on_time: spec.on_time.unwrap_or(self.on_time),
        }
    }

    /// Behind a grouping.
    pub(super) fn grouped(&self) -> Self {
        let merge_status = match self.merge_status {
            MergeStatus::NonMerging => MergeStatus::NonMerging,
            MergeStatus::NeedsMerge | MergeStatus::AlreadyMerged => MergeStatus::AlreadyMerged,
        };
        Self { merge_status, trigger: continuation(&self.trigger), ..self.clone() }
    }
}

/// The table of model.md 3.6.
fn continuation(trigger: &Trigger) -> Trigger {
    let one = |trigger: &Trigger| Box::new(continuation(trigger));
    let maybe = |trigger: &Option<Box<Trigger>>| trigger.as_deref().map(one);
    let all = |triggers: &[Trigger]| triggers.iter().map(continuation).collect();
    match trigger {
        Trigger::Default
        | Trigger::AfterSynchronizedProcessingTime
        | Trigger::Never
        | Trigger::Always => trigger.clone(),
        Trigger::AfterWatermark { early, late } => {
            Trigger::AfterWatermark { early: maybe(early), late: maybe(late) }
        }
        Trigger::AfterCount(_) => Trigger::AfterCount(1),
        Trigger::AfterProcessingTime { .. } => Trigger::AfterSynchronizedProcessingTime,
        Trigger::Repeatedly(inner) => Trigger::Repeatedly(one(inner)),
        Trigger::AfterAny(triggers) => Trigger::AfterAny(all(triggers)),
        Trigger::AfterAll(triggers) => Trigger::AfterAll(all(triggers)),
        Trigger::AfterEach(triggers) => {
            Trigger::Repeatedly(Box::new(Trigger::AfterAny(all(triggers))))
        }
        // S10 follows Java.
        Trigger::OrFinally(main, until) => {
            Trigger::Repeatedly(Box::new(Trigger::OrFinally(one(main), one(until))))
        }
    }
}
