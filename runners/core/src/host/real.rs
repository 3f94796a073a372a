//! Threads of the machine: the only place that knows them.

use super::{Driven, Host, Progress, Steps, Task};
use crate::RunClock;
use heliostat::{Error, Result, Timestamp};
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

/// A pool of its own.
#[derive(Debug)]
pub struct RealHost {
    name: &'static str,
    /// `None` for one worker: tasks are done by the calling thread.
    pool: Option<ThreadPool>,
}

impl RealHost {
    /// With so many workers, at least 1; their threads are called `NAME-0` and so on.
    ///
    /// ```
    /// use heliostat_runner_core::{RealHost, for_each};
    ///
    /// let host = RealHost::of("worker", 2)?;
    /// assert_eq!(for_each(&host, &mut [1, 2, 3], |_, number| *number * 2), [2, 4, 6]);
    /// # Ok::<(), heliostat::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the machine has no threads for it.
    pub fn of(name: &'static str, workers: usize) -> Result<Self> {
        if workers <= 1 {
            return Ok(Self { name, pool: None });
        }
        let pool = ThreadPoolBuilder::new()
            .num_threads(workers)
            .thread_name(move |at| format!("{name}-{at}"))
            .build();
        let pool = pool.map_err(|error| {
            Error::new(format!(
                "{workers} threads cannot be started: {error}\n  help: ask for fewer workers"
            ))
        })?;
        Ok(Self { name, pool: Some(pool) })
    }
}

impl Host for RealHost {
    fn run(&self, tasks: Vec<Task<'_>>) {
        match &self.pool {
            // Each thread does the tasks at its own places, every time the same ones: what they keep
            // stays in its caches, and in its part of the heap. It helps the others where there are
            // more tasks than threads.
            Some(pool) if 1 < tasks.len() => {
                let open: Vec<_> = tasks.into_iter().map(|task| Mutex::new(Some(task))).collect();
                let take = |at: usize| open[at].lock().ok().and_then(|mut task| task.take());
                pool.broadcast(|thread| {
                    let (own, threads) = (thread.index(), thread.num_threads());
                    let others = if threads < open.len() { open.len() } else { 0 };
                    let own = (own..open.len()).step_by(threads);
                    for task in own.chain(0..others).filter_map(take) {
                        task();
                    }
                });
            }
            Some(_) | None => tasks.into_iter().for_each(|task| task()),
        }
    }

    fn drive(
        &self,
        clock: &RunClock,
        here: Driven<'_, dyn Steps + '_>,
        workers: Vec<Driven<'_, dyn Steps + Send + '_>>,
    ) {
        match &self.pool {
            Some(pool) => {
                assert!(workers.len() <= pool.current_num_threads(), "each worker has a thread");
                pool.in_place_scope(|scope| {
                    for worker in workers {
                        scope.spawn(move |_| keep_stepping(clock, worker));
                    }
                    keep_stepping(clock, here);
                });
            }
            // What is here must not wait for the worker, nor the worker for it.
            None => thread::scope(|scope| {
                for worker in workers {
                    let named = thread::Builder::new().name(format!("{}-0", self.name));
                    let started = named.spawn_scoped(scope, || keep_stepping(clock, worker));
                    started.expect("the machine has a thread for the worker");
                }
                keep_stepping(clock, here);
            }),
        }
    }
}

/// Steps until it is done; sleeps where there is nothing to do.
fn keep_stepping<W: Steps + ?Sized>(clock: &RunClock, Driven { work, bell }: Driven<'_, W>) {
    loop {
        match work.step() {
            Progress::Busy => {}
            Progress::Waiting(until) => bell.wait(left(clock, until)),
            Progress::Done => return,
        }
    }
}

/// Longer than this nobody waits at a time.
const WAIT_MAX: Duration = Duration::from_secs(3_600);

fn left(clock: &RunClock, until: Timestamp) -> Duration {
    clock.left_until(until).min(WAIT_MAX)
}
