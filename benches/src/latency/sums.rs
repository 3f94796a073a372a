//! W2 as its events come in: sums per key and minute of event time, which goes by faster than the
//! clock.

use super::arrivals::{Arrival, Arrivals, Noted};
use super::{Paced, Run, Schedule, Start};
use crate::check::{Check, Row, seconds};
use crate::flow::{Output, Scope, Stream, owner, partial, run, sums, unsigned};
use crate::measure::timed;
use crate::w2::{self, Event};
use heliostat::prelude::*;
use heliostat_per_record::PerRecordRunner;
use std::sync::{Arc, Mutex, PoisonError};
use timely::dataflow::channels::pact::{Exchange, Pipeline as Local};
use timely::dataflow::operators::generic::operator::{Operator, source};

const MINUTE: u64 = 60_000;

/// Events with the keys and values of W2, each due at its time.
#[derive(Clone, Debug)]
pub struct Load {
    /// When they are due.
    pub schedule: Schedule,
    /// What they have to come to.
    pub expected: Check,
    events: Arc<Vec<Event>>,
}

impl Load {
    /// Makes the events of a schedule.
    pub fn of(schedule: Schedule) -> Self {
        let mut events = w2::events(usize::try_from(schedule.events).unwrap_or(usize::MAX));
        (0..).zip(&mut events).for_each(|(number, event)| event.at = schedule.at(number));
        Self { schedule, expected: w2::by_hand(&events), events: Arc::new(events) }
    }

    /// The source of a run that starts then.
    pub(super) fn read(
        &self,
        start: Start,
        pieces: usize,
    ) -> Paced<(u64, i64), impl Fn(u64, u64) -> (u64, i64) + Clone + Send + Sync + use<>> {
        let events = Arc::clone(&self.events);
        Paced::new((self.schedule, start), pieces, move |number, _| {
            let event = &events[usize::try_from(number).unwrap_or(usize::MAX)];
            (event.key, event.value)
        })
    }

    /// The pipeline of W2 over this, with a sink that notes how late sums are.
    pub(super) fn write(
        &self,
        read: &PCollection<(u64, i64)>,
        (start, noted): (Start, &Noted),
        due: impl Fn(u64) -> u64 + Clone + Send + Sync + 'static,
    ) {
        let schedule = self.schedule;
        let sums = read.window(Window::fixed(minutes(1))).sum_per_key().windowed();
        sums.write(noted.rows(start, move |sum: &Windowed<(u64, i64)>| {
            let ((key, value), window) = (sum.value, sum.window.start());
            let due = schedule.closes(window).map(&due);
            Arrival { row: (seconds(window), key, value.unsigned_abs()), due, given: None }
        }));
    }

    /// On the runner per-record.
    ///
    /// # Errors
    /// If the run fails.
    pub fn per_record(&self, workers: usize) -> Result<Run, String> {
        Run::timed(|| {
            let (pipeline, noted, start) = (Pipeline::new(), Noted::default(), Start::soon());
            let read = pipeline.read(self.read(start, workers));
            self.write(&read, (start, &noted), |due| due);
            let runner = PerRecordRunner::default().workers(workers);
            runner.run(&pipeline).map_err(|error| error.to_string())?;
            Ok(noted.take())
        })
    }

    /// As a dataflow of timely, which sums what a worker reads before it exchanges it. Its workers
    /// park until the next millisecond, too.
    pub fn timely(&self, workers: usize) -> Run {
        let (arrivals, took) = timed(|| {
            let (load, start) = (self.clone(), Start::soon());
            let feed = Arc::new(Feed { load, start, noted: Mutex::default() });
            run(&feed, workers, |scope, feed, _| {
                let mut all = sums::<MINUTE, 1, _>(paced(scope, feed), Local, |&part| part);
                if 1 < scope.peers() {
                    let home = Exchange::new(|sum: &Row| owner(sum.1));
                    all = sums::<MINUTE, 1, _>(all, home, partial);
                }
                note(all, feed);
            });
            std::mem::take(&mut *feed.noted.lock().unwrap_or_else(PoisonError::into_inner))
        });
        Run { arrivals, took }
    }
}

/// What the workers of timely share.
struct Feed {
    load: Load,
    start: Start,
    noted: Mutex<Arrivals>,
}

/// Those of the events that are this worker's, once they are due; the frontier is the latest.
fn paced<'a>(scope: Scope<'a>, feed: &Arc<Feed>) -> Stream<'a, Row> {
    let feed = Arc::clone(feed);
    let (mut next, others) = (scope.index() as u64, scope.peers() as u64);
    source(scope, "Paced", |capability, operator| {
        let activator = scope.activator_for(operator.address);
        let mut capability = Some(capability);
        move |output: &mut Output<'_, Row>| {
            let Some(now) = capability.as_mut() else { return };
            let Feed { load: Load { schedule, events, .. }, start, .. } = &*feed;
            let come = start.ago().map_or(0, |ago| schedule.come(ago));
            let mut latest = None;
            let mut session = output.session(now);
            while next < come {
                let event = &events[usize::try_from(next).unwrap_or(usize::MAX)];
                session.give((unsigned(event.at.millis()), event.key, event.value.unsigned_abs()));
                latest = Some(unsigned(event.at.millis()));
                next += others;
            }
            drop(session);
            if let Some(latest) = latest {
                now.downgrade(&latest);
            }
            if next < schedule.events {
                activator.activate_after(start.nap(schedule.due(next)));
            } else {
                capability = None;
            }
        }
    })
}

/// Notes how late sums are.
fn note(sums: Stream<'_, Row>, feed: &Arc<Feed>) {
    let feed = Arc::clone(feed);
    sums.unary(Local, "Note", |_, _| {
        move |input, _: &mut Output<'_, ()>| {
            input.for_each(|_, sums| {
                let now = feed.start.ago().unwrap_or_default();
                let arrivals = sums.drain(..).map(|(end, key, sum)| {
                    let window = Timestamp::from_millis(i64::try_from(end - MINUTE).unwrap_or(0));
                    let due = feed.load.schedule.closes(window);
                    Arrival { row: (seconds(window), key, sum), due, given: None }
                });
                feed.noted.lock().unwrap_or_else(PoisonError::into_inner).note(now, arrivals);
            });
        }
    });
}
