//! What an author writes in `.window(..)`.

use super::assignment::WindowCode;
use super::{
    Accumulation, ByElement, ByTime, CalendarUnit, CalendarWindows, ClosingBehavior, CustomWindows,
    FixedWindows, MergeWindows, OnTimeBehavior, SessionWindows, SlidingWindows, TimestampCombiner,
    WindowFn, Windowing, WindowingChange, WindowsFor,
};
use crate::{Duration, Trigger};
use chrono::NaiveDate;
use chrono_tz::Tz;
use serde::Serialize;

/// The windowing an author asks for; what is not said is inherited from the input (model.md S8).
///
/// `A` says what windows are assigned by: the time of an element, or the element itself.
///
/// ```
/// use heliostat::{Window, after_count, after_watermark, hours, minutes};
///
/// let window = Window::fixed(minutes(30))
///     .trigger(after_watermark().late(after_count(1)))
///     .allowed_lateness(hours(3))
///     .accumulating();
/// assert_eq!(window.change().allowed_lateness, Some(hours(3)));
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a window does nothing until it is given to `.window(..)`"]
pub struct Window<A = ByTime> {
    change: WindowingChange,
    assignment: A,
}

impl Window {
    fn of(window_fn: Option<WindowFn>) -> Self {
        let change = WindowingChange { window_fn, ..WindowingChange::default() };
        Self { change, assignment: ByTime }
    }

    /// One window for all of time.
    pub fn global() -> Self {
        Self::of(Some(WindowFn::Global))
    }

    /// Windows of one size, laid end to end.
    ///
    /// # Panics
    /// If `size` is not positive.
    #[track_caller]
    pub fn fixed(size: Duration) -> Self {
        Self::of(Some(WindowFn::Fixed(FixedWindows::of(size))))
    }

    /// Windows of one size, one every `period`: overlapping, or with gaps whose elements are gone.
    ///
    /// # Panics
    /// If `size` or `period` is not positive.
    #[track_caller]
    pub fn sliding(size: Duration, period: Duration) -> Self {
        Self::of(Some(WindowFn::Sliding(SlidingWindows::of(size, period))))
    }

    /// Windows that grow while elements of a key keep coming, and end after `gap` without any.
    ///
    /// # Panics
    /// If `gap` is not positive.
    #[track_caller]
    pub fn sessions(gap: Duration) -> Self {
        Self::of(Some(WindowFn::Sessions(SessionWindows::of(gap))))
    }

    /// Windows of `count` days each, from midnight to midnight of UTC or of [a zone](Self::in_zone).
    ///
    /// A day is as long as clocks make it, and has 23 hours where they go forward:
    ///
    /// ```
    /// use heliostat::RunError;
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// # fn main() -> Result<(), RunError> {
    /// let pipeline = Pipeline::new();
    /// let noon: Timestamp = "2024-03-31T12:00:00Z".parse().unwrap();
    /// let counts = pipeline
    ///     .create_timestamped([('a', noon)])
    ///     .window(Window::days(1).in_zone(Tz::Europe__Berlin))
    ///     .count_per_element()
    ///     .windowed()
    ///     .collect();
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// let window = &result.collected(&counts)[0].window;
    /// assert_eq!(window.to_string(), "[2024-03-30T23:00:00Z,2024-03-31T22:00:00Z)");
    /// assert_eq!(window.end() - window.start(), hours(23));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    /// If `count` is zero.
    #[track_caller]
    pub fn days(count: u32) -> Self {
        Self::calendar(CalendarUnit::Days, count)
    }

    /// Windows of `count` weeks each, from Monday unless it is [said](Self::starting) otherwise.
    ///
    /// # Panics
    /// If `count` is zero.
    #[track_caller]
    pub fn weeks(count: u32) -> Self {
        Self::calendar(CalendarUnit::Weeks, count)
    }

    /// Windows of `count` months each, from the first of one unless it is [said](Self::starting)
    /// otherwise.
    ///
    /// # Panics
    /// If `count` is zero.
    #[track_caller]
    pub fn months(count: u32) -> Self {
        Self::calendar(CalendarUnit::Months, count)
    }

    /// Windows of `count` years each, from the first of January unless it is
    /// [said](Self::starting) otherwise.
    ///
    /// # Panics
    /// If `count` is zero.
    #[track_caller]
    pub fn years(count: u32) -> Self {
        Self::calendar(CalendarUnit::Years, count)
    }

    #[track_caller]
    fn calendar(unit: CalendarUnit, count: u32) -> Self {
        Self::of(Some(WindowFn::Calendar(CalendarWindows::of(unit, count))))
    }

    /// Windows of the author's making.
    ///
    /// # Panics
    /// If the parameters of `function` cannot be written as JSON.
    #[track_caller]
    pub fn custom<F: Serialize>(function: F) -> Window<ByElement<F>> {
        let window_fn = WindowFn::Custom(CustomWindows::of(&function, false));
        Window { change: Self::of(Some(window_fn)).change, assignment: ByElement::new(function) }
    }

    /// Windows of the author's making that can grow together.
    ///
    /// # Panics
    /// If the parameters of `function` cannot be written as JSON.
    #[track_caller]
    pub fn custom_merging<F: MergeWindows + Serialize>(function: F) -> Window<ByElement<F>> {
        let window_fn = WindowFn::Custom(CustomWindows::of(&function, true));
        let change = Self::of(Some(window_fn)).change;
        Window { change, assignment: ByElement::merging(function) }
    }

    /// Changes trigger, mode or lateness and leaves the windows as they are.
    pub fn configure() -> Self {
        Self::of(None)
    }

    /// Moves the edges of fixed or sliding windows.
    ///
    /// # Panics
    /// If the windows are neither, or `offset` is negative or not less than their size (of sliding
    /// windows: their period).
    #[track_caller]
    pub fn offset(mut self, offset: Duration) -> Self {
        match &mut self.change.window_fn {
            Some(WindowFn::Fixed(fixed)) => *fixed = fixed.offset(offset),
            Some(WindowFn::Sliding(sliding)) => *sliding = sliding.offset(offset),
            Some(
                WindowFn::Global
                | WindowFn::Sessions(_)
                | WindowFn::Calendar(_)
                | WindowFn::Custom(_),
            )
            | None => {
                panic!("only fixed and sliding windows have an offset")
            }
        }
        self
    }

    /// Cuts calendar windows at the midnights of `zone`.
    ///
    /// ```
    /// use heliostat::{Tz, Window};
    ///
    /// let window = Window::weeks(1).in_zone(Tz::Australia__Lord_Howe);
    /// let named = Window::weeks(1).in_zone("Australia/Lord_Howe".parse().unwrap());
    /// assert_eq!(window, named);
    /// ```
    ///
    /// # Panics
    /// If the windows are not days, weeks, months or years.
    #[track_caller]
    pub fn in_zone(mut self, zone: Tz) -> Self {
        let calendar = self.calendar_windows("a time zone");
        *calendar = calendar.in_zone(zone);
        self
    }

    /// Counts calendar windows from `date`, on which one of them starts.
    ///
    /// ```
    /// use heliostat::{NaiveDate, Window};
    ///
    /// let april = NaiveDate::from_ymd_opt(1970, 4, 6).unwrap();
    /// let tax_years = Window::years(1).starting(april);
    /// let window_fn = tax_years.change().window_fn.unwrap();
    /// assert_eq!(window_fn.to_string(), "years 1 starting 1970-04-06");
    /// ```
    ///
    /// # Panics
    /// If the windows are not days, weeks, months or years.
    #[track_caller]
    pub fn starting(mut self, date: NaiveDate) -> Self {
        let calendar = self.calendar_windows("a start date");
        *calendar = calendar.starting(date);
        self
    }

    #[track_caller]
    fn calendar_windows(&mut self, what: &str) -> &mut CalendarWindows {
        match &mut self.change.window_fn {
            Some(WindowFn::Calendar(calendar)) => calendar,
            Some(
                WindowFn::Global
                | WindowFn::Fixed(_)
                | WindowFn::Sliding(_)
                | WindowFn::Sessions(_)
                | WindowFn::Custom(_),
            )
            | None => panic!("only days, weeks, months and years have {what}"),
        }
    }

    /// Asks for all of `windowing` but its window function.
    pub(crate) fn restore(&mut self, windowing: &Windowing) {
        self.change.trigger = Some(windowing.trigger.clone());
        self.change.accumulation = Some(windowing.accumulation);
        self.change.allowed_lateness = Some(windowing.allowed_lateness);
        self.change.timestamp_combiner = Some(windowing.timestamp_combiner);
        self.change.closing_behavior = Some(windowing.closing_behavior);
        self.change.on_time_behavior = Some(windowing.on_time_behavior);
        self.change.allow_unsafe_trigger = windowing.specified.unsafe_trigger;
    }
}

impl<A> Window<A> {
    /// When panes are emitted.
    pub fn trigger(mut self, trigger: impl Into<Trigger>) -> Self {
        self.change.trigger = Some(trigger.into());
        self
    }

    /// How long behind its end a window still takes elements.
    ///
    /// # Panics
    /// If `lateness` is negative.
    #[track_caller]
    pub fn allowed_lateness(mut self, lateness: Duration) -> Self {
        assert!(Duration::ZERO <= lateness, "allowed lateness cannot be negative: {lateness}");
        self.change.allowed_lateness = Some(lateness);
        self
    }

    /// Each pane holds everything so far.
    pub fn accumulating(mut self) -> Self {
        self.change.accumulation = Some(Accumulation::Accumulating);
        self
    }

    /// Each pane holds only what came since the pane before it.
    pub fn discarding(mut self) -> Self {
        self.change.accumulation = Some(Accumulation::Discarding);
        self
    }

    /// Which timestamp a pane gets.
    pub fn timestamp_combiner(mut self, combiner: TimestampCombiner) -> Self {
        self.change.timestamp_combiner = Some(combiner);
        self
    }

    /// Whether the last pane comes even if it is empty.
    pub fn closing_behavior(mut self, behavior: ClosingBehavior) -> Self {
        self.change.closing_behavior = Some(behavior);
        self
    }

    /// Whether the on-time pane comes even if it is empty.
    pub fn on_time_behavior(mut self, behavior: OnTimeBehavior) -> Self {
        self.change.on_time_behavior = Some(behavior);
        self
    }

    /// Lets through triggers that can finish and so lose data, here and at later groupings.
    pub fn allow_unsafe_trigger(mut self) -> Self {
        self.change.allow_unsafe_trigger = true;
        self
    }

    /// Windows that a grouping has merged merge again at the next one.
    pub(crate) fn merge_again(mut self) -> Self {
        self.change.merge_again = true;
        self
    }

    /// What it changes, as a value.
    pub fn change(&self) -> WindowingChange {
        self.change.clone()
    }

    /// What it changes, and the code it brings.
    pub(crate) fn parts<T>(self) -> (WindowingChange, WindowCode)
    where
        A: WindowsFor<T>,
    {
        (self.change, self.assignment.code())
    }
}
