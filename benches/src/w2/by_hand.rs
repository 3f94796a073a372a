//! W2 without a framework: the loop that a patient author would write for it, as the limit.

use super::{DISORDER_MILLIS, Event, KEYS_EXPECTED, MINUTE_MILLIS};
use crate::check::Check;
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use heliostat::Timestamp;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// So many events in a row are one thread's, and the next ones the next one's.
const BLOCK_EVENTS: usize = 1 << 14;

type Sums = HashMap<u64, i64, FixedState>;

/// Two windows are open at a time, because the disorder is less than a window: a table for each.
struct OpenMinutes<F> {
    tables: [Sums; 2],
    latest: i64,
    /// The end of the older one.
    end: i64,
    /// What becomes of a minute that is complete.
    closed: F,
}

/// Sums per key and minute.
#[inline(never)]
pub fn by_hand(events: &[Event]) -> Check {
    let mut seen = Check::default();
    let mut open = OpenMinutes::new(|start: i64, sums: &mut Sums| fire(start, sums, &mut seen));
    for event in events {
        open.add(event.key, event.value, event.at.millis());
    }
    open.close_all();
    seen
}

/// The same with so many threads: each sums its own events, and the last that is through with a
/// minute adds up what all have of it.
pub fn by_hand_on(threads: usize, events: &[Event]) -> Check {
    if threads == 1 {
        return by_hand(events);
    }
    let minutes: Mutex<BTreeMap<i64, (usize, Sums)>> = Mutex::default();
    let share = |thread: usize| {
        let mut seen = Check::default();
        let mut open = OpenMinutes::new(|start: i64, own: &mut Sums| {
            let (mut whole, mut of_threads) = (std::mem::replace(own, sums()), 1);
            // Adding up needs no lock: whoever does it has taken the minute away.
            while of_threads < threads {
                let mut minutes = minutes.lock().unwrap_or_else(PoisonError::into_inner);
                let Some((more, others)) = minutes.remove(&start) else {
                    minutes.insert(start, (of_threads, whole));
                    return;
                };
                drop(minutes);
                for (key, sum) in others {
                    *whole.entry(key).or_insert(0) += sum;
                }
                of_threads += more;
            }
            fire(start, &mut whole, &mut seen);
        });
        for block in events.chunks(BLOCK_EVENTS).skip(thread).step_by(threads) {
            for event in block {
                open.add(event.key, event.value, event.at.millis());
            }
        }
        // All threads are through with the same minutes.
        let last = events.iter().rev().take(BLOCK_EVENTS).map(|event| event.at.millis()).max();
        while last.is_some_and(|last| open.end <= last) {
            open.close();
        }
        open.close_all();
        seen
    };
    std::thread::scope(|scope| {
        let share = &share;
        let all: Vec<_> = (0..threads).map(|at| scope.spawn(move || share(at))).collect();
        let checks = all.into_iter().map(|one| one.join().expect("the loop does not panic"));
        checks.fold(Check::default(), Check::with)
    })
}

fn sums() -> Sums {
    HashMap::with_capacity_and_hasher(KEYS_EXPECTED, FixedState::with_seed(0))
}

fn fire(start: i64, sums: &mut Sums, seen: &mut Check) {
    for (key, sum) in sums.drain() {
        seen.add(Timestamp::from_millis(start), key, sum);
    }
}

impl<F: FnMut(i64, &mut Sums)> OpenMinutes<F> {
    fn new(closed: F) -> Self {
        Self { tables: [sums(), sums()], latest: 0, end: MINUTE_MILLIS, closed }
    }

    #[inline(always)]
    fn add(&mut self, key: u64, value: i64, at: i64) {
        if self.latest < at {
            self.latest = at;
            while self.end <= at - DISORDER_MILLIS {
                self.close();
            }
        }
        *self.tables[table_of(at)].entry(key).or_insert(0) += value;
    }

    #[cold]
    #[inline(never)]
    fn close(&mut self) {
        let start = self.end - MINUTE_MILLIS;
        (self.closed)(start, &mut self.tables[table_of(start)]);
        self.end += MINUTE_MILLIS;
    }

    fn close_all(&mut self) {
        self.close();
        self.close();
    }
}

/// Neighbouring minutes have different tables.
#[inline(always)]
fn table_of(at: i64) -> usize {
    usize::from((at.unsigned_abs() / MINUTE_MILLIS.unsigned_abs()) % 2 == 1)
}
