//! A read that keeps coming, and whose watermark makes windows close before its end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use heliostat::graph::ReadSpec;
use heliostat::{
    Boundedness, Capability, Clock, DropCounts, Fill, Pipeline, Read, Reader, Rows, Runner,
    SystemClock, Timestamp, Window, millis, secs,
};

use super::{Broken, Check, same, same_elements};
use crate::rigs::bundle_by_bundle;

pub(super) const WATERMARK_MOVES: Check = Check {
    name: "checks/unbounded-read-moves-its-watermark",
    about: "the watermark of an unbounded read closes windows while it goes on, and what it gives \
            behind that is late",
    proves: &[Capability::ReadUnbounded],
    input: Boundedness::Unbounded,
    run: watermark_moves,
};

/// How often the reader says that it has nothing yet before it gives up.
const POLLS_MAX: u32 = 2_000;

/// Gives two numbers, then waits until their window was seen to close, then gives two more: one
/// late, one not.
struct Waiting {
    closed: Arc<AtomicBool>,
}

struct WaitingReader {
    closed: Arc<AtomicBool>,
    began: bool,
    polls: u32,
}

impl Read for Waiting {
    type Element = i64;
    type Restriction = bool;
    type Reader = WaitingReader;

    fn spec(&self) -> ReadSpec {
        ReadSpec {
            boundedness: Boundedness::Unbounded,
            can_end: true,
            has_watermark_policy: true,
            about: "numbers that wait".into(),
        }
    }

    fn split(&self) -> heliostat::Result<Vec<bool>> {
        Ok(vec![false])
    }

    fn open(&self, began: bool) -> heliostat::Result<WaitingReader> {
        Ok(WaitingReader { closed: Arc::clone(&self.closed), began, polls: 0 })
    }
}

impl Reader for WaitingReader {
    type Element = i64;
    type Restriction = bool;

    fn fill(&mut self, rows: &mut Rows<'_, i64>, _limit: usize) -> heliostat::Result<Fill> {
        if !self.began {
            self.began = true;
            rows.push(1, Timestamp::secs(1));
            rows.push(2, Timestamp::secs(2));
            return Ok(Fill::More);
        }
        self.polls += 1;
        if !self.closed.load(Ordering::SeqCst) && self.polls < POLLS_MAX {
            return Ok(Fill::Idle(SystemClock.now() + millis(1)));
        }
        rows.push(3, Timestamp::secs(3));
        rows.push(12, Timestamp::secs(12));
        Ok(Fill::Done)
    }

    fn position(&self) -> bool {
        self.began
    }

    fn watermark(&self) -> Timestamp {
        if self.began { Timestamp::secs(10) } else { Timestamp::MIN }
    }
}

fn watermark_moves(runner: &dyn Runner) -> Result<(), Broken> {
    let closed = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&closed);
    let pipeline = Pipeline::new();
    let sums = pipeline
        .read(Waiting { closed: Arc::clone(&closed) })
        .with_keys(|_| 'k')
        .window(Window::fixed(secs(10)))
        .sum_per_key()
        .map(move |pair| {
            seen.store(true, Ordering::SeqCst);
            pair
        })
        .values()
        .collect();
    let result = bundle_by_bundle(runner)?.run(&pipeline)?;
    same_elements("sums", result.collected(&sums), vec![3, 12])?;
    same("drops", result.dropped(), DropCounts { late: 1, closed: 0 })
}
