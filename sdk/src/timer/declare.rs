//! The timers of a `DoFn`, declared.

use super::{Timer, TimerFamily};
use crate::dofn::OnTimer;
use crate::graph::{TimeDomain, TimerSpec};
use crate::{Context, Declare, DoFn, FiredTimer, KeyedInput, Result};
use std::marker::PhantomData;

/// Timers. Each belongs to a key in a window, so the input needs keys. Each method wants an id that
/// no other timer of the `DoFn` has, and panics otherwise.
impl<D: DoFn> Declare<D> {
    /// A timer that waits for the watermark, and what is called when it fires.
    #[track_caller]
    pub fn event_timer(
        &mut self,
        id: &'static str,
        callback: impl Fn(&D, &mut D::Local, &FiredTimer, &mut Context<'_, D>) -> Result<()>
        + Send
        + Sync
        + 'static,
    ) -> Timer<D>
    where
        D::Input: KeyedInput,
    {
        Timer::of(self.timer((id, TimeDomain::EventTime), Several::No, Box::new(callback)), ())
    }

    /// A timer that waits for the clock, and what is called when it fires.
    #[track_caller]
    pub fn processing_timer(
        &mut self,
        id: &'static str,
        callback: impl Fn(&D, &mut D::Local, &FiredTimer, &mut Context<'_, D>) -> Result<()>
        + Send
        + Sync
        + 'static,
    ) -> Timer<D>
    where
        D::Input: KeyedInput,
    {
        let id = (id, TimeDomain::ProcessingTime);
        Timer::of(self.timer(id, Several::No, Box::new(callback)), ())
    }

    /// Timers that wait for the watermark, told apart by tag, and what is called when one fires.
    #[track_caller]
    pub fn event_timer_family(
        &mut self,
        id: &'static str,
        callback: impl Fn(&D, &mut D::Local, &FiredTimer, &mut Context<'_, D>) -> Result<()>
        + Send
        + Sync
        + 'static,
    ) -> TimerFamily<D>
    where
        D::Input: KeyedInput,
    {
        let id = (id, TimeDomain::EventTime);
        let timer = self.timer(id, Several::ByTag, Box::new(callback));
        TimerFamily { timer, dofn: PhantomData }
    }

    /// Timers that wait for the clock, told apart by tag, and what is called when one fires.
    #[track_caller]
    pub fn processing_timer_family(
        &mut self,
        id: &'static str,
        callback: impl Fn(&D, &mut D::Local, &FiredTimer, &mut Context<'_, D>) -> Result<()>
        + Send
        + Sync
        + 'static,
    ) -> TimerFamily<D>
    where
        D::Input: KeyedInput,
    {
        let id = (id, TimeDomain::ProcessingTime);
        let timer = self.timer(id, Several::ByTag, Box::new(callback));
        TimerFamily { timer, dofn: PhantomData }
    }

    #[track_caller]
    fn timer(
        &mut self,
        (id, domain): (&'static str, TimeDomain),
        several: Several,
        callback: OnTimer<D>,
    ) -> u32
    where
        D::Input: KeyedInput,
    {
        let taken = self.spec.timers.iter().any(|timer| timer.id == id);
        assert!(!taken, "a step has one timer of each id, and `{id}` is already declared");
        self.needs_keys();
        let family = several == Several::ByTag;
        self.spec.timers.push(TimerSpec { id: id.to_owned(), domain, family });
        self.on_timers.push(callback);
        u32::try_from(self.on_timers.len() - 1).expect("a step has fewer than 2^32 timers")
    }
}

/// Whether an id stands for several timers of a key and window.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Several {
    No,
    ByTag,
}
