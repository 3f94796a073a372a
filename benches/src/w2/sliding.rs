//! W2 in sliding windows without a framework: a table per slice, merged where windows end.

use super::{DISORDER_MILLIS, Event, KEYS_EXPECTED};
use crate::check::Check;
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use heliostat::{ByTime, Timestamp, Window, millis};

/// A window is so long.
const SIZE_MILLIS: i64 = 60_000;

/// From the start of one to that of the next, and so the length of a slice.
const PERIOD_MILLIS: i64 = 5_000;

const SLICES_PER_WINDOW: i64 = SIZE_MILLIS / PERIOD_MILLIS;

/// More than are open at a time: those of a window, and those that are being filled when it ends.
const SLICES: usize = 16;

/// Slice `n` has table `n % SLICES`; it is empty again before it has another.
struct OpenSlices {
    tables: [HashMap<u64, i64, FixedState>; SLICES],
    latest: i64,
    /// The first slice that no window has ended with yet.
    next: i64,
    seen: Check,
}

/// The windows.
pub fn sliding() -> Window<ByTime> {
    Window::sliding(millis(SIZE_MILLIS), millis(PERIOD_MILLIS))
}

/// Sums per key and window.
#[inline(never)]
pub fn sliding_by_hand(events: &[Event]) -> Check {
    let mut open = OpenSlices::new();
    for event in events {
        open.add(event.key, event.value, event.at.millis());
    }
    let last = open.latest / PERIOD_MILLIS + SLICES_PER_WINDOW - 1;
    while open.next <= last {
        open.close();
    }
    open.seen
}

impl OpenSlices {
    fn new() -> Self {
        let table = || HashMap::with_capacity_and_hasher(KEYS_EXPECTED, FixedState::with_seed(0));
        let tables = std::array::from_fn(|_| table());
        Self { tables, latest: 0, next: 0, seen: Check::default() }
    }

    #[inline(always)]
    fn add(&mut self, key: u64, value: i64, at: i64) {
        if self.latest < at {
            self.latest = at;
            while (self.next + 1) * PERIOD_MILLIS <= at - DISORDER_MILLIS {
                self.close();
            }
        }
        let slice = at.unsigned_abs() / PERIOD_MILLIS.unsigned_abs();
        *self.tables[slice as usize % SLICES].entry(key).or_insert(0) += value;
    }

    /// The window ends that has `next` as its last slice: the others are merged into the first,
    /// which no later window covers.
    #[cold]
    #[inline(never)]
    fn close(&mut self) {
        let first = self.next + 1 - SLICES_PER_WINDOW;
        let mut window = std::mem::take(&mut self.tables[table_of(first)]);
        for slice in first + 1..=self.next {
            for (&key, &sum) in &self.tables[table_of(slice)] {
                *window.entry(key).or_insert(0) += sum;
            }
        }
        let start = Timestamp::from_millis(first * PERIOD_MILLIS);
        for (key, sum) in window.drain() {
            self.seen.add(start, key, sum);
        }
        self.tables[table_of(first)] = window;
        self.next += 1;
    }
}

fn table_of(slice: i64) -> usize {
    slice.rem_euclid(SLICES as i64) as usize
}
