//! Sources that have nothing to give: what they cost, and whom they hold up.

use super::arrivals::Noted;
use super::sums::Load;
use super::{Run, Start};
use heliostat::graph::ReadSpec;
use heliostat::prelude::*;
use heliostat::{Result, minutes};
use heliostat_per_record::{PerRecordRunner, PerRecordSettings};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// What a quiet source gives before it is quiet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Before {
    /// It has never given anything.
    Nothing,
    /// One event, which adds nothing to the sums.
    OneEvent,
}

/// A key that no event of W2 has.
const KEY: u64 = 1 << 32;

/// Says at once that it has nothing until the run is over.
#[derive(Clone, Debug)]
pub struct Quiet {
    start: Start,
    /// When it is at its end, in nanoseconds after the start.
    until: u64,
    pieces: usize,
    before: Before,
    /// When it was asked first, in nanoseconds after the start.
    since: Arc<AtomicI64>,
}

/// A piece that is quiet.
#[derive(Debug)]
pub struct QuietReader {
    quiet: Quiet,
    /// It has given what it gives.
    has_given: bool,
}

impl Read for Quiet {
    type Element = (u64, i64);
    /// Whether it has given what it gives.
    type Restriction = bool;
    type Reader = QuietReader;

    fn spec(&self) -> ReadSpec {
        ReadSpec {
            boundedness: Boundedness::Unbounded,
            has_watermark_policy: true,
            ..ReadSpec::bounded("nothing")
        }
    }

    fn split(&self) -> Result<Vec<bool>> {
        Ok(vec![self.before == Before::Nothing; self.pieces])
    }

    fn open(&self, has_given: bool) -> Result<QuietReader> {
        Ok(QuietReader { quiet: self.clone(), has_given })
    }
}

impl Reader for QuietReader {
    type Element = (u64, i64);
    type Restriction = bool;

    fn fill(&mut self, rows: &mut Rows<'_, (u64, i64)>, _limit: usize) -> Result<Fill> {
        if !std::mem::replace(&mut self.has_given, true) {
            rows.push((KEY, 0), Timestamp::from_millis(0));
        }
        let Quiet { start, until, since, .. } = &self.quiet;
        since.fetch_min(start.offset(), Ordering::Relaxed);
        let is_over = start.ago().is_some_and(|ago| *until <= ago);
        Ok(if is_over { Fill::Done } else { Fill::Idle(start.wakes(*until)) })
    }

    fn position(&self) -> bool {
        self.has_given
    }

    fn watermark(&self) -> Timestamp {
        if self.has_given { Timestamp::from_millis(0) } else { Timestamp::MIN }
    }
}

fn nanos(duration: Duration) -> u64 {
    duration.millis().unsigned_abs() * 1_000_000
}

/// W2 over a source that has nothing for so long, with a piece for each worker.
///
/// # Errors
/// If the run fails.
pub fn alone(span: Duration, workers: usize) -> Result<Run, String> {
    Run::timed(|| {
        let (pipeline, noted, start) = (Pipeline::new(), Noted::default(), Start::soon());
        let (until, since) = (nanos(span), Arc::default());
        let quiet = Quiet { start, until, pieces: workers, before: Before::Nothing, since };
        let sums = pipeline.read(quiet).window(Window::fixed(minutes(1))).sum_per_key();
        let row = |&(key, sum): &(u64, i64)| super::Arrival {
            row: (0, key, sum.unsigned_abs()),
            due: None,
            given: None,
        };
        sums.write(noted.rows(start, row));
        let runner = PerRecordRunner::default().workers(workers);
        runner.run(&pipeline).map_err(|error| error.to_string())?;
        Ok(noted.take())
    })
}

/// W2 over a load and a quiet source beside it, for which nobody waits longer than `timeout`. A window
/// is due when the event that closes it is, and the timeout is over.
///
/// # Errors
/// If the run fails.
pub fn beside(
    load: &Load,
    (before, timeout): (Before, Duration),
    workers: usize,
) -> Result<Run, String> {
    Run::timed(|| {
        let (pipeline, noted, start) = (Pipeline::new(), Noted::default(), Start::soon());
        let until = nanos(load.schedule.span());
        let since = Arc::new(AtomicI64::new(i64::MAX));
        let quiet = Quiet { start, until, pieces: 1, before, since: Arc::clone(&since) };
        let busy = pipeline.read(load.read(start, workers)).named("Busy");
        let read = busy.flatten_with(&pipeline.read(quiet).named("Quiet"));
        load.write(&read, (start, &noted), move |due| {
            let since = since.load(Ordering::Relaxed);
            due.max(nanos(timeout).saturating_add_signed(since))
        });
        let idle_timeout = Some(timeout);
        let settings = PerRecordSettings { workers, idle_timeout, ..PerRecordSettings::default() };
        let runner = PerRecordRunner::new(settings);
        runner.run(&pipeline).map_err(|error| error.to_string())?;
        Ok(noted.take())
    })
}

/// What [`beside`] has to give.
pub fn expected(load: &Load, before: Before) -> crate::check::Check {
    let mut check = load.expected;
    match before {
        Before::Nothing => {}
        Before::OneEvent => check.add(Timestamp::from_millis(0), KEY, 0),
    }
    check
}
