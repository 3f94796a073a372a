//! W3 without a framework: counts per slice in arrays, and of each key the count of the last
//! minute, to which a slice is added when it ends and from which it is taken a minute later.

use super::{Event, PERIOD_MILLIS, SIZE_MILLIS};
use crate::check::{Check, seconds};
use crate::events::DISORDER_MILLIS;
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use heliostat::Timestamp;

const SLICES_PER_WINDOW: i64 = SIZE_MILLIS / PERIOD_MILLIS;

/// More than are open at a time: those of a window, and those that are being filled when it ends.
const SLICES: i64 = 16;

const KEYS_EXPECTED: usize = 2_000;

/// Keys are numbered as they come; slice `n` has counts `n % SLICES`, one for each number.
struct OpenSlices {
    numbers: HashMap<u64, usize, FixedState>,
    keys: Vec<u64>,
    slices: [Vec<u32>; SLICES as usize],
    last_minute: Vec<u32>,
    latest: i64,
    /// The first slice that no window has ended with yet.
    next: i64,
    seen: Check,
}

/// Counts per key and window.
#[inline(never)]
pub fn by_hand(events: &[Event]) -> Check {
    let mut open = OpenSlices::new();
    for event in events {
        open.add(event.key, event.at.millis());
    }
    let last = open.latest / PERIOD_MILLIS + SLICES_PER_WINDOW - 1;
    while open.next <= last {
        open.close();
    }
    open.seen
}

impl OpenSlices {
    fn new() -> Self {
        let counts = || Vec::with_capacity(KEYS_EXPECTED);
        Self {
            numbers: HashMap::with_capacity_and_hasher(KEYS_EXPECTED, FixedState::with_seed(0)),
            keys: Vec::with_capacity(KEYS_EXPECTED),
            slices: std::array::from_fn(|_| counts()),
            last_minute: counts(),
            latest: 0,
            next: 0,
            seen: Check::default(),
        }
    }

    #[inline(always)]
    fn add(&mut self, key: u64, at: i64) {
        if self.latest < at {
            self.latest = at;
            while (self.next + 1) * PERIOD_MILLIS <= at - DISORDER_MILLIS {
                self.close();
            }
        }
        let number = match self.numbers.get(&key) {
            Some(&number) => number,
            None => self.number(key),
        };
        let slice = at.unsigned_abs() / PERIOD_MILLIS.unsigned_abs() % SLICES.unsigned_abs();
        self.slices[slice as usize][number] += 1;
    }

    /// Gives a new key its number.
    #[cold]
    #[inline(never)]
    fn number(&mut self, key: u64) -> usize {
        let number = self.keys.len();
        self.numbers.insert(key, number);
        self.keys.push(key);
        self.last_minute.push(0);
        self.slices.iter_mut().for_each(|counts| counts.push(0));
        number
    }

    /// The window ends that has `next` as its last slice.
    #[cold]
    #[inline(never)]
    fn close(&mut self) {
        let end = seconds(Timestamp::from_millis((self.next + 1) * PERIOD_MILLIS));
        let (newest, outdated) = (counts_of(self.next), counts_of(self.next - SLICES_PER_WINDOW));
        for (number, count) in self.last_minute.iter_mut().enumerate() {
            *count += self.slices[newest][number];
            *count -= std::mem::take(&mut self.slices[outdated][number]);
            if 0 < *count {
                self.seen.add_row((end, self.keys[number], u64::from(*count)));
            }
        }
        self.next += 1;
    }
}

fn counts_of(slice: i64) -> usize {
    slice.rem_euclid(SLICES) as usize
}
