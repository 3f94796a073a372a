//! A simulated host whose workers die.

use super::switch::{Kind, Step, at_work, meet, meet_or_panic};
use heliostat_runner_core::{Driven, Host, RunClock, SimulatedHost, Steps, Task};

pub(crate) struct MortalHost(pub(crate) SimulatedHost);

impl Host for MortalHost {
    fn run(&self, tasks: Vec<Task<'_>>) {
        at_work();
        self.0.run(tasks.into_iter().map(mortal).collect());
    }

    fn drive(
        &self,
        clock: &RunClock,
        here: Driven<'_, dyn Steps + '_>,
        workers: Vec<Driven<'_, dyn Steps + Send + '_>>,
    ) {
        self.0.drive(clock, here, workers);
    }
}

fn mortal(task: Task<'_>) -> Task<'_> {
    Box::new(move || {
        // An error is a worker that is gone before it has begun, and nobody notices.
        if meet((Kind::Task, Step::Host)).is_ok() {
            task();
            meet_or_panic((Kind::TaskDone, Step::Host));
        }
    })
}
