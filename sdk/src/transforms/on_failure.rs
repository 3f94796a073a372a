//! What becomes of the elements that a step fails on.

use crate::graph::OnFailure;
use crate::graph::build::Caller;
use crate::{DeadLetter, DoFn, Element, PCollection, ParDoOutputs};
use std::fmt;
use std::marker::PhantomData;
use std::panic::Location;

/// The run ends, as it does where nothing is chosen: see [`PCollection::on_failure`].
///
/// ```
/// use heliostat::prelude::*;
/// use heliostat_direct::DirectRunner;
///
/// let pipeline = Pipeline::new();
/// let shares = pipeline.create([0]).map(|people: i64| 8 / people);
/// shares.named("Share").on_failure(stop()).collect();
/// let error = DirectRunner::default().run(&pipeline).expect_err("nobody can share");
/// assert_eq!(error.step(), Some("Share"));
/// ```
pub fn stop() -> Stop {
    Stop
}

/// The elements that fail go to an output of their own: see [`PCollection::on_failure`]. `T` is what
/// the step takes.
///
/// ```
/// use heliostat::prelude::*;
///
/// let pipeline = Pipeline::new();
/// let words = pipeline.create([1]).map(|n: i64| n.to_string());
/// let (words, dead) = words.named("Write out").on_failure(dead_letter::<i64>());
/// let _: (PCollection<String>, PCollection<DeadLetter<i64>>) = (words, dead.clone());
/// let graph = pipeline.graph();
/// let step = graph.find("Write out").expect("it was just built");
/// assert_eq!(step.dead_letters(), Some(dead.id()));
/// ```
pub fn dead_letter<T: Element>() -> ToDeadLetters<T> {
    ToDeadLetters(PhantomData)
}

/// The choice that [`stop`] makes.
///
/// ```
/// assert_eq!(format!("{:?}", heliostat::stop()), "Stop");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Stop;

/// The choice that [`dead_letter`] makes.
///
/// ```
/// assert_eq!(format!("{:?}", heliostat::dead_letter::<u8>()), "ToDeadLetters<u8>");
/// ```
#[derive(Clone, Copy)]
pub struct ToDeadLetters<T>(PhantomData<fn() -> T>);

impl<T> fmt::Debug for ToDeadLetters<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ToDeadLetters<{}>", std::any::type_name::<T>())
    }
}

/// What can become of the elements that a step fails on: [`stop`] and [`dead_letter`] say it.
///
/// `Made` is what the step has made. It is not for authors to implement.
///
/// ```
/// use heliostat::prelude::*;
/// use heliostat::{ChooseOnFailure, Stop};
///
/// fn made<C: ChooseOnFailure<PCollection<i64>>>(made: PCollection<i64>, choice: C) -> C::Gives {
///     made.on_failure(choice)
/// }
///
/// let pipeline = Pipeline::new();
/// let same = made(pipeline.create([1]).map(|n: i64| n + 1).named("Add one"), Stop);
/// assert_eq!(pipeline.graph().producer(same.id()).on_failure.len(), 1);
/// ```
pub trait ChooseOnFailure<Made>: sealed::Sealed {
    /// What there is to go on with.
    type Gives;
    /// Notes the choice for the step.
    #[doc(hidden)]
    fn choose(self, made: Made, caller: &'static Location<'static>) -> Self::Gives;
}

mod sealed {
    pub trait Sealed {}
}

impl sealed::Sealed for Stop {}
impl<T> sealed::Sealed for ToDeadLetters<T> {}

impl<T> PCollection<T> {
    /// Says what becomes of the elements that the step which made this fails on, with an error or a
    /// panic, in a bundle that has failed as often as it may be tried.
    ///
    /// With [`stop`] the run ends, as it does where nothing is chosen. With [`dead_letter`] the bundle
    /// is tried once more and the step takes its elements one by one: those that fail go to a second
    /// output, with their timestamps and windows and what the code said, and whatever else the step
    /// made of them is discarded, its state and timers among it. They are counted
    /// ([`StepMetrics::dead_letters`](crate::StepMetrics::dead_letters)).
    ///
    /// It is for steps that take one element after the other (`map`, `filter`, `par_do` and the like,
    /// those with side inputs or state too), once for each, and `T` of `dead_letter::<T>()` is what
    /// the step takes. Preflight says so if not. A failure of a timer's callback, or of what is called
    /// once for a bundle, ends the run all the same; and what a `DoFn` keeps in its
    /// [`Local`](DoFn::Local) is its own: it goes on with the one that it failed with.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// let pipeline = Pipeline::new();
    /// let shares = pipeline.create([4, 0, 2]).map(|people: i64| 8 / people);
    /// let (shares, dead) = shares.named("Share").on_failure(dead_letter::<i64>());
    /// let (shares, dead) = (shares.collect(), dead.collect());
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// let mut each = result.collected(&shares);
    /// each.sort();
    /// assert_eq!(each, [2, 4]);
    /// let letter = &result.collected(&dead)[0];
    /// assert_eq!(letter.element, 0);
    /// assert!(letter.error.starts_with("panicked: attempt to divide by zero"), "{}", letter.error);
    /// assert_eq!(result.step("Share").dead_letters, 1);
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[must_use = "the choice is noted at once, but what it returns holds the outputs"]
    #[track_caller]
    pub fn on_failure<C: ChooseOnFailure<Self>>(self, choice: C) -> C::Gives {
        choice.choose(self, Location::caller())
    }
}

impl<D: DoFn> ParDoOutputs<D> {
    /// Says what becomes of the elements that the step fails on, as [`PCollection::on_failure`] does;
    /// the type of the dead letters is known here.
    ///
    /// ```
    /// use heliostat::prelude::*;
    /// use heliostat_direct::DirectRunner;
    ///
    /// /// Passes even numbers on, and says which numbers it has seen before it looks at them.
    /// struct Even {
    ///     seen: Output<Self, i64>,
    /// }
    ///
    /// impl DoFn for Even {
    ///     type Input = i64;
    ///     type Output = i64;
    ///     type Local = ();
    ///
    ///     fn setup(&self) -> Result<()> {
    ///         Ok(())
    ///     }
    ///
    ///     fn process(&self, _: &mut (), n: i64, context: &mut Context<'_, Self>) -> Result<()> {
    ///         context.emit_to(self.seen, n);
    ///         match n % 2 {
    ///             0 => Ok(context.emit(n)),
    ///             _ => Err(Error::new(format!("{n} is odd"))),
    ///         }
    ///     }
    /// }
    ///
    /// let pipeline = Pipeline::new();
    /// let numbers = pipeline.create([2, 3]);
    /// let even = numbers.par_do_with(|declare| Even { seen: declare.output("seen") });
    /// let (even, dead) = even.on_failure(dead_letter());
    /// let seen = even.output(|even| even.seen).collect();
    /// let (even, dead) = (even.main().collect(), dead.collect());
    /// let result = DirectRunner::default().run(&pipeline)?;
    /// assert_eq!((result.collected(&even), result.collected(&seen)), (vec![2], vec![2]));
    /// assert_eq!(result.collected(&dead)[0].error, "3 is odd");
    /// # Ok::<(), heliostat::RunError>(())
    /// ```
    #[must_use = "the choice is noted at once, but what it returns holds the outputs"]
    #[track_caller]
    pub fn on_failure<C: ChooseOnFailure<Self>>(self, choice: C) -> C::Gives {
        choice.choose(self, Location::caller())
    }
}

impl<T> ChooseOnFailure<PCollection<T>> for Stop {
    type Gives = PCollection<T>;

    fn choose(self, made: PCollection<T>, caller: Caller) -> PCollection<T> {
        made.builder.choose_on_failure(made.step(), OnFailure::Stop, caller);
        made
    }
}

impl<T, In: Element> ChooseOnFailure<PCollection<T>> for ToDeadLetters<In> {
    type Gives = (PCollection<T>, PCollection<DeadLetter<In>>);

    fn choose(self, made: PCollection<T>, caller: Caller) -> Self::Gives {
        let dead = made.builder.dead_letters::<In>(made.step(), caller);
        let dead = PCollection::new(&made.builder, dead, made.step());
        (made, dead)
    }
}

impl<D: DoFn> ChooseOnFailure<ParDoOutputs<D>> for Stop {
    type Gives = ParDoOutputs<D>;

    fn choose(self, made: ParDoOutputs<D>, caller: Caller) -> ParDoOutputs<D> {
        made.builder.choose_on_failure(made.step, OnFailure::Stop, caller);
        made
    }
}

impl<D: DoFn> ChooseOnFailure<ParDoOutputs<D>> for ToDeadLetters<D::Input> {
    type Gives = (ParDoOutputs<D>, PCollection<DeadLetter<D::Input>>);

    fn choose(self, made: ParDoOutputs<D>, caller: Caller) -> Self::Gives {
        let dead = made.builder.dead_letters::<D::Input>(made.step, caller);
        let dead = PCollection::new(&made.builder, dead, made.step);
        (made, dead)
    }
}
