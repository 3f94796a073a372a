//! When a step wants to be called again: timers, declared by a `DoFn` and set in its callbacks.

mod declare;
mod setting;

use crate::graph::TimeDomain;
use crate::{Context, DoFn, Duration, Result, Str, Timestamp};
use std::fmt;
use std::marker::PhantomData;

/// A timer of each key and window: it fires once, behind the time it was last set to.
///
/// An event timer fires when the watermark has passed that time, and cannot be set behind the end
/// of its window plus the allowed lateness; it may be set again and again to what is past already,
/// and then fires at once. A processing timer waits for the clock; if its window expires before, it
/// does not fire.
///
/// What the callback emits has the timer's *output timestamp*: for an event timer the time it was
/// set to, for a processing timer the timestamp at which it was set, unless
/// [`output_at`](Self::output_at) says otherwise. Until the timer has fired the watermark behind the
/// step is held there, so that what the callback emits is not late (model.md 6.3).
///
/// ```
/// use heliostat::prelude::*;
/// use heliostat_direct::DirectRunner;
///
/// /// Gives the sum of each key and window at the end of the window.
/// struct SumAtEnd {
///     sum: CombiningState<Self, i64, Sum>,
///     end: Timer<Self>,
/// }
///
/// impl DoFn for SumAtEnd {
///     type Input = (Str, i64);
///     type Output = (Str, i64);
///     type Local = ();
///
///     fn setup(&self) -> Result<()> {
///         Ok(())
///     }
///
///     fn process(
///         &self,
///         _: &mut (),
///         (_, n): (Str, i64),
///         context: &mut Context<'_, Self>,
///     ) -> Result<()> {
///         self.sum.add(context, n)?;
///         self.end.set(context, context.window()?.max_timestamp())
///     }
/// }
///
/// impl SumAtEnd {
///     fn at_end(
///         &self,
///         _: &mut (),
///         _: &FiredTimer,
///         context: &mut Context<'_, Self>,
///     ) -> Result<()> {
///         context.emit((context.key().clone(), self.sum.get(context)?));
///         Ok(())
///     }
/// }
///
/// let pipeline = Pipeline::new();
/// let sums = pipeline
///     .create([(Str::from("a"), 1), (Str::from("a"), 2)])
///     .window(Window::fixed(hours(1)))
///     .par_do_with(|declare| SumAtEnd {
///         sum: declare.combining("sum", Sum),
///         end: declare.event_timer("end", SumAtEnd::at_end),
///     })
///     .named("Sum at end")
///     .main()
///     .collect();
/// let result = DirectRunner::default().run(&pipeline)?;
/// assert_eq!(result.collected(&sums), [(Str::from("a"), 3)]);
/// # Ok::<(), heliostat::RunError>(())
/// ```
pub struct Timer<D, Tag = ()> {
    /// Its place among the timers of the step.
    timer: u32,
    tag: Tag,
    /// `None` for what its domain gives.
    output: Option<Timestamp>,
    holds: bool,
    dofn: PhantomData<fn() -> D>,
}

impl<D: DoFn, Tag: sealed::Tag> Timer<D, Tag> {
    fn of(timer: u32, tag: Tag) -> Self {
        Self { timer, tag, output: None, holds: true, dofn: PhantomData }
    }

    /// The same timer, to be set with another output timestamp.
    #[must_use]
    pub fn output_at(self, output: Timestamp) -> Self {
        Self { output: Some(output), ..self }
    }

    /// The same timer, to be set without holding the watermark: what its callback emits can be late
    /// behind the step.
    #[must_use]
    pub fn without_hold(self) -> Self {
        Self { holds: false, ..self }
    }

    /// Has the timer fire behind this time, and at no time it was set to before.
    ///
    /// # Errors
    /// If it is an event timer and the time lies behind the end of the window plus the allowed
    /// lateness; if an output timestamp was given that lies there as well, or before
    /// [`Context::timestamp`] less the allowed skew; while a window expires; if the step at hand did
    /// not declare the timer.
    pub fn set(self, context: &mut Context<'_, D>, at: Timestamp) -> Result<()> {
        let call = context.call()?;
        let timer = call.timer(self.timer)?;
        if timer.domain == TimeDomain::EventTime && call.expiry() < at {
            return Err(setting::beyond(&timer.id, at, call));
        }
        self.request(context, at)
    }

    /// The same, this long behind now: the watermark, or the processing time. An event timer is set
    /// to the end of the window plus the allowed lateness at most; the callback of one that was set
    /// to that sets nothing behind it, so that a timer that sets itself again comes to an end.
    ///
    /// # Errors
    /// As [`set`](Self::set), but for the time itself.
    pub fn set_relative(self, context: &mut Context<'_, D>, offset: Duration) -> Result<()> {
        self.set_aligned(context, offset, Duration::ZERO)
    }

    /// The same, but only at whole multiples of `period` since 1970: where `now + offset` is none,
    /// at `now` and what is missing to the next one. A period of zero aligns to nothing.
    ///
    /// # Errors
    /// As [`set_relative`](Self::set_relative); if the period is negative.
    pub fn set_aligned(
        self,
        context: &mut Context<'_, D>,
        offset: Duration,
        period: Duration,
    ) -> Result<()> {
        let call = context.call()?;
        let timer = call.timer(self.timer)?;
        let at = match timer.domain {
            TimeDomain::EventTime => {
                let target = setting::target(call.moment.watermark, offset, period)?;
                let last = call.expiry();
                if last < target && call.is_last_firing() {
                    return Ok(());
                }
                target.min(last)
            }
            TimeDomain::ProcessingTime => setting::target(call.moment.now, offset, period)?,
        };
        self.request(context, at)
    }

    /// Has the timer not fire. One that is not set stays so.
    ///
    /// # Errors
    /// While a window expires; if the step at hand did not declare the timer.
    pub fn clear(self, context: &mut Context<'_, D>) -> Result<()> {
        let call = context.call_mut()?;
        call.timer(self.timer)?;
        call.request(self.timer, self.tag.text(), None);
        Ok(())
    }

    fn request(self, context: &mut Context<'_, D>, at: Timestamp) -> Result<()> {
        let (from, skew) = (context.timestamp(), context.allowed_skew());
        let call = context.call_mut()?;
        let timer = call.timer(self.timer)?;
        let output = match self.output {
            Some(output) => setting::checked_output(&timer.id, output, (from, skew), call)?,
            None => match timer.domain {
                TimeDomain::EventTime => at,
                TimeDomain::ProcessingTime => from,
            },
        };
        let set = crate::graph::TimerSetting { at, output, holds: self.holds };
        call.request(self.timer, self.tag.text(), Some(set));
        Ok(())
    }
}

impl<D, Tag: Clone> Clone for Timer<D, Tag> {
    fn clone(&self) -> Self {
        Self { tag: self.tag.clone(), ..*self }
    }
}

impl<D> Copy for Timer<D> {}

impl<D, Tag> fmt::Debug for Timer<D, Tag> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Timer({})", self.timer)
    }
}

/// Any number of timers of each key and window, told apart by a tag and with one callback.
///
/// ```
/// use heliostat::prelude::*;
/// use heliostat_direct::DirectRunner;
///
/// /// Gives each word again after as many seconds as it has letters.
/// struct Echo {
///     again: TimerFamily<Self>,
/// }
///
/// impl DoFn for Echo {
///     type Input = (u8, Str);
///     type Output = Str;
///     type Local = ();
///
///     fn setup(&self) -> Result<()> {
///         Ok(())
///     }
///
///     fn process(
///         &self,
///         _: &mut (),
///         (_, word): (u8, Str),
///         context: &mut Context<'_, Self>,
///     ) -> Result<()> {
///         let at = context.timestamp() + secs(1) * word.len() as i64;
///         self.again.tag(word).set(context, at)
///     }
/// }
///
/// let pipeline = Pipeline::new();
/// let words = ["a", "few"].map(|word| ((1, Str::from(word)), Timestamp::secs(0)));
/// let words = pipeline.create_timestamped(words);
/// let echoes = words
///     .par_do_with(|declare| Echo {
///         again: declare.event_timer_family("again", |_, _, fired, context| {
///             context.emit(fired.tag.clone());
///             Ok(())
///         }),
///     })
///     .named("Echo")
///     .main()
///     .windowed()
///     .collect();
/// let result = DirectRunner::default().run(&pipeline)?;
/// let mut at: Vec<_> =
///     result.collected(&echoes).into_iter().map(|echo| (echo.timestamp, echo.value)).collect();
/// at.sort();
/// assert_eq!(at, [(Timestamp::secs(1), "a".into()), (Timestamp::secs(3), "few".into())]);
/// # Ok::<(), heliostat::RunError>(())
/// ```
pub struct TimerFamily<D> {
    /// Its place among the timers of the step.
    timer: u32,
    dofn: PhantomData<fn() -> D>,
}

impl<D: DoFn> TimerFamily<D> {
    /// The one of this tag.
    pub fn tag(self, tag: impl Into<Str>) -> Timer<D, Str> {
        Timer::of(self.timer, tag.into())
    }
}

impl<D> Clone for TimerFamily<D> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<D> Copy for TimerFamily<D> {}

impl<D> fmt::Debug for TimerFamily<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TimerFamily({})", self.timer)
    }
}

/// What the callback of a timer gets: the timer as it was set.
///
/// ```
/// use heliostat::prelude::*;
/// use heliostat_direct::DirectRunner;
///
/// /// Says when nothing had come of a key for ten seconds.
/// struct Silence {
///     silent: Timer<Self>,
/// }
///
/// impl DoFn for Silence {
///     type Input = (Str, ());
///     type Output = Timestamp;
///     type Local = ();
///
///     fn setup(&self) -> Result<()> {
///         Ok(())
///     }
///
///     fn process(&self, _: &mut (), _: (Str, ()), context: &mut Context<'_, Self>) -> Result<()> {
///         self.silent.set(context, context.timestamp() + secs(10))
///     }
/// }
///
/// let pipeline = Pipeline::new();
/// let signal = |at| ((Str::from("a"), ()), Timestamp::secs(at));
/// let silences = pipeline
///     .test_stream(TestStream::new().add([signal(1)]).add([signal(6)]))
///     .par_do_with(|declare| Silence {
///         silent: declare.event_timer("silent", |_, _, fired, context| {
///             context.emit(fired.at);
///             Ok(())
///         }),
///     })
///     .named("Silence")
///     .main()
///     .collect();
/// let result = DirectRunner::default().run(&pipeline)?;
/// assert_eq!(result.collected(&silences), [Timestamp::secs(16)]);
/// # Ok::<(), heliostat::RunError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FiredTimer {
    /// The time it was set to.
    pub at: Timestamp,
    /// The timestamp of what the callback emits, unless it says otherwise.
    pub output_timestamp: Timestamp,
    /// Which of its family; empty where there is no family.
    pub tag: Str,
    /// What time it waited for.
    pub domain: TimeDomain,
}

mod sealed {
    use crate::Str;

    /// What tells a timer from others of its family.
    pub trait Tag: Clone {
        /// As requests carry it.
        fn text(self) -> Str;
    }

    impl Tag for () {
        fn text(self) -> Str {
            Str::default()
        }
    }

    impl Tag for Str {
        fn text(self) -> Str {
            self
        }
    }
}
