//! One thread that does what many would, in an order that a seed says.

use super::{Driven, Host, Progress, Steps, Task};
use crate::RunClock;
use heliostat::{Seed, Timestamp};
use std::sync::{Mutex, PoisonError};

/// Does one task after the other; the same seed gives the same order.
#[derive(Debug)]
pub struct SimulatedHost {
    chance: Mutex<Seed>,
}

impl SimulatedHost {
    /// With this seed.
    pub fn of(seed: u64) -> Self {
        Self { chance: Mutex::new(Seed::new(seed)) }
    }
}

impl Host for SimulatedHost {
    fn run(&self, mut tasks: Vec<Task<'_>>) {
        while !tasks.is_empty() {
            let mut chance = self.chance.lock().unwrap_or_else(PoisonError::into_inner);
            let at = usize::try_from(chance.below(tasks.len() as u64)).unwrap_or_default();
            drop(chance);
            tasks.swap_remove(at)();
        }
    }
    fn drive(
        &self,
        clock: &RunClock,
        here: Driven<'_, dyn Steps + '_>,
        workers: Vec<Driven<'_, dyn Steps + Send + '_>>,
    ) {
        let Driven { work, bell } = here;
        let mut all: Vec<Driven<'_, dyn Steps + '_>> = vec![Driven { work, bell }];
        all.extend(workers.into_iter().map(|Driven { work, bell }| {
            let work: &mut dyn Steps = work;
            Driven { work, bell }
        }));
        let mut said = vec![Progress::Busy; all.len()];
        let mut idle_turns = 0;
        while said.iter().any(|progress| *progress != Progress::Done) {
            let ready = ready(clock.now(), &all, &mut said);
            if ready.is_empty() {
                idle_turns += 1;
                assert!(idle_turns < IDLE_TURNS_MAX, "all work waits for other work: {said:?}");
                sleep(clock, &said);
                continue;
            }
            let mut chance = self.chance.lock().unwrap_or_else(PoisonError::into_inner);
            let at = usize::try_from(chance.below(ready.len() as u64)).unwrap_or_default();
            // Some work goes on for a while, as threads do.
            let turns = if chance.below(TURNS) == 0 { chance.below(TURNS) } else { 1 };
            drop(chance);
            for _ in 0..turns.max(1) {
                said[ready[at]] = all[ready[at]].work.step();
                if said[ready[at]] != Progress::Busy {
                    break;
                }
                idle_turns = 0;
            }
        }
    }
}

/// How often work may go on at the most before other work has a turn; and in how many turns it does
/// so once.
const TURNS: u64 = 8;

/// So often time may pass in which nothing is done: then work waits for what never comes.
const IDLE_TURNS_MAX: usize = 100_000;

/// Whose turn it can be.
fn ready(now: Timestamp, all: &[Driven<'_, dyn Steps + '_>], said: &mut [Progress]) -> Vec<usize> {
    let mut ready = Vec::new();
    for (at, (driven, said)) in all.iter().zip(said).enumerate() {
        match said {
            Progress::Busy => ready.push(at),
            Progress::Waiting(until) => {
                if driven.bell.heard() || *until <= now {
                    *said = Progress::Busy;
                    ready.push(at);
                }
            }
            Progress::Done => {}
        }
    }
    ready
}

/// Lets time pass until a worker waits no longer. What is `here` looks after them: its time is not
/// waited for, unless theirs never comes.
fn sleep(clock: &RunClock, said: &[Progress]) {
    let until = |said: &Progress| match said {
        Progress::Waiting(until) if *until < Timestamp::MAX => Some(*until),
        Progress::Waiting(_) | Progress::Busy | Progress::Done => None,
    };
    let workers = said.iter().skip(1).filter_map(until).min();
    if let Some(until) = workers.or(said.first().and_then(until)) {
        clock.advance(until - clock.now());
    }
}
