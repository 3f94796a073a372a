//! Where a runner's work is done: threads of the machine, or one seeded scheduler in their place.

mod bell;
mod real;
mod simulated;

pub use bell::Bell;
pub use real::RealHost;
pub use simulated::SimulatedHost;

use crate::RunClock;
use heliostat::Timestamp;

/// Work that is done once.
pub type Task<'a> = Box<dyn FnOnce() + Send + 'a>;

/// Does a runner's work. A runner knows no thread.
pub trait Host: Send + Sync {
    /// Does all of this, in any order, some of it at once, and returns when all is done.
    fn run(&self, tasks: Vec<Task<'_>>);

    /// Lets long-lived work go on step by step, all of it at once, until each is done. `here` may stay
    /// on the calling thread. Times are those of `clock`.
    fn drive(
        &self,
        clock: &RunClock,
        here: Driven<'_, dyn Steps + '_>,
        workers: Vec<Driven<'_, dyn Steps + Send + '_>>,
    );
}

/// Work that goes on for as long as a run does.
pub trait Steps {
    /// Does what there is to do now, without waiting for anything.
    fn step(&mut self) -> Progress;
}

/// What came of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Something was done, and there may be more to do.
    Busy,
    /// There is nothing to do before this processing time, unless the bell rings.
    Waiting(Timestamp),
    /// There will never be anything to do again.
    Done,
}

/// Long-lived work, and what wakes it.
pub struct Driven<'a, W: Steps + ?Sized> {
    /// What is done.
    pub work: &'a mut W,
    /// Rings when there may be something to do.
    pub bell: &'a Bell,
}

/// Does the same for each item, and gives what came of each.
///
/// ```
/// use heliostat_runner_core::{SimulatedHost, for_each};
///
/// let mut numbers = vec![1, 2, 3];
/// let doubled = for_each(&SimulatedHost::of(7), &mut numbers, |at, number| {
///     *number *= 2;
///     *number + at
/// });
/// assert_eq!((numbers, doubled), (vec![2, 4, 6], vec![2, 5, 8]));
/// ```
pub fn for_each<T: Send, R: Send>(
    host: &dyn Host,
    items: &mut [T],
    work: impl Fn(usize, &mut T) -> R + Sync,
) -> Vec<R> {
    let mut results: Vec<Option<R>> = items.iter().map(|_| None).collect();
    let work = &work;
    let task = |(at, (item, result)): (usize, (&'_ mut T, &'_ mut Option<R>))| {
        *result = Some(work(at, item));
    };
    let task = &task;
    let tasks = items.iter_mut().zip(&mut results).enumerate();
    host.run(tasks.map(|one| Box::new(move || task(one)) as Task<'_>).collect());
    results.into_iter().map(|result| result.expect("a host does all of its tasks")).collect()
}
