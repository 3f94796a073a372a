//! W2 without a framework: the loop that a patient author would write for it, as the limit.

use super::{DISORDER_MILLIS, Event, KEYS_EXPECTED, MINUTE_MILLIS};
use crate::check::Check;
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use heliostat::Timestamp;

/// Two windows are open at a time, because the disorder is less than a window: a table for each.
struct OpenMinutes {
    tables: [HashMap<u64, i64, FixedState>; 2],
    latest: i64,
    /// The end of the older one.
    end: i64,
    seen: Check,
}

/// Sums per key and minute.
#[inline(never)]
pub fn by_hand(events: &[Event]) -> Check {
    let mut open = OpenMinutes::new();
    for event in events {
        open.add(event.key, event.value, event.at.millis());
    }
    open.close();
    open.close();
    open.seen
}

impl OpenMinutes {
    fn new() -> Self {
        let table = || HashMap::with_capacity_and_hasher(KEYS_EXPECTED, FixedState::with_seed(0));
        let (latest, end) = (0, MINUTE_MILLIS);
        Self { tables: [table(), table()], latest, end, seen: Check::default() }
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
        for (key, sum) in self.tables[table_of(start)].drain() {
            self.seen.add(Timestamp::from_millis(start), key, sum);
        }
        self.end += MINUTE_MILLIS;
    }
}

/// Neighbouring minutes have different tables.
#[inline(always)]
fn table_of(at: i64) -> usize {
    usize::from((at.unsigned_abs() / MINUTE_MILLIS.unsigned_abs()) % 2 == 1)
}
