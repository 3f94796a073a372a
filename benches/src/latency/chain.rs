//! Steps that keep nothing, element by element, and the least that a thread can do for another.

use super::arrivals::{Arrival, Arrivals, Noted};
use super::{Paced, Run, Schedule, Start};
use crate::chance::mixed;
use crate::check::Check;
use heliostat::prelude::*;
use heliostat_per_record::PerRecordRunner;
use std::sync::mpsc;
use std::thread;

/// The number of an event, and when it was given.
type Given = (u64, u64);

fn is_kept(chance: u64) -> bool {
    !chance.is_multiple_of(4)
}

fn arrival(schedule: &Schedule, (number, given): Given) -> Arrival {
    Arrival { row: (number, 0, 0), due: Some(schedule.due(number)), given: Some(given) }
}

/// What the chain has to give.
pub fn expected(schedule: &Schedule) -> Check {
    check((0..schedule.events).filter(|number| is_kept(mixed(*number))))
}

/// What the hop has to give.
pub fn all(schedule: &Schedule) -> Check {
    check(0..schedule.events)
}

fn check(numbers: impl Iterator<Item = u64>) -> Check {
    let mut check = Check::default();
    numbers.for_each(|number| check.add_row((number, 0, 0)));
    check
}

/// A map, a filter that lets three of four through, and a map, on the runner per-record.
///
/// # Errors
/// If the run fails.
pub fn per_record(schedule: Schedule, workers: usize) -> Result<Run, String> {
    Run::timed(|| {
        let (pipeline, noted, start) = (Pipeline::new(), Noted::default(), Start::soon());
        let events = Paced::new((schedule, start), workers, |number, given| (number, given));
        pipeline
            .read(events)
            .map(|(number, given)| (mixed(number), number, given))
            .filter(|(chance, ..): &(u64, u64, u64)| is_kept(*chance))
            .map(|(_, number, given)| (number, given))
            .write(noted.rows(start, move |event: &Given| arrival(&schedule, *event)));
        let runner = PerRecordRunner::default().workers(workers);
        runner.run(&pipeline).map_err(|error| error.to_string())?;
        Ok(noted.take())
    })
}

/// One thread sends each event through a channel once it is due, and sleeps until the next
/// millisecond in between; another is parked until something comes.
///
/// # Errors
/// If the sender panics.
pub fn hop(schedule: Schedule) -> Result<Run, String> {
    Run::timed(|| {
        let start = Start::soon();
        let (sender, receiver) = mpsc::channel::<Given>();
        thread::scope(|scope| {
            let sends = scope.spawn(move || send(schedule, start, &sender));
            let mut arrivals = Arrivals::default();
            while let Ok(event) = receiver.recv() {
                let now = start.ago().unwrap_or_default();
                arrivals.note(now, std::iter::once(arrival(&schedule, event)));
            }
            sends.join().map_err(|_| "the thread that sends panicked".to_owned())?;
            Ok(arrivals)
        })
    })
}

#[expect(clippy::disallowed_methods, reason = "a measurement is not to be replayed")]
fn send(schedule: Schedule, start: Start, sender: &mpsc::Sender<Given>) {
    let mut next = 0;
    while next < schedule.events {
        let given = start.ago();
        let come = given.map_or(0, |now| schedule.come(now));
        while next < come {
            // Who receives stays until the sender is gone.
            let _ = sender.send((next, given.unwrap_or_default()));
            next += 1;
        }
        if next < schedule.events {
            thread::sleep(start.nap(schedule.due(next)));
        }
    }
}
