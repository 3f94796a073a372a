//! W2 with a pane whenever a key has a hundred more events, and one at the end of each minute.

use super::{BATCH_EVENTS, DISORDER_MILLIS, Event, KEYS_EXPECTED, MINUTE_MILLIS};
use crate::check::Check;
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use heliostat::{ByTime, Timestamp, Window, after_count, millis, repeatedly};

const COUNT: u32 = 100;

/// What a key has since its last pane.
#[derive(Default)]
struct Open {
    sum: i64,
    count: u32,
}

/// Two windows are open at a time: a table for each, and the keys that are due.
struct OpenMinutes {
    tables: [HashMap<u64, Open, FixedState>; 2],
    due: [Vec<u64>; 2],
    /// The end of the older one.
    end: i64,
    seen: Check,
}

/// The windows and their trigger.
pub fn counted() -> Window<ByTime> {
    Window::fixed(millis(MINUTE_MILLIS)).trigger(repeatedly(after_count(COUNT))).discarding()
}

/// The same without a framework. Counts are looked at when a batch ends, and a minute ends with a
/// pane for every key, be there something new in it or not.
#[inline(never)]
pub fn counted_by_hand(events: &[Event]) -> Check {
    let table = || HashMap::with_capacity_and_hasher(KEYS_EXPECTED, FixedState::with_seed(0));
    let mut open = OpenMinutes {
        tables: [table(), table()],
        due: [Vec::new(), Vec::new()],
        end: MINUTE_MILLIS,
        seen: Check::default(),
    };
    let mut latest = 0;
    for batch in events.chunks(BATCH_EVENTS) {
        for event in batch {
            latest = latest.max(event.at.millis());
            open.add(event.key, event.value, event.at.millis());
        }
        open.fire_due();
        while open.end <= latest - DISORDER_MILLIS {
            open.close();
        }
    }
    open.close();
    open.close();
    open.seen
}

impl OpenMinutes {
    #[inline(always)]
    fn add(&mut self, key: u64, value: i64, at: i64) {
        let minute = minute_of(at);
        let open = self.tables[minute].entry(key).or_default();
        open.sum += value;
        open.count += 1;
        if open.count == COUNT {
            self.due[minute].push(key);
        }
    }

    fn fire_due(&mut self) {
        let newer = minute_of(self.end);
        for (minute, start) in [(1 - newer, self.end - MINUTE_MILLIS), (newer, self.end)] {
            for key in self.due[minute].drain(..) {
                let Some(open) = self.tables[minute].get_mut(&key) else { continue };
                self.seen.add(Timestamp::from_millis(start), key, open.sum);
                *open = Open::default();
            }
        }
    }

    #[cold]
    #[inline(never)]
    fn close(&mut self) {
        let start = self.end - MINUTE_MILLIS;
        for (key, open) in self.tables[minute_of(start)].drain() {
            self.seen.add(Timestamp::from_millis(start), key, open.sum);
        }
        self.end += MINUTE_MILLIS;
    }
}

/// Neighbouring minutes have different tables.
#[inline(always)]
fn minute_of(at: i64) -> usize {
    usize::from((at.unsigned_abs() / MINUTE_MILLIS.unsigned_abs()) % 2 == 1)
}
