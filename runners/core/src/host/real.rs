//! Threads of the machine: the only place that knows them.

use super::{Host, Task};
use heliostat::{Error, Result};
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::sync::Mutex;

/// A pool of its own.
#[derive(Debug)]
pub struct RealHost {
    /// `None` for one worker: that is the calling thread.
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
            return Ok(Self { pool: None });
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
        Ok(Self { pool: Some(pool) })
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
}
