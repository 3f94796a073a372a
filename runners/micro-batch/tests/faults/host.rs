//! A simulated host whose workers die.

use super::switch::{Kind, Step, at_work, meet, meet_or_panic};
use heliostat_runner_core::{Host, SimulatedHost, Task};

pub(crate) struct MortalHost(pub(crate) SimulatedHost);

impl Host for MortalHost {
    fn run(&self, tasks: Vec<Task<'_>>) {
        at_work();
        self.0.run(tasks.into_iter().map(mortal).collect());
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
